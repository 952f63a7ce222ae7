//! Keeping what the pool knows: at once when a key is lost, within a second otherwise.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use route::{Change, KeyId, SiteId, StoredState, Urgency};
use store::sites::StoredKeyState;
use tokio_util::sync::CancellationToken;

use super::book::Sites;

/// How often changes that may wait are written.
const SOON: Duration = Duration::from_secs(1);

/// Sites and keys whose rows are to be written.
pub(super) type Dirty = HashSet<(SiteId, KeyId)>;

/// Name of the rows about a key of a site, or about the site.
fn name(site: &SiteId, key: Option<&KeyId>) -> String {
    format!("{site}|{}", key.map_or("", KeyId::as_str))
}

impl Sites {
    /// Notes a change of the pool.
    pub(super) fn changed(self: &Arc<Self>, change: &Change) {
        if change.urgency == Urgency::Nothing {
            return;
        }
        let mut dirty = self.dirty();
        dirty.insert((change.site.clone(), change.key.clone()));
        drop(dirty);
        if change.moved.is_some() {
            self.live().sites_changed();
        }
        if change.urgency == Urgency::AtOnce {
            let sites = self.clone();
            tokio::task::spawn_blocking(move || sites.write_states());
        }
    }

    /// Writes what has changed.
    pub(super) fn write_states(&self) {
        let dirty = std::mem::take(&mut *self.dirty());
        if dirty.is_empty() {
            return;
        }
        let mut names = HashSet::new();
        let mut rows = Vec::new();
        for (site, key) in &dirty {
            names.insert(name(site, None));
            names.insert(name(site, Some(key)));
            rows.extend(self.pool().with(|pool| pool.stored(site, key)));
        }
        let names: Vec<String> = names.into_iter().collect();
        let rows: Vec<StoredKeyState> = rows.iter().filter_map(row).collect();
        let now = self.clock().now();
        if let Err(error) = self.store().replace_key_states(&names, &rows, now) {
            tracing::error!(%error, "the state of keys could not be written");
            self.dirty().extend(dirty);
        }
    }

    /// What was written before.
    pub(super) fn restore_states(&self) -> Result<(), store::sites::SitesError> {
        let rows = self.store().key_states()?;
        let states: Vec<StoredState> = rows
            .iter()
            .filter_map(|row| serde_json::from_str(&row.state).ok())
            .collect();
        let now = self.clock().now();
        self.pool().with(|pool| pool.restore(states, now));
        Ok(())
    }

    /// Writes changes once a second until the end, and then the rest.
    pub async fn keep_states(self: Arc<Self>, end: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(SOON) => {}
                () = end.cancelled() => break,
            }
            let sites = self.clone();
            let write = move || {
                sites.write_states();
                sites.write_corrections();
            };
            if let Err(error) = tokio::task::spawn_blocking(write).await {
                tracing::error!(%error, "the state of keys could not be written");
            }
        }
        self.write_states();
        self.write_corrections();
    }
}

fn row(state: &StoredState) -> Option<StoredKeyState> {
    Some(StoredKeyState {
        fingerprint: name(&state.site, state.key.as_ref()),
        scope: serde_json::to_string(&state.scope).ok()?,
        state: serde_json::to_string(state).ok()?,
    })
}
