//! Spellings lead to the right model, or to none.

use base::Usage;
use relayscope_price::{Rule, Unpriced};

use crate::{CATALOG, ask, unpriced};

const TABLE: &str = include_str!("../fixtures/names.tsv");

fn rule_name(rule: Rule) -> String {
    let name = serde_json::to_value(rule).unwrap();
    name.as_str().unwrap().to_owned()
}

#[test]
fn every_spelling_of_the_table_leads_where_it_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let lines = TABLE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    for line in lines {
        let [rule, spelling, id] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        count += 1;
        let found = CATALOG.find(spelling);
        let got = found.map_or_else(
            || {
                let usage = Usage::default();
                match unpriced(&CATALOG, &ask(spelling, &usage, "2026-11-20T12:00:00Z")) {
                    Unpriced::UnknownModel => ("unknown".to_owned(), "-".to_owned()),
                    Unpriced::OtherVariant => ("variant".to_owned(), "-".to_owned()),
                    why => (why.code().to_owned(), "-".to_owned()),
                }
            },
            |found| (rule_name(found.rule), found.model.id.to_string()),
        );
        if got != (rule.to_owned(), id.to_owned()) {
            wrong.push(format!("{spelling}: {got:?} instead of {rule} {id}"));
        }
    }
    assert!(count >= 150, "only {count} spellings");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_that_are_no_names_are_unknown() {
    for spelling in [
        "", "  ", "/", ":", "@", "-", "[1m]", "claude-", "(high)", "\u{0}", "…",
    ] {
        assert!(CATALOG.find(spelling).is_none(), "{spelling:?}");
    }
}
