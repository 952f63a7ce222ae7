//! What usage costs, at the rate that is set.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use base::{Currency, Nanos, Timestamp, Usage, UsageBasis};
use price::{Ask, Bill, Catalog, Factor, Quote};
use proxy::CostText;

use crate::settings::SettingsStore;
use crate::view::{CostBasis, PricingView};

/// Prices and the exchange rate in force.
#[derive(Clone, Debug)]
pub struct Pricing {
    catalog: Arc<Catalog>,
    settings: Arc<SettingsStore>,
    /// By name of the site, where it is not 1.
    multipliers: Arc<ArcSwap<HashMap<String, Factor>>>,
    /// The setting and the exact factor that it stands for.
    rate: Arc<ArcSwap<(f64, Factor)>>,
}

/// The cost of one usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// US dollars, with the site's multiplier; `None` without a price.
    pub usd: Option<Nanos>,
    /// The same at list price.
    pub list: Option<Nanos>,
    /// What the prompt cache saved, US dollars.
    pub saved: Option<Nanos>,
    /// Where the amount comes from.
    pub basis: CostBasis,
}

impl Pricing {
    /// Prices from a catalog.
    pub fn new(catalog: Arc<Catalog>, settings: Arc<SettingsStore>) -> Self {
        Self {
            catalog,
            settings,
            multipliers: Arc::default(),
            rate: Arc::new(ArcSwap::from_pointee((1.0, Factor::ONE))),
        }
    }

    /// The price tables.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The price tables, to be held on to.
    pub fn shared_catalog(&self) -> Arc<Catalog> {
        self.catalog.clone()
    }

    /// The exchange rate in force: renminbi for one US dollar.
    pub fn rate(&self) -> Factor {
        let setting = self.settings.now().pricing.exchange_rate;
        let known = *self.rate.load_full();
        if known.0 == setting {
            return known.1;
        }
        let factor = Factor::from_setting(setting).unwrap_or(Factor::ONE);
        self.rate.store(Arc::new((setting, factor)));
        factor
    }

    /// What sites multiply list prices with, by name; holds from the next amount on.
    pub(crate) fn set_multipliers(&self, multipliers: HashMap<String, Factor>) {
        self.multipliers.store(Arc::new(multipliers));
    }

    fn multiplier(&self, site: Option<&str>) -> Factor {
        let multipliers = self.multipliers.load();
        if multipliers.is_empty() {
            return Factor::ONE;
        }
        let known = site.and_then(|site| multipliers.get(site));
        known.copied().unwrap_or(Factor::ONE)
    }

