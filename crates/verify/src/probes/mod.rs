//! The probes, a file each. This list is the only place that names them.

mod account_pool;
mod cache_cycle;
mod cache_threshold;
mod cadence;
mod client_gate;
mod clock;
mod documents;
mod effort;
mod equality;
mod first_party_only;
mod forced_tool;
mod id_clock;
mod leak;
mod leak_scan;
mod length_law;
mod max_tokens;
mod mixed_routing;
mod models_api;
mod needles;
mod nonce_echo;
mod one_backend;
mod output_limit;
mod own_key;
mod pictures;
mod pinned_prompts;
mod prefill;
mod prefix_binding;
mod prose;
mod rate_headers;
mod redacted_thinking;
mod refusal;
mod repeatability;
mod retired_model;
mod sampling;
mod signature_content;
mod steady;
mod stop_sequence;
mod stream_grammar;
mod stream_padding;
mod structured;
mod tampered_signature;
mod thinking_ledger;
mod thinking_modes;
mod thinking_turn;
mod tier_battery;
mod token_slope;
mod tool_ids;
mod tool_integrity;
mod tool_overhead;
mod tool_type;
mod tools;
pub(crate) mod traits;
mod unknown_field;
mod unknown_model;
mod untouched_replay;
mod usage_schema;
mod vision_arithmetic;

#[cfg(test)]
mod tests;

use crate::claim::Claim;
use crate::exchange::Failure;
use crate::observe::Observation;
use crate::probe::Probe;

/// All probes, in the order in which they are asked.
static ALL: [&dyn Probe; 49] = [
    &max_tokens::MaxTokens,
    &tool_type::ToolType,
    &thinking_modes::ThinkingModes,
    &sampling::SamplingLock,
    &prefill::Prefill,
    &forced_tool::ForcedToolChoice,
    &effort::Effort,
    &unknown_field::UnknownField,
    &unknown_model::UnknownModel,
    &signature_content::SignatureContent,
    &tampered_signature::TamperedSignature,
    &pinned_prompts::PinnedPrompts,
    &prefix_binding::PrefixBinding,
    &untouched_replay::UntouchedReplay,
    &thinking_ledger::ThinkingLedger,
    &length_law::LengthLaw,
    &redacted_thinking::RedactedThinking,
    &account_pool::AccountPool,
    &id_clock::IdClock,
    &tool_ids::ToolIds,
    &stream_padding::StreamPadding,
    &stream_grammar::StreamGrammar,
    &usage_schema::UsageSchema,
    &rate_headers::RateHeaders,
    &client_gate::ClientGate,
    &retired_model::RetiredModel,
    &leak_scan::LeakScan,
    &cadence::Cadence,
    &one_backend::OneBackend,
    &models_api::ModelsApi,
    &first_party_only::FirstPartyOnly,
    &repeatability::Repeatability,
    &token_slope::TokenSlope,
    &tool_overhead::ToolOverhead,
    &vision_arithmetic::VisionArithmetic,
    &vision_arithmetic::VisionTier,
    &output_limit::OutputLimit,
    &stop_sequence::StopSequence,
    &nonce_echo::NonceEcho,
    &tool_integrity::ToolIntegrity,
    &cache_threshold::CacheThreshold,
    &cache_cycle::CacheCycle,
    &own_key::OwnKeyReplay,
    &documents::Documents,
    &needles::Needles,
    &structured::Structured,
    &tier_battery::TierBattery,
    &mixed_routing::MixedRouting,
    &equality::ModelEquality,
];

/// All probes.
pub(crate) fn all() -> &'static [&'static dyn Probe] {
    &ALL
}

/// Why some calls say nothing.
fn mute_claim(own: &[&Observation]) -> Claim {
    let Some(seen) = own.last() else {
        return Claim::new("mute.not-asked");
    };
    if let Some(failure) = seen.exchange.failure {
        let code = match failure {
            Failure::Timeout => "mute.timeout",
            Failure::Reset => "mute.cut",
            Failure::TooLarge => "mute.too-large",
            Failure::Cancelled => "mute.cancelled",
            Failure::Dns | Failure::Connect | Failure::Tls | Failure::Other => "mute.unreachable",
        };
        return Claim::new(code);
    }
    if seen.is_web_page() {
        return Claim::new("mute.web-page").with("status", seen.status());
    }
    if seen.message.is_none() && seen.error.is_none() {
        return Claim::new("mute.strange").with("status", seen.status());
    }
    if seen
        .message
        .as_ref()
        .is_some_and(|message| !message.is_whole)
    {
        return Claim::new("mute.cut");
    }
    let text = seen.error.as_ref().map(|error| error.message.clone());
    let text: String = text.unwrap_or_default().chars().take(160).collect();
    Claim::new("mute.other-answer")
        .with("status", seen.status())
        .with("text", text)
}
