//! Layers that change what is counted.

use serde_json::Value;

use crate::personas::chance::Chance;
use crate::personas::site::{Answered, Layer, Site, Visit, after};
use crate::personas::tokens::{Family, count};

const INPUT: [&str; 3] = [
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
];

/// Multiplies the figures, in percent.
pub(crate) fn multiplies_usage(input: u64, output: u64) -> Box<dyn Layer> {
    after(move |_, answered| {
        for name in INPUT {
            change(answered, name, |figure| figure * input / 100);
        }
        change(answered, "output_tokens", |figure| figure * output / 100);
    })
}

/// Adds to every prompt.
pub(crate) fn adds_to_input(tokens: u64) -> Box<dyn Layer> {
    after(move |_, answered| change(answered, "input_tokens", |figure| figure + tokens))
}

/// Adds a little that differs every time.
pub(crate) fn jitters_usage(most: usize) -> Box<dyn Layer> {
    let chance = Chance::named("jitter");
    after(move |_, answered| {
        let more = chance.dice().below(most) as u64;
        change(answered, "input_tokens", |figure| figure + more);
    })
}

struct BillsInFull(Box<dyn Layer>);

/// Bills what was asked, although a layer behind it sends less on.
pub(crate) fn bills_in_full(shortening: Box<dyn Layer>) -> Box<dyn Layer> {
    Box::new(BillsInFull(shortening))
}

impl Layer for BillsInFull {
    fn around(&self, visit: Visit, inner: &dyn Site) -> Answered {
        let asked = count(Family::New, &visit.body["messages"].to_string());
        let mut answered = self.0.around(visit, inner);
        change(&mut answered, "input_tokens", |figure| figure.max(asked));
        answered
    }
}

fn change(answered: &mut Answered, name: &str, new: impl Fn(u64) -> u64) {
    let Some(message) = answered.message() else {
        return;
    };
    if let Some(figure) = message["usage"][name].as_u64() {
        message["usage"][name] = Value::from(new(figure));
    }
}
