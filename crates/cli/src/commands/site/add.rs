//! `relayscope site add`.

use std::time::{Duration, Instant};

use app::view::SiteView;
use base::Secret;
use reqwest::Method;
use serde_json::json;

use super::super::answer;
use super::super::client::{self, Client, Place};
use super::{Kind, secrets, show};
use crate::failure::Failure;

/// Longest wait for what a site speaks, which is found out after it was added.
const FINDING_OUT: Duration = Duration::from_secs(3);

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Arguments of `site add`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Its name
    name: String,
    /// Base address, with or without /v1
    #[arg(long)]
    url: String,
    /// A key; `-` reads keys from standard input, one a line, which keeps them out of the shell's history
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<secrets::Said>,
    /// What it speaks: anthropic, openai or both [default: found out]
    #[arg(long)]
    api: Option<String>,
    /// Whether it costs money
    #[arg(long = "type", value_enum, default_value = "paid")]
    kind: Kind,
    /// A tag
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Page to check in at
    #[arg(long, value_name = "URL")]
    checkin_url: Option<String>,
    /// What its prices are multiplied with
    #[arg(long, value_name = "X", default_value = "1")]
    multiplier: String,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

pub(super) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    let keys = secrets::read(&arguments.keys)?;
    client::with(place, async |client| add(client, arguments, &keys).await)
}

async fn add(
    client: &mut Client,
    arguments: Arguments,
    keys: &[Secret<String>],
) -> Result<(), Failure> {
    if arguments.name.trim().is_empty() {
        return Err(Failure::new("a site needs a name"));
    }
    client.refuse_own_address(&arguments.url).await?;
    let site = json!({
        "name": arguments.name,
        "url": arguments.url,
        "keys": keys.iter().map(Secret::reveal).collect::<Vec<_>>(),
        "api": arguments.api.unwrap_or_else(|| "auto".to_owned()),
        "paid": arguments.kind == Kind::Paid,
        "tags": super::tags(arguments.tags),
        "checkin_url": arguments.checkin_url,
        "multiplier": arguments.multiplier,
    });
    let added: SiteView = client.send(Method::POST, "/api/sites", &site).await?;
    let added = found_out(client, added).await?;
    if arguments.json {
        return answer::document(&added);
    }
    answer::say(&format!("added {}", show::sentence(&added)))
}

/// Waits until it is known what a site speaks: what goes on in this process ends with the command.
pub(super) async fn found_out(
    client: &mut Client,
    mut site: SiteView,
) -> Result<SiteView, Failure> {
    let until = Instant::now() + FINDING_OUT;
    while client.is_alone()
        && site.api == "auto"
        && site.api_found.is_none()
        && Instant::now() < until
    {
        tokio::time::sleep(PAUSE).await;
        site = client.get(&format!("/api/sites/{}", site.id)).await?;
    }
    Ok(site)
}
