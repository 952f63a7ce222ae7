//! `relayscope site …`.

mod add;
mod edit;
mod key;
mod remove;
mod secrets;
mod show;
mod used;

use clap::{Subcommand, ValueEnum};

use super::client::{self, Place};
use crate::failure::Failure;

/// Arguments of `site`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a site; the first one becomes the default route
    Add(add::Arguments),
    /// All sites
    List(show::ListArguments),
    /// One site with its keys
    Show(show::ShowArguments),
    /// Change a site
    Edit(edit::Arguments),
    /// Remove a site with its keys
    Remove(remove::Arguments),
    /// Make a site the default route, with fallbacks in order
    Use(used::Arguments),
    /// The keys of a site
    #[command(subcommand)]
    Key(key::Command),
}

/// Whether a site costs money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Billed
    Paid,
    /// Free of charge
    Free,
}

/// Does something with sites.
pub(crate) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Add(arguments) => add::run(place, arguments),
        Command::List(arguments) => {
            client::with(place, async |client| show::list(client, &arguments).await)
        }
        Command::Show(arguments) => {
            client::with(place, async |client| show::show(client, &arguments).await)
        }
        Command::Edit(arguments) => edit::run(place, arguments),
        Command::Remove(arguments) => client::with(place, async |client| {
            remove::remove(client, &arguments).await
        }),
        Command::Use(arguments) => client::with(place, async |client| {
            used::default_route(client, &arguments).await
        }),
        Command::Key(command) => key::run(place, command),
    }
}

/// Tags as they were meant: `--tag ""` says "none".
fn tags(said: Vec<String>) -> Vec<String> {
    let tags = said.into_iter().map(|tag| tag.trim().to_owned());
    tags.filter(|tag| !tag.is_empty()).collect()
}
