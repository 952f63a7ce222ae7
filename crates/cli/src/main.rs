//! `relayscope`: the core without a window. `serve`, and every task as a command.
//!
//! Exit 0: done. 1: it could not be done (one sentence on stderr). 2: wrong usage. 3: a site is not what it
//! claims to be (`verify`).

mod ask;
mod commands;
mod console;
mod failure;
mod log;
mod memory;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Parser, Subcommand};

use commands::client::Place;

/// Gives memory back after a flood, and is faster than the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Watch what your AI tools send, what it costs and whether the answer is what you pay for.
#[derive(Debug, Parser)]
#[command(name = "relayscope", version, disable_help_subcommand = true)]
struct Arguments {
    /// Where Relayscope keeps its data [default: the platform's data directory]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Settings file [default: config.toml in the data directory]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the proxy, the API and the web panel; with a terminal, the terminal panel
    Serve(commands::serve::Arguments),
    /// Open the web panel in the browser, signed in
    Open,
    /// A made-up relay with traffic, in a temporary directory: see every tab alive without a key
    Demo(commands::demo::Arguments),
    /// Sites and their keys
    Site(commands::site::Arguments),
    /// Try a site: name, connection, models, a real tiny completion
    Ping(commands::ping::Arguments),
    /// Test whether a site serves the Claude model that it claims to serve
    Verify(commands::verify::Arguments),
    /// Keys and their states
    Tokens(commands::tokens::Arguments),
    /// Balances of stations
    Balance(commands::balance::Arguments),
    /// A station's own log
    Logs(commands::logs::Arguments),
    /// The ledger: what was paid for credit
    Recharge(commands::recharge::Arguments),
    /// Check in at stations that are due
    Checkin(commands::checkin::Arguments),
    /// What a usage costs
    Price(commands::price::Arguments),
    /// Take over sites and ledgers from a file
    Import(commands::import::Arguments),
    /// Write sites and ledgers to a file
    Export(commands::export::Arguments),
}

fn main() -> ExitCode {
    let Arguments {
        data_dir,
        config,
        command,
    } = Arguments::try_parse().unwrap_or_else(wrong_usage);
    let done = match command {
        Command::Serve(arguments) => commands::serve::run(data_dir, config, arguments),
        Command::Open => commands::open::run(data_dir),
        Command::Demo(arguments) => commands::demo::run(arguments),
        Command::Site(arguments) => commands::site::run(Place { data_dir, config }, arguments),
        Command::Ping(arguments) => commands::ping::run(Place { data_dir, config }, arguments),
        Command::Verify(arguments) => commands::verify::run(Place { data_dir, config }, &arguments),
        Command::Tokens(arguments) => commands::tokens::run(Place { data_dir, config }, arguments),
        Command::Balance(arguments) => {
            commands::balance::run(Place { data_dir, config }, arguments)
        }
        Command::Logs(arguments) => commands::logs::run(Place { data_dir, config }, arguments),
        Command::Recharge(arguments) => {
            commands::recharge::run(Place { data_dir, config }, arguments)
        }
        Command::Checkin(arguments) => {
            commands::checkin::run(Place { data_dir, config }, arguments)
        }
        Command::Price(arguments) => commands::price::run(&arguments),
        Command::Import(arguments) => commands::import::run(Place { data_dir, config }, arguments),
        Command::Export(arguments) => commands::export::run(Place { data_dir, config }, arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::from(failure.code())
        }
    }
}

/// Says what is wrong with the arguments, without repeating a key that was put in the wrong place.
#[expect(clippy::print_stderr, reason = "where wrong usage is told")]
fn wrong_usage(mut error: clap::Error) -> Arguments {
    let misplaced = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(text)) if !text.starts_with('-') => {
            Some(base::secret::mask(text))
        }
        _ => None,
    };
    if let Some(masked) = misplaced {
        error.insert(ContextKind::InvalidArg, ContextValue::String(masked));
    }
    let plain = error.render().to_string();
    if base::redact::text(&plain) == plain {
        error.exit();
    }
    eprintln!("{}", base::redact::text(&plain).trim_end());
    std::process::exit(error.exit_code());
}
