//! The selected exchange: a name at the left of each line, what is known at the right.

use app::view::{CostBasis, Detail, ExchangeRow, TokenBasis};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::Look;
use crate::console::columns::total;
use crate::console::model::Model;
use crate::console::shape::Shape;
use crate::console::{fit, numbers};

/// Between two facts of a line.
const BETWEEN: &str = " · ";

/// The names at the left.
const NAMES: [&str; 9] = [
    "detail.result",
    "detail.model",
    "detail.client",
    "detail.site",
    "detail.tokens",
    "detail.timing",
    "detail.cost",
    "detail.attempts",
    "detail.id",
];

/// What is in sight of it, under a line that parts it from the list.
pub(super) fn pane(model: &Model, look: &Look<'_>, area: Rect) -> Vec<Line<'static>> {
    let width = usize::from(area.width);
    let rule = Line::styled("─".repeat(width), Style::new().add_modifier(Modifier::DIM));
    let lines = lines(model, look, width);
    let lines = lines.into_iter().skip(model.scrolled);
    std::iter::once(rule).chain(lines).collect()
}

/// All of it.
pub(super) fn lines(model: &Model, look: &Look<'_>, width: usize) -> Vec<Line<'static>> {
    let Some(row) = model.selected_row() else {
        return Vec::new();
    };
    let detail = model.detail.as_deref();
    let facts = [
        result(row, detail, look),
        who_answered(row),
        who_asked(row, detail),
        where_to(row, detail),
        tokens(row, look),
        timing(row, detail, look),
        cost(row, detail, look),
        attempts(row, detail, look),
        row.id.clone(),
    ];
    let names = NAMES.map(|name| look.text.say(name));
    let names_width = names.iter().map(|name| fit::width(name)).max().unwrap_or(0);
    let mut lines = vec![title(row, look, width)];
    for (name, fact) in names.iter().zip(facts) {
        let room = width.saturating_sub(names_width + 3);
        for (number, text) in fit::wrap(&fact, room).into_iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            let name = fit::left(name, names_width);
            let muted = Style::new().add_modifier(Modifier::DIM);
            lines.push(Line::from(vec![
                Span::styled(format!(" {name}  "), muted),
                Span::raw(text),
            ]));
        }
    }
    lines
}

fn title(row: &ExchangeRow, look: &Look<'_>, width: usize) -> Line<'static> {
    let shape = Shape::of(row);
    let status = row.status.map(|status| status.to_string());
    let status = status.unwrap_or_else(|| look.text.say("detail.no_status").to_owned());
    let call = format!("{} {}  {status}", row.method, row.path);
    let style = match shape {
        Shape::Failed => Style::new().fg(Color::Red),
        _ => Style::new(),
    };
    Line::from(vec![
        Span::raw(" "),
        Span::styled(shape.glyph(look.now), Style::new().fg(shape.colour())),
        Span::styled(
            format!(" {}", fit::shorten(&call, width.saturating_sub(3))),
            style.add_modifier(Modifier::BOLD),
        ),
    ])
}

fn who_answered(row: &ExchangeRow) -> String {
    match (&row.model, &row.model_served) {
        (Some(asked), Some(served)) => format!("{asked} → {served}"),
        (asked, served) => known(asked.as_ref().or(served.as_ref())),
    }
}

fn who_asked(row: &ExchangeRow, detail: Option<&Detail>) -> String {
    let session = detail.and_then(|detail| detail.session.as_ref());
    joined([row.client.clone(), row.project.clone(), session.cloned()])
}

fn where_to(row: &ExchangeRow, detail: Option<&Detail>) -> String {
    let url = detail.and_then(|detail| detail.upstream_url.clone());
    joined([row.site.clone(), row.key.clone(), url])
}

fn tokens(row: &ExchangeRow, look: &Look<'_>) -> String {
    let tokens = &row.tokens;
    let part = |key: &str, count: Option<u32>| {
        count.map(|_| look.text.fill(key, &[("count", &numbers::exact(count))]))
    };
    let basis = match tokens.basis {
        TokenBasis::Exact => "tokens.exact",
        TokenBasis::Estimated => "tokens.estimated",
        TokenBasis::Unknown => "tokens.unknown",
    };
    joined([
        part("tokens.input", tokens.input),
        part("tokens.cache_read", tokens.cache_read),
        part("tokens.cache_write", tokens.cache_write),
        part("tokens.output", tokens.output),
        part("tokens.reasoning", tokens.reasoning),
        Some(look.text.say(basis).to_owned()),
    ])
}

fn timing(row: &ExchangeRow, detail: Option<&Detail>, look: &Look<'_>) -> String {
    let connection = detail.map(|detail| &detail.timing.connection);
    let part = |key: &str, known: bool, value: String| {
        known.then(|| look.text.fill(key, &[("value", &value)]))
    };
    let timing = &row.timing;
    let phase = |key, ms: Option<f64>| part(key, ms.is_some(), numbers::phase(ms));
    let reused = connection.is_some_and(|connection| connection.reused);
    joined([
        reused.then(|| look.text.say("timing.reused").to_owned()),
        connection.and_then(|connection| phase("timing.dns", connection.dns_ms)),
        connection.and_then(|connection| phase("timing.connect", connection.connect_ms)),
        connection.and_then(|connection| phase("timing.tls", connection.tls_ms)),
        phase("timing.first_byte", timing.ttfb_ms),
        part(
            "timing.first_token",
            timing.ttft_ms.is_some(),
            numbers::first_token(timing.ttft_ms),
        ),
        part(
            "timing.total",
            true,
            numbers::duration(total(row, look.now)),
        ),
        part(
            "timing.speed",
            row.speed.is_some(),
            numbers::speed(row.speed),
        ),
    ])
}

fn cost(row: &ExchangeRow, detail: Option<&Detail>, look: &Look<'_>) -> String {
    let pricing = detail.and_then(|detail| detail.pricing.as_ref());
    if row.cost.basis == CostBasis::Unpriced {
        let unpriced = Some(look.text.say("cost.unpriced").to_owned());
        return joined([unpriced, pricing.and_then(|pricing| pricing.reason.clone())]);
    }
    let renminbi = row.cost.cny.filter(|cny| *cny > 0.0);
    let without_cache = pricing.and_then(|pricing| pricing.without_cache_usd);
    let saved = without_cache.filter(|without| row.cost.usd.is_some_and(|usd| *without > usd));
    let mut text = joined([
        Some(numbers::cost(&row.cost)),
        renminbi.map(|cny| numbers::three_decimals('¥', cny)),
        saved.map(|usd| {
            let usd = numbers::three_decimals('$', usd);
            look.text.fill("cost.without_cache", &[("value", &usd)])
        }),
    ]);
    for (kind, count, price, usd) in pricing
        .map(|pricing| &pricing.lines[..])
        .unwrap_or_default()
    {
        let key = format!("cost.{kind}");
        let gaps = [
            ("kind", look.text.say(&key)),
            ("count", &numbers::exact(Some(*count))),
            ("price", &numbers::price(*price)),
            ("value", &numbers::three_decimals('$', *usd)),
        ];
        text.push('\n');
        text.push_str(&look.text.fill("cost.line", &gaps));
    }
    text
}

fn result(row: &ExchangeRow, detail: Option<&Detail>, look: &Look<'_>) -> String {
    let error = detail.and_then(|detail| detail.row.error.as_ref());
    let error = error.or(row.error.as_ref());
    let Some(error) = error else {
        let said = format!("said.{}", row.outcome);
        return look.text.say(&said).to_owned();
    };
    let key = format!("error.{}", error.code);
    let sentence = match look.text.find(&key) {
        Some(_) => {
            let gaps = error.params.iter();
            let gaps: Vec<_> = gaps.map(|(name, value)| (&name[..], &value[..])).collect();
            look.text.fill(&key, &gaps)
        }
        None => error.code.clone(),
    };
    match &error.message {
        Some(message) => format!("{sentence}\n{message}"),
        None => sentence,
    }
}

fn attempts(row: &ExchangeRow, detail: Option<&Detail>, look: &Look<'_>) -> String {
    let Some(attempts) = detail
        .map(|detail| &detail.attempts)
        .filter(|all| !all.is_empty())
    else {
        return row.attempts.to_string();
    };
    let lines = attempts.iter().zip(1..).map(|(attempt, number)| {
        let cause = attempt.cause.as_ref().map(|code| {
            let short = look.text.find(&format!("short.{code}"));
            short.unwrap_or(code).to_owned()
        });
        let facts = joined([
            Some(attempt.site.clone()),
            attempt.key.clone(),
            attempt.status.map(|status| status.to_string()),
            cause,
            Some(took(attempt.ms)),
        ]);
        format!("{number}  {facts}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// An attempt that failed at once is told in milliseconds.
fn took(ms: f64) -> String {
    if ms < 1_000.0 {
        numbers::phase(Some(ms))
    } else {
        numbers::duration(Some(ms))
    }
}

fn known(value: Option<&String>) -> String {
    value
        .cloned()
        .unwrap_or_else(|| numbers::MISSING.to_owned())
}

fn joined<const N: usize>(facts: [Option<String>; N]) -> String {
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if facts.is_empty() {
        return numbers::MISSING.to_owned();
    }
    facts.join(BETWEEN)
}
