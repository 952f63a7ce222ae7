//! The four charts as they are drawn, and what the page is told about them.

mod given;

use given::{chinese, english, size};
use relayscope_chart::Size;

#[test]
fn a_month_of_balances() {
    let chart = given::month_of_balances()
        .draw(size(), &english(), "Balance, last 30 days")
        .unwrap();
    insta::assert_snapshot!(chart.svg);
    insta::assert_debug_snapshot!(
        "a_month_of_balances_points",
        (chart.plot, &chart.points[10..13])
    );
}

#[test]
fn half_a_year_of_recharges() {
    let chart = given::half_a_year()
        .draw(Size::new(282, 118), &chinese(), "每月充值与消费")
        .unwrap();
    insta::assert_snapshot!(chart.svg);
}

#[test]
fn spend_of_four_models() {
    let chart = given::four_models()
        .draw(Size::new(282, 0), &english(), "Spend by model")
        .unwrap();
    insta::assert_snapshot!(chart.svg);
}

#[test]
fn sites_with_debts_and_unknown_figures() {
    let chart = given::some_sites()
        .draw(Size::new(602, 0), "Sites side by side")
        .unwrap();
    insta::assert_snapshot!(chart.svg);
}
