//! `relayscope tokens reset`.

use app::view::{KeyView, SiteList};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::super::client::Client;
use super::super::{answer, find};
use crate::failure::Failure;

/// Arguments of `tokens reset`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only the keys of this site
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// Only this key: its id, or its label, or the last four characters
    #[arg(long, value_name = "ID")]
    key: Option<String>,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize, Deserialize)]
struct Reset {
    /// How many keys.
    reset: usize,
}

/// Clears what the pool holds against keys. What the user switched off stays off.
pub(super) async fn reset(client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = arguments.site.as_deref();
    let site = site.map(|name| find::site(&list.sites, name)).transpose()?;
    let done = match &arguments.key {
        Some(key) => {
            let sites = list.sites.iter();
            let sites = sites.filter(|it| site.is_none_or(|site| site.id == it.id));
            let key = find::key(sites.flat_map(|site| &site.keys), key)?;
            let path = format!("/api/keys/{}/reset", key.id);
            let _: KeyView = client.send(Method::POST, &path, &()).await?;
            Reset { reset: 1 }
        }
        None => {
            let query = site.map(|site| format!("?site={}", site.id));
            let path = format!("/api/keys/reset{}", query.unwrap_or_default());
            client.send(Method::POST, &path, &()).await?
        }
    };
    if arguments.json {
        return answer::document(&done);
    }
    answer::say(&format!("reset {}", answer::count(done.reset, "key")))
}
