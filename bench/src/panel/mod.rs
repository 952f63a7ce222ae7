//! A panel that asks one question again and again; prints how long each answer took, ends.

mod call;
pub(crate) mod socket;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// One question, asked one time after the other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asking {
    /// Whom to ask.
    pub(crate) address: SocketAddr,
    /// What.
    pub(crate) question: Question,
    /// How often.
    pub(crate) times: Times,
}

/// What a panel asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Question {
    /// `GET` of this path.
    Path(String),
    /// The first message of the WebSocket.
    Snapshot,
}

/// How often.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Times {
    /// So often.
    Count(usize),
    /// As long as this has not passed; the last answer is waited for.
    For(Duration),
}

/// How long the answers took, in the order of asking.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answers {
    /// Milliseconds.
    pub(crate) milliseconds: Vec<f64>,
}

/// Asks what is given as JSON in the only argument; prints the answers as JSON.
pub(crate) fn perform(arguments: &[String]) -> Result<(), Fault> {
    let wrong = |cause: &dyn std::fmt::Display| {
        Fault::WrongUse(format!("`panel` needs a question: {cause}"))
    };
    let text = arguments.first().ok_or_else(|| wrong(&"there is none"))?;
    let asking: Asking = serde_json::from_str(text).map_err(|cause| wrong(&cause))?;
    println!("{}", serde_json::json!(ask(&asking)?));
    Ok(())
}

fn ask(asking: &Asking) -> Result<Answers, Fault> {
    let mut answers = Answers::default();
    let first = Instant::now();
    loop {
        let enough = match asking.times {
            Times::Count(count) => answers.milliseconds.len() >= count,
            Times::For(duration) => first.elapsed() >= duration,
        };
        if enough {
            return Ok(answers);
        }
        let begun = Instant::now();
        match &asking.question {
            Question::Path(path) => call::get(asking.address, path)?,
            Question::Snapshot => socket::first_message(asking.address)?,
        }
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        answers.milliseconds.push(took);
    }
}
