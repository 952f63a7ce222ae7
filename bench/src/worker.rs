//! Runs one measurement's client in a process of its own.

use std::process::Stdio;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;
use crate::load::{Order, Outcome};
use crate::machine;
use crate::panel::{Answers, Asking};
use crate::process::pinned;

/// Performs the order on these processors.
pub(crate) fn perform(order: &Order, processors: &str) -> Result<Outcome, Fault> {
    run("load", order, processors)
}

/// Asks as the panel does, on these processors.
pub(crate) fn ask(asking: &Asking, processors: &str) -> Result<Answers, Fault> {
    run("panel", asking, processors)
}

/// Starts ourselves in a role: what to do as its argument, what it saw on its stdout, both in JSON.
fn run<T: DeserializeOwned>(
    role: &str,
    task: &impl Serialize,
    processors: &str,
) -> Result<T, Fault> {
    let name = format!("the {role} client");
    let ourselves = machine::ourselves()?;
    let output = pinned(processors, &ourselves)
        .arg(role)
        .arg(serde_json::json!(task).to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|cause| Fault::NotStarted {
            program: name.clone(),
            cause,
        })?;
    let said = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&said).map_err(|_| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        Fault::misbehaved(&name, format!("gave no result: {}", complaint.trim()))
    })
}
