use super::*;
use crate::view::{BalancePoint, ModelSpend as SpendView};

fn canvas(language: Language) -> Canvas {
    Canvas {
        width: 600,
        height: 118,
        language,
        now: Timestamp::parse("2026-11-20T12:00:00Z").unwrap(),
        zone: TimeZone::UTC,
    }
}

fn series() -> SiteSeries {
    let point = |at: &str, value| BalancePoint {
        at: at.to_owned(),
        value,
        source: "station".to_owned(),
    };
    let month = |month: &str, recharged_usd, consumed_usd| MonthSum {
        month: month.to_owned(),
        recharged_usd,
        paid_cny: 0.0,
        consumed_usd,
        consumed_basis: None,
    };
    let model = |model: &str, cost_usd| SpendView {
        model: model.to_owned(),
        requests: 1,
        tokens: 1.0,
        cost_usd,
    };
    SiteSeries {
        site: "site_1".to_owned(),
        name: "Lanshan <Relay>".to_owned(),
        unit: "USD".to_owned(),
        points: vec![
            point("2026-10-01T00:00:00Z", 90.0),
            point("2026-11-10T00:00:00Z", 60.0),
            point("2026-11-19T00:00:00Z", 110.0),
        ],
        events: vec![EntryView {
            id: "entry_1".to_owned(),
            kind: "recharge".to_owned(),
            at: "2026-11-15T00:00:00Z".to_owned(),
            paid: Some(60.0),
            currency: Some("CNY".to_owned()),
            credit_usd: Some(60.0),
            cny_per_usd: Some(1.0),
            method: String::new(),
            note: String::new(),
            source: "user".to_owned(),
        }],
        threshold_usd: Some(20.0),
        months: vec![
            month("2026-09", 20.0, None),
            month("2026-11", 60.0, Some(33.0)),
        ],
        models: vec![
            model("claude-opus-4-5-20251101", Some(3.0)),
            model("own-model", None),
        ],
    }
}

#[test]
fn a_balance_begins_where_it_is_asked_to() {
    let month = balance(&series(), 30, &canvas(Language::English)).unwrap();
    assert_eq!(month.title, "Balance of Lanshan <Relay> over time");
    assert!(
        month
            .svg
            .contains("aria-label=\"Balance of Lanshan &lt;Relay&gt; over time\"")
    );
    assert!(month.svg.contains("alert at $20") && month.svg.contains("+$60"));
    let amounts: Vec<_> = month
        .points
        .iter()
        .map(|point| point.values[0].text.as_str())
        .collect();
    assert_eq!(
        amounts,
        ["$90.00", "$60.00", "$110.00"],
        "what held before the left edge is there too"
    );
    assert_eq!(
        month.points[0].at.as_deref(),
        Some("2026-10-21T12:00:00.000Z")
    );

    let all = balance(&series(), 0, &canvas(Language::Chinese)).unwrap();
    assert_eq!(
        all.points[0].at.as_deref(),
        Some("2026-10-01T00:00:00.000Z")
    );
    assert!(all.svg.contains("提醒线 $20") && all.svg.contains("今天"));
}

#[test]
fn a_balance_in_tokens_knows_no_dollars() {
    let mut series = series();
    series.unit = "quota".to_owned();
    let drawn = balance(&series, 30, &canvas(Language::English)).unwrap();
    assert!(!drawn.svg.contains('$'));
    assert_eq!(drawn.points[1].values[0].text, "60\u{a0}tok");
}

#[test]
fn months_begin_with_the_first_that_has_figures_and_leave_no_gap() {
    let drawn = months(&series(), 6, &canvas(Language::English)).unwrap();
    let labels: Vec<_> = drawn
        .points
        .iter()
        .map(|point| point.label.as_str())
        .collect();
    assert_eq!(labels, ["Sep 2026", "Oct 2026", "Nov 2026"]);
    assert_eq!(
        drawn.points[0].values[1].value, None,
        "what is unknown is not zero"
    );
}

#[test]
fn models_without_a_price_have_no_place() {
    let drawn = models(&series(), &canvas(Language::English)).unwrap();
    let labels: Vec<_> = drawn
        .points
        .iter()
        .map(|point| point.label.as_str())
        .collect();
    assert_eq!(labels, ["opus-4-5"]);
}

#[test]
fn sites_without_the_figure_are_left_out() {
    let site = |name: &str, days_left| ComparedSite {
        site: name.to_owned(),
        name: name.to_owned(),
        paid: true,
        remaining_usd: Some(1.0),
        consumed_usd: None,
        burn_usd_per_day: None,
        days_left,
        cny_per_usd: None,
        cny_per_million_tokens: None,
    };
    let comparison = Comparison {
        sites: vec![site("a", Some(2.5)), site("b", None)],
    };
    let days = sites(&comparison, Measure::Days, &canvas(Language::Chinese)).unwrap();
    assert_eq!(days.points.len(), 1);
    assert_eq!(days.points[0].values[0].text, "2.5\u{a0}天");
    let credit = sites(&comparison, Measure::Credit, &canvas(Language::English)).unwrap();
    assert_eq!(credit.points.len(), 2);
    assert_eq!(credit.points[0].values[1].text, "—");
}
