//! Token counts that are missing or repeated.

use super::{Call, Scenario};
use crate::answer::UsageForm;
use crate::delivery::deliver;
use crate::script::Script;

pub(super) const ALL: &[Scenario] = &[
    Scenario::new("no-usage", "no usage at all", |call| {
        told(call, UsageForm::Absent)
    }),
    Scenario::new("null-usage", "usage is null", |call| {
        told(call, UsageForm::Null)
    }),
    Scenario::new(
        "usage-twice",
        "the final usage twice: adding up is wrong",
        |call| told(call, UsageForm::Twice),
    ),
    Scenario::new(
        "usage-running",
        "running figures before the final ones",
        |call| told(call, UsageForm::Running),
    ),
];

fn told(call: &Call, form: UsageForm) -> Script {
    let mut answer = call.text_answer();
    answer.usage_form = form;
    deliver(call, &answer)
}
