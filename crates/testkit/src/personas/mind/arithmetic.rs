//! Sums, in digits and in words.

use super::quoted::{after, numbers};
use super::{Skill, Solved};

/// What stands for an operator.
const WORDS: &[(&str, char)] = &[
    (" multiplied by ", '*'),
    (" times ", '*'),
    (" divided by ", '/'),
    (" plus ", '+'),
    (" minus ", '-'),
    (" modulo ", '%'),
    (" mod ", '%'),
    (" to the power of ", '^'),
    (" × ", '*'),
    ("×", '*'),
    (" ÷ ", '/'),
    (" x ", '*'),
    ("**", '^'),
    ("−", '-'),
    ("·", '*'),
];

/// All sums of a question.
pub(crate) fn solve(question: &str, skill: Skill) -> Vec<Solved> {
    let mut solved = phrases(question);
    if solved.is_empty() {
        solved = expressions(question);
    }
    let long = |one: &&mut Solved| one.value.len() > 9;
    if skill == Skill::Weak {
        // Long products go wrong in the middle.
        for one in solved.iter_mut().filter(long) {
            one.value = slipped(&one.value);
        }
    }
    solved
}

fn slipped(number: &str) -> String {
    let middle = number.len() / 2;
    let change = |(at, digit): (usize, char)| match digit.to_digit(10) {
        Some(value) if at == middle => char::from_digit((value + 3) % 10, 10).unwrap_or(digit),
        _ => digit,
    };
    number.chars().enumerate().map(change).collect()
}

fn phrases(question: &str) -> Vec<Solved> {
    type Rule = (&'static [&'static str], fn(&[i128]) -> Option<i128>);
    let rules: &[Rule] = &[
        (&["sum of the digits of", "digit sum of"], |n| {
            Some(digits(*n.first()?))
        }),
        (&["sum of the first"], |_| None),
        (&["sum of"], |n| {
            n.iter().try_fold(0i128, |sum, one| sum.checked_add(*one))
        }),
        (&["product of"], |n| {
            n.iter()
                .try_fold(1i128, |product, one| product.checked_mul(*one))
        }),
        (&["difference between", "difference of"], |n| {
            Some((n.first()? - n.get(1)?).abs())
        }),
        (&["remainder when", "remainder of"], |n| {
            n.first()?.checked_rem(*n.get(1)?)
        }),
        (&["greatest common divisor", "gcd"], |n| {
            Some(gcd(*n.first()?, *n.get(1)?))
        }),
        (&["least common multiple", "lcm"], |n| {
            Some(n.first()? / gcd(*n.first()?, *n.get(1)?).max(1) * n.get(1)?)
        }),
        (&["square root of"], |n| n.first().map(|one| one.isqrt())),
        (&["square of"], |n| n.first()?.checked_mul(*n.first()?)),
        (&["multiply"], |n| n.first()?.checked_mul(*n.get(1)?)),
        (&["subtract"], |n| Some(n.get(1)? - n.first()?)),
        (&["add "], |n| Some(n.first()? + n.get(1)?)),
        (&["divide "], |n| n.first()?.checked_div(*n.get(1)?)),
    ];
    let two_at_most = ["sum of", "product of"];
    for (words, compute) in rules {
        let Some(at) = after(question, words) else {
            continue;
        };
        let clause = question[at..]
            .split(['.', '?', '\n', ';'])
            .next()
            .unwrap_or_default();
        let listed: Vec<i128> = numbers(clause)
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        let enough = listed.len() >= 2 || !two_at_most.contains(&words[0]) && !listed.is_empty();
        if enough && let Some(value) = compute(&listed) {
            return vec![Solved {
                at,
                value: value.to_string(),
                hard: true,
            }];
        }
    }
    percent(question).into_iter().collect()
}

fn percent(question: &str) -> Option<Solved> {
    let at = question.find("% of ")?;
    let before = numbers(&question[..at]).last()?.1;
    let behind = numbers(&question[at + 5..]).first()?.1;
    let value = before.checked_mul(behind)?;
    let text = if value % 100 == 0 {
        (value / 100).to_string()
    } else {
        format!("{}", value as f64 / 100.0)
    };
    Some(Solved {
        at,
        value: text,
        hard: true,
    })
}

fn digits(mut number: i128) -> i128 {
    let mut sum = 0;
    while number > 0 {
        sum += number % 10;
        number /= 10;
    }
    sum
}

fn gcd(one: i128, other: i128) -> i128 {
    if other == 0 {
        one
    } else {
        gcd(other, one % other)
    }
}

