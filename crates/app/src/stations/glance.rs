//! All stations at one glance, for who looks often: the tray looks every second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::book::{Stations, held};

/// How long a glance holds when nothing tells of a change: check-ins become due by themselves.
const HOLDS: Duration = Duration::from_secs(30);

/// All stations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Glance {
    /// Enabled sites that are due for check-in.
    pub due: u32,
    /// Sites, in the user's order.
    pub sites: Vec<GlanceSite>,
}

/// One station.
#[derive(Clone, Debug, PartialEq)]
pub struct GlanceSite {
    /// Id of the site.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is left, and its unit: `USD`, `CNY` or `quota`; `None`: not known.
    pub left: Option<(f64, String)>,
    /// Nothing limits it.
    pub unlimited: bool,
    /// Below its threshold.
    pub low: bool,
}

impl Stations {
    /// What is known, without asking anybody. Where the store fails, what was known before.
    pub fn glance(&self) -> Arc<Glance> {
        let known = held(&self.glanced).clone();
        if let Some((_, glance)) = known.as_ref().filter(|(at, _)| at.elapsed() < HOLDS) {
            return glance.clone();
        }
        let glance = match self.list() {
            Ok(list) => {
                let site = |it: crate::view::StationView| {
                    let balance = it.balance.as_ref();
                    let left = balance.and_then(|it| Some((it.remaining?, it.unit.clone())));
                    GlanceSite {
                        id: it.site,
                        name: it.name,
                        left,
                        unlimited: balance.is_some_and(|it| it.unlimited),
                        low: it.alert.low && it.enabled,
                    }
                };
                Arc::new(Glance {
                    due: list.checkins_due,
                    sites: list.stations.into_iter().map(site).collect(),
                })
            }
            Err(error) => {
                tracing::warn!(%error, "stations could not be looked at");
                known.map(|(_, glance)| glance).unwrap_or_default()
            }
        };
        *held(&self.glanced) = Some((Instant::now(), glance.clone()));
        glance
    }
}
