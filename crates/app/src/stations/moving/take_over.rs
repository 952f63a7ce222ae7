//! Taking a file over, in one transaction.

use std::collections::HashMap;

use store::sites::{Entry, EntryKind, EntrySource, NewKey, Site, SiteImport, StationChange};

use super::bundle::{Bundle, BundleEntry, BundleSite};
use super::plan::{Planned, PlannedSite};
use crate::sites::new_id;
use crate::stations::book::Stations;
use crate::stations::error::StationError;
use crate::stations::kept;
use crate::view::InterfaceView;

impl Stations {
    /// Does what was planned. Settings change first, and back again when the rest fails.
    pub(super) fn take_over(
        &self,
        planned: Planned,
        bundle: &Bundle,
        with_settings: bool,
    ) -> Result<(), StationError> {
        let imports = self.imports(planned, bundle)?;
        let before = self.settings.to_json();
        if with_settings && !bundle.settings.is_empty() {
            self.settings.change(&bundle.settings)?;
        }
        if let Err(error) = self.store().import(&imports, self.now()) {
            if with_settings {
                let old = |name: &String| {
                    let pointer = format!("/{}", name.replace('.', "/"));
                    before.pointer(&pointer).cloned().unwrap_or_default()
                };
                let back: Vec<_> = bundle
                    .settings
                    .iter()
                    .map(|(name, _)| (name.clone(), old(name)))
                    .collect();
                self.settings.change(&back)?;
            }
            return Err(error.into());
        }
        self.sites.reload()?;
        Ok(())
    }

    fn imports(&self, planned: Planned, bundle: &Bundle) -> Result<Vec<SiteImport>, StationError> {
        let mut names: Vec<String> = self
            .store()
            .sites()?
            .into_iter()
            .map(|site| site.name.to_lowercase())
            .collect();
        let mut ids: HashMap<usize, String> = HashMap::new();
        let mut imports = Vec::new();
        for it in planned.sites {
            let site = &bundle.sites[it.number];
            let twin = it.twin.and_then(|twin| ids.get(&twin).cloned());
            let (site_id, new) = match (&it.here, twin) {
                (Some(here), _) => (here.id.clone(), None),
                (None, Some(twin)) => (twin, None),
                (None, None) => {
                    let id = new_id("site")?;
                    let name = free_name(&site.name, &site.url, &mut names);
                    (id.clone(), Some(self.new_site(site, id, name)))
                }
            };
            ids.insert(it.number, site_id.clone());
            imports.push(self.import_of(it, site, site_id, new)?);
        }
        Ok(imports)
    }

    fn import_of(
        &self,
        planned: PlannedSite,
        site: &BundleSite,
        site_id: String,
        new: Option<Site>,
    ) -> Result<SiteImport, StationError> {
        let is_new = new.is_some();
        let keys = planned.keys.into_iter().enumerate().map(|(number, key)| {
            let label = match key.label.trim() {
                "" => format!("key {}", number + 1),
                label => label.to_owned(),
            };
            Ok(NewKey {
                id: new_id("key")?,
                label,
                weight: key.weight,
                secret: key.secret,
            })
        });
        let entries = planned.entries.into_iter();
        let entries = entries.map(|entry| self.new_entry(entry, &site_id));
        Ok(SiteImport {
            keys: keys.collect::<Result<_, StationError>>()?,
            entries: entries.collect::<Result<_, StationError>>()?,
            // What the user set here wins over the file.
            station: if is_new {
                station(site)
            } else {
                StationChange::default()
            },
            account: site.account.clone().filter(|_| is_new),
            samples: if is_new {
                site.samples.clone()
            } else {
                Vec::new()
            },
            new,
            site_id,
        })
    }

    fn new_site(&self, site: &BundleSite, id: String, name: String) -> Site {
        Site {
            id,
            name,
            base_url: site.url.to_string(),
            api: site.api.clone(),
            api_found: None,
            paid: site.paid,
            tags: site.tags.clone(),
            pinned: site.pinned,
            enabled: site.enabled,
            outbound: site.outbound.clone(),
            multiplier: site.multiplier.clone(),
            aliases: site.aliases.clone(),
            strategy: site.strategy.clone(),
            checkin_url: site.checkin_url.clone(),
            note: site.note.clone(),
            created_at: self.now(),
        }
    }

    fn new_entry(&self, entry: BundleEntry, site_id: &str) -> Result<Entry, StationError> {
        Ok(Entry {
            id: new_id("entry")?,
            site_id: site_id.to_owned(),
            kind: entry.kind,
            at: entry.at.unwrap_or_else(|| self.now()),
            paid: entry.paid,
            credit: entry.credit,
            method: entry.method,
            note: entry.note,
            source: match entry.kind {
                EntryKind::CheckIn => EntrySource::Station,
                EntryKind::Recharge | EntryKind::Balance => EntrySource::Import,
            },
        })
    }
}

fn station(site: &BundleSite) -> StationChange {
    let interface =
        (site.interface != InterfaceView::default()).then(|| kept::write(&site.interface));
    StationChange {
        kind_set: site.kind.clone(),
        interface,
        threshold: site.threshold.map(Some),
        recharge_url: site.recharge_url.clone(),
        snoozed_until: None,
    }
}

/// A name that nobody has: `relay`, `relay 2`.
fn free_name(wanted: &str, url: &net::BaseUrl, names: &mut Vec<String>) -> String {
    let wanted: String = wanted
        .chars()
        .filter(|character| !character.is_control())
        .take(76)
        .collect();
    let base = match wanted.trim() {
        "" => url.authority(),
        wanted => wanted,
    };
    let mut name = base.to_owned();
    let mut number = 2;
    while names.contains(&name.to_lowercase()) {
        name = format!("{base} {number}");
        number += 1;
    }
    names.push(name.to_lowercase());
    name
}
