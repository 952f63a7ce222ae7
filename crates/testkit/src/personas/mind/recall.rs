//! Codes that were hidden in long texts.

use super::echo::codes as all_codes;
use super::{Skill, Solved, Talk};

/// From this many characters on a text is long enough to hide something in.
const LONG: usize = 1_200;

/// The codes that a question asks for; `None` where it asks for something else.
pub(crate) fn codes(talk: &Talk, question: &str, skill: Skill) -> Option<Solved> {
    let everything = talk.everything();
    let documents = talk.documents().count() > 0;
    if everything.len() < LONG && !documents {
        return None;
    }
    let asking = tail(question).to_lowercase();
    let asks = [
        "code",
        "canar",
        "password",
        "secret",
        "needle",
        "marker",
        "token",
        "key",
        "number",
        "identifier",
        "word of",
    ];
    if !asks.iter().any(|word| asking.contains(word)) {
        return None;
    }
    let mut found = all_codes(&everything);
    if found.is_empty() {
        return None;
    }
    if skill == Skill::Weak && found.len() > 3 {
        // The middle is forgotten.
        found.remove(found.len() / 2);
    }
    Some(Solved {
        at: 0,
        value: found.join(", "),
        hard: true,
    })
}

/// The end of a question, where it says what it wants; and its beginning.
fn tail(question: &str) -> String {
    let letters: Vec<char> = question.chars().collect();
    let head: String = letters.iter().take(300).collect();
    let end: String = letters[letters.len().saturating_sub(400)..]
        .iter()
        .collect();
    format!("{head} {end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_codes_of_a_long_text() {
        let mut text = "The tide was low. ".repeat(80);
        text.insert_str(300, "The code is QX7-ALDER-19. ");
        text.push_str("Remember 8F3K-22QP too. List every code in order.");
        let body = serde_json::json!({ "messages": [{ "role": "user", "content": text }] });
        let talk = Talk::of(&body);
        let found = codes(&talk, &talk.last_text(), Skill::Strong).unwrap();
        assert_eq!(found.value, "QX7-ALDER-19, 8F3K-22QP");
    }
}
