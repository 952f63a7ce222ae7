//! `relayscope demo`.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use app::sites::SiteInput;
use app::view::RoutesView;
use serde::Deserialize;
use server::{Options, Running};
use testkit::personas::Standing;
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
        let _personas = add_sites(&running, &address).await?;
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

/// Adds the made-up sites and routes over all of them but the personas, which are running when this is
/// done and stop when they are dropped.
async fn add_sites(running: &Running, address: &str) -> Result<Vec<Standing>, Failure> {
    let file: DemoSites = toml::from_str(SITES)?;
    let sites = running.app().sites();
    let personas = testkit::personas::all()?;
    let (mut route, mut standing) = (Vec::new(), Vec::new());
    for site in file.site {
        let persona = site.persona.as_deref();
        let persona = persona.and_then(|name| personas.iter().find(|it| it.name == name));
        let own = match persona {
            Some(persona) => Some(persona.start().await?),
            None => None,
        };
        let url = own.as_ref().map_or(address.to_owned(), Standing::base_url);
        let added = sites.add(SiteInput {
            name: site.name,
            url,
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
        match own {
            Some(own) => standing.push(own),
            None => route.push(added.id),
        }
    }
    sites.put_routes(&RoutesView {
        default: route,
        rules: Vec::new(),
    })?;
    Ok(standing)
}
