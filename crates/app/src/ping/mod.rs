//! Connectivity: the way to a site, its endpoints, and whether streams stream. Every call is timed, and
//! everything that goes wrong is a code.

mod asked;
mod read;
mod steps;
mod stream;

pub(crate) use read::refusal_of;

use base::Timestamp;
use route::Classifier;

use crate::app::App;
use crate::sites::call::Heard;
use crate::sites::{Line, SiteError};
use crate::view::{ErrorView, Ping, PingKey, PingModel};

/// Most keys whose way is measured at once.
const MOST_KEYS: usize = 8;

/// Names of cheap models: preferred for calls that are paid for.
const CHEAP: &[&str] = &["haiku", "mini", "nano", "flash", "lite"];

/// How much is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// One key, and a stream in every dialect that the site speaks.
    #[default]
    Usual,
    /// All keys and all endpoints.
    Whole,
}

/// What to try.
#[derive(Clone, Debug, Default)]
pub struct PingAsk {
    /// The model of the completions; otherwise a cheap one of the site's list.
    pub model: Option<String>,
    /// Id or label of the key; otherwise the first that can be used.
    pub key: Option<String>,
    /// How much is asked.
    pub scope: Scope,
}

/// A key's call for the list of models.
struct Way {
    line: Line,
    key: PingKey,
    heard: Option<Heard>,
}

impl App {
    /// Tries a site step by step. Makes tiny requests that the site may charge.
    pub async fn ping(&self, site: &str, ask: &PingAsk) -> Result<Ping, SiteError> {
        let at = self.clock().now();
        let lines = match ask.scope {
            Scope::Usual => vec![self.sites().line(site, ask.key.as_deref())?],
            Scope::Whole => self.sites().lines(site)?,
        };
        let asked = lines.into_iter().take(MOST_KEYS);
        let ways = self.ways(asked.collect()).await;
        let chosen = ask.key.as_deref();
        let chosen = ways.iter().find(|way| {
            let key = way.line.key.as_ref();
            key.is_some_and(|key| Some(&key.id[..]) == chosen || Some(&key.label[..]) == chosen)
        });
        let best = ways.iter().find(|way| way.key.state == "ok");
        let Some(way) = chosen.or(best).or(ways.first()) else {
            return Err(store::sites::SitesError::NoSuchSite(site.to_owned()).into());
        };
        let ids = way.heard.as_ref().and_then(read::model_ids);
        let ids = ids.unwrap_or_default();
        let mut ping = Ping {
            site: way.line.site_name().to_owned(),
            ok: false,
            steps: steps::of_way(&way.key, way.heard.as_ref(), &ids),
            model: None,
            at: at.to_jiff().to_string(),
            key: way.line.key.as_ref().map(|key| key.label.clone()),
            keys: ways.iter().map(|way| way.key.clone()).collect(),
            endpoints: Vec::new(),
            models: self.priced(&ids, at),
        };
        if way.heard.is_some() {
            ping.endpoints = self.endpoints(&way.line, ask, &ids).await;
            if ping.endpoints.is_empty() {
                ping.steps.push(steps::no_model());
            }
            let main = ping.endpoints.iter().find(|it| it.model.is_some());
            ping.model = main.and_then(|endpoint| endpoint.model.clone());
            ping.steps
                .extend(steps::of_endpoints(&ping.endpoints, way.line.speaks()));
        }
        ping.ok = ping.steps.iter().all(|step| step.ok);
        Ok(ping)
    }

    /// Asks for the list of models with every key, all at the same time.
    async fn ways(&self, lines: Vec<Line>) -> Vec<Way> {
        let mut running = Vec::new();
        for line in lines {
            let client = self.sites().client_of(&line);
            let call = line.call(http::Method::GET, "/v1/models", None);
            running.push(tokio::spawn(async move {
                let heard = line.hear(&client, call, asked::BOUNDS).await;
                (line, heard)
            }));
        }
        let mut ways = Vec::new();
        for one in running {
            // Nobody cancels these tasks, and they do not panic.
            let Ok((line, heard)) = one.await else {
                continue;
            };
            let key = read::way(&line, &heard, self.classifier(), self.clock().now());
            let heard = heard.ok();
            ways.push(Way { line, key, heard });
        }
        ways
    }

    /// List prices beside the names of models.
    fn priced(&self, ids: &[String], at: Timestamp) -> Vec<PingModel> {
        let priced = |id: &String| {
            let price = self.pricing().list_price(id, at);
            PingModel {
                id: id.clone(),
                input_usd: price.map(|price| price.0),
                output_usd: price.map(|price| price.1),
            }
        };
        ids.iter().map(priced).collect()
    }

    fn classifier(&self) -> &Classifier {
        self.sites().classifier()
    }
}

/// A finding without values.
fn found(code: &str) -> ErrorView {
    found_with(code, &[])
}

/// A finding with values for its sentence.
fn found_with(code: &str, params: &[(&str, String)]) -> ErrorView {
    let pair = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
    ErrorView {
        code: code.to_owned(),
        params: params.iter().map(pair).collect(),
        message: None,
    }
}

/// A cheap model of a list whose name holds one of these words; any, where none is cheap.
fn choose(ids: &[String], holds: &[&str]) -> Option<String> {
    let fits = |id: &&String| holds.is_empty() || holds.iter().any(|word| id.contains(word));
    let cheap = |id: &&String| CHEAP.iter().any(|word| id.contains(word));
    let mut fitting = ids.iter().filter(fits);
    fitting.clone().find(cheap).or(fitting.next()).cloned()
}
