//! One function per chart: a view in, a picture out.

use base::Timestamp;
use chart::charts::{
    BalanceOverTime, ModelSpend, MonthFigures, Recharge, RechargeByMonth, SiteFigures,
    SitesSideBySide, SpendByModel,
};
use chart::{Size, Unit};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use super::ChartError;
use super::words::{Language, Words};
use crate::view::{ChartView, ComparedSite, Comparison, EntryView, MonthSum, SiteSeries};

/// A hundred years: more days than anybody has.
const MOST_DAYS: u32 = 36_500;

/// The picture that is wanted.
#[derive(Clone, Debug)]
pub struct Canvas {
    /// Width on the screen, pixels.
    pub width: u32,
    /// Height on the screen, pixels; charts of rows are as high as they need.
    pub height: u32,
    /// Language of the labels.
    pub language: Language,
    /// The present moment.
    pub now: Timestamp,
    /// Where days and months begin.
    pub zone: TimeZone,
}

impl Canvas {
    fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }

    fn today(&self) -> Date {
        Zoned::new(self.now.to_jiff(), self.zone.clone()).date()
    }
}

/// What sites are compared by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// Credit left and consumed.
    #[default]
    Credit,
    /// Consumed per day.
    Burn,
    /// Days left.
    Days,
    /// Renminbi paid per US dollar of credit.
    Price,
    /// Renminbi paid per million tokens.
    TokenPrice,
}

impl Measure {
    /// By its name in the API: `credit|burn|days|price|token_price`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "credit" => Self::Credit,
            "burn" => Self::Burn,
            "days" => Self::Days,
            "price" => Self::Price,
            "token_price" => Self::TokenPrice,
            _ => return None,
        })
    }
}

/// Balance over the last `days`, or since the first one that is known (0).
///
/// # Errors
/// When it cannot be drawn.
pub fn balance(series: &SiteSeries, days: u32, canvas: &Canvas) -> Result<ChartView, ChartError> {
    let words = Words::in_language(canvas.language)?;
    let quota = series.unit == "quota";
    let balances: Vec<_> = series
        .points
        .iter()
        .filter_map(|point| Some((Timestamp::parse(&point.at)?, Some(point.value))))
        .collect();
    let first = balances.iter().map(|(at, _)| *at).min();
    let from = match days {
        0 => first.unwrap_or(canvas.now),
        days => canvas
            .now
            .plus_micros(-i64::from(days.min(MOST_DAYS)) * 24 * 3_600 * 1_000_000),
    };
    let recharges = if quota {
        Vec::new()
    } else {
        series.events.iter().filter_map(credited).collect()
    };
    let title = words.titles.balance.replace("{site}", &series.name);
    let chart = BalanceOverTime {
        from,
        to: canvas.now,
        ends_now: true,
        balances,
        recharges,
        threshold: series.threshold_usd.filter(|_| !quota),
        unit: if quota {
            Unit::count(&words.units.quota)
        } else {
            Unit::money("$")
        },
        zone: canvas.zone.clone(),
    };
    let drawn = chart.draw(canvas.size(), &words.labels, &title)?;
    Ok(ChartView::new(drawn, title))
}

fn credited(entry: &EntryView) -> Option<Recharge> {
    let given = matches!(entry.kind.as_str(), "recharge" | "check-in");
    Some(Recharge {
        at: Timestamp::parse(&entry.at)?,
        credited: entry.credit_usd.filter(|_| given)?,
    })
}

