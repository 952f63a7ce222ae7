//! Whom to ask and how: site, key, account and interface put together.

use std::time::Duration;

use base::Secret;
use net::{ConnectTimeout, Outbound, Upstream};
use station::{Account, AccountToken, Address, KeyForm, KeyShape, StationKind, Target};
use store::sites::{Site, Station};

use super::book::Stations;
use super::error::StationError;
use super::interface;
use super::kept::{self, KeptDetection, KeptQuery};
use super::line::Line;
use crate::sites::SiteError;
use crate::view::InterfaceView;

/// Failures in a row after which a station is recognised anew: it may run other software by now.
const RECOGNISE_AFTER: u32 = 3;

/// What the call is for: balances and logs may go different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Balance,
    Logs,
}

/// Everything that a conversation needs.
pub(super) struct Prepared {
    pub(super) site: Site,
    pub(super) station: Station,
    pub(super) target: Target,
    pub(super) key: Secret<String>,
    pub(super) account: Option<Secret<String>>,
    pub(super) detection: KeptDetection,
    upstream: Upstream,
    user_agent: String,
}

impl Prepared {
    /// The line to the station.
    pub(super) fn line<'a>(&self, stations: &'a Stations) -> Line<'a> {
        Line {
            upstream: self.upstream.clone(),
            address: self.target.address.clone(),
            key: self.key.clone(),
            account: self.account.clone(),
            user_agent: self.user_agent.clone(),
            budget: &stations.budget,
            patience: Duration::from_secs(stations.settings().stations.timeout_s),
        }
    }

    /// Secrets to be taken out of what is kept.
    pub(super) fn secrets(&self) -> Vec<&Secret<String>> {
        std::iter::once(&self.key).chain(&self.account).collect()
    }
}

impl Stations {
    /// Opens what is sealed and puts everything together. Blocks.
    pub(super) fn prepare(
        &self,
        site: &str,
        purpose: Purpose,
        other: Option<&InterfaceView>,
    ) -> Result<Prepared, StationError> {
        let site = self.site(site)?;
        let station = self.store().station(&site.id)?;
        let key = self.first_key(&site.id)?;
        let account = self.store().reveal_account(&site.id)?;
        let user_id = self.store().account(&site.id)?.and_then(|it| it.user_id);
        let detection: KeptDetection = kept::read(&station.detection).unwrap_or_default();
        let saved: InterfaceView = kept::read(&station.interface).unwrap_or_default();
        let interface = other.unwrap_or(&saved);
        let settings = self.settings();
        let set = &settings.stations;
        let address = Address::parse(&site.base_url)
            .ok_or_else(|| SiteError::BadUrl(site.base_url.clone()))?;
        let target = Target {
            address,
            kind: kind_of(&station, interface),
            key: KeyShape::of(key.reveal()),
            account: account.as_ref().map(|account| Account {
                token: match KeyShape::of(account.reveal()) {
                    KeyShape::Jwt => AccountToken::Jwt,
                    _ => AccountToken::Access,
                },
                user_id,
            }),
            balance_form: form(&interface.balance_auth, &set.balance_auth),
            log_form: form(&interface.log_auth, &set.log_auth),
            custom: interface::custom(interface, set),
            known: detection.known.clone(),
            now: self.now(),
        };
        let proxy = match purpose {
            Purpose::Balance => &interface.balance_proxy,
            Purpose::Logs => &interface.log_proxy,
        };
        let ways = [
            proxy,
            &set.proxy,
            &site.outbound,
            &settings.upstream.outbound,
        ];
        let way = ways.into_iter().find(|way| !way.is_empty());
        // Checked when it was saved.
        let outbound = Outbound::parse(way.map_or("", |way| way)).unwrap_or_default();
        let timeout = Duration::from_secs(settings.upstream.connect_timeout_s);
        let upstream = Upstream::new(outbound, ConnectTimeout(timeout), self.sites.own().clone());
        let user_agent = match &set.user_agent[..] {
            "" => format!("relayscope/{}", env!("CARGO_PKG_VERSION")),
            own => own.to_owned(),
        };
        Ok(Prepared {
            site,
            station,
            target,
            key,
            account,
            detection,
            upstream,
            user_agent,
        })
    }

    /// The first key that may be used; an empty one where the site has none.
    fn first_key(&self, site: &str) -> Result<Secret<String>, StationError> {
        let keys = self.store().keys(site)?;
        let usable = keys.iter().find(|key| key.enabled).or(keys.first());
        match usable {
            Some(key) => Ok(self.store().reveal_key(&key.id)?),
            None => Ok(Secret::new(String::new())),
        }
    }
}

/// The user's kind, else the detected one. A station that does not answer as its kind does is unknown again.
fn kind_of(station: &Station, interface: &InterfaceView) -> StationKind {
    if let Some(set) = station
        .kind_set
        .as_deref()
        .and_then(|kind| kind.parse().ok())
    {
        return set;
    }
    if interface::reads_by_pointers(interface) {
        return StationKind::Custom;
    }
    let query: Option<KeptQuery> = station.query.as_deref().and_then(kept::read);
    let lost = query.is_some_and(|query| {
        let passing = query.reason.as_ref().is_some_and(|it| it.is_passing());
        !query.ok && !passing && query.failures >= RECOGNISE_AFTER
    });
    match station.kind.as_deref().and_then(|kind| kind.parse().ok()) {
        Some(kind) if !lost => kind,
        _ => StationKind::Unknown,
    }
}

fn form(own: &str, general: &str) -> KeyForm {
    match (own, general) {
        ("url_key", _) | ("", "url_key") => KeyForm::UrlKey,
        _ => KeyForm::Bearer,
    }
}
