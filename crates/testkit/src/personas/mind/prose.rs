//! Free text: thoughts, stories, small talk.

use super::{Solved, Talk, Voice};
use crate::dice::Dice;
use crate::personas::chance::hash;

const SUBJECTS: &[&str] = &[
    "The lighthouse keeper",
    "A small boat",
    "The old map",
    "Her grandmother",
    "The winter market",
    "A quiet stranger",
    "The night train",
    "The garden behind the school",
    "An unfinished letter",
    "The clockmaker",
    "A flock of cranes",
    "The harbour master",
];
const VERBS: &[&str] = &[
    "waited for",
    "remembered",
    "followed",
    "gave shelter to",
    "asked about",
    "carried",
    "never forgot",
    "returned to",
    "listened for",
    "painted",
    "watched over",
    "searched for",
];
const OBJECTS: &[&str] = &[
    "the first rain of spring",
    "a song nobody else knew",
    "the road along the cliffs",
    "seven letters tied with string",
    "the sound of the bells",
    "a door that would not open",
    "the last warm evening",
    "an answer that came too late",
    "the smell of bread and salt",
    "a lantern made of green glass",
    "the names of the stars",
    "a promise made long ago",
];
const ENDS: &[&str] = &[
    "while the tide went out",
    "before anyone was awake",
    "as if nothing had changed",
    "for the rest of the year",
    "and said nothing",
    "under a pale sky",
    "until the wind turned",
    "with great care",
];

/// An answer to a question that has no rule: short, or as long as was asked for.
pub(crate) fn free(question: &str, voice: &Voice, dice: &mut Dice) -> String {
    let lower = question.to_lowercase();
    let long = [
        "story",
        "essay",
        "long",
        "detail",
        "paragraph",
        "describe",
        "write about",
        "explain",
        "poem",
        "故事",
    ];
    let wanted = wanted_words(&lower);
    let is_long = long.iter().any(|word| lower.contains(word));
    if !is_long && wanted.is_none() {
        return short(&lower, voice, dice);
    }
    let words = wanted.unwrap_or(260).min(4_000);
    let mut text = String::new();
    let mut written = 0;
    while written < words {
        let sentence = sentence(voice, dice);
        written += sentence.split(' ').count();
        text.push_str(&sentence);
        text.push(if dice.below(5) == 0 { '\n' } else { ' ' });
    }
    text.trim_end().to_owned()
}

/// `about 300 words`
fn wanted_words(lower: &str) -> Option<usize> {
    let (before, _) = lower
        .split_once(" word")
        .or_else(|| lower.split_once("-word"))?;
    before
        .split([' ', '-'])
        .next_back()?
        .replace(',', "")
        .parse()
        .ok()
}

fn short(lower: &str, voice: &Voice, dice: &mut Dice) -> String {
    if ["hello", "hi", "hey", "你好"].contains(&lower.trim_matches(['.', '!', '?', ' '])) {
        return "Hello! How can I help you today?".to_owned();
    }
    // Every model has its favourites.
    let own = hash(voice.name.as_bytes()) as usize;
    let pick = |from: &[&str], dice: &mut Dice| -> String {
        let spread = if dice.below(3) == 0 {
            dice.below(from.len())
        } else {
            0
        };
        from[(own + spread) % from.len()].to_owned()
    };
    format!(
        "{} {} {}.",
        pick(SUBJECTS, dice),
        pick(VERBS, dice),
        pick(OBJECTS, dice)
    )
}

fn sentence(voice: &Voice, dice: &mut Dice) -> String {
    let own = hash(voice.name.as_bytes()) as usize;
    let pick = |from: &'static [&'static str], dice: &mut Dice| {
        let half = dice.below(2) * dice.below(from.len());
        from[(own + half + dice.below(3)) % from.len()]
    };
    format!(
        "{} {} {} {}.",
        pick(SUBJECTS, dice),
        pick(VERBS, dice),
        pick(OBJECTS, dice),
        pick(ENDS, dice)
    )
}

/// What goes through a head before an answer: short steps, many figures.
pub(crate) fn thinking(question: &str, solved: &[Solved], dice: &mut Dice) -> String {
    let mut text = String::from("So, the ask:");
    for word in question.split_whitespace().take(12) {
        text.push(' ');
        text.push_str(word);
    }
    text.push('\n');
    for (number, one) in solved.iter().enumerate() {
        text.push_str(&format!("{}) {} -> check: ", number + 1, one.value));
        for digit in one.value.chars().filter(char::is_ascii_digit).take(12) {
            text.push_str(&format!("{digit}+"));
        }
        text.push_str(" ok\n");
    }
    for _ in 0..dice.between(3, 7) {
        let (one, other) = (dice.between(12, 99), dice.between(12, 99));
        text.push_str(&format!(
            "Let me check that part again by hand: {one}*{other}={}, so that step holds.\n",
            one * other
        ));
    }
    text.push_str("so it is as it is. All set.");
    text
}

/// A shorter account of thoughts.
pub(crate) fn summary(thinking: &str) -> String {
    let first = thinking.lines().next().unwrap_or_default();
    format!("I work through the request step by step. {first}")
}

/// What is said about the results of tools.
pub(crate) fn after_tools(talk: &Talk, text: Option<String>) -> String {
    let results = talk.results().join("; ");
    match text {
        Some(text) => format!("{text}\nThe tool answered: {results}"),
        None => format!("The tool answered: {results}"),
    }
}
