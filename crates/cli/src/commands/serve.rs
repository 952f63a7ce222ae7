//! `relayscope serve`.

use std::io::IsTerminal;
use std::path::PathBuf;

use server::{Options, Running};

use crate::console;
use crate::failure::Failure;
use crate::log::Log;

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Port of the proxy, the API and the panel; 0 picks a free one
    #[arg(long)]
    port: Option<u16>,
    /// Address to listen on
    #[arg(long)]
    bind: Option<String>,
    /// No terminal panel, log lines only
    #[arg(long)]
    no_console: bool,
    /// Open the web panel in the browser
    #[arg(long)]
    open: bool,
}

/// Runs until it is asked to stop.
pub(crate) fn run(
    data_dir: Option<PathBuf>,
    config: Option<PathBuf>,
    arguments: Arguments,
) -> Result<(), Failure> {
    let options = Options {
        data_dir,
        config,
        port: arguments.port,
        bind: arguments.bind,
        ..Options::default()
    };
    let log = crate::log::begin();
    super::runtime()?.block_on(async {
        let running = server::start(options).await?;
        let console = !arguments.no_console
            && running.app().settings().console.enable
            && std::io::stdout().is_terminal();
        announce(&running);
        if arguments.open {
            open_browser(&running.open_url());
        }
        until_stopped(&running, &log, console).await?;
        running.stop().await;
        Ok(())
    })
}

/// Shows the terminal panel, or writes log lines, until somebody ends it.
pub(crate) async fn until_stopped(
    running: &Running,
    log: &Log,
    console: bool,
) -> Result<(), Failure> {
    let live = running.app().live();
    tokio::select! {
        shown = console::show(running, log), if console => shown?,
        () = console::lines::write(live), if !console => {}
        () = crate::memory::keep_while_busy(live) => {}
        asked = super::asked_to_stop() => asked?,
    }
    let in_flight = live.totals().in_flight;
    if in_flight > 0 {
        tracing::info!("waiting up to 10 s for {in_flight} exchanges that still run");
    }
    Ok(())
}

/// Says where we listen, for people and for scripts.
#[expect(clippy::print_stderr, reason = "scripts wait for this line")]
pub(crate) fn announce(running: &Running) {
    eprintln!("listening on http://{}", running.address());
}

/// Opens a page in the user's browser, or says which one.
#[expect(
    clippy::print_stderr,
    reason = "without a browser, people open the address themselves"
)]
pub(crate) fn open_browser(address: &str) {
    if webbrowser::open(address).is_err() {
        eprintln!("no browser could be opened: {address}");
    }
}
