//! Remembers sites, their keys, routes and the state of the pool: `relayscope.db`.

mod client_keys;
mod keys;
mod open;
mod routes;
mod site;
mod states;

pub use client_keys::{ClientKey, NewClientKey};
pub use keys::{NewKey, SiteKey};
pub use open::{SiteStore, SitesError, VaultState};
pub use routes::StoredRoute;
pub use site::{Site, SiteChange};
pub use states::StoredKeyState;
