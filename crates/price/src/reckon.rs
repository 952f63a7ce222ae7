//! The arithmetic of a bill, exact until the last step.

use base::{Currency, Nanos, Usage};

use crate::ask::Ask;
use crate::bucket::Bucket;
use crate::exact::Exact;
use crate::factor::Factor;
use crate::model::Model;
use crate::quote::{Line, Money};
use crate::rates::Rates;
use crate::row::{Row, Tier};
use crate::tool::ToolPrice;
use crate::unpriced::Unpriced;

/// Everything that was chosen for a usage; what is left is to multiply.
pub(crate) struct Reckoning<'a> {
    pub(crate) row: &'a Row,
    pub(crate) tier: Option<&'a Tier>,
    pub(crate) modifier: Factor,
    multiplier: Factor,
    exchange_rate: Factor,
    usage: &'a Usage,
    search: Option<&'a ToolPrice>,
}

impl<'a> Reckoning<'a> {
    /// Chooses the tier and the factors.
    pub(crate) fn new(
        ask: &Ask<'a>,
        model: &'a Model,
        row: &'a Row,
        search: Option<&'a ToolPrice>,
    ) -> Result<Self, Unpriced<'a>> {
        let mut modifier = Factor::ONE;
        for &name in ask.modifiers {
            let unknown = Unpriced::UnknownModifier {
                model,
                modifier: name,
            };
            let factor = model.modifier(name).ok_or(unknown)?;
            modifier = modifier.then(factor).ok_or(Unpriced::OutOfRange)?;
        }
        let reckoning = Self {
            row,
            tier: row.tier_for(ask.usage.prompt()),
            modifier,
            multiplier: ask.multiplier,
            exchange_rate: ask.exchange_rate,
            usage: ask.usage,
            search,
        };
        match reckoning.bucket_without_price() {
            None => Ok(reckoning),
            Some((bucket, count)) => Err(Unpriced::NoPrice {
                row,
                bucket,
                count,
                rest_usd: reckoning.total(Currency::Usd),
            }),
        }
    }

    fn rates(&self) -> &'a Rates {
        self.tier.map_or(&self.row.rates, |tier| &tier.rates)
    }

    fn bucket_without_price(&self) -> Option<(Bucket, u64)> {
        let mut charges = self.rates().charges(self.usage).into_iter();
        let missing = charges.find(|(_, count, price)| *count > 0 && price.is_none());
        let searches = self.usage.web_searches;
        let searched =
            (searches > 0 && self.search.is_none()).then_some((Bucket::WebSearch, searches));
        missing
            .map(|(bucket, count, _)| (bucket, count))
            .or(searched)
    }

    /// The amount in that currency; what has no price is left out. `None` does not fit.
    pub(crate) fn total(&self, to: Currency) -> Option<Nanos> {
        self.sum(self.rates(), self.row.currency, to)
    }

    /// The amount by the vendor's renminbi list, else in the row's currency.
    pub(crate) fn native(&self) -> Option<Money> {
        let (rates, currency) = match &self.row.cny {
            Some(cny) => (cny, Currency::Cny),
            None => (self.rates(), self.row.currency),
        };
        let amount = self.sum(rates, currency, currency)?;
        Some(Money { currency, amount })
    }

    /// The amount in US dollars, had every prompt token been a fresh one.
    pub(crate) fn without_cache(&self) -> Option<Nanos> {
        let rates = self.rates();
        let input = product(self.usage.prompt(), rates.input);
        let units = input.checked_add(product(self.usage.output, rates.output))?;
        self.finish(units, self.row.currency, Currency::Usd)
    }

    /// The lines of what was used.
    pub(crate) fn lines(&self) -> Option<Vec<Line>> {
        let charges = self.rates().charges(self.usage).into_iter();
        let tokens = charges
            .map(|(bucket, count, price)| (bucket, count, price, self.row.currency, self.modifier));
        let search = self.search.map(|tool| {
            let price = Some(tool.per_thousand);
            (
                Bucket::WebSearch,
                self.usage.web_searches,
                price,
                tool.currency,
                Factor::ONE,
            )
        });
        let used = tokens.chain(search).filter(|(_, count, ..)| *count > 0);
        let lines = used.map(|(bucket, count, price, currency, modifier)| {
            let amount = price?;
            let list = Exact::new(product(count, amount), i128::from(bucket.per()));
            let usd = self.convert(list.times(modifier)?, currency, Currency::Usd)?;
            Some(Line {
                bucket,
                count,
                price: Money { currency, amount },
                usd: usd.times(self.multiplier)?.round()?,
            })
        });
        lines.collect()
    }

    fn sum(&self, rates: &Rates, from: Currency, to: Currency) -> Option<Nanos> {
        let mut units: i128 = 0;
        for (_, count, price) in rates.charges(self.usage) {
            units = units.checked_add(product(count, price.unwrap_or_default()))?;
        }
        self.finish(units, from, to)
    }

    /// Modifiers on tokens, searches added, currency changed, multiplied, and rounded once.
    fn finish(&self, token_units: i128, from: Currency, to: Currency) -> Option<Nanos> {
        let tokens =
            Exact::new(token_units, i128::from(Bucket::Input.per())).times(self.modifier)?;
        let mut sum = self.convert(tokens, from, to)?;
        if let Some(tool) = self.search.filter(|_| self.usage.web_searches > 0) {
            let units = product(self.usage.web_searches, tool.per_thousand);
            let searches = Exact::new(units, i128::from(Bucket::WebSearch.per()));
            sum = sum.plus(self.convert(searches, tool.currency, to)?)?;
        }
        sum.times(self.multiplier)?.round()
    }

    fn convert(&self, amount: Exact, from: Currency, to: Currency) -> Option<Exact> {
        match (from, to) {
            (Currency::Usd, Currency::Cny) => amount.times(self.exchange_rate),
            (Currency::Cny, Currency::Usd) => amount.over(self.exchange_rate),
            _ => Some(amount),
        }
    }
}

/// Always fits: u64 times i64 is below 2¹²⁷.
fn product(count: u64, price: Nanos) -> i128 {
    i128::from(count) * i128::from(price.0)
}
