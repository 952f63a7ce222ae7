//! Tables for spreadsheets. A cell that a spreadsheet would take for a formula gets an apostrophe.

use crate::view::{EntryView, StationLogRow};

/// The ledger of a site.
pub(super) fn ledger(entries: &[EntryView]) -> String {
    let heads = [
        "date",
        "kind",
        "paid",
        "currency",
        "credit_usd",
        "cny_per_usd",
        "method",
        "note",
        "source",
    ];
    table(
        &heads,
        entries.iter().map(|entry| {
            vec![
                entry.at.clone(),
                entry.kind.clone(),
                number(entry.paid),
                entry.currency.clone().unwrap_or_default(),
                number(entry.credit_usd),
                number(entry.cny_per_usd),
                plain(&entry.method),
                plain(&entry.note),
                entry.source.clone(),
            ]
        }),
    )
}

/// Rows of a station's log.
pub(super) fn logs(rows: &[StationLogRow]) -> String {
    let heads = [
        "time",
        "type",
        "model",
        "token_name",
        "group",
        "prompt_tokens",
        "completion_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "cost",
        "unit",
        "cost_usd",
        "expected_usd",
        "off_by",
        "ratio",
        "duration_s",
        "first_response_ms",
        "stream",
        "requests",
        "request_id",
        "exchange",
        "content",
    ];
    let text = |text: &Option<String>| plain(text.as_deref().unwrap_or_default());
    table(
        &heads,
        rows.iter().map(|row| {
            vec![
                row.time.clone(),
                row.kind.clone(),
                text(&row.model),
                text(&row.token_name),
                text(&row.group),
                number(row.prompt_tokens),
                number(row.completion_tokens),
                number(row.cache_read_tokens),
                number(row.cache_write_tokens),
                number(row.cost),
                row.unit.clone(),
                number(row.cost_usd),
                number(row.expected_usd),
                number(row.off_by),
                number(row.ratio),
                number(row.duration_s),
                number(row.first_response_ms),
                row.stream.map_or(String::new(), |it| it.to_string()),
                number(row.requests),
                text(&row.request_id),
                text(&row.exchange),
                plain(&row.content),
            ]
        }),
    )
}

fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail; if it did, the table would end early.
    let _ = out.write_record(heads);
    for row in rows {
        let _ = out.write_record(row);
    }
    let bytes = out.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn number(number: Option<f64>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_notes_stay_notes() {
        let entry = EntryView {
            id: "e".to_owned(),
            kind: "recharge".to_owned(),
            at: "2026-11-12T04:00:00.000Z".to_owned(),
            paid: Some(100.0),
            currency: Some("CNY".to_owned()),
            credit_usd: Some(95.0),
            cny_per_usd: Some(1.052_631_578_947_368_4),
            method: "Alipay, 2 \"parts\"".to_owned(),
            note: "=HYPERLINK(\"https://evil.example\")".to_owned(),
            source: "user".to_owned(),
        };
        let text = ledger(&[entry]);
        let line = text.lines().nth(1).unwrap();
        assert!(
            line.starts_with("2026-11-12T04:00:00.000Z,recharge,100,CNY,95,1.05"),
            "{line}"
        );
        assert!(
            line.contains("\"Alipay, 2 \"\"parts\"\"\",\"'=HYPERLINK"),
            "{line}"
        );
    }
}
