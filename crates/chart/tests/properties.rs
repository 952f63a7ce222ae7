//! Whatever the figures are, the picture is sound: no number that is none, nothing outside the sheet, the same twice.

#![allow(clippy::panic, reason = "tests may fail by panicking")]

mod given;

use base::Timestamp;
use given::{english, noon};
use proptest::prelude::*;
use relayscope_chart::charts::{
    BalanceOverTime, ModelSpend, MonthFigures, Recharge, RechargeByMonth, SiteFigures,
    SitesSideBySide, SpendByModel,
};
use relayscope_chart::{Chart, Size, Unit};

/// Any figure, the nasty ones often.
fn figure() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -1e4..1e4_f64,
        Just(0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
        Just(-0.0),
    ]
}

fn maybe() -> impl Strategy<Value = Option<f64>> {
    prop::option::of(figure())
}

fn moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        any::<i64>().prop_map(Timestamp),
        (-40..80i64).prop_map(noon)
    ]
}

fn any_size() -> impl Strategy<Value = Size> {
    (0..3_000u32, 0..1_000u32).prop_map(|(width, height)| Size::new(width, height))
}

/// Every number of an attribute or a list of points.
fn numbers(svg: &str, attribute: &str) -> Vec<i64> {
    let start = format!(" {attribute}=\"");
    svg.split(&start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .flat_map(|value| value.split([' ', ',']))
        .filter(|number| !number.is_empty())
        .map(|number| {
            number
                .parse()
                .unwrap_or_else(|_| panic!("{attribute}={number}"))
        })
        .collect()
}

fn sound(chart: &Chart) {
    let svg = &chart.svg;
    assert!(svg.starts_with("<svg class=\"chart x2\" role=\"img\" aria-label="));
    assert!(svg.trim_end().ends_with("</svg>"));
    let texts = svg.matches("<text").count();
    assert_eq!(texts, svg.matches("</text>").count());
    let room = i64::from(chart.width.max(chart.height)) + 8;
    for attribute in ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "points"] {
        for number in numbers(svg, attribute) {
            assert!(
                (-8..=room).contains(&number),
                "{attribute}={number} of {room}"
            );
        }
    }
    for attribute in ["width", "height"] {
        assert!(numbers(svg, attribute).iter().all(|size| *size >= 0));
    }
    for point in &chart.points {
        assert!((-8..=chart.width + 8).contains(&point.x), "{point:?}");
        assert!((-8..=chart.height + 8).contains(&point.y), "{point:?}");
        assert!(
            point
                .values
                .iter()
                .all(|value| value.value.is_none_or(f64::is_finite))
        );
    }
}

proptest! {
    #[test]
    fn balances(
        from in moment(),
        to in moment(),
        balances in prop::collection::vec((moment(), maybe()), 0..60),
        recharges in prop::collection::vec((moment(), figure()), 0..8),
        threshold in maybe(),
        size in any_size(),
    ) {
        let chart = BalanceOverTime {
            from,
            to,
            ends_now: true,
            balances,
            recharges: recharges.into_iter().map(|(at, credited)| Recharge { at, credited }).collect(),
            threshold,
            unit: Unit::money("$"),
            zone: jiff::tz::TimeZone::fixed(jiff::tz::offset(8)),
        };
        let drawn = chart.draw(size, &english(), "Balance").unwrap();
        sound(&drawn);
        prop_assert!(drawn.points.is_sorted_by_key(|point| point.at));
        prop_assert_eq!(drawn, chart.draw(size, &english(), "Balance").unwrap());
    }

    #[test]
    fn months(figures in prop::collection::vec((maybe(), maybe()), 0..40), size in any_size()) {
        let months: Vec<_> = figures.iter().zip(0..).map(|((recharged, consumed), index)| MonthFigures {
            month: jiff::civil::date(2020 + index / 12, (index % 12 + 1) as i8, 1),
            recharged: *recharged,
            consumed: *consumed,
        }).collect();
        let drawn = RechargeByMonth { months, unit: Unit::count("tok") }.draw(size, &english(), "Months").unwrap();
        sound(&drawn);
        prop_assert_eq!(drawn.points.len(), figures.len());
    }

    #[test]
    fn models(models in prop::collection::vec((".{0,40}", figure()), 0..20), size in any_size()) {
        let models = models.into_iter().map(|(name, spent)| ModelSpend { name, spent }).collect();
        let drawn = SpendByModel { models, unit: Unit::money("¥") }.draw(size, &english(), "Models").unwrap();
        sound(&drawn);
        prop_assert!(drawn.points.len() <= 6);
    }

    #[test]
    fn sites(sites in prop::collection::vec((".{0,40}", maybe(), maybe()), 0..20), size in any_size()) {
        let sites = sites.into_iter().map(|(name, left, used)| SiteFigures { name, values: vec![left, used] }).collect();
        let measures = vec!["left".to_owned(), "used".to_owned()];
        let drawn = SitesSideBySide { measures, sites, unit: Unit::money("$") }.draw(size, "Sites").unwrap();
        sound(&drawn);
    }
}

#[test]
fn a_name_cannot_become_markup() {
    let name = "<img src=x onerror=alert(1)>\" & '\u{0}";
    let mut spend = given::four_models();
    name.clone_into(&mut spend.models[1].name);
    let drawn = spend.draw(Size::new(900, 0), &english(), name).unwrap();
    assert!(!drawn.svg.contains("<img"));
    assert!(!drawn.svg.contains('\0'));
    assert!(
        drawn
            .svg
            .contains("&lt;img src=x onerror=alert(1)&gt;&quot; &amp;")
    );
}

#[test]
fn what_is_unknown_is_a_gap_and_never_zero() {
    let mut balances = given::month_of_balances();
    balances.balances[15].1 = None;
    balances.balances[16].1 = Some(f64::NAN);
    let drawn = balances.draw(given::size(), &english(), "").unwrap();
    assert_eq!(drawn.svg.matches("<polygon").count(), 2);
    assert_eq!(drawn.points.len(), 29);
    let zero = drawn.plot.bottom;
    assert!(drawn.points.iter().all(|point| point.y < zero));
}

#[test]
fn nothing_one_point_and_equal_points_can_be_drawn() {
    let mut balances = given::month_of_balances();
    balances.recharges.clear();
    balances.balances.truncate(1);
    let one = balances.draw(given::size(), &english(), "").unwrap();
    assert_eq!(
        (one.points.len(), one.svg.matches("<circle").count()),
        (1, 1)
    );

    balances.balances = (0..9).map(|day| (noon(day), Some(7.0))).collect();
    let equal = balances.draw(given::size(), &english(), "").unwrap();
    assert!(
        equal
            .points
            .iter()
            .all(|point| point.y == equal.points[0].y)
    );

    balances.balances.clear();
    let none = balances.draw(given::size(), &english(), "").unwrap();
    assert!(none.points.is_empty());
}

#[test]
fn a_year_of_queries_stays_small() {
    let mut balances = given::month_of_balances();
    balances.balances = (0..40_000)
        .map(|index| {
            (
                noon(0).plus_micros(index * 64_000_000),
                Some((index % 977) as f64),
            )
        })
        .collect();
    let drawn = balances.draw(given::size(), &english(), "").unwrap();
    assert!(drawn.points.len() <= 4 * 1_204);
    assert!(drawn.svg.len() < 120_000);
}
