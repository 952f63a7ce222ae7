//! From a spelling to a model.

use serde::Serialize;

use crate::model::Model;
use crate::names::{Named, Names};
use crate::spelling::{claude_respelled, plain, without_vendor};
use crate::suffix::shorten;

/// Longer names are not looked at: no vendor has them, and a request can hold anything.
const LONGEST_NAME: usize = 256;

/// A model that was found, and how.
#[derive(Clone, Copy, Debug)]
pub struct Match<'a> {
    /// The model.
    pub model: &'a Model,
    /// The rule that found it.
    pub rule: Rule,
}

/// How a spelling led to a model, from the surest way to the least sure. Where several rules were
/// needed, the last of this order is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// It is the id.
    Exact,
    /// It is a listed alias.
    Alias,
    /// Without path, variant and brackets, in lower case.
    Normalised,
    /// Without what a cloud or relay puts before it.
    VendorPrefix,
    /// Without a date, or a word for the effort.
    Suffix,
    /// In Claude's other spellings.
    Respelled,
    /// Without a word for the release or the channel.
    Release,
}

/// Why a spelling led nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoMatch {
    /// No rule leads to a known id.
    Unknown,
    /// It names a variant of a known model, with a price of its own.
    OtherVariant,
}

/// Index of a model, and the rule that found it.
pub(crate) type Found = Result<(usize, Rule), NoMatch>;

/// Index of the model that the spelling means.
pub(crate) fn resolve(names: &Names, spelling: &str) -> Found {
    let spelling = spelling.trim();
    if let Some(found) = look_up(names, spelling, Rule::Exact) {
        return found;
    }
    if spelling.is_empty() || spelling.len() > LONGEST_NAME {
        return Err(NoMatch::Unknown);
    }
    let plain = plain(names, spelling);
    let found = resolve_plain(names, &plain.name)?;
    if plain.other_variant {
        return Err(NoMatch::OtherVariant);
    }
    Ok(found)
}

fn resolve_plain(names: &Names, plain: &str) -> Found {
    if let Some(found) = look_up(names, plain, Rule::Normalised) {
        return found;
    }
    let bare = without_vendor(names, plain);
    let rule = if bare.len() < plain.len() {
        Rule::VendorPrefix
    } else {
        Rule::Normalised
    };
    if let Some(found) = look_up_shortened(names, bare, rule) {
        return found;
    }
    for respelled in claude_respelled(bare).iter().flatten() {
        if let Some(found) = look_up_shortened(names, respelled, Rule::Respelled) {
            return found;
        }
    }
    Err(NoMatch::Unknown)
}

/// Looks the name up, then without its last harmless part, and so on.
fn look_up_shortened(names: &Names, name: &str, rule: Rule) -> Option<Found> {
    let (mut name, mut rule) = (name, rule);
    loop {
        if let Some(found) = look_up(names, name, rule) {
            return Some(found);
        }
        let (shorter, by) = shorten(names, name)?;
        (name, rule) = (shorter, rule.max(by));
    }
}

fn look_up(names: &Names, name: &str, rule: Rule) -> Option<Found> {
    names.meaning(name).map(|named| match named {
        Named::Id(model) => Ok((model, rule)),
        Named::Alias(model) => Ok((model, rule.max(Rule::Alias))),
        Named::OwnPrice => Err(NoMatch::Unknown),
    })
}
