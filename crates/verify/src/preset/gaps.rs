//! What stands in the gaps of a preset.

use serde_json::Value;

use crate::random::Random;

/// Fillings of one request.
#[derive(Clone, Debug)]
pub(super) struct Gaps<'a> {
    model: &'a str,
    text: &'a str,
    max_tokens: u64,
    device: String,
    session: String,
    request: String,
}

impl<'a> Gaps<'a> {
    /// Made-up names of device, session and request: the same for the same seed.
    pub(super) fn new(seed: u64, model: &'a str) -> Self {
        let mut random = Random::named(seed, "preset");
        let device = (0..4).map(|_| format!("{:016x}", random.bits())).collect();
        Self {
            model,
            text: "",
            max_tokens: 1_024,
            device,
            session: uuid(&mut random),
            request: uuid(&mut random),
        }
    }

    /// With what is asked.
    pub(super) fn asking(mut self, text: &'a str, max_tokens: u64) -> Self {
        self.text = text;
        self.max_tokens = max_tokens;
        self
    }

    /// A text with its gaps filled. What is filled in is not looked through again.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            filled.push_str(&rest[..at]);
            let known = self
                .known()
                .into_iter()
                .find(|(gap, _)| rest[at..].starts_with(gap));
            let length = match known {
                Some((gap, value)) => {
                    filled.push_str(value);
                    gap.len()
                }
                None => {
                    filled.push('{');
                    1
                }
            };
            rest = &rest[at + length..];
        }
        filled.push_str(rest);
        filled
    }

    /// A value with the gaps of all its texts filled. A text that is nothing but `{max_tokens}` is a number.
    pub(super) fn fill_all(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if text == "{max_tokens}" => self.max_tokens.into(),
            Value::String(text) => self.fill(text).into(),
            Value::Array(items) => items.iter().map(|item| self.fill_all(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.fill_all(value)))
                .collect(),
            other => other.clone(),
        }
    }

    fn known(&self) -> [(&'static str, &str); 5] {
        [
            ("{model}", self.model),
            ("{text}", self.text),
            ("{device}", &self.device),
            ("{session}", &self.session),
            ("{request}", &self.request),
        ]
    }
}

fn uuid(random: &mut Random) -> String {
    let (high, low) = (random.bits(), random.bits());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
