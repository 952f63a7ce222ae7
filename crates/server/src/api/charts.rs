//! Charts that the core draws.

use app::charts::{Language, Measure};
use app::stations::{ChartAsked, ChartKind};
use app::view::ChartView;
use axum::Json;
use axum::extract::{Path, Query, State};

use super::Api;
use super::answer::{ApiError, number, text};
use super::stations::blocking;

/// Size when nobody says, pixels.
const WIDTH: u32 = 600;
const HEIGHT: u32 = 118;
/// Largest side, pixels.
const LARGEST: u32 = 4_000;
/// Days of a balance when nobody says.
const DAYS: u32 = 30;
/// Longest span of days and months: a hundred years of days.
const MOST_DAYS: u32 = 36_500;
/// Months when nobody says, and at most.
const MONTHS: u32 = 6;
const MOST_MONTHS: u32 = 120;

/// `GET /api/charts/{name}`: `balance`, `months`, `models` of a site, or `sites` side by side.
pub(crate) async fn draw(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<ChartView>, ApiError> {
    let asked = ChartAsked {
        kind: kind(&name, &pairs)?,
        width: within(&pairs, "width", 1, LARGEST)?.unwrap_or(WIDTH),
        height: within(&pairs, "height", 1, LARGEST)?.unwrap_or(HEIGHT),
        language: Language::of(text(&pairs, "lang").unwrap_or_default()),
    };
    Ok(Json(blocking(&api, move |it| it.chart(&asked)).await?))
}

fn kind(name: &str, pairs: &[(String, String)]) -> Result<ChartKind, ApiError> {
    let site = || {
        text(pairs, "site")
            .map(str::to_owned)
            .ok_or_else(|| ApiError::parameter("site", "the id or name of a site"))
    };
    Ok(match name {
        "balance" => ChartKind::Balance {
            site: site()?,
            days: within(pairs, "days", 0, MOST_DAYS)?.unwrap_or(DAYS),
        },
        "months" => ChartKind::Months {
            site: site()?,
            months: within(pairs, "months", 1, MOST_MONTHS)?.unwrap_or(MONTHS),
        },
        "models" => ChartKind::Models { site: site()? },
        "sites" => ChartKind::Sites(match text(pairs, "measure") {
            None => Measure::default(),
            Some(measure) => Measure::named(measure).ok_or_else(|| {
                ApiError::parameter("measure", "one of credit, burn, days, price, token_price")
            })?,
        }),
        _ => {
            return Err(ApiError::parameter(
                "name",
                "one of balance, months, models, sites",
            ));
        }
    })
}

fn within(
    pairs: &[(String, String)],
    name: &str,
    least: u32,
    most: u32,
) -> Result<Option<u32>, ApiError> {
    let expected = format!("a number from {least} to {most}");
    match number::<u32>(pairs, name, &expected)? {
        Some(value) if !(least..=most).contains(&value) => {
            Err(ApiError::parameter(name, &expected))
        }
        value => Ok(value),
    }
}
