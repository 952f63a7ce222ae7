//! `relayscope demo`.

mod stations;

use std::collections::BTreeMap;
use std::io::IsTerminal;

use app::sites::SiteInput;
use app::view::{RoutesView, VerifyAsk};
use serde::Deserialize;
use server::{Options, Running};
use testkit::stations::{Station, demo_stations};
use testkit::{Upstream, demo::Script};
use tokio_util::sync::CancellationToken;

use super::serve;
use crate::failure::Failure;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Port of the panel; 0 picks a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// No terminal panel
    #[arg(long)]
    no_console: bool,
    /// Open the web panel in the browser
    #[arg(long)]
    open: bool,
}

/// Same traffic every time.
const SEED: u64 = 20_261_120;

/// Runs a made-up relay and made-up clients until it is asked to stop. Nothing leaves this machine, and
/// the temporary directory goes with the end.
#[expect(
    clippy::print_stderr,
    reason = "the addresses, for people and for scripts"
)]
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    let directory = tempfile::tempdir()?;
    let log = crate::log::begin();
    super::runtime()?.block_on(async {
        let upstream = Upstream::start().await?;
        let address = upstream.base_url();
        let options = Options {
            data_dir: Some(directory.path().to_owned()),
            port: Some(arguments.port),
            overrides: vec![
                ("upstream.anthropic_base_url", address.clone()),
                ("upstream.openai_base_url", address.clone()),
                ("upstream.openrouter_base_url", address.clone()),
                ("upstream.api_key", String::new()),
                // Made-up keys have no business in anybody's keychain.
                ("security.vault", "file".to_owned()),
            ],
            demo: true,
            ..Options::default()
        };
        let running = server::start(options).await?;
        // They stop when they are dropped.
        let _stations = add_sites(&running, &address).await?;
        let console = !arguments.no_console && std::io::stdout().is_terminal();
        eprintln!("demo: made-up data, nothing leaves this machine");
        serve::announce(&running);
        eprintln!("open {}", running.open_url());
        if arguments.open {
            serve::open_browser(&running.open_url());
        }
        let end = CancellationToken::new();
        let proxy = format!("http://{}", running.address());
        let script = Script::new(&proxy, SEED)?;
        let traffic = tokio::spawn(script.run(end.clone()));
        serve::until_stopped(&running, &log, console).await?;
        end.cancel();
        traffic.await?;
        running.stop().await;
        Ok(())
    })
}

/// The demo's sites; see the file.
const SITES: &str = include_str!("../../../../config/demo/sites.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoSites {
    site: Vec<DemoSite>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoSite {
    name: String,
    paid: bool,
    tags: Vec<String>,
    multiplier: String,
    keys: Vec<String>,
    /// A site of its own, named after a persona of the authenticity tester. It is in no route.
    persona: Option<String>,
}

/// Adds the made-up sites with their stations, which stop when they are dropped, and routes over all of them
/// but the personas, which are being tested when this is done.
async fn add_sites(running: &Running, address: &str) -> Result<Vec<Station>, Failure> {
    let file: DemoSites = toml::from_str(SITES)?;
    let (described, personas) = (demo_stations()?, testkit::personas::all()?);
    let sites = running.app().sites();
    let (mut route, mut standing) = (Vec::new(), Vec::new());
    for site in file.site {
        let seller = site.persona.as_deref();
        let seller = seller.and_then(|name| personas.iter().find(|it| it.name == name));
        let station = described.iter().find(|station| station.site == site.name);
        let station = match station {
            Some(station) => Some(stations::start(station, &site.keys, seller).await?),
            None => None,
        };
        let url = station.as_ref().map(stations::Standing::address);
        let added = sites.add(SiteInput {
            name: site.name,
            url: url.unwrap_or_else(|| address.to_owned()),
            keys: site.keys,
            api: "both".to_owned(),
            paid: site.paid,
            tags: site.tags,
            checkin_url: None,
            multiplier: site.multiplier,
            aliases: BTreeMap::new(),
            outbound: String::new(),
            note: String::new(),
        })?;
        match seller {
            None => route.push(added.id.clone()),
            Some(persona) => {
                let ask = VerifyAsk {
                    model: persona.claimed.to_owned(),
                    ..VerifyAsk::default()
                };
                running.app().verify(&added.id, &ask)?;
            }
        }
        if let Some(station) = station {
            station.tell(running.app(), &added.id)?;
            standing.push(station.into_server());
        }
    }
    sites.put_routes(&RoutesView {
        default: route,
        rules: Vec::new(),
    })?;
    // Every tab is to be alive at first sight, balances included.
    running.app().stations().refresh_all(None).await?;
    Ok(standing)
}
