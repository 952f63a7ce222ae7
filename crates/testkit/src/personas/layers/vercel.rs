//! A gateway of Vercel's kind: honest, and everything about the message is its own.

use serde_json::json;

use crate::personas::chance::Chance;
use crate::personas::claude::ids;
use crate::personas::site::{Layer, after};
use crate::personas::style::{Ping, StartUsage, Style};

/// The gateway.
pub(crate) fn vercel() -> Box<dyn Layer> {
    let chance = Chance::named("vercel");
    after(move |visit, answered| {
        let request_id = answered
            .headers
            .iter()
            .find(|(name, _)| name == "request-id")
            .map(|(_, value)| value.clone());
        answered.keep_headers(|name| name == "date");
        answered.set_header("server", "Vercel");
        answered.set_header(
            "x-vercel-id",
            "sfo1::iad1::x7k2p-1795180000000-0a1b2c3d4e5f",
        );
        answered.style = Style {
            ping: Ping::Never,
            start: StartUsage::Zeros,
            ..Style::reserialised()
        };
        if let Some(message) = answered.message() {
            let upstream = message["id"].clone();
            let ulid = ids::letters("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 16, &mut chance.dice());
            message["id"] = format!("gen_01KB{ulid}0QZXVN").into();
            message["model"] = format!("anthropic/{}", visit.model()).into();
            let geo = message["usage"]
                .as_object_mut()
                .and_then(|usage| usage.shift_remove("inference_geo"));
            message["provider_metadata"] = json!({
                "anthropic": { "id": upstream, "requestId": request_id, "usage": { "inference_geo": geo } },
                "gateway": { "routing": { "finalProvider": "anthropic" }, "cost": "0.0004" },
            });
        }
    })
}
