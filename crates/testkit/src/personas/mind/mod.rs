//! A little mind: reads a conversation and answers as a capable model would, by rules. It solves arithmetic,
//! handles strings, follows instructions, fills schemas and tools, recalls what was hidden in long texts and
//! reads digits in pictures; weaker skills fail where weaker models do.

mod arithmetic;
mod echo;
mod knowledge;
mod object;
mod page;
mod prose;
mod quoted;
mod recall;
mod sight;
mod talk;
mod words;

use serde::Deserialize;
use serde_json::Value;

use crate::dice::Dice;

pub(crate) use page::document_text;
pub(crate) use prose::summary;
pub(crate) use talk::{Talk, Tool};

/// How much a model can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Skill {
    /// Forgets, miscounts and multiplies wrongly.
    Weak,
    /// Fails what is long.
    Fair,
    /// Fails nothing that these rules know.
    Strong,
}

/// Who speaks.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    /// For example `Claude Opus 5.5`.
    pub(crate) name: String,
    /// Who made it.
    pub(crate) maker: String,
    /// How much it can do.
    pub(crate) skill: Skill,
    /// Whether it says that it is Claude, when it is only asked for its name.
    pub(crate) claude: bool,
}

/// What a mind answers.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// What it thinks before, should it think.
    pub(crate) thinking: String,
    /// Whether there is something to think about.
    pub(crate) hard: bool,
    /// What it says.
    pub(crate) sayings: Vec<Saying>,
}

/// A part of what is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Saying {
    /// Text.
    Text(String),
    /// A call of a tool.
    Call {
        /// Which.
        name: String,
        /// With what.
        input: Value,
    },
    /// A search that the service itself does.
    Search {
        /// For what.
        query: String,
    },
}

/// Something that was worked out, and where in the question it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Solved {
    pub(crate) at: usize,
    pub(crate) value: String,
    /// Whether it took some thought.
    pub(crate) hard: bool,
}

/// The answer to a conversation.
pub(crate) fn answer(talk: &Talk, voice: &Voice, dice: &mut Dice) -> Answer {
    let question = talk.last_text();
    let solved = solve(talk, voice, &question);
    let hard = solved.iter().any(|one| one.hard) || question.len() > 400;
    let text = text_of(&solved, &question);
    let sayings = speak(talk, voice, &solved, text, dice);
    Answer {
        thinking: prose::thinking(&question, &solved, dice),
        hard,
        sayings,
    }
}

fn speak(
    talk: &Talk,
    voice: &Voice,
    solved: &[Solved],
    text: Option<String>,
    dice: &mut Dice,
) -> Vec<Saying> {
    if let Some(call) = object::call(talk, solved) {
        return call;
    }
    let question = talk.last_text();
    if let Some(schema) = &talk.schema {
        return vec![Saying::Text(
            object::fill(schema, &question, solved).to_string(),
        )];
    }
    if let Some(object) = object::asked_for(&question, solved) {
        return vec![Saying::Text(continued(talk, object))];
    }
    if talk.after_tools() {
        return vec![Saying::Text(prose::after_tools(talk, text))];
    }
    let text = text.unwrap_or_else(|| prose::free(&question, voice, dice));
    vec![Saying::Text(continued(talk, text))]
}

/// Without what the caller has already put into our mouth.
fn continued(talk: &Talk, text: String) -> String {
    match talk
        .begun()
        .and_then(|begun| text.strip_prefix(begun.as_str()))
    {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// Everything in the question that has an answer, in the order of asking.
fn solve(talk: &Talk, voice: &Voice, question: &str) -> Vec<Solved> {
    let skill = voice.skill;
    let mut solved = Vec::new();
    if let Some(codes) = recall::codes(talk, question, skill) {
        return vec![codes];
    }
    if let Some(seen) = sight::seen(talk, question, skill) {
        solved.push(seen);
    }
    solved.extend(words::solve(question, skill));
    if solved.is_empty() || question.contains("then") || question.contains("and") {
        solved.extend(arithmetic::solve(question, skill));
    }
    solved.extend(knowledge::solve(question, voice));
    if let Some(payload) = echo::payload(question, &solved) {
        solved.push(payload);
    }
    solved.sort_by_key(|one| one.at);
    solved.dedup_by(|one, other| one.value == other.value);
    solved
}

fn text_of(solved: &[Solved], question: &str) -> Option<String> {
    if solved.is_empty() {
        return None;
    }
    let lower = question.to_lowercase();
    let between = if lower.contains("separated by a comma") || lower.contains("comma-separated") {
        ", "
    } else if lower.contains("hyphen") || lower.contains("dash") {
        "-"
    } else if lower.contains("own line")
        || lower.contains("separate line")
        || lower.contains("each line")
        || lower.contains("newline")
    {
        "\n"
    } else {
        " "
    };
    let values: Vec<&str> = solved.iter().map(|one| one.value.as_str()).collect();
    Some(values.join(between))
}
