//! The log, in the words of each member.

use serde_json::{Value, json};

use super::{document, reading_key, refused};
use crate::script::Script;
use crate::stations::answer::Visit;
use crate::stations::state::{Row, RowType, Software, State};

/// Rows of `/api/log/token` at most.
const NEWEST: usize = 1_000;

pub(super) fn token_log(state: &State, visit: &Visit) -> Script {
    let key = match reading_key(state, visit) {
        Ok(key) => key,
        Err(refusal) => return refusal,
    };
    let is_of_key = |row: &&Row| {
        row.key == key.name
            && matches!(
                row.row_type,
                RowType::Consume | RowType::Error | RowType::Refund
            )
    };
    let newest = state.rows.iter().rev().filter(is_of_key).take(NEWEST);
    let rows: Vec<Value> = newest
        .enumerate()
        .map(|(at, row)| log_row(state, row, at + 1))
        .collect();
    document(
        200,
        &json!({ "success": true, "message": "", "data": rows }),
    )
}

/// Rows that the query wants, newest first.
fn wanted<'a>(state: &'a State, visit: &Visit) -> Vec<&'a Row> {
    let (from, to) = (
        visit.number("start_timestamp"),
        visit.number("end_timestamp"),
    );
    let model = visit.query("model_name").unwrap_or_default().to_owned();
    let code = visit
        .number("type")
        .or(visit.number("log_type"))
        .filter(|code| *code > 0);
    let fits = |row: &&Row| {
        from.is_none_or(|from| row.at >= from)
            && to.is_none_or(|to| row.at <= to)
            && row.model.contains(&model)
            && code.is_none_or(|code| code == type_code(state, row.row_type))
    };
    state.rows.iter().rev().filter(fits).collect()
}

pub(super) fn log_self(state: &mut State, visit: &Visit) -> Script {
    let rows = wanted(state, visit);
    let is_hub = matches!(state.software, Software::OneHub | Software::DoneHub);
    let is_one = state.software == Software::OneApi;
    let asked = if is_hub {
        visit.number("size")
    } else {
        visit.number("page_size")
    };
    if is_hub && asked.is_some_and(|size| size > 100) {
        return document(200, &refused("size 不能大于 100"));
    }
    let size = if is_one {
        10
    } else {
        asked.unwrap_or(10).clamp(1, 100) as usize
    };
    let page = visit
        .number("p")
        .or(visit.number("page"))
        .unwrap_or(1)
        .max(0) as usize;
    // One-API counts pages from 0.
    let skipped = if is_one { page } else { page.saturating_sub(1) } * size;
    let list: Vec<Value> = rows
        .iter()
        .skip(skipped)
        .take(size)
        .enumerate()
        .map(|(at, row)| log_row(state, row, at + 1))
        .collect();
    let total = rows.len();
    let data = match state.software {
        Software::OneApi => json!(list),
        Software::OneHub | Software::DoneHub => {
            json!({ "data": list, "page": page, "size": size, "total_count": total })
        }
        _ => json!({ "page": page, "page_size": size, "total": total, "items": list }),
    };
    document(
        200,
        &json!({ "success": true, "message": "", "data": data }),
    )
}

pub(super) fn stat(state: &mut State, visit: &Visit) -> Script {
    let rows = wanted(state, visit);
    let consumed = rows.iter().filter(|row| row.row_type == RowType::Consume);
    let quota: i64 = consumed.map(|row| row.quota).sum();
    document(
        200,
        &json!({ "success": true, "message": "", "data": { "quota": quota, "rpm": 2, "tpm": 5_823 } }),
    )
}

fn type_code(state: &State, row_type: RowType) -> i64 {
    match (row_type, state.software) {
        (RowType::Topup, _) => 1,
        (RowType::Consume, _) => 2,
        (RowType::CheckIn, Software::Veloera) => 5,
        (RowType::CheckIn, _) => 4,
        (RowType::Error, _) => 5,
        (RowType::Refund, _) => 6,
    }
}

fn log_row(state: &State, row: &Row, position: usize) -> Value {
    let is_claude = row.model.starts_with("claude");
    let ratios = state.ratios(&row.model);
    let inside = if is_claude {
        0
    } else {
        row.cache_read + row.cache_write
    };
    let mut json = json!({
        "id": position, "user_id": state.account.id, "created_at": row.at,
        "type": type_code(state, row.row_type), "content": row.text, "username": state.account.name,
        "token_name": row.key, "model_name": row.model, "quota": row.quota,
        "prompt_tokens": row.fresh + inside, "completion_tokens": row.output, "is_stream": row.stream,
    });
    let more = match state.software {
        Software::OneApi => {
            json!({ "request_id": row.request_id, "elapsed_time": row.ms, "channel": 7 })
        }
        Software::OneHub | Software::DoneHub => json!({
            "channel_id": 7, "request_time": row.ms, "channel": null,
            "metadata": { "input_ratio": ratios.ratio, "output_ratio": ratios.ratio * ratios.completion, "group_ratio": state.settings.group_ratio },
        }),
        _ => json!({
            "use_time": row.ms.div_ceil(1_000), "channel": 7, "channel_name": "", "token_id": 55,
            "group": "default", "ip": "", "request_id": row.request_id,
            "other": other(state, row, is_claude).to_string(),
        }),
    };
    if let (Value::Object(json), Value::Object(more)) = (&mut json, more) {
        json.extend(more);
    }
    json
}

fn other(state: &State, row: &Row, is_claude: bool) -> Value {
    let ratios = state.ratios(&row.model);
    let mut other = json!({
        "model_ratio": ratios.ratio, "group_ratio": state.settings.group_ratio,
        "completion_ratio": ratios.completion, "cache_tokens": row.cache_read,
        "cache_ratio": ratios.cache, "model_price": -1, "user_group_ratio": -1,
        "frt": if row.first_ms == 0 { -1_000.0 } else { row.first_ms as f64 },
        "cache_creation_tokens": row.cache_write, "cache_creation_ratio": ratios.cache_write,
        "billing_source": "wallet",
    });
    if is_claude && let Value::Object(other) = &mut other {
        other.insert("claude".to_owned(), json!(true));
        other.insert("usage_semantic".to_owned(), json!("anthropic"));
    }
    other
}