/// Recharged and consumed in the last `count` months, from the first one that has figures.
///
/// # Errors
/// When it cannot be drawn.
pub fn months(series: &SiteSeries, count: u32, canvas: &Canvas) -> Result<ChartView, ChartError> {
    let words = Words::in_language(canvas.language)?;
    let title = words.titles.months.replace("{site}", &series.name);
    let mut months: Vec<_> = (0..count.clamp(1, 120))
        .map_while(|back| {
            canvas
                .today()
                .first_of_month()
                .checked_sub(i64::from(back).months())
                .ok()
        })
        .map(|month| figures(month, &series.months))
        .collect();
    months.reverse();
    let known = |month: &MonthFigures| month.recharged.is_some() || month.consumed.is_some();
    let first = months.iter().position(known).unwrap_or(months.len());
    let chart = RechargeByMonth {
        months: months.split_off(first),
        unit: Unit::money("$"),
    };
    let drawn = chart.draw(canvas.size(), &words.labels, &title)?;
    Ok(ChartView::new(drawn, title))
}

fn figures(month: Date, sums: &[MonthSum]) -> MonthFigures {
    let name = format!("{:04}-{:02}", month.year(), month.month());
    let sum = sums.iter().find(|sum| sum.month == name);
    MonthFigures {
        month,
        recharged: sum.map(|sum| sum.recharged_usd),
        consumed: sum.and_then(|sum| sum.consumed_usd),
    }
}

/// Spend by model. Models without a price are left out: nobody knows their place.
///
/// # Errors
/// When it cannot be drawn.
pub fn models(series: &SiteSeries, canvas: &Canvas) -> Result<ChartView, ChartError> {
    let words = Words::in_language(canvas.language)?;
    let title = words.titles.models.replace("{site}", &series.name);
    let chart = SpendByModel {
        models: series
            .models
            .iter()
            .filter_map(|model| {
                Some(ModelSpend {
                    name: short(&model.model).to_owned(),
                    spent: model.cost_usd?,
                })
            })
            .collect(),
        unit: Unit::money("$"),
    };
    let drawn = chart.draw(canvas.size(), &words.labels, &title)?;
    Ok(ChartView::new(drawn, title))
}

/// `claude-sonnet-4-5-20250929` is `sonnet-4-5`: a row has little room.
fn short(model: &str) -> &str {
    let model = model.strip_prefix("claude-").unwrap_or(model);
    match model.rsplit_once('-') {
        Some((name, day)) if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) => {
            name
        }
        _ => model,
    }
}

/// Sites side by side; those that have none of the figures are left out.
///
/// # Errors
/// When it cannot be drawn.
pub fn sites(
    comparison: &Comparison,
    measure: Measure,
    canvas: &Canvas,
) -> Result<ChartView, ChartError> {
    let words = Words::in_language(canvas.language)?;
    let names = &words.measures;
    let measures = match measure {
        Measure::Credit => vec![names.remaining.clone(), names.consumed.clone()],
        Measure::Burn => vec![names.burn.clone()],
        Measure::Days => vec![names.days.clone()],
        Measure::Price => vec![names.price.clone()],
        Measure::TokenPrice => vec![names.token_price.clone()],
    };
    let title = words
        .titles
        .sites
        .replace("{measures}", &measures.join(", "));
    let chart = SitesSideBySide {
        measures,
        sites: comparison
            .sites
            .iter()
            .map(|site| SiteFigures {
                name: site.name.clone(),
                values: values(site, measure),
            })
            .filter(|site| site.values.iter().any(Option::is_some))
            .collect(),
        unit: match measure {
            Measure::Credit | Measure::Burn => Unit::money("$"),
            Measure::Days => Unit {
                decimals: 1,
                ..Unit::count(&words.units.days)
            },
            Measure::Price | Measure::TokenPrice => Unit::money("¥"),
        },
    };
    let drawn = chart.draw(canvas.size(), &title)?;
    Ok(ChartView::new(drawn, title))
}

fn values(site: &ComparedSite, measure: Measure) -> Vec<Option<f64>> {
    match measure {
        Measure::Credit => vec![site.remaining_usd, site.consumed_usd],
        Measure::Burn => vec![site.burn_usd_per_day],
        Measure::Days => vec![site.days_left],
        Measure::Price => vec![site.cny_per_usd],
        Measure::TokenPrice => vec![site.cny_per_million_tokens],
    }
}

#[cfg(test)]
#[path = "draw_tests.rs"]
mod tests;
