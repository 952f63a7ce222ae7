//! The personas. The order is that of the tables in `docs/verify.md`.

mod altered;
mod fakes;
mod genuine;
mod held_out;
mod unseen;

use std::sync::Arc;

use super::claude::{Accounts, Backend, Models, Platform};
use super::others::{Imitation, Vendor};
use super::{Persona, PersonasError, Truth};

/// The model that most of them sell.
pub const CLAIMED: &str = "claude-opus-5-5";

/// The personas that the tester was built with.
pub fn all() -> Result<Vec<Persona>, PersonasError> {
    let workshop = Workshop::new()?;
    let mut all = genuine::all(&workshop);
    all.extend(altered::all(&workshop));
    all.extend(fakes::all(&workshop));
    Ok(all)
}

/// Personas that the tester was not built with.
pub fn held_out() -> Result<Vec<Persona>, PersonasError> {
    Ok(held_out::all(&Workshop::new()?))
}

/// Personas that came when the tester was done.
pub fn unseen() -> Result<Vec<Persona>, PersonasError> {
    Ok(unseen::all(&Workshop::new()?))
}

/// What personas are made from.
struct Workshop {
    models: Arc<Models>,
}

impl Workshop {
    fn new() -> Result<Self, PersonasError> {
        Ok(Self {
            models: Arc::new(Models::bundled()?),
        })
    }

    /// Claude at a place, with one account.
    fn claude(&self, name: &'static str, platform: Platform, truth: Truth) -> Persona {
        let seed = super::chance::hash(name.as_bytes()) % 1_000_003;
        self.claude_with(name, platform, Accounts::one(seed), truth)
    }

    /// Claude at a place, with these accounts.
    fn claude_with(
        &self,
        name: &'static str,
        platform: Platform,
        accounts: Accounts,
        truth: Truth,
    ) -> Persona {
        Persona {
            name,
            truth,
            claimed: CLAIMED,
            site: Arc::new(Backend::new(self.models.clone(), platform, accounts, name)),
        }
    }

    /// Another vendor's model.
    fn other(&self, name: &'static str, vendor: &Vendor) -> Persona {
        Persona {
            name,
            truth: Truth::fake(),
            claimed: CLAIMED,
            site: Arc::new(Imitation::new(vendor)),
        }
    }
}
