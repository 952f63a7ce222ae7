//! What would become of a file: what is new, and what is here already.

use std::collections::HashSet;

use base::Timestamp;
use store::sites::{Entry, Site};

use super::bundle::{Bundle, BundleEntry, BundleKey, BundleSite};
use crate::stations::book::Stations;
use crate::stations::error::StationError;
use crate::view::{ImportPlan, ImportSite};

/// Entries within a day of each other are the same when all else is: files know days only.
const DAY: i64 = 86_400_000_000;

/// The plan for every site of a file.
pub(super) struct Planned {
    pub(super) sites: Vec<PlannedSite>,
}

/// The plan for one site of a file.
pub(super) struct PlannedSite {
    /// Place in the file.
    pub(super) number: usize,
    /// The site that is here already.
    pub(super) here: Option<Site>,
    /// The earlier place in the file with the same address.
    pub(super) twin: Option<usize>,
    pub(super) keys: Vec<BundleKey>,
    pub(super) entries: Vec<BundleEntry>,
    pub(super) known_entries: usize,
}

impl Stations {
    /// Compares a file with what is here. Opens keys to see whether they are the same.
    pub(super) fn plan_import(&self, bundle: &Bundle) -> Result<Planned, StationError> {
        let mut planned: Vec<PlannedSite> = Vec::new();
        let sites = self.store().sites()?;
        for (number, site) in bundle.sites.iter().enumerate() {
            let address = site.url.to_string();
            let mut same: Vec<&Site> = sites
                .iter()
                .filter(|here| here.base_url == address)
                .collect();
            // Two accounts at one station are two sites of one address.
            let by_name = |here: &&&Site| here.name.eq_ignore_ascii_case(&site.name);
            if let Some(named) = same.iter().find(by_name).copied() {
                same = vec![named];
            }
            let here = same.first().map(|here| (*here).clone());
            let twin = planned.iter().map(|it| it.number).find(|earlier| {
                let earlier = &bundle.sites[*earlier];
                here.is_none() && earlier.url == site.url && earlier.name == site.name
            });
            let (mut known_keys, mut known_entries) = (HashSet::new(), Vec::new());
            if let Some(here) = &here {
                for key in self.store().keys(&here.id)? {
                    known_keys.insert(self.store().reveal_key(&key.id)?.reveal().clone());
                }
                known_entries = self.store().ledger(&here.id)?;
            }
            for earlier in planned.iter().filter(|it| {
                let is_twin = twin == Some(it.number) || it.twin == twin && twin.is_some();
                let same_here = here.is_some()
                    && it.here.as_ref().map(|it| &it.id) == here.as_ref().map(|it| &it.id);
                is_twin || same_here
            }) {
                known_keys.extend(earlier.keys.iter().map(|it| it.secret.reveal().clone()));
            }
            let mut keys = site.keys.clone();
            keys.retain(|key| known_keys.insert(key.secret.reveal().clone()));
            let (entries, known) = new_entries(site, known_entries);
            planned.push(PlannedSite {
                number,
                here,
                twin,
                keys,
                entries,
                known_entries: known,
            });
        }
        Ok(Planned { sites: planned })
    }
}

/// Entries that are not here. Each one here stands for one in the file: two equal recharges on one day
/// stay two.
fn new_entries(site: &BundleSite, mut here: Vec<Entry>) -> (Vec<BundleEntry>, usize) {
    let mut known = 0;
    let mut entries = Vec::new();
    for entry in &site.entries {
        match here.iter().position(|other| same(entry, other)) {
            Some(place) => {
                here.swap_remove(place);
                known += 1;
            }
            None => entries.push(entry.clone()),
        }
    }
    (entries, known)
}

fn same(entry: &BundleEntry, here: &Entry) -> bool {
    let near = |at: Timestamp| (at.0 - here.at.0).abs() < DAY;
    entry.kind == here.kind
        && entry.at.is_none_or(near)
        && entry.paid == here.paid
        && entry.credit == here.credit
        && entry.note == here.note
}

impl Planned {
    /// For the doors.
    pub(super) fn view(&self, bundle: &Bundle, done: bool) -> ImportPlan {
        let is_new = |it: &&PlannedSite| it.here.is_none() && it.twin.is_none();
        let site = |it: &PlannedSite| {
            let site = &bundle.sites[it.number];
            let twin = it.twin.map(|twin| bundle.sites[twin].name.clone());
            ImportSite {
                name: site.name.clone(),
                url: site.url.to_string(),
                state: if is_new(&it) { "new" } else { "known" }.to_owned(),
                here: it.here.as_ref().map(|here| here.name.clone()).or(twin),
                new_records: it.entries.len() as u32,
                new_keys: it.keys.len() as u32,
            }
        };
        let sum = |of: fn(&PlannedSite) -> usize| self.sites.iter().map(of).sum::<usize>() as u32;
        let new_sites = self.sites.iter().filter(is_new).count() as u32;
        let settings = bundle.settings.iter().map(|(name, value)| {
            let text = value.as_str().map(str::to_owned);
            (name.clone(), text.unwrap_or_else(|| value.to_string()))
        });
        ImportPlan {
            format: bundle.format.to_owned(),
            sites: self.sites.iter().map(site).collect(),
            new_sites,
            known_sites: self.sites.len() as u32 - new_sites,
            new_records: sum(|it| it.entries.len()),
            known_records: sum(|it| it.known_entries),
            new_keys: sum(|it| it.keys.len()),
            settings: settings.collect(),
            skipped: bundle.skipped.clone(),
            ignored: bundle.ignored.clone(),
            done,
        }
    }
}
