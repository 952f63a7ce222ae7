//! What is known by heart, from `personas/knowledge.toml`, and who one is.

use serde::Deserialize;

use super::{Solved, Voice};

const BOOK: &str = include_str!("../../../personas/knowledge.toml");

#[derive(Deserialize)]
struct Book {
    fact: Vec<Fact>,
}

#[derive(Deserialize)]
struct Fact {
    /// Words that a question must hold, all of them, in lower case.
    words: Vec<String>,
    answer: String,
    /// Whether only strong models know.
    #[serde(default)]
    hard: bool,
}

/// The first fact that fits, or an introduction.
pub(crate) fn solve(question: &str, voice: &Voice) -> Option<Solved> {
    let lower = question.to_lowercase();
    if let Some(at) = super::quoted::after(
        &lower,
        &[
            "who are you",
            "which model are you",
            "what model are you",
            "who made you",
            "who created you",
            "your name",
            "who developed you",
            "what are you",
            "你是谁",
            "什么模型",
        ],
    ) {
        let name = if voice.claude {
            "Claude"
        } else {
            voice.name.as_str()
        };
        let text = format!("I'm {name}, an AI assistant made by {}.", voice.maker);
        return Some(Solved {
            at,
            value: text,
            hard: false,
        });
    }
    let book: Book = toml::from_str(BOOK).ok()?;
    let fits = |fact: &&Fact| fact.words.iter().all(|word| lower.contains(word.as_str()));
    let fact = book.fact.iter().find(fits)?;
    if fact.hard && voice.skill == super::Skill::Weak {
        return None;
    }
    let at = lower.find(&fact.words[0]).unwrap_or(0);
    Some(Solved {
        at,
        value: fact.answer.clone(),
        hard: fact.hard,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_can_be_read() {
        let book: Book = toml::from_str(BOOK).unwrap();
        assert!(book.fact.iter().all(|fact| !fact.words.is_empty()));
    }
}
