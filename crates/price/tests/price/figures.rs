//! Nothing of the collected figures is lost on the way into the files.

use std::collections::BTreeMap;

use base::{Currency, Nanos, Timestamp};
use relayscope_price::{Model, Rates, Row, ToolKind, ToolPrice};
use serde_json::{Map, Value};

use crate::{CATALOG, nanos};

const FIGURES: &str = include_str!("../fixtures/prices.json");

pub(crate) fn figures() -> Value {
    serde_json::from_str(FIGURES).unwrap()
}

/// The figures say dates for midnight in UTC.
pub(crate) fn moment(text: &Value) -> Option<Timestamp> {
    let text = text.as_str()?;
    let full = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T00:00:00Z")
    };
    Some(Timestamp::parse(&full).unwrap())
}

fn money(text: &Value) -> Option<Nanos> {
    text.as_str().map(nanos)
}

fn number(text: &Value) -> Option<u64> {
    text.as_str().map(|text| text.parse().unwrap())
}

fn texts(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|text| text.as_str().unwrap()).collect()
}

fn check_rates(rates: &Rates, figures: &Map<String, Value>, what: &str) {
    assert_eq!(Some(rates.input), money(&figures["input"]), "{what}");
    assert_eq!(Some(rates.output), money(&figures["output"]), "{what}");
    assert_eq!(rates.cache_read, money(&figures["cache_read"]), "{what}");
    let writes = figures.get("cache_write").and_then(Value::as_object);
    let writes = writes.into_iter().flatten();
    let writes: BTreeMap<_, _> = writes
        .map(|(ttl, price)| (ttl.clone(), money(price).unwrap()))
        .collect();
    let ours = rates.cache_write.iter();
    let ours: BTreeMap<_, _> = ours.map(|(ttl, price)| (ttl.to_string(), *price)).collect();
    assert_eq!(ours, writes, "{what}");
}

fn check_row(row: &Row, figures: &Map<String, Value>) {
    let what = &*row.id;
    assert_eq!(row.from, moment(&figures["from"]), "{what}");
    assert_eq!(row.until, moment(&figures["to"]), "{what}");
    assert_eq!(
        row.label.as_deref(),
        figures.get("label").and_then(Value::as_str),
        "{what}"
    );
    assert_eq!(row.currency, Currency::Usd, "{what}");
    check_rates(&row.rates, figures, what);

    let no_tiers = Vec::new();
    let tiers = figures
        .get("tiers")
        .map_or(&no_tiers, |tiers| tiers.as_array().unwrap());
    assert_eq!(row.tiers.len(), tiers.len(), "{what}");
    for (tier, figures) in row.tiers.iter().zip(tiers) {
        assert_eq!(
            Some(tier.above),
            number(&figures["above_input_tokens"]),
            "{what}"
        );
        check_rates(&tier.rates, figures.as_object().unwrap(), what);
    }

    assert_eq!(row.cny.is_some(), figures.contains_key("cny"), "{what}");
    if let Some(cny) = &row.cny {
        check_rates(cny, figures["cny"].as_object().unwrap(), what);
    }

    // The only window of the figures: `edges` checks its hours, days and holidays.
    let expected = serde_json::json!({
        "tz": "UTC", "days": "Mon-Fri", "ranges": ["01:00-04:00", "06:00-10:00"],
        "excludes": "Chinese public holidays",
    });
    assert_eq!(
        row.window.is_some(),
        figures.contains_key("time_window"),
        "{what}"
    );
    assert!(
        row.window.is_none() || figures["time_window"] == expected,
        "{what}"
    );
}

fn check_model(model: &Model, figures: &Map<String, Value>) {
    let what = &*model.id;
    assert_eq!(
        *model.vendor,
        *figures["provider"].as_str().unwrap(),
        "{what}"
    );
    assert_eq!(figures["currency"], "USD", "{what}");
    let aliases: Vec<_> = model.aliases.iter().map(|alias| &**alias).collect();
    assert_eq!(aliases, texts(&figures["aliases"]), "{what}");
    assert_eq!(model.context, number(&figures["context"]), "{what}");
    assert_eq!(
        model.cache_min_tokens,
        number(&figures["cache_min_tokens"]),
        "{what}"
    );
    assert_eq!(
        model.deprecated.as_deref(),
        figures["deprecated"].as_str(),
        "{what}"
    );
    assert_eq!(
        Some(model.batch.to_string().as_str()),
        figures["batch_multiplier"].as_str()
    );
    let modifiers = model.modifiers.iter();
    let modifiers: BTreeMap<_, _> = modifiers
        .map(|(name, factor)| (name.to_string(), factor.to_string()))
        .collect();
    let multipliers = serde_json::from_value(figures["multipliers"].clone()).unwrap();
    assert_eq!(modifiers, multipliers, "{what}");

    let periods = figures["periods"].as_array().unwrap();
    assert_eq!(model.rows.len(), periods.len(), "{what}");
    for (row, period) in model.rows.iter().zip(periods) {
        check_row(row, period.as_object().unwrap());
        let provenance = &row.provenance;
        let sources: Vec<_> = provenance.sources.iter().map(|key| &**key).collect();
        assert_eq!(sources, texts(&figures["sources"]), "{what}");
        assert_eq!(
            provenance.notes.as_deref(),
            figures["notes"].as_str(),
            "{what}"
        );
        let confidence = serde_json::to_value(provenance.confidence).unwrap();
        assert_eq!(confidence, figures["confidence"], "{what}");
    }
}

fn check_tool(tool: &ToolPrice, figures: &Map<String, Value>) {
    let (currency, price) = match figures.get("usd_per_1000") {
        Some(price) => (Currency::Usd, price),
        None => (Currency::Cny, &figures["cny_per_1000"]),
    };
    assert_eq!(
        (tool.currency, Some(tool.per_thousand)),
        (currency, money(price)),
        "{}",
        tool.id
    );
    assert_eq!(
        tool.from,
        figures.get("from").and_then(moment),
        "{}",
        tool.id
    );
    assert_eq!(
        tool.notes.as_deref(),
        figures.get("note").and_then(Value::as_str),
        "{}",
        tool.id
    );
    let source = figures.get("source").and_then(Value::as_str);
    assert_eq!(
        tool.sources.first().map(|key| &**key),
        source,
        "{}",
        tool.id
    );
    let fetch = tool.id.ends_with("fetch");
    assert_eq!(tool.counts == ToolKind::Fetch, fetch, "{}", tool.id);
}

#[test]
fn the_files_hold_all_figures() {
    let figures = figures();
    let models = figures["models"].as_array().unwrap();
    assert_eq!((CATALOG.models_count(), models.len()), (99, 99));
    assert_eq!(
        CATALOG
            .models()
            .iter()
            .map(|model| model.rows.len())
            .sum::<usize>(),
        116
    );
    for figures in models {
        let id = figures["id"].as_str().unwrap();
        check_model(
            CATALOG.find(id).unwrap().model,
            figures.as_object().unwrap(),
        );
    }

    let tools = figures["server_tools"].as_object().unwrap();
    assert_eq!(CATALOG.tools().len(), tools.len());
    for tool in CATALOG.tools() {
        check_tool(tool, tools[&*tool.id].as_object().unwrap());
    }

    assert_eq!(CATALOG.version(), figures["version"]);
    for (key, source) in figures["sources"].as_object().unwrap() {
        let ours = serde_json::to_value(CATALOG.source(key).unwrap()).unwrap();
        assert_eq!(ours, *source, "{key}");
    }
}
