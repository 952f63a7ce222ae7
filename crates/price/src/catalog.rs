//! The whole price table, ready to answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Currency, Nanos};

use crate::ask::Ask;
use crate::bundled::FILES;
use crate::compile::add_layer;
use crate::error::PriceError;
use crate::file::{PriceFile, Source};
use crate::model::Model;
use crate::names::Names;
use crate::quote::{Bill, Caveat, Quote};
use crate::reckon::Reckoning;
use crate::resolve::{Match, NoMatch, resolve};
use crate::tool::ToolPrice;
use crate::unpriced::Unpriced;
use crate::window::{Holidays, Window};

/// What the name of the user's rows is in errors.
const OVERRIDES: &str = "the user's prices";

/// The price table. It never changes once it is built; share it in an [`Arc`].
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub(crate) models: Vec<Model>,
    pub(crate) tools: Vec<ToolPrice>,
    pub(crate) names: Names,
    pub(crate) sources: BTreeMap<Arc<str>, Source>,
    pub(crate) windows: BTreeMap<Arc<str>, Arc<Window>>,
    pub(crate) calendars: BTreeMap<Arc<str>, Arc<Holidays>>,
    pub(crate) version: Arc<str>,
    layers: u8,
}

// === building ===

impl Catalog {
    /// The table that is compiled in.
    ///
    /// # Errors
    /// None in a program whose tests pass: they load it.
    pub fn bundled() -> Result<Self, PriceError> {
        Self::from_toml(FILES)
    }

    /// A table from files, each with its name for errors. Files may refer to each other in any order.
    ///
    /// # Errors
    /// The first thing that is wrong, with file, row and field.
    pub fn from_toml(files: &[(&str, &str)]) -> Result<Self, PriceError> {
        Self::default().with_layer(files)
    }

    /// The same table with the user's rows on top: where one of them holds, it goes before the bundled
    /// row of the same model, and everywhere else the bundled row stays. Names, sources and
    /// attributes are added or replaced. The text has the shape of a bundled file.
    ///
    /// # Errors
    /// The first thing that is wrong, with row and field.
    pub fn with_overrides(self, toml: &str) -> Result<Self, PriceError> {
        self.with_layer(&[(OVERRIDES, toml)])
    }

    fn with_layer(mut self, files: &[(&str, &str)]) -> Result<Self, PriceError> {
        let read = files
            .iter()
            .map(|&(name, text)| Ok((name, PriceFile::read(name, text)?)));
        let read = read.collect::<Result<Vec<_>, PriceError>>()?;
        let layer = self.layers;
        add_layer(&mut self, layer, read)?;
        self.layers = layer.saturating_add(1);
        Ok(self)
    }
}

// === reading ===

impl Catalog {
    /// Date of the bundled table, `2026-11-20`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many models have a price.
    pub fn models_count(&self) -> usize {
        self.models.len()
    }

    /// All models, in the order of the files.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// All prices of what vendors' servers do besides generating.
    pub fn tools(&self) -> &[ToolPrice] {
        &self.tools
    }

    /// The source behind a key of [`crate::Provenance::sources`].
    pub fn source(&self, key: &str) -> Option<&Source> {
        self.sources.get(key)
    }

    /// The model that a spelling means.
    pub fn find(&self, model: &str) -> Option<Match<'_>> {
        self.resolve(model).ok()
    }
}

// === pricing ===

impl Catalog {
    /// What a usage costs, line by line, or why it has no price.
    pub fn quote<'a>(&'a self, ask: &Ask<'a>) -> Quote<'a> {
        match self.bill(ask) {
            Ok(bill) => Quote::Priced(bill),
            Err(unpriced) => Quote::Unpriced(unpriced),
        }
    }

    /// What a usage costs in US dollars, without the lines. `None` has no price; [`Catalog::quote`]
    /// says why.
    pub fn quote_total(&self, ask: &Ask<'_>) -> Option<Nanos> {
        let (_, reckoning) = self.reckon(ask).ok()?;
        reckoning.total(Currency::Usd)
    }

    /// What a usage costs in US dollars and in renminbi, without the lines. `None` has no price.
    pub fn quote_totals(&self, ask: &Ask<'_>) -> Option<(Nanos, Nanos)> {
        let (_, reckoning) = self.reckon(ask).ok()?;
        let in_currency = |currency| reckoning.total(currency);
        in_currency(Currency::Usd).zip(in_currency(Currency::Cny))
    }

    fn bill<'a>(&'a self, ask: &Ask<'a>) -> Result<Bill<'a>, Unpriced<'a>> {
        let (matched, reckoning) = self.reckon(ask)?;
        let row = reckoning.row;
        let missing_year = row
            .window
            .as_ref()
            .and_then(|window| window.missing_year(ask.at));
        let fits = Unpriced::OutOfRange;
        Ok(Bill {
            matched,
            row,
            tier: reckoning.tier,
            lines: reckoning.lines().ok_or(fits)?,
            modifier: reckoning.modifier,
            multiplier: ask.multiplier,
            native: reckoning.native().ok_or(fits)?,
            usd: reckoning.total(Currency::Usd).ok_or(fits)?,
            cny: reckoning.total(Currency::Cny).ok_or(fits)?,
            without_cache: reckoning.without_cache().ok_or(fits)?,
            caveat: missing_year.map(|year| Caveat::HolidaysUnknown { year }),
        })
    }

    fn reckon<'a>(&'a self, ask: &Ask<'a>) -> Result<(Match<'a>, Reckoning<'a>), Unpriced<'a>> {
        let matched = self.resolve(ask.model).map_err(|no_match| match no_match {
            NoMatch::Unknown => Unpriced::UnknownModel,
            NoMatch::OtherVariant => Unpriced::OtherVariant,
        })?;
        let model = matched.model;
        let row = model.row_at(ask.at).ok_or(Unpriced::NoRow { model })?;
        let searched = ask.usage.web_searches > 0;
        let tools = self.tools.iter().filter(|_| searched);
        let search = tools.filter(|tool| tool.is_search_of(&model.vendor, &model.id, ask.at));
        let search = search.max_by_key(|tool| (tool.layer, tool.from));
        Ok((matched, Reckoning::new(ask, model, row, search)?))
    }

    fn resolve(&self, model: &str) -> Result<Match<'_>, NoMatch> {
        let (index, rule) = resolve(&self.names, model)?;
        let model = self.models.get(index).ok_or(NoMatch::Unknown)?;
        Ok(Match { model, rule })
    }
}
