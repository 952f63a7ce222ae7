//! `relayscope serve`.

use std::io::IsTerminal;
use std::path::PathBuf;

use server::{Options, Running};

use crate::failure::Failure;

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
    super::runtime()?.block_on(async {
        let running = server::start(options).await?;
        let console = !arguments.no_console
            && running.app().settings().console.enable
            && std::io::stdout().is_terminal();
        if !console {
            crate::log::begin();
        }
        announce(&running);
        if arguments.open {
            open_browser(&running.open_url());
        }
        until_stopped(&running, console).await?;
        running.stop().await;
        Ok(())
    })
}

/// Shows the terminal panel, or waits, until somebody ends it.
pub(crate) async fn until_stopped(running: &Running, console: bool) -> Result<(), Failure> {
    let _ = console;
    let _ = running;
    super::asked_to_stop().await?;
    Ok(())
}

/// Says where we listen, for people and for scripts.
#[expect(clippy::print_stderr, reason = "the contract's line for scripts")]
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
