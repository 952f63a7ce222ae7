//! A fake upstream as a program: `relayscope-testkit [--port N] [--demo URL] [--persona NAME]`.
//!
//! With `--persona` it is one of the sites of the authenticity tester's matrix, `haiku-as-opus`.
//! With `--demo` the demo's clients call the proxy at that address as well.

// What this program has to say is one line for scripts and one for people.
#![allow(clippy::print_stderr)]

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;

use relayscope_testkit::Upstream;
use relayscope_testkit::demo::Script;
use relayscope_testkit::personas::{self, Standing};
use tokio_util::sync::CancellationToken;

/// Port when none is given.
const PORT: u16 = 7399;
/// Seed of the demo's clients.
const SEED: u64 = 1;

/// What was asked for.
struct Wanted {
    port: u16,
    demo: Option<String>,
    persona: Option<String>,
}

fn main() -> ExitCode {
    let Some(wanted) = wanted(std::env::args().skip(1)) else {
        eprintln!(
            "usage: relayscope-testkit [--port N] [--demo URL] [--persona NAME]   (port 0 picks a free one; default {PORT})"
        );
        return ExitCode::from(2);
    };
    match serve(wanted) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("relayscope-testkit: {error}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(mut arguments: impl Iterator<Item = String>) -> Option<Wanted> {
    let mut wanted = Wanted {
        port: PORT,
        demo: None,
        persona: None,
    };
    while let Some(argument) = arguments.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (argument, arguments.next()?),
        };
        match name.as_str() {
            "--port" => wanted.port = value.parse().ok()?,
            "--demo" => wanted.demo = Some(value),
            "--persona" => wanted.persona = Some(value),
            _ => return None,
        }
    }
    Some(wanted)
}

fn serve(wanted: Wanted) -> Result<(), Box<dyn Error>> {
    let script = wanted
        .demo
        .map(|address| Script::new(&address, SEED))
        .transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let address = SocketAddr::from(([127, 0, 0, 1], wanted.port));
        if let Some(name) = wanted.persona {
            return stand(&name, address).await;
        }
        let upstream = Upstream::start_on(address).await?;
        eprintln!("listening on {}", upstream.base_url());
        if let Some(script) = script {
            tokio::spawn(script.run(CancellationToken::new()));
        }
        Ok(tokio::signal::ctrl_c().await?)
    })
}

/// Stands as a persona until it is interrupted.
async fn stand(name: &str, address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let mut all = personas::all()?;
    all.extend(personas::held_out()?);
    all.extend(personas::unseen()?);
    let Some(persona) = all.iter().find(|persona| persona.name == name) else {
        let names: Vec<&str> = all.iter().map(|persona| persona.name).collect();
        return Err(format!("no persona of that name; there are: {}", names.join(", ")).into());
    };
    let site = Standing::start_on(address, persona.site.clone()).await?;
    eprintln!("{name} sells {} on {}", persona.claimed, site.base_url());
    Ok(tokio::signal::ctrl_c().await?)
}
