//! What a run hands to the verdict.

use std::collections::BTreeMap;

use base::Timestamp;

use super::Stop;
use crate::call::CallId;
use crate::context::Context;
use crate::observe::Observation;
use crate::plan::Estimate;
use crate::probe::Probe;
use crate::reading::Reading;
use crate::report::Spent;

/// What a verdict is made from.
pub(crate) struct Material<'a> {
    pub(crate) context: &'a Context,
    pub(crate) estimate: &'a Estimate,
    pub(crate) preset: &'a str,
    pub(crate) stopped: Option<Stop>,
    pub(crate) ended: Timestamp,
    pub(crate) spent: Spent,
    pub(crate) seen: &'a BTreeMap<CallId, Observation>,
    pub(crate) readings: Vec<(&'static dyn Probe, Vec<CallId>, Reading)>,
}
