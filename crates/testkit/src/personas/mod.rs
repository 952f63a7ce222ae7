//! Personas: sites that sell Claude, honest and otherwise, behind real ports.
//!
//! A persona is a [`Backend`](claude::Backend) of Claude or an [`Imitation`](others::Imitation) of it, with
//! layers before it that do what gateways, relays and frauds do. They are written from what is known about the
//! genuine service and about its imitations, apart from the tester that they judge. A new one is an entry in
//! `catalogue`.

mod bad;
mod catalogue;
pub(crate) mod chance;
mod claude;
mod layers;
mod mind;
mod others;
mod server;
mod site;
pub(crate) mod spell;
mod style;
mod tokens;
mod truth;

use std::sync::Arc;

pub use bad::Bad;
pub use catalogue::{CLAIMED, all, held_out, unseen};
pub use server::Standing;
pub use site::{Answered, Layer, Pace, Said, Site, Visit};
pub use style::Style;
pub use truth::{Harm, Serves, Truth, Way};

/// A site with a name and what it really is.
#[derive(Clone)]
pub struct Persona {
    /// Its name, in lower case with hyphens.
    pub name: &'static str,
    /// What it really is.
    pub truth: Truth,
    /// The model that a customer asks it for.
    pub claimed: &'static str,
    /// The site itself.
    pub site: Arc<dyn Site>,
}

/// The tables behind the personas cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the models of the personas: {0}")]
pub struct PersonasError(#[from] toml::de::Error);

impl Persona {
    /// Puts a layer before the site.
    pub(crate) fn with(mut self, layer: Box<dyn Layer>) -> Self {
        self.site = site::with(self.site, layer);
        self
    }

    /// Loses so much that nothing can be proven.
    pub(crate) fn lossy(mut self) -> Self {
        self.truth = self.truth.lossy();
        self
    }

    /// Sells it under the name of another model.
    pub(crate) fn claiming(mut self, model: &'static str) -> Self {
        self.claimed = model;
        self
    }

    /// Starts it on a free port.
    pub async fn start(&self) -> std::io::Result<Standing> {
        Standing::start(self.site.clone()).await
    }
}
