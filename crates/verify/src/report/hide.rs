//! Account identifiers and signatures hidden, so that a report can be handed on.
//!
//! Equal identifiers get equal hashes: that two calls came from one account stays visible, which account
//! does not.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::CallRecord;
use crate::observe::Observation;
use crate::signature;

/// Bytes of a body that a report keeps.
const LONGEST_BODY: usize = 32 * 1024;

/// Characters of one text of a request that a report keeps: pictures and long prompts are cut.
const LONGEST_TEXT: usize = 2_000;

/// Characters of a signature that stay visible.
const SIGNATURE_HEAD: usize = 24;

/// Headers that name an account or open a session.
const NAMING: [&str; 5] = [
    "anthropic-organization-id",
    "anthropic-workspace-id",
    "set-cookie",
    "authorization",
    "x-api-key",
];

/// Beginnings of identifiers of accounts.
const ACCOUNTS: [&str; 4] = ["wrkspc_", "uprof_", "org_", "acct_"];

/// Knows what has to be hidden in the texts of one run.
#[derive(Debug, Default)]
pub struct Hider {
    /// Texts and what stands in their place, longest first.
    hidden: Vec<(String, String)>,
}

impl Hider {
    /// Collects what some answers give away.
    pub fn of<'a>(seen: impl Iterator<Item = &'a Observation>) -> Self {
        let mut found = Vec::new();
        for one in seen {
            let naming = one
                .exchange
                .headers
                .iter()
                .filter(|(name, _)| NAMING.contains(&name.as_str()));
            found.extend(naming.map(|(_, value)| (value.clone(), hashed(value))));
            collect_accounts(&one.text(), &mut found);
            let whole = one.message.iter().flat_map(|message| message.signatures());
            let pieces = one
                .frames
                .iter()
                .flat_map(|frames| frames.all.iter())
                .filter_map(|frame| frame.json.get("delta")?.get("signature")?.as_str());
            for text in whole.chain(pieces) {
                found.push((text.to_owned(), shortened_signature(text)));
                let account = signature::read(text, &[])
                    .ok()
                    .and_then(|read| read.account);
                found.extend(account.map(|account| (account.clone(), hashed(&account))));
            }
        }
        found.retain(|(text, _)| text.len() >= 8);
        found.sort_by(|one, other| {
            other
                .0
                .len()
                .cmp(&one.0.len())
                .then_with(|| one.0.cmp(&other.0))
        });
        found.dedup();
        Self { hidden: found }
    }

    /// A text with everything hidden.
    pub fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (found, instead) in &self.hidden {
            if text.contains(found.as_str()) {
                text = text.replace(found.as_str(), instead);
            }
        }
        text
    }

    /// A call as a report keeps it.
    pub fn record(&self, seen: &Observation) -> CallRecord {
        let exchange = &seen.exchange;
        let kept = exchange
            .body
            .get(..exchange.body.len().min(LONGEST_BODY))
            .unwrap_or_default();
        let mut request = seen.call.request.clone();
        if let Some(body) = &mut request.body {
            self.hide_json(body);
        }
        let headers = exchange.headers.iter().map(|(name, value)| {
            let value = if NAMING.contains(&name.as_str()) {
                hashed(value)
            } else {
                self.hide(value)
            };
            (name.clone(), value)
        });
        CallRecord {
            id: seen.call.id,
            probe: seen.call.probe.clone(),
            slot: seen.call.slot.clone(),
            door: seen.call.door,
            preset: seen.call.preset.clone(),
            attempt: seen.call.attempt,
            request,
            status: exchange.status,
            headers: headers.collect(),
            body: self.hide(&String::from_utf8_lossy(kept)),
            is_shortened: exchange.body.len() > LONGEST_BODY,
            failure: exchange.failure,
            started: exchange.started,
            head_ms: exchange.head_ms,
            ended_ms: exchange.ended_ms,
        }
    }

    fn hide_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                *text = self.hide(text);
                if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
                    text.truncate(end);
                    text.push('…');
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_json(item)),
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(text) if name == "signature" => {
                            *text = shortened_signature(text)
                        }
                        _ => self.hide_json(member),
                    }
                }
            }
            _ => {}
        }
    }
}

fn collect_accounts(text: &str, found: &mut Vec<(String, String)>) {
    for prefix in ACCOUNTS {
        for (start, _) in text.match_indices(prefix) {
            let rest = text.get(start..).unwrap_or_default();
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            let id = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            if id.len() >= prefix.len() + 12 {
                found.push((id.to_owned(), hashed(id)));
            }
        }
    }
}

/// The first bytes of a hash: enough to tell accounts of one run apart, and no way back.
fn hashed(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let head: String = digest
        .iter()
        .take(5)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("hashed:{head}")
}

fn shortened_signature(text: &str) -> String {
    let head: String = text.chars().take(SIGNATURE_HEAD).collect();
    format!("{head}…{} characters, {}", text.len(), hashed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_hashed_and_alike_stays_alike() {
        let mut found = Vec::new();
        collect_accounts(
            r#"{"profile":"uprof_011CecysqcvHr9LEukm9FcGe"}"#,
            &mut found,
        );
        let hider = Hider { hidden: found };
        let hidden =
            hider.hide("uprof_011CecysqcvHr9LEukm9FcGe and uprof_011CecysqcvHr9LEukm9FcGe");
        assert!(!hidden.contains("uprof_"), "{hidden}");
        let (one, two) = hidden.split_once(" and ").unwrap();
        assert_eq!(one, two);
    }
}