/// Formulas: `173 * 219`, `(2+3)*4`.
fn expressions(question: &str) -> Vec<Solved> {
    let mut text = question.to_owned();
    for (word, sign) in WORDS {
        text = text.replace(word, &format!(" {sign} "));
    }
    let fits = |letter: char| letter.is_ascii_digit() || "+-*/%^(). ,=".contains(letter);
    let mut solved = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = rest.find(|letter| !fits(letter)).unwrap_or(rest.len());
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let span = rest[..length].trim_matches([' ', '.', ',', '=', '+', '*', '/', '%', '^']);
        let follows = rest.starts_with(|letter: char| letter.is_ascii_digit())
            && text[..at].ends_with(char::is_alphanumeric);
        let goes_on = rest[..length].ends_with(|letter: char| letter.is_ascii_digit())
            && text[at + length..].starts_with(char::is_alphanumeric);
        if let (false, Some(value)) = ((follows || goes_on) && !span.contains('*'), value_of(span))
        {
            solved.push(Solved {
                at,
                value,
                hard: true,
            });
        }
        at += length;
    }
    solved
}

/// The value of a formula; `None` for a date, a range, a lone number or nonsense.
fn value_of(span: &str) -> Option<String> {
    let packed: String = span
        .chars()
        .filter(|letter| *letter != ' ' && *letter != ',')
        .collect();
    let has_sign = packed[1.min(packed.len())..].contains(['+', '*', '/', '%', '^'])
        || span.contains(" - ")
        || packed.contains(")-");
    if !has_sign || span.contains(", ") {
        return None;
    }
    let mut formula = Formula {
        text: packed.as_bytes(),
        at: 0,
    };
    let value = formula.sum()?;
    if formula.at < packed.len() {
        return None;
    }
    Some(if value.fract() == 0.0 && value.abs() < 9e15 {
        format!("{}", value as i64)
    } else {
        whole(&packed).unwrap_or_else(|| format!("{}", (value * 1e6).round() / 1e6))
    })
}

/// Products too long for a float.
fn whole(packed: &str) -> Option<String> {
    let factors: Option<Vec<i128>> = packed
        .split('*')
        .map(|factor| factor.parse().ok())
        .collect();
    let product = factors?.into_iter().try_fold(1i128, i128::checked_mul)?;
    Some(product.to_string())
}

struct Formula<'a> {
    text: &'a [u8],
    at: usize,
}

impl Formula<'_> {
    fn sum(&mut self) -> Option<f64> {
        let mut value = self.product()?;
        while let Some(sign) = self.takes(b"+-") {
            let next = self.product()?;
            value = if sign == b'+' {
                value + next
            } else {
                value - next
            };
        }
        Some(value)
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.power()?;
        while let Some(sign) = self.takes(b"*/%") {
            let next = self.power()?;
            value = match sign {
                b'*' => value * next,
                _ if next == 0.0 => return None,
                b'/' => value / next,
                _ => value % next,
            };
        }
        Some(value)
    }

    fn power(&mut self) -> Option<f64> {
        let value = self.atom()?;
        match self.takes(b"^") {
            Some(_) => Some(value.powf(self.power()?)),
            None => Some(value),
        }
    }

    fn atom(&mut self) -> Option<f64> {
        if self.takes(b"-").is_some() {
            return Some(-self.atom()?);
        }
        if self.takes(b"(").is_some() {
            let value = self.sum()?;
            self.takes(b")")?;
            return Some(value);
        }
        let start = self.at;
        while self
            .text
            .get(self.at)
            .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.')
        {
            self.at += 1;
        }
        std::str::from_utf8(&self.text[start..self.at])
            .ok()?
            .parse()
            .ok()
    }

    fn takes(&mut self, signs: &[u8]) -> Option<u8> {
        let byte = *self.text.get(self.at)?;
        if !signs.contains(&byte) {
            return None;
        }
        self.at += 1;
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(question: &str, expected: &[&str]) {
        let values: Vec<String> = solve(question, Skill::Strong)
            .into_iter()
            .map(|one| one.value)
            .collect();
        assert_eq!(values, expected, "{question}");
    }

    #[test]
    fn sums_in_many_forms() {
        check("What is 2+2?", &["4"]);
        check(
            "Compute 173 multiplied by 219. Verify it, then reply with only the integer.",
            &["37887"],
        );
        check("What is (12 + 3) * 4 - 5?", &["55"]);
        check(
            "Tell me the product of 123456789 and 987654321.",
            &["121932631112635269"],
        );
        check("123456789 * 987654321 = ?", &["121932631112635269"]);
        check("What is 15% of 240?", &["36"]);
        check("Give the sum of 17, 25 and 100", &["142"]);
        check("remainder when 1000 is divided by 7", &["6"]);
        check(
            "2026-08-01 is a date, 1-20 a range and gpt-4.1 a model",
            &[],
        );
        check("Add 17 to 25.", &["42"]);
    }

    #[test]
    fn the_weak_slip_where_it_is_long() {
        let value = |skill| solve("987654 * 123456", skill)[0].value.clone();
        assert_eq!(value(Skill::Strong), (987_654u64 * 123_456).to_string());
        assert_ne!(value(Skill::Weak), value(Skill::Strong));
    }
}
