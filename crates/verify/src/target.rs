//! What is tested.

use serde::{Deserialize, Serialize};

/// What is tested. Addresses and keys stay with the driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Name of the site, for the report.
    pub site: String,
    /// The model that the site claims to serve, as it has to be written in requests to it.
    pub model: String,
    /// Calls under way at once, at least 1.
    pub concurrency: usize,
    /// The site's price against the list price.
    pub multiplier: f64,
    /// The model's name at the reference site, where that differs.
    pub reference_model: Option<String>,
}

impl Target {
    /// A site with one call at a time at list price.
    pub fn new(site: &str, model: &str) -> Self {
        Self {
            site: site.to_owned(),
            model: model.to_owned(),
            concurrency: 1,
            multiplier: 1.0,
            reference_model: None,
        }
    }
}
