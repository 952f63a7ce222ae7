//! `relayscope site edit`.

use app::view::{SiteList, SiteView};
use base::Secret;
use reqwest::Method;
use serde_json::{Map, Value};

use super::super::client::{self, Client, Place};
use super::super::{answer, find};
use super::{Kind, add, secrets, show};
use crate::failure::Failure;

/// Arguments of `site edit`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Its name
    #[arg(value_name = "NAME")]
    site: String,
    #[command(flatten)]
    changes: Changes,
    /// Agree that its keys are sent to another host from now on
    #[arg(long)]
    move_keys: bool,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// New name
    #[arg(long, value_name = "NEW")]
    name: Option<String>,
    /// New base address
    #[arg(long)]
    url: Option<String>,
    /// A further key; `-` reads keys from standard input, one a line
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<secrets::Said>,
    /// What it speaks: anthropic, openai, both, or auto to find out
    #[arg(long)]
    api: Option<String>,
    /// Whether it costs money
    #[arg(long = "type", value_enum)]
    kind: Option<Kind>,
    /// Its tags from now on; `--tag ""` takes them away
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Page to check in at; `""` takes it away
    #[arg(long, value_name = "URL")]
    checkin_url: Option<String>,
    /// What its prices are multiplied with
    #[arg(long, value_name = "X")]
    multiplier: Option<String>,
    /// How its keys take turns: round_robin, weighted, least_used, random or fill_first; `""` as in the settings
    #[arg(long)]
    strategy: Option<String>,
}

pub(super) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    let keys = secrets::read(&arguments.changes.keys)?;
    client::with(place, async |client| edit(client, arguments, &keys).await)
}

async fn edit(
    client: &mut Client,
    arguments: Arguments,
    keys: &[Secret<String>],
) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, &arguments.site)?;
    if let Some(url) = &arguments.changes.url {
        client.refuse_own_address(url).await?;
    }
    if arguments
        .changes
        .name
        .as_deref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(Failure::new("a site needs a name"));
    }
    let mut body = arguments.changes.body();
    // Keys that come with the new address are meant for it.
    let agreed = arguments.move_keys || site.keys.is_empty();
    body.insert("move_keys".to_owned(), agreed.into());
    let added = secrets::add(client, site, keys, None, None).await?;
    let path = format!("/api/sites/{}", site.id);
    let changed: Result<SiteView, _> = client.send(Method::PATCH, &path, &body).await;
    let changed = match changed {
        Ok(changed) => add::found_out(client, changed).await?,
        Err(failure) => {
            secrets::take_back(client, &added).await?;
            return Err(failure);
        }
    };
    if arguments.json {
        return answer::document(&changed);
    }
    answer::say(&format!("changed {}", show::sentence(&changed)))
}

impl Changes {
    /// The body of the change: what was not said stays as it is.
    fn body(self) -> Map<String, Value> {
        let said = [
            ("name", self.name),
            ("base_url", self.url),
            ("api", self.api),
            ("checkin_url", self.checkin_url),
            ("multiplier", self.multiplier),
            ("strategy", self.strategy),
        ];
        let mut body = Map::new();
        for (member, value) in said {
            if let Some(value) = value {
                body.insert(member.to_owned(), value.into());
            }
        }
        if let Some(kind) = self.kind {
            body.insert("paid".to_owned(), (kind == Kind::Paid).into());
        }
        if !self.tags.is_empty() {
            body.insert("tags".to_owned(), super::tags(self.tags).into());
        }
        body
    }
}
