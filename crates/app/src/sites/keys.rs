//! Keys of sites.

use std::sync::Arc;

use base::Secret;
use route::{KeyId, SiteId};
use store::sites::{NewKey, SiteKey, SitesError};

use super::book::{Sites, new_id};
use super::error::SiteError;
use super::input::{self, KeyInput};
use crate::view::KeyView;

impl Sites {
    /// Adds a key to a site.
    pub fn add_key(&self, site: &str, input: &KeyInput) -> Result<KeyView, SiteError> {
        let site = self.store().site(site)?;
        let secret = input::key(&input.key)?;
        let weight = input::weight_of(input.weight)?;
        let number = self.store().keys(&site.id)?.len() + 1;
        let label = match input.label.trim() {
            "" => format!("key {number}"),
            label => label.to_owned(),
        };
        let key = NewKey {
            id: new_id("key")?,
            label,
            weight,
            secret,
        };
        let key = self.store().add_key(&site.id, &key, self.clock().now())?;
        self.reload()?;
        Ok(self.key_view(&site.name, &key))
    }

    /// Changes a key.
    pub fn change_key(
        &self,
        id: &str,
        label: Option<&str>,
        weight: Option<u32>,
        enabled: Option<bool>,
    ) -> Result<KeyView, SiteError> {
        let weight = weight.map(input::weight_of).transpose()?;
        let label = label.map(str::trim).filter(|label| !label.is_empty());
        self.store().change_key(id, label, weight, enabled)?;
        self.reload()?;
        self.key(id)
    }

    /// Removes a key.
    pub fn remove_key(&self, id: &str) -> Result<(), SiteError> {
        self.store().remove_key(id)?;
        Ok(self.reload()?)
    }

    /// Clears what the pool holds against a key.
    pub fn reset_key(self: &Arc<Self>, id: &str) -> Result<KeyView, SiteError> {
        let (_, key) = self.find_key(id)?;
        let (site, name) = (
            SiteId::from(key.site_id.as_str()),
            KeyId::from(key.fingerprint.as_str()),
        );
        let now = self.clock().now();
        let change = self.pool().with(|pool| pool.reset(&site, &name, now));
        self.changed(&change);
        self.live().sites_changed();
        self.key(id)
    }

    /// Clears what the pool holds against the keys of a site, or of all; gives their number.
    pub fn reset_keys(self: &Arc<Self>, site: Option<&str>) -> Result<usize, SiteError> {
        let site = site.map(|site| self.store().site(site)).transpose()?;
        let site = site.map(|site| SiteId::from(site.id.as_str()));
        let now = self.clock().now();
        let changes = self.pool().with(|pool| pool.reset_all(site.as_ref(), now));
        changes.iter().for_each(|change| self.changed(change));
        self.live().sites_changed();
        Ok(changes.len())
    }

    /// A key in clear, for its owner.
    pub fn reveal_key(&self, id: &str) -> Result<Secret<String>, SiteError> {
        Ok(self.store().reveal_key(id)?)
    }

    /// A key with its state.
    pub fn key(&self, id: &str) -> Result<KeyView, SiteError> {
        let (site, key) = self.find_key(id)?;
        Ok(self.key_view(&site, &key))
    }

    /// All keys with their states.
    pub fn all_keys(&self) -> Result<Vec<KeyView>, SiteError> {
        let mut views = Vec::new();
        for site in self.store().sites()? {
            for key in self.store().keys(&site.id)? {
                views.push(self.key_view(&site.name, &key));
            }
        }
        Ok(views)
    }

    fn find_key(&self, id: &str) -> Result<(String, SiteKey), SiteError> {
        for site in self.store().sites()? {
            if let Some(key) = self
                .store()
                .keys(&site.id)?
                .into_iter()
                .find(|key| key.id == id)
            {
                return Ok((site.name, key));
            }
        }
        Err(SitesError::NoSuchKey(id.to_owned()).into())
    }
}
