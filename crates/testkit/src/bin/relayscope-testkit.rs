//! A fake upstream as a program: `relayscope-testkit [--port N]`.

// What this program has to say is one line for scripts and one for people.
#![allow(clippy::print_stderr)]

use std::net::SocketAddr;
use std::process::ExitCode;

use relayscope_testkit::Upstream;

/// Port when none is given.
const PORT: u16 = 7399;

fn main() -> ExitCode {
    let Some(port) = port(std::env::args().skip(1)) else {
        eprintln!("usage: relayscope-testkit [--port N]   (0 picks a free one; default {PORT})");
        return ExitCode::from(2);
    };
    match serve(port) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("relayscope-testkit: port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn port(mut arguments: impl Iterator<Item = String>) -> Option<u16> {
    match arguments.next().as_deref() {
        None => Some(PORT),
        Some("--port") => arguments.next()?.parse().ok(),
        Some(other) => other.strip_prefix("--port=")?.parse().ok(),
    }
}

fn serve(port: u16) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let upstream = Upstream::start_on(SocketAddr::from(([127, 0, 0, 1], port))).await?;
        eprintln!("listening on {}", upstream.base_url());
        tokio::signal::ctrl_c().await
    })
}
