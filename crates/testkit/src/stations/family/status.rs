//! `/api/status`.

use serde_json::{Value, json};

use super::document;
use crate::script::Script;
use crate::stations::state::{Software, State};

/// The operator's settings, as far as anybody may see them.
pub(super) fn status(state: &State) -> Script {
    let settings = &state.settings;
    let mut data = json!({
        "version": settings.version,
        "start_time": 1_785_900_000,
        "system_name": settings.name,
        "quota_per_unit": settings.quota_per_usd,
        "display_in_currency": settings.display != "TOKENS",
        "turnstile_check": settings.turnstile,
        "server_address": "https://relay.example",
    });
    let more = match state.software {
        Software::NewApi => json!({
            "quota_display_type": settings.display,
            "usd_exchange_rate": settings.usd_exchange_rate,
            "price": settings.usd_exchange_rate,
            "custom_currency_symbol": "¤",
            "custom_currency_exchange_rate": 1,
            "checkin_enabled": settings.check_in,
            "self_use_mode_enabled": false,
        }),
        Software::OneApi => {
            json!({ "oidc": false, "oidc_well_known": "", "lark_client_id": "", "chat_link": "" })
        }
        Software::OneHub => {
            json!({ "PaymentUSDRate": 7.3, "PaymentMinAmount": 1, "language": "zh_CN" })
        }
        Software::DoneHub => {
            json!({ "PaymentUSDRate": 7.3, "max_log_query_days": 7, "linuxDo_oauth": false })
        }
        _ => {
            json!({ "price": 7.3, "self_use_mode_enabled": false, "check_in_enabled": settings.check_in })
        }
    };
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    document(
        200,
        &json!({ "success": true, "message": "", "data": data }),
    )
}
