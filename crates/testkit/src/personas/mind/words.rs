//! Letters, words and lists: counting, turning round, sorting, going on.

use super::quoted::{after, numbers, quotations};
use super::{Skill, Solved};

/// Everything in a question that is about letters, words and lists.
pub(crate) fn solve(question: &str, skill: Skill) -> Vec<Solved> {
    let rules: &[fn(&str, Skill) -> Option<Solved>] = &[
        digit_count,
        letter_count,
        length,
        reversal,
        casing,
        sorted,
        counted_up,
        next_in_line,
        initials,
        weekday,
        larger,
    ];
    rules
        .iter()
        .filter_map(|rule| rule(question, skill))
        .collect()
}

fn solved(at: usize, value: impl Into<String>) -> Option<Solved> {
    Some(Solved {
        at,
        value: value.into(),
        hard: true,
    })
}

/// What a question is about: a quotation, else what follows a colon, else its last word.
fn subject(question: &str) -> Option<&str> {
    let long = quotations(question)
        .into_iter()
        .find(|one| one.text.chars().count() > 1);
    if let Some(quotation) = long {
        return Some(quotation.text);
    }
    if let Some((_, behind)) = question.split_once(": ") {
        return behind
            .lines()
            .next()
            .map(|line| line.trim_end_matches(['.', '?']));
    }
    let named = after(
        question,
        &[
            "the word ",
            "the string ",
            "the text ",
            "the phrase ",
            "the number ",
        ],
    )?;
    question[named..].split([' ', '?', '.', ',', '\n']).next()
}

/// `How many times does the digit 3 appear in the numbers from 1 to 100?`
fn digit_count(question: &str, _: Skill) -> Option<Solved> {
    let at = after(question, &["the digit "])?;
    let listed = numbers(&question[at..]);
    let digit = listed.first()?.1.to_string().chars().next()?;
    let (from, to) = match listed[1..] {
        [(_, one)] => (one, one),
        [(_, from), (_, to), ..] if question.contains("from") || question.contains("between") => {
            (from, to)
        }
        [(_, one), ..] => (one, one),
        [] => return None,
    };
    if to - from > 200_000 {
        return None;
    }
    let times: usize = (from..=to)
        .map(|number| number.to_string().matches(digit).count())
        .sum();
    solved(at, times.to_string())
}

/// `How many r's are in "strawberry"?`
fn letter_count(question: &str, skill: Skill) -> Option<Solved> {
    let lower = question.to_lowercase();
    let at = after(
        &lower,
        &[
            "how many times",
            "how many",
            "count the letter",
            "count how",
            "count the",
        ],
    )?;
    let single = quotations(question)
        .into_iter()
        .find(|one| one.text.chars().count() == 1)
        .map(|one| one.text.to_owned());
    let letter = single
        .or_else(|| {
            let from = after(&lower, &["the letter ", "letters ", "letter "])?;
            lower[from..].chars().next().map(String::from)
        })
        .or_else(|| {
            let (before, _) = lower.split_once("'s ")?;
            before
                .split(' ')
                .next_back()
                .filter(|word| word.len() == 1)
                .map(str::to_owned)
        })?;
    let behind = [" in the word ", " in the string ", " in "]
        .iter()
        .find_map(|phrase| Some(lower.find(phrase)? + phrase.len()));
    let long_quotation = quotations(question)
        .iter()
        .any(|one| one.text.chars().count() > 1);
    let word = match behind.filter(|_| !long_quotation) {
        Some(from) => question[from..]
            .trim_matches(['"', '\'', '?', '.', ' '])
            .split([' ', '?'])
            .next()?,
        None => subject(question)?,
    };
    let mut times = word
        .to_lowercase()
        .matches(letter.to_lowercase().as_str())
        .count();
    if skill == Skill::Weak && word.len() > 8 {
        times = times.saturating_sub(1);
    }
    solved(at, times.to_string())
}

fn length(question: &str, _: Skill) -> Option<Solved> {
    let at = after(
        question,
        &[
            "how many letters are in",
            "how many characters",
            "how many words are",
            "how many words",
        ],
    )?;
    let text = subject(question)?;
    let words = question[..at].ends_with("words") || question[..at].ends_with("words are");
    let count = if words {
        text.split_whitespace().count()
    } else {
        text.chars()
            .filter(|letter| !letter.is_whitespace())
            .count()
    };
    solved(at, count.to_string())
}

fn reversal(question: &str, skill: Skill) -> Option<Solved> {
    let at = after(question, &["reverse", "backwards", "backward"])?;
    let text = subject(question)?;
    let lower = question.to_lowercase();
    let turned: String = if lower.contains("words of")
        || lower.contains("order of the words")
        || lower.contains("word order")
    {
        text.split_whitespace().rev().collect::<Vec<_>>().join(" ")
    } else {
        text.chars().rev().collect()
    };
    if skill == Skill::Weak && turned.len() > 9 {
        // Two letters change places.
        let mut letters: Vec<char> = turned.chars().collect();
        let middle = letters.len() / 2;
        letters.swap(middle, middle + 1);
        return solved(at, letters.into_iter().collect::<String>());
    }
    solved(at, turned)
}

fn casing(question: &str, _: Skill) -> Option<Solved> {
    if let Some(at) = after(question, &["uppercase", "upper case", "capital letters"]) {
        return solved(at, subject(question)?.to_uppercase());
    }
    let at = after(question, &["lowercase", "lower case"])?;
    solved(at, subject(question)?.to_lowercase())
}

