//! Adding, changing and deleting sites.

use base::Secret;
use net::BaseUrl;
use store::sites::{NewKey, SiteChange};

use super::book::{Sites, new_id};
use super::error::SiteError;
use super::input::{self, SiteEdit, SiteInput};
use crate::view::{RoutesView, SiteView};

impl Sites {
    /// Adds a site. The first one becomes the default route.
    pub fn add(&self, input: SiteInput) -> Result<SiteView, SiteError> {
        let base = input::base_url(&input.url)?;
        self.refuse_self(&base)?;
        let name = input::name(&input.name, &base)?;
        input::check(&input.as_change())?;
        let secrets: Vec<Secret<String>> = input
            .keys
            .iter()
            .map(|key| input::key(key))
            .collect::<Result<_, _>>()?;
        let (now, id) = (self.clock().now(), new_id("site")?);
        let keys: Vec<NewKey> = secrets
            .into_iter()
            .enumerate()
            .map(|(number, secret)| {
                let (id, label) = (new_id("key")?, format!("key {}", number + 1));
                Ok(NewKey {
                    id,
                    label,
                    weight: 1,
                    secret,
                })
            })
            .collect::<Result<_, SiteError>>()?;
        let site = input.into_site(id.clone(), name, &base, now);
        let is_first = self.store().sites()?.is_empty();
        self.store().add_site_with_keys(&site, &keys, now)?;
        if is_first {
            self.put_routes(&RoutesView {
                default: vec![id.clone()],
                rules: self.routes()?.rules,
            })?;
        }
        self.reload()?;
        self.site(&id)
    }

    /// Changes a site.
    pub fn change(&self, id: &str, edit: SiteEdit) -> Result<SiteView, SiteError> {
        let site = self.store().site(id)?;
        let may_move = edit.move_keys;
        let mut change = SiteChange::from(edit);
        input::check(&change)?;
        let base = change
            .base_url
            .take()
            .map(|url| input::base_url(&url))
            .transpose()?;
        if let Some(name) = &mut change.name {
            let base = input::base_url(&site.base_url)?;
            *name = input::name(name, &base)?;
        }
        if let Some(base) = &base {
            self.refuse_self(base)?;
            let old = input::base_url(&site.base_url)?;
            let stored = self.store().keys(&site.id)?;
            let moves = old.authority() != base.authority() && !stored.is_empty();
            if moves && !may_move {
                let (host, keys) = (base.authority().to_owned(), stored.len());
                return Err(SiteError::KeysMove { host, keys });
            }
            // Keys that cannot be sealed anew stay where they are: then nothing of the change is saved.
            for key in stored.iter().filter(|_| moves) {
                self.store().reveal_key(&key.id)?;
            }
        }
        self.store().change_site(&site.id, &change)?;
        if let Some(base) = base {
            self.store().move_site(&site.id, &base.to_string())?;
        }
        self.reload()?;
        self.site(&site.id)
    }

    /// Deletes a site; it can be brought back for a day.
    pub fn delete(&self, id: &str) -> Result<(), SiteError> {
        let site = self.store().site(id)?;
        self.store().delete_site(&site.id, self.clock().now())?;
        Ok(self.reload()?)
    }

    /// Brings a deleted site back.
    pub fn restore(&self, id: &str) -> Result<SiteView, SiteError> {
        let site = self.store().restore_site(id)?;
        self.reload()?;
        self.site(&site.id)
    }

    /// Puts the sites in this order.
    pub fn order(&self, ids: &[String]) -> Result<(), SiteError> {
        self.store().order_sites(ids)?;
        Ok(self.reload()?)
    }

    /// A site by id or name.
    pub fn site(&self, id_or_name: &str) -> Result<SiteView, SiteError> {
        Ok(self.site_view(self.store().site(id_or_name)?)?)
    }

    /// A site at our own address would make a circle.
    fn refuse_self(&self, base: &BaseUrl) -> Result<(), SiteError> {
        let host = base.host();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let ip = match bare {
            "localhost" => Some(std::net::IpAddr::from([127, 0, 0, 1])),
            other => other.parse().ok(),
        };
        match ip.map(|ip| std::net::SocketAddr::new(ip, base.port())) {
            Some(address) if self.own().contains(address) => {
                Err(SiteError::SiteIsSelf(base.authority().to_owned()))
            }
            _ => Ok(()),
        }
    }
}