    fn ask<'a>(
        &self,
        site: Option<&str>,
        model: &'a str,
        usage: &'a Usage,
        at: Timestamp,
    ) -> Ask<'a> {
        Ask {
            multiplier: self.multiplier(site),
            ..Ask::new(model, usage, at, self.rate())
        }
    }

    /// The cost of a usage at a site, and how sure it is.
    pub fn cost(
        &self,
        site: Option<&str>,
        model: Option<&str>,
        usage: &Usage,
        basis: UsageBasis,
        at: Timestamp,
    ) -> Cost {
        let nothing = Cost {
            usd: None,
            list: None,
            saved: None,
            basis: CostBasis::None,
        };
        if basis == UsageBasis::Unknown {
            return nothing;
        }
        let unpriced = Cost {
            basis: CostBasis::Unpriced,
            ..nothing
        };
        let Some(model) = model else { return unpriced };
        let ask = self.ask(site, model, usage, at);
        match self.catalog.quote(&ask) {
            Quote::Unpriced(_) => unpriced,
            Quote::Priced(bill) => self.cost_of(&bill, &ask, basis),
        }
    }

    fn cost_of(&self, bill: &Bill<'_>, ask: &Ask<'_>, basis: UsageBasis) -> Cost {
        Cost {
            usd: Some(bill.usd),
            list: match ask.multiplier {
                Factor::ONE => Some(bill.usd),
                _ => self.list(ask.model, ask.usage, ask.at),
            },
            saved: Some(saved(bill)),
            basis: match basis {
                UsageBasis::Exact => CostBasis::Exact,
                _ => CostBasis::Estimate,
            },
        }
    }

    fn list(&self, model: &str, usage: &Usage, at: Timestamp) -> Option<Nanos> {
        match self.catalog.quote(&Ask::new(model, usage, at, self.rate())) {
            Quote::Unpriced(_) => None,
            Quote::Priced(bill) => Some(bill.usd),
        }
    }

    /// The cost as header text.
    pub fn text(
        &self,
        site: Option<&str>,
        model: &str,
        usage: &Usage,
        at: Timestamp,
    ) -> Option<CostText> {
        let (usd, cny) = self
            .catalog
            .quote_totals(&self.ask(site, model, usage, at))?;
        Some(CostText {
            usd: usd.to_string(),
            cny: cny.to_string(),
        })
    }

    /// The cost of a usage as [`Pricing::cost`] tells it, and how it comes about, line by line; `None`
    /// for an unknown usage.
    pub fn explained(
        &self,
        site: Option<&str>,
        model: Option<&str>,
        usage: &Usage,
        basis: UsageBasis,
        at: Timestamp,
    ) -> (Cost, Option<PricingView>) {
        let mut cost = Cost {
            usd: None,
            list: None,
            saved: None,
            basis: CostBasis::None,
        };
        if basis == UsageBasis::Unknown {
            return (cost, None);
        }
        cost.basis = CostBasis::Unpriced;
        let unpriced = |reason: &str| PricingView {
            matched: None,
            lines: Vec::new(),
            without_cache_usd: None,
            since: None,
            source: None,
            multiplier: None,
            reason: Some(reason.to_owned()),
        };
        let Some(model) = model else {
            return (cost, Some(unpriced("no_model")));
        };
        let ask = self.ask(site, model, usage, at);
        match self.catalog.quote(&ask) {
            Quote::Unpriced(why) => (cost, Some(unpriced(why.code()))),
            Quote::Priced(bill) => {
                let cost = self.cost_of(&bill, &ask, basis);
                (cost, Some(self.view(&bill, &ask)))
            }
        }
    }

    fn view(&self, bill: &Bill<'_>, ask: &Ask<'_>) -> PricingView {
        let is_list = ask.multiplier == Factor::ONE;
        let source = bill.row.provenance.sources.first();
        let source = source.and_then(|key| self.catalog.source(key));
        PricingView {
            matched: Some(bill.matched.model.id.to_string()),
            lines: bill.lines.iter().map(line).collect(),
            without_cache_usd: Some(bill.without_cache.to_f64()),
            since: bill.row.from.map(|from| from.to_string()[..10].to_owned()),
            source: source.map(|source| source.title.to_string()),
            multiplier: (!is_list).then(|| ask.multiplier.to_string()),
            reason: None,
        }
    }

    /// List prices of a million prompt and generated tokens in US dollars, for display. `None` where no
    /// price in dollars is known.
    pub fn list_price(&self, model: &str, at: Timestamp) -> Option<(f64, f64)> {
        let row = self.catalog.find(model)?.model.row_at(at)?;
        let rate = match row.currency {
            Currency::Usd => 1.0,
            Currency::Cny => self.settings.now().pricing.exchange_rate,
        };
        let usd = |amount: Nanos| amount.to_f64() / rate;
        Some((usd(row.rates.input), usd(row.rates.output)))
    }

    /// US dollars as renminbi, for display.
    pub fn cny(&self, usd: f64) -> f64 {
        usd * self.settings.now().pricing.exchange_rate
    }
}

fn saved(bill: &Bill<'_>) -> Nanos {
    Nanos((bill.without_cache.0 - bill.usd.0).max(0))
}

fn line(line: &price::Line) -> (String, u32, f64, f64) {
    let name = serde_json::to_value(line.bucket).ok();
    let name = name
        .as_ref()
        .and_then(|name| name.as_str())
        .unwrap_or_default()
        .to_owned();
    let count = u32::try_from(line.count).unwrap_or(u32::MAX);
    (name, count, line.price.amount.to_f64(), line.usd.to_f64())
}
