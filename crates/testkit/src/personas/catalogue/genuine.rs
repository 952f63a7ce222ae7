//! The claimed model, on all honest ways.

use super::Workshop;
use crate::personas::Persona;
use crate::personas::claude::{Accounts, Platform};
use crate::personas::layers::{
    answers_models_like_openai, drops_fields, keeps_rate_headers, relay_headers, sanitises_errors,
    streams_as, strips_headers, tells_metrics, vercel, wants_claude_code, wraps_amazon_errors,
    wraps_in_claude_code, writes_errors_like_new_api,
};
use crate::personas::style::Style;
use crate::personas::truth::{Harm, Truth, Way};

pub(super) fn all(workshop: &Workshop) -> Vec<Persona> {
    let first = |name, way| workshop.claude(name, Platform::FirstParty, Truth::genuine(way));
    vec![
        first("first-party", Way::FirstParty),
        first("first-party-sonnet-5-5", Way::FirstParty).claiming("claude-sonnet-5-5"),
        first("first-party-haiku-4-5", Way::FirstParty).claiming("claude-haiku-4-5"),
        first("first-party-opus-4-6", Way::FirstParty).claiming("claude-opus-4-6"),
        first("first-party-opus-4-8", Way::FirstParty).claiming("claude-opus-4-8"),
        first("zen-like-passthrough", Way::FirstParty).with(streams_as(Style {
            trailer: vec!["event: ping\ndata: {\"type\":\"ping\",\"cost\":\"0\"}".to_owned()],
            ..Style::genuine()
        })),
        gateway(first("gateway-new-api", Way::Gateway)),
        workshop
            .claude_with(
                "gateway-reseller",
                Platform::FirstParty,
                Accounts {
                    profiles: true,
                    enforce_binding: false,
                    ..Accounts::one(77)
                },
                Truth::genuine(Way::Gateway),
            )
            .with(streams_as(Style {
                sorted: true,
                ..Style::reserialised()
            }))
            .with(strips_headers()),
        first("gateway-vercel-like", Way::Gateway).with(vercel()),
        first("stripped-headers", Way::FirstParty).with(strips_headers()),
        first("sanitised-errors", Way::FirstParty)
            .with(sanitises_errors())
            .with(strips_headers()),
        workshop
            .claude("bedrock", Platform::Bedrock, Truth::genuine(Way::Bedrock))
            .with(streams_as(Style::reserialised()))
            .with(tells_metrics())
            .with(wraps_amazon_errors()),
        workshop.claude("vertex", Platform::Vertex, Truth::genuine(Way::Vertex)),
        subscription(workshop, "subscription-proxy"),
        subscription(workshop, "subscription-claude-code-only").with(wants_claude_code()),
    ]
}

/// New-API before the vendor's own channel: every event is read and written anew, no header passes.
pub(super) fn gateway(persona: Persona) -> Persona {
    persona
        .with(streams_as(Style::reserialised()))
        .with(drops_fields(&[
            "stop_details",
            "usage/output_tokens_details",
        ]))
        .with(strips_headers())
        .with(relay_headers())
        .with(writes_errors_like_new_api())
        .with(answers_models_like_openai(&[
            "claude-opus-5-5",
            "claude-sonnet-5-5",
            "gpt-6.1-terra",
        ]))
}

/// Several subscriptions behind one address, each request made to look like Claude Code's.
fn subscription(workshop: &Workshop, name: &'static str) -> Persona {
    let truth = Truth::genuine(Way::Subscription).harmed(Harm::Injection);
    workshop
        .claude_with(
            name,
            Platform::Subscription,
            Accounts {
                enforce_binding: false,
                ..Accounts::pool(31, 3)
            },
            truth,
        )
        .with(wraps_in_claude_code())
        .with(keeps_rate_headers(false))
}
