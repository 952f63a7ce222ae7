//! `relayscope site use`.

use app::view::{RoutesView, SiteList};
use reqwest::Method;

use super::super::client::Client;
use super::super::{answer, find};
use crate::failure::Failure;

/// Arguments of `site use`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The site that requests go to
    name: String,
    /// A site that steps in where the ones before it cannot
    #[arg(long = "fallback", value_name = "NAME")]
    fallbacks: Vec<String>,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Replaces the default route; rules stay as they are.
pub(super) async fn default_route(
    client: &mut Client,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let (mut ids, mut names) = (Vec::new(), Vec::new());
    for name in std::iter::once(&arguments.name).chain(&arguments.fallbacks) {
        let site = find::site(&list.sites, name)?;
        if ids.contains(&site.id) {
            return Err(Failure::new(format!("{} is named twice", site.name)));
        }
        ids.push(site.id.clone());
        names.push(&site.name[..]);
    }
    let before: RoutesView = client.get("/api/routes").await?;
    let routes = RoutesView {
        default: ids,
        rules: before.rules,
    };
    let routes: RoutesView = client.send(Method::PUT, "/api/routes", &routes).await?;
    if arguments.json {
        return answer::document(&routes);
    }
    answer::say(&format!("requests go to {}", names.join(", then ")))
}
