//! Runs one measurement's client in a process of its own.

use std::process::Stdio;

use crate::fault::Fault;
use crate::load::{Order, Outcome};
use crate::machine;
use crate::process::pinned;

/// Performs the order on these processors.
pub(crate) fn perform(order: &Order, processors: &str) -> Result<Outcome, Fault> {
    const NAME: &str = "the load client";
    let ourselves = machine::ourselves()?;
    let output = pinned(processors, &ourselves)
        .arg("load")
        .arg(serde_json::json!(order).to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|cause| Fault::NotStarted {
            program: NAME.into(),
            cause,
        })?;
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said).map_err(|_| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        Fault::misbehaved(NAME, format!("gave no result: {}", complaint.trim()))
    })
}
