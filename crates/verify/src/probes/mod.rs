//! The probes, a file each. This list is the only place that names them.

mod leak;
mod max_tokens;

use crate::claim::Claim;
use crate::exchange::Failure;
use crate::observe::Observation;
use crate::probe::Probe;

/// All probes, in the order in which they are asked: free ones first, then what others build on.
pub(crate) fn all() -> &'static [&'static dyn Probe] {
    &[&max_tokens::MaxTokens]
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
    let text = seen
        .error
        .as_ref()
        .map(|error| error.message.clone())
        .unwrap_or_default();
    let text: String = text.chars().take(160).collect();
    Claim::new("mute.other-answer")
        .with("status", seen.status())
        .with("text", text)
}
