//! Reading along: what the user's own traffic shows of who answers it, for nothing.
//!
//! [`sight`] looks at one exchange, [`Standing`] remembers what is usual for a site and model, and tells when
//! that changes suddenly or when something settles the matter. Nothing of what was said is kept: only forms.

mod standing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use standing::{Notice, Standing};

use crate::claim::Claim;
use crate::observe::Observation;
use crate::probes::traits;
use crate::reading::Contradiction;
use crate::tables::Tables;

/// A property by which answers of different backends differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Trait {
    /// Form of the answer's id.
    Id,
    /// Form of the ids of tool calls.
    ToolId,
    /// Whether events of streams are padded.
    Padding,
    /// Members of usage.
    Usage,
    /// The model in thinking signatures.
    SignedModel,
    /// Where thinking was signed.
    SignedPlace,
    /// Whether thinking comes with signatures.
    Signed,
    /// The model that answers name.
    Model,
    /// Rate-limit headers.
    Limits,
}

/// What one exchange shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// The model that was asked for.
    pub model: String,
    /// Forms, in words that stay.
    pub traits: BTreeMap<Trait, String>,
    /// What settles the matter alone.
    pub contradictions: Vec<Contradiction>,
    /// What is odd and settles nothing.
    pub oddities: Vec<Claim>,
}

/// Looks at one exchange of the user's: an answer of the Messages API, or an error that names somebody. `model`
/// is what the client asked for. The caller makes the observation from what passed through; a request body is
/// only needed for stop sequences.
pub fn sight(tables: &Tables, model: &str, seen: &Observation) -> Sighting {
    let mut sighting = Sighting {
        model: model.to_owned(),
        traits: traits::of(tables, seen),
        ..Sighting::default()
    };
    let is_claude = tables.models.find(model).is_some() || model.contains("claude");
    if is_claude {
        sighting.contradictions = traits::contradictions(tables, model, seen);
        sighting.oddities = traits::oddities(seen);
    }
    sighting
}

#[cfg(test)]
mod tests;
