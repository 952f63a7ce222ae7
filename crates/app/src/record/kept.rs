//! What is kept of an exchange besides its row and its bodies.

use proxy::{Attempt, Connection, Times, Translation};
use serde::{Deserialize, Serialize};
use wire::Dialect;
use wire::translate::{Change, Memory};

use super::lines::{self, SentLine};
use crate::view::{HeaderView, PricingView};

/// What lists do not show. Kept as JSON: members may be added.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the members are those of proxy::Finish")]
pub struct Kept {
    #[serde(skip_serializing)]
    pub request_headers: Vec<HeaderView>,
    #[serde(skip_serializing)]
    pub sent_headers: Vec<HeaderView>,
    /// Instead of `sent_headers`, since most of them are the caller's.
    #[serde(skip_serializing)]
    pub(crate) sent: Vec<SentLine>,
    #[serde(skip_serializing)]
    pub response_headers: Vec<HeaderView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream_url: Option<String>,
    pub request_bytes: u64,
    pub response_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub error_params: Vec<(String, String)>,
    pub times: Times,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    pub attempts: Vec<Attempt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pricing: Option<PricingView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation: Option<KeptTranslation>,
}

impl Kept {
    /// Reads what was written; `None`: it is not that.
    pub fn read(text: &str) -> Option<Self> {
        let mut kept: Self = serde_json::from_str(text).ok()?;
        let sent = std::mem::take(&mut kept.sent);
        if kept.sent_headers.is_empty() {
            kept.sent_headers = lines::restore(sent, &kept.request_headers)?;
        }
        Some(kept)
    }
}

/// How the upstream was spoken to, where that was not in the caller's dialect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptTranslation {
    /// The dialect of the upstream, and of the answer's body.
    pub to: Dialect,
    /// What the way back needs: with it the answer is translated again to the same bytes.
    pub memory: Memory,
    /// What was dropped or changed in the request.
    pub changes: Vec<Change>,
}

impl From<&Translation> for KeptTranslation {
    fn from(translation: &Translation) -> Self {
        Self {
            to: translation.to,
            memory: translation.memory.clone(),
            changes: translation.changes.clone(),
        }
    }
}
