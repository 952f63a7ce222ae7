//! `relayscope site remove`.

use std::io::IsTerminal;

use app::view::SiteList;
use reqwest::Method;
use serde_json::Value;

use super::super::client::Client;
use super::super::{answer, find};
use crate::failure::Failure;

/// Arguments of `site remove`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Its name
    name: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// Removes a site. Somebody at a terminal is asked first; a script means what it says.
pub(super) async fn remove(client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, &arguments.name)?;
    let keys = answer::count(site.keys.len(), "key");
    let is_person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if is_person && !arguments.yes {
        answer::progress(&format!("remove {} with {keys}? [y/N]", site.name));
        let said = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|_| line)
        });
        if !said.await??.trim().to_lowercase().starts_with('y') {
            return Err(Failure::new("nothing was removed"));
        }
    }
    let path = format!("/api/sites/{}", site.id);
    let _: Value = client.send(Method::DELETE, &path, &()).await?;
    answer::say(&format!("removed {} with {keys}", site.name))
}
