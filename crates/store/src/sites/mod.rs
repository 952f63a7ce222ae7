//! Remembers sites, their keys, routes, the state of the pool, stations and the ledger: `relayscope.db`.

mod balances;
mod client_keys;
mod facts;
mod import;
mod keys;
mod ledger;
mod open;
mod routes;
mod site;
mod states;
mod stations;
mod verify_runs;

pub use balances::{Sample, Spent};
pub use client_keys::{ClientKey, NewClientKey};
pub use import::SiteImport;
pub use keys::{NewKey, SiteKey};
pub use ledger::{Entry, EntryKind, EntrySource};
pub use open::{SiteStore, SitesError, VaultState};
pub use routes::StoredRoute;
pub use site::{Site, SiteChange};
pub use states::StoredKeyState;
pub use stations::{QueryOutcome, Station, StationAccount, StationChange};
pub use verify_runs::NewVerifyRun;
