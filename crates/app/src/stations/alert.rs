//! Low balances: who is low, and telling it once.

use base::Timestamp;
use store::sites::Station;

use super::book::Stations;
use super::error::StationError;
use super::figures;
use super::view::Known;
use crate::settings::Settings;
use crate::view::{AlertView, BalanceView, FiguresView, StationView};

/// A balance that fell below its threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct LowBalance {
    /// Id of the site.
    pub site: String,
    /// Its name.
    pub name: String,
    /// What is left, US dollars.
    pub remaining_usd: f64,
    /// The threshold.
    pub threshold_usd: f64,
    /// Days left at today's pace.
    pub days_left: Option<f64>,
    /// The station's page.
    pub site_url: String,
    /// Where one buys credit.
    pub recharge_url: Option<String>,
}

impl Stations {
    /// Tells the user once when a site's balance has become low. A snoozed site is told when the snooze is
    /// over; a balance that recovers may become low again.
    pub(super) fn tell_when_low(&self, site: &str) -> Result<(), StationError> {
        let known = self.known(self.site(site)?)?;
        let view = self.view_of(&known)?;
        let told = known.station.told_low;
        if !view.alert.low {
            if told {
                self.store().set_told_low(&view.site, false)?;
            }
            return Ok(());
        }
        let is_snoozed = view.alert.snoozed_until.is_some();
        if told || is_snoozed || !self.settings().stations.notify_low_balance {
            return Ok(());
        }
        let Some(low) = low(&known, &view) else {
            return Ok(());
        };
        let Some(desktop) = self.desktop() else {
            let (site, left) = (&low.name, low.remaining_usd);
            tracing::info!(site, left, "the balance is low");
            return Ok(());
        };
        self.store().set_told_low(&view.site, true)?;
        desktop.tell_low_balance(&low);
        Ok(())
    }
}

fn low(known: &Known, view: &StationView) -> Option<LowBalance> {
    Some(LowBalance {
        site: view.site.clone(),
        name: view.name.clone(),
        remaining_usd: level(view.balance.as_ref()?)?,
        threshold_usd: view.alert.threshold_usd?,
        days_left: view.figures.days_left,
        site_url: known.site.base_url.clone(),
        recharge_url: view.recharge_url.clone(),
    })
}

/// The threshold of a site, US dollars; `None`: it is never low.
pub(super) fn threshold(station: &Station, settings: &Settings) -> Option<f64> {
    let threshold = match station.threshold {
        Some(own) => own.to_f64(),
        None => settings.stations.low_balance_usd,
    };
    (threshold > 0.0).then_some(threshold)
}

/// What counts against the threshold: what can be spent at all. A window that renews itself is no reason to
/// recharge.
fn level(balance: &BalanceView) -> Option<f64> {
    (!balance.unlimited).then_some(balance.remaining_usd)?
}

pub(super) fn view(
    known: &Known,
    balance: Option<&BalanceView>,
    figures: &FiguresView,
    settings: &Settings,
    now: Timestamp,
) -> AlertView {
    let threshold = threshold(&known.station, settings);
    let left = balance.and_then(level);
    let snoozed = known.station.snoozed_until.filter(|until| *until > now);
    AlertView {
        threshold_usd: threshold,
        own: known.station.threshold.is_some(),
        low: left.zip(threshold).is_some_and(|(left, at)| left < at),
        snoozed_until: snoozed.map(|until| until.to_string()),
        crossed_on: left
            .zip(threshold)
            .and_then(|(left, at)| figures::crossed_on(now, left, at, figures.burn_usd_per_day)),
    }
}
