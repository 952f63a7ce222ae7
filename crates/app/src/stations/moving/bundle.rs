//! What a file holds, in no particular format.

use std::collections::BTreeMap;

use base::{Currency, Nanos, Secret, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use store::sites::{EntryKind, Sample};

use crate::view::{ImportSkip, InterfaceView};

/// What KonataAPI's recharge amounts are: it writes one number and shows a dollar sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amounts {
    /// Dollars of credit.
    #[default]
    Credit,
    /// Renminbi that were paid.
    PaidCny,
}

/// A file that was read.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    /// `konata-stats|konata-config|relayscope`.
    pub(super) format: &'static str,
    pub(super) sites: Vec<BundleSite>,
    /// Setting and value.
    pub(super) settings: Vec<(String, Value)>,
    pub(super) skipped: Vec<ImportSkip>,
    pub(super) ignored: Vec<String>,
}

/// A site of the file.
#[derive(Debug)]
pub(super) struct BundleSite {
    pub(super) name: String,
    /// Checked: a base address.
    pub(super) url: net::BaseUrl,
    pub(super) keys: Vec<BundleKey>,
    pub(super) api: String,
    pub(super) paid: bool,
    pub(super) enabled: bool,
    pub(super) pinned: bool,
    pub(super) tags: Vec<String>,
    pub(super) note: String,
    pub(super) checkin_url: Option<String>,
    pub(super) recharge_url: Option<String>,
    pub(super) outbound: String,
    pub(super) multiplier: String,
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) strategy: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) threshold: Option<Nanos>,
    pub(super) interface: InterfaceView,
    pub(super) account: Option<(Option<String>, Secret<String>)>,
    pub(super) entries: Vec<BundleEntry>,
    pub(super) samples: Vec<Sample>,
}

/// A key of a site.
#[derive(Clone, Debug)]
pub(super) struct BundleKey {
    pub(super) label: String,
    pub(super) weight: u32,
    pub(super) secret: Secret<String>,
}

/// A line of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BundleEntry {
    pub(super) kind: EntryKind,
    /// `None`: the file does not say; a balance is of the moment of the import then.
    pub(super) at: Option<Timestamp>,
    pub(super) paid: Option<(Nanos, Currency)>,
    pub(super) credit: Option<Nanos>,
    pub(super) method: String,
    pub(super) note: String,
}

impl BundleSite {
    /// A paid site of that address with nothing else known.
    pub(super) fn at(name: String, url: net::BaseUrl) -> Self {
        Self {
            name,
            url,
            keys: Vec::new(),
            api: "auto".to_owned(),
            paid: true,
            enabled: true,
            pinned: false,
            tags: Vec::new(),
            note: String::new(),
            checkin_url: None,
            recharge_url: None,
            outbound: String::new(),
            multiplier: "1".to_owned(),
            aliases: BTreeMap::new(),
            strategy: None,
            kind: None,
            threshold: None,
            interface: InterfaceView::default(),
            account: None,
            entries: Vec::new(),
            samples: Vec::new(),
        }
    }
}

/// A key as it may be stored, or `None`.
pub(super) fn key(text: &str) -> Option<Secret<String>> {
    let text = text.trim();
    let good =
        !text.is_empty() && text.len() <= 4_096 && text.bytes().all(|byte| byte.is_ascii_graphic());
    good.then(|| Secret::new(text.to_owned()))
}

/// A web address, or `None`.
pub(super) fn web(text: &str) -> Option<String> {
    let text = text.trim();
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    is_web.then(|| text.to_owned())
}
