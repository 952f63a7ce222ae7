//! The shape of a price file. Every section may stand in every file; prices are text.

use std::collections::BTreeMap;

use base::Currency;
use serde::{Deserialize, Serialize};
use toml::value::Datetime;

use crate::error::PriceError;
use crate::model::Confidence;
use crate::place::toml_error;
use crate::tool::ToolKind;

/// One file of `config/pricing`, or the user's own.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PriceFile {
    /// Date of the whole table.
    pub(crate) version: Option<String>,
    /// Who sells the models of this file.
    pub(crate) vendor: Option<String>,
    pub(crate) sources: BTreeMap<String, Source>,
    /// Calendar, year, spans of days.
    pub(crate) holidays: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    pub(crate) windows: BTreeMap<String, WindowEntry>,
    pub(crate) names: NameLists,
    /// Further spellings: from spelling to id.
    pub(crate) aliases: BTreeMap<String, String>,
    pub(crate) server_tool: Vec<ToolEntry>,
    pub(crate) model: Vec<ModelEntry>,
}

impl PriceFile {
    /// Reads the text; the error names the file, the row and the field.
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, PriceError> {
        toml::from_str(text).map_err(|error| toml_error(file, text, &error))
    }
}

/// Where a price was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it is.
    pub title: String,
    /// Address of the page.
    pub address: String,
    /// Date or span of dates it was read.
    pub as_of: String,
}

/// The word lists of `names.toml`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NameLists {
    pub(crate) vendor_prefixes: Vec<String>,
    pub(crate) effort: Vec<String>,
    pub(crate) endings: Vec<String>,
    pub(crate) variants: Vec<String>,
    pub(crate) own_models: Vec<String>,
    pub(crate) own_prices: Vec<String>,
}

/// Hours of the week in which some rows hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowEntry {
    pub(crate) days: String,
    pub(crate) utc: Vec<String>,
    /// Calendar of holidays on which the window is closed.
    #[serde(rename = "except")]
    pub(crate) closed: Option<String>,
}

/// Price of something that the vendor's servers do.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToolEntry {
    pub(crate) id: String,
    pub(crate) counts: ToolKind,
    /// Beginnings of model ids; none means all of the vendor's.
    #[serde(default)]
    pub(crate) models: Vec<String>,
    pub(crate) currency: Currency,
    pub(crate) per_thousand: String,
    pub(crate) from: Option<Datetime>,
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    pub(crate) notes: Option<String>,
}

/// A model and its prices.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelEntry {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    pub(crate) currency: Option<Currency>,
    pub(crate) context: Option<u64>,
    pub(crate) cache_min_tokens: Option<u64>,
    pub(crate) batch_multiplier: Option<String>,
    #[serde(default)]
    pub(crate) multipliers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) deprecated: Option<String>,
    pub(crate) notes: Option<String>,
    #[serde(default)]
    pub(crate) price: Vec<PeriodEntry>,
}

/// Prices of one period.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeriodEntry {
    pub(crate) label: Option<String>,
    pub(crate) from: Option<Datetime>,
    pub(crate) to: Option<Datetime>,
    pub(crate) window: Option<String>,
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) cache_read: Option<String>,
    #[serde(default)]
    pub(crate) cache_write: BTreeMap<String, String>,
    pub(crate) cny: Option<RatesEntry>,
    #[serde(default)]
    pub(crate) tier: Vec<TierEntry>,
}

/// Prices above a length of the prompt.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TierEntry {
    pub(crate) above: u64,
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) cache_read: Option<String>,
    #[serde(default)]
    pub(crate) cache_write: BTreeMap<String, String>,
}

/// A second price list.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RatesEntry {
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) cache_read: Option<String>,
    #[serde(default)]
    pub(crate) cache_write: BTreeMap<String, String>,
}
