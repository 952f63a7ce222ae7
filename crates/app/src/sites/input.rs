//! What users say, checked before anything is saved.

use std::collections::BTreeMap;

use base::Secret;
use net::{BaseUrl, Outbound};
use price::Factor;
use serde::Deserialize;
use store::sites::{Site, SiteChange};

use super::error::SiteError;

/// Longest name of a site, in characters.
const LONGEST_NAME: usize = 80;

/// Longest key, in bytes: a JWT fits.
const LONGEST_KEY: usize = 4_096;

/// A site to add.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the members are those of store::sites::Site")]
pub struct SiteInput {
    #[serde(default)]
    pub name: String,
    pub url: String,
    #[serde(default)]
    pub keys: Vec<String>,
    #[serde(default = "auto")]
    pub api: String,
    #[serde(default = "paid")]
    pub paid: bool,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub checkin_url: Option<String>,
    #[serde(default = "one")]
    pub multiplier: String,
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    #[serde(default)]
    pub outbound: String,
    #[serde(default)]
    pub note: String,
}

/// What is to change in a site: absent members stay as they are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the members are those of store::sites::Site")]
pub struct SiteEdit {
    pub name: Option<String>,
    pub base_url: Option<String>,
    pub api: Option<String>,
    pub paid: Option<bool>,
    pub tags: Option<Vec<String>>,
    pub pinned: Option<bool>,
    pub enabled: Option<bool>,
    pub outbound: Option<String>,
    pub multiplier: Option<String>,
    pub aliases: Option<BTreeMap<String, String>>,
    pub strategy: Option<String>,
    pub checkin_url: Option<String>,
    pub note: Option<String>,
    /// The user agrees that the keys go to another host with the site.
    pub move_keys: bool,
}

impl From<SiteEdit> for SiteChange {
    fn from(edit: SiteEdit) -> Self {
        Self {
            name: edit.name,
            base_url: edit.base_url,
            api: edit.api,
            paid: edit.paid,
            tags: edit.tags,
            pinned: edit.pinned,
            enabled: edit.enabled,
            outbound: edit.outbound,
            multiplier: edit.multiplier,
            aliases: edit.aliases,
            strategy: edit.strategy,
            checkin_url: edit.checkin_url,
            note: edit.note,
        }
    }
}

/// A key to add.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyInput {
    /// The key itself.
    pub key: String,
    /// Label; made up when empty.
    #[serde(default)]
    pub label: String,
    /// Share under the weighted strategy.
    #[serde(default = "weight")]
    pub weight: u32,
}

fn auto() -> String {
    "auto".to_owned()
}

fn paid() -> bool {
    true
}

fn one() -> String {
    "1".to_owned()
}

fn weight() -> u32 {
    1
}

/// A name on one line; an address gives one where there is none.
pub(super) fn name(text: &str, base: &BaseUrl) -> Result<String, SiteError> {
    let text = text.trim();
    let name = if text.is_empty() {
        base.authority()
    } else {
        text
    };
    let bad = name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control);
    if bad {
        Err(SiteError::BadName)
    } else {
        Ok(name.to_owned())
    }
}

pub(super) fn base_url(text: &str) -> Result<BaseUrl, SiteError> {
    BaseUrl::parse(text).map_err(|error| SiteError::BadUrl(error.to_string()))
}

/// A key as it is sent: what people paste has line ends around it.
pub(super) fn key(text: &str) -> Result<Secret<String>, SiteError> {
    let text = text.trim();
    let good = !text.is_empty()
        && text.len() <= LONGEST_KEY
        && text.chars().all(|character| character.is_ascii_graphic());
    if good {
        Ok(Secret::new(text.to_owned()))
    } else {
        Err(SiteError::BadKey)
    }
}

pub(super) fn weight_of(weight: u32) -> Result<u32, SiteError> {
    if weight <= 1_000 {
        Ok(weight)
    } else {
        Err(SiteError::BadWeight)
    }
}

/// The members that a new and a changed site share.
pub(super) fn check(change: &SiteChange) -> Result<(), SiteError> {
    if let Some(api) = &change.api
        && !["auto", "anthropic", "openai", "both"].contains(&&api[..])
    {
        return Err(SiteError::UnknownApi(api.clone()));
    }
    if let Some(multiplier) = &change.multiplier
        && multiplier.parse::<Factor>().is_err()
    {
        return Err(SiteError::BadMultiplier(multiplier.clone()));
    }
    if let Some(outbound) = change
        .outbound
        .as_deref()
        .filter(|outbound| !outbound.is_empty())
    {
        Outbound::parse(outbound).map_err(|error| SiteError::BadOutbound(error.to_string()))?;
    }
    if let Some(strategy) = change
        .strategy
        .as_deref()
        .filter(|strategy| !strategy.is_empty())
    {
        route::strategies::named(strategy)
            .map_err(|_| SiteError::UnknownStrategy(strategy.to_owned()))?;
    }
    let checkin = change.checkin_url.as_deref().filter(|url| !url.is_empty());
    let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    if checkin.is_some_and(|url| !is_web(url)) {
        return Err(SiteError::BadCheckinUrl);
    }
    Ok(())
}

impl SiteInput {
    /// The same as a change, for the common checks.
    pub(super) fn as_change(&self) -> SiteChange {
        SiteChange {
            api: Some(self.api.clone()),
            multiplier: Some(self.multiplier.clone()),
            outbound: Some(self.outbound.clone()),
            checkin_url: self.checkin_url.clone(),
            ..SiteChange::default()
        }
    }

    /// The site that it describes.
    pub(super) fn into_site(
        self,
        id: String,
        name: String,
        base: &BaseUrl,
        now: base::Timestamp,
    ) -> Site {
        Site {
            id,
            name,
            base_url: base.to_string(),
            api: self.api,
            api_found: None,
            paid: self.paid,
            tags: self.tags,
            pinned: false,
            enabled: true,
            outbound: self.outbound,
            multiplier: self.multiplier,
            aliases: self.aliases,
            strategy: None,
            checkin_url: self.checkin_url.filter(|url| !url.is_empty()),
            note: self.note,
            created_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_trimmed_and_checked() {
        assert_eq!(key(" sk-abc\n").unwrap().reveal(), "sk-abc");
        for bad in ["", " ", "sk abc", "sk-\nabc", "sk-密"] {
            assert!(matches!(key(bad), Err(SiteError::BadKey)), "{bad:?}");
        }
    }

    #[test]
    fn names_come_from_the_address_when_there_is_none() {
        let base = base_url("https://relay.example/v1").unwrap();
        assert_eq!(name("", &base).unwrap(), "relay.example");
        assert_eq!(name(" 摸鱼公益站 ", &base).unwrap(), "摸鱼公益站");
        assert!(name("a\nb", &base).is_err() && name(&"x".repeat(81), &base).is_err());
    }
}
