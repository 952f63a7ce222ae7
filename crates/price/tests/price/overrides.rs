//! The user's rows lie on top of the bundled ones.

use base::{Currency, Usage};
use relayscope_price::{Catalog, Confidence, Rule};

use crate::{MILLION, ask, bill, factor, input, nanos, unpriced};

fn with(toml: &str) -> Catalog {
    Catalog::bundled().unwrap().with_overrides(toml).unwrap()
}

fn usd(catalog: &Catalog, model: &str, time: &str) -> String {
    let usage = input(MILLION);
    bill(catalog, &ask(model, &usage, time)).usd.to_string()
}

#[test]
fn a_row_wins_where_it_holds_and_the_bundled_rows_stay_elsewhere() {
    let catalog = with(
        r#"
        [[model]]
        id = "deepseek-flash"
        [[model.price]]
        from = 2026-11-01
        to = 2026-12-01
        input = "0.01"
        output = "0.02"
        "#,
    );
    for (time, price) in [
        ("2026-10-30T02:00:00Z", "0.3"),
        ("2026-11-20T02:00:00Z", "0.01"), // also in peak hours
        ("2026-12-01T12:00:00Z", "0.15"),
    ] {
        assert_eq!(usd(&catalog, "deepseek-flash", time), price, "{time}");
    }
    let usage = input(1);
    let ask = ask("deepseek-flash", &usage, "2026-11-20T02:00:00Z");
    let bill = bill(&catalog, &ask);
    assert_eq!(&*bill.row.id, "deepseek-flash@2026-11-01+user");
    assert_eq!(bill.row.provenance.confidence, Confidence::User);
    assert_eq!(catalog.models_count(), 99);
}

#[test]
fn a_new_model_in_renminbi_converts_to_dollars() {
    let catalog = with(
        r#"
        vendor = "acme"
        [[server_tool]]
        id = "acme.search"
        counts = "web_search"
        currency = "USD"
        per_thousand = "1"
        [[model]]
        id = "Rocket-1"
        aliases = ["rocket-latest"]
        currency = "CNY"
        [[model.price]]
        input = "7.3"
        output = "14.6"
        "#,
    );
    let usage = Usage {
        web_searches: 1_000,
        ..input(MILLION)
    };
    let now = "2026-11-20T12:00:00Z";
    let mut ask = ask("acme/rocket-1", &usage, now);
    ask.multiplier = factor("0.5");
    let bill = bill(&catalog, &ask);
    assert_eq!((bill.usd, bill.cny), (nanos("1"), nanos("7.3")));
    assert_eq!(
        (bill.native.currency, bill.native.amount),
        (Currency::Cny, nanos("7.3"))
    );
    assert_eq!(bill.matched.rule, Rule::Normalised);
    assert_eq!(catalog.find("rocket-latest").unwrap().rule, Rule::Alias);
    assert_eq!(catalog.models_count(), 100);

    ask.exchange_rate = factor("0");
    assert_eq!(unpriced(&catalog, &ask).code(), "out_of_range");
}

#[test]
fn names_of_the_user_replace_bundled_ones() {
    let catalog = with(
        r#"
        [names]
        endings = ["mirror"]
        [aliases]
        "house-model" = "claude-opus-5"
        "gpt-5.4-mini" = "gpt-5.4-nano"
        "gpt-4o-2024-05-13" = "gpt-4o"
        "#,
    );
    for (name, id) in [
        ("house-model", "claude-opus-5"),
        ("gpt-5.4-mini", "gpt-5.4-nano"),
        ("gpt-4o-2024-05-13", "gpt-4o"),
        ("gpt-5.4-mirror", "gpt-5.4"),
    ] {
        assert_eq!(&*catalog.find(name).unwrap().model.id, id, "{name}");
    }
}

#[test]
fn attributes_are_added_to_a_bundled_model() {
    let catalog = with(
        r#"
        [[model]]
        id = "gpt-5"
        multipliers = { "service_tier:flex" = "0.5" }
        "#,
    );
    let usage = input(MILLION);
    let mut ask = ask("gpt-5", &usage, "2026-11-20T12:00:00Z");
    ask.modifiers = &["service_tier:flex"];
    assert_eq!(bill(&catalog, &ask).usd, nanos("0.625"));
}

#[test]
fn a_broken_override_says_whose_it_is() {
    let broken = Catalog::bundled()
        .unwrap()
        .with_overrides("[[model]]\nid = 5\n");
    let error = broken.unwrap_err().to_string();
    assert!(error.starts_with("the user's prices, line 2"), "{error}");
}