fn sorted(question: &str, _: Skill) -> Option<Solved> {
    let at = after(
        question,
        &[
            "sort ",
            "alphabetical order",
            "ascending order",
            "descending order",
        ],
    )?;
    let (_, listed) = question.split_once(": ")?;
    let listed = listed.lines().next()?.trim_end_matches('.');
    let mut items: Vec<&str> = listed.split(", ").map(str::trim).collect();
    if items.len() < 2 {
        items = listed.split(' ').collect();
    }
    let as_number = |item: &str| item.parse::<f64>().ok();
    if items.iter().all(|item| as_number(item).is_some()) {
        items.sort_by(|one, other| {
            as_number(one)
                .partial_cmp(&as_number(other))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
    } else {
        items.sort_by_key(|item| item.to_lowercase());
    }
    if question.to_lowercase().contains("descending") || question.contains("largest to smallest") {
        items.reverse();
    }
    solved(at, items.join(", "))
}

/// `Count from 1 to 20.`
fn counted_up(question: &str, _: Skill) -> Option<Solved> {
    let lower = question.to_lowercase();
    let at = after(
        &lower,
        &[
            "count from",
            "count up",
            "count to",
            "numbers from",
            "integers from",
            "count 1",
            "numbers 1",
            "count slowly",
        ],
    )?;
    if lower.contains("how many") || lower.contains("sum of") {
        return None;
    }
    let listed = numbers(&question[at.saturating_sub(2)..]);
    let (from, to) = match listed[..] {
        [(_, to)] => (1, to),
        [(_, from), (_, to), ..] => (from, to),
        [] => return None,
    };
    if !(1..=5_000).contains(&(to - from)) {
        return None;
    }
    let between = if lower.contains("line") {
        "\n"
    } else if lower.contains("comma") || !lower.contains("space") {
        ", "
    } else {
        " "
    };
    let numbers: Vec<String> = (from..=to).map(|number| number.to_string()).collect();
    Some(Solved {
        at,
        value: numbers.join(between),
        hard: false,
    })
}

/// `What comes next: 2, 4, 8, 16`
fn next_in_line(question: &str, _: Skill) -> Option<Solved> {
    let at = after(question, &["comes next", "next number", "next term"])?;
    let listed: Vec<i128> = numbers(question)
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    let [.., first, second, third] = listed[..] else {
        return None;
    };
    let next = if third - second == second - first {
        third + (third - second)
    } else if first != 0 && second * second == first * third {
        third * third / second.max(1)
    } else if first + second == third {
        second + third
    } else {
        let differences: Vec<i128> = listed.windows(2).map(|two| two[1] - two[0]).collect();
        let [.., before, last] = differences[..] else {
            return None;
        };
        third + last + (last - before)
    };
    solved(at, next.to_string())
}

fn initials(question: &str, _: Skill) -> Option<Solved> {
    let at = after(
        question,
        &[
            "first letter of each word",
            "first letters of each word",
            "acronym",
            "initials of",
        ],
    )?;
    let letters: String = subject(question)?
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .collect();
    solved(at, letters)
}

fn weekday(question: &str, _: Skill) -> Option<Solved> {
    let at = after(question, &["day of the week"])?;
    let written = question
        .split([' ', '?', ','])
        .find_map(|word| word.trim_end_matches('.').parse::<jiff::civil::Date>().ok())?;
    let name = written.strftime("%A").to_string();
    solved(at, name)
}

fn larger(question: &str, skill: Skill) -> Option<Solved> {
    let at = after(
        question,
        &[
            "which is larger",
            "which is bigger",
            "which is greater",
            "which number is larger",
        ],
    )?;
    let words = question[at..].split([' ', ',', '?', ':']);
    let mut numbers: Vec<(f64, &str)> = words
        .filter_map(|word| {
            Some((
                word.trim_end_matches('.').parse().ok()?,
                word.trim_end_matches('.'),
            ))
        })
        .collect();
    numbers.sort_by(|one, other| one.0.total_cmp(&other.0));
    let chosen = if skill == Skill::Weak {
        numbers.first()?
    } else {
        numbers.last()?
    };
    solved(at, chosen.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(question: &str, expected: &str) {
        let values: Vec<String> = solve(question, Skill::Strong)
            .into_iter()
            .map(|one| one.value)
            .collect();
        assert_eq!(values, [expected], "{question}");
    }

    #[test]
    fn letters_words_and_lists() {
        check(
            "How many times does the letter r appear in the word strawberry?",
            "3",
        );
        check("How many 'r' are in \"strawberry\"?", "3");
        check("How many r's are in strawberry?", "3");
        check(
            "How many times does the digit 7 appear in the numbers from 1 to 100?",
            "20",
        );
        check("Reverse the string \"lanterns\".", "snretnal");
        check("Write lantern backwards: lantern", "nretnal");
        check(
            "Sort these numbers in ascending order: 12, 3, 44, 7",
            "3, 7, 12, 44",
        );
        check("Count from 1 to 5.", "1, 2, 3, 4, 5");
        check("What comes next: 2, 4, 8, 16?", "32");
        check("Which is larger, 9.11 or 9.9?", "9.9");
        check("What day of the week was 2026-11-20?", "Friday");
    }

    #[test]
    fn the_weak_miscount() {
        let weak = solve("How many r's are in strawberry?", Skill::Weak);
        assert_eq!(weak[0].value, "2");
    }
}
