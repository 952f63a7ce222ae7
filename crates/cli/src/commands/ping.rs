//! `relayscope ping`.

use app::Words;
use app::view::{Ping, PingStep, SiteList};
use reqwest::Method;
use serde_json::json;

use super::answer::{self, Side};
use super::client::{self, Client, Place};
use super::{find, tokens};
use crate::failure::Failure;

/// Arguments of `ping`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Name of the site
    name: String,
    /// The model to ask [default: a cheap one of the site's list]
    #[arg(long)]
    model: Option<String>,
    /// Label or id of the key [default: the first that can be used]
    #[arg(long)]
    key: Option<String>,
    /// All keys and all endpoints, with a tiny real request each
    #[arg(long)]
    all: bool,
    /// One JSON document
    #[arg(long)]
    json: bool,
}

/// Tries a site step by step; exits 1 when a step fails.
pub(crate) fn run(place: Place, arguments: Arguments) -> Result<(), Failure> {
    client::with(place, async |client| ping(client, &arguments).await)
}

async fn ping(client: &mut Client, arguments: &Arguments) -> Result<(), Failure> {
    let list: SiteList = client.get("/api/sites").await?;
    let site = find::site(&list.sites, &arguments.name)?;
    let amount = if arguments.all {
        "a few tiny real requests"
    } else {
        "a tiny real request"
    };
    answer::progress(&format!("trying {}, with {amount} …", site.name));
    let path = format!("/api/sites/{}/ping", site.id);
    let body = json!({
        "model": arguments.model, "key": arguments.key, "whole": arguments.all,
    });
    let mut ping: Ping = client.send(Method::POST, &path, &body).await?;
    let words = Words::of("en");
    for step in &mut ping.steps {
        let told = step.error.as_ref().or(step.found.as_ref());
        let told = told.map(|found| words.ping_said(found));
        step.detail = match step.step.as_str() {
            "completion" if step.ok => step.detail.take(),
            _ => told.or(step.detail.take()),
        };
    }
    if arguments.json {
        answer::document(&ping)?;
    } else {
        answer::say(&table(&ping.steps))?;
    }
    match ping.steps.iter().find(|step| !step.ok) {
        None if ping.ok => Ok(()),
        None => Err(Failure::new(format!("{} does not answer", ping.site))),
        Some(step) => {
            let detail = step.detail.as_deref().unwrap_or("no reason was given");
            let next = step.error.as_ref().and_then(|found| words.ping_next(found));
            let next = next.map(|next| format!(". {next}")).unwrap_or_default();
            let (site, step) = (&ping.site, tokens::words(&step.step));
            Err(Failure::new(format!(
                "{site} fails at {step}: {detail}{next}"
            )))
        }
    }
}

fn table(steps: &[PingStep]) -> String {
    let headings = [
        ("STEP", Side::Left),
        ("", Side::Left),
        ("TIME", Side::Right),
        ("SEEN", Side::Left),
    ];
    let row = |step: &PingStep| {
        let time = step.ms.map(|ms| match ms {
            ..10.0 => format!("{ms:.1} ms"),
            ms => format!("{ms:.0} ms"),
        });
        [
            match &step.dialect {
                Some(dialect) => format!("{} {dialect}", tokens::words(&step.step)),
                None => tokens::words(&step.step),
            },
            if step.ok { "ok" } else { "failed" }.to_owned(),
            time.unwrap_or_default(),
            step.detail.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = steps.iter().map(row).collect();
    answer::table(headings, &rows)
}
