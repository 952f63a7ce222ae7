//! Routes.

use rusqlite::params;

use super::open::{SiteStore, SitesError};

/// One rule, as JSON of the routing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRoute {
    /// What it holds for.
    pub matches: String,
    /// Sites, best first.
    pub sites: Vec<String>,
}

impl SiteStore {
    /// All rules; the first is the default route.
    pub fn routes(&self) -> Result<Vec<StoredRoute>, SitesError> {
        let db = self.db();
        let mut query = db.prepare_cached("SELECT matches, sites FROM route ORDER BY position")?;
        let rows = query.query_map([], |row| {
            let sites: String = row.get(1)?;
            let sites = serde_json::from_str(&sites).unwrap_or_default();
            Ok(StoredRoute {
                matches: row.get(0)?,
                sites,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Replaces all rules.
    pub fn put_routes(&self, routes: &[StoredRoute]) -> Result<(), SitesError> {
        let mut db = self.db();
        let step = db.transaction()?;
        step.execute("DELETE FROM route", [])?;
        for (position, route) in routes.iter().enumerate() {
            let sites = serde_json::to_string(&route.sites).unwrap_or_default();
            step.execute(
                "INSERT INTO route (position, matches, sites) VALUES (?1, ?2, ?3)",
                params![position as i64, route.matches, sites],
            )?;
        }
        Ok(step.commit()?)
    }
}
