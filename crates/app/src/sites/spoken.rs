//! What is known of how to speak to a site: which interfaces it has, and what its models can do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use proxy::{RouteAsk, Speak, Taught};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::sites::{Site, SiteStore, SitesError};
use wire::Dialect;
use wire::translate::{Capabilities, Lesson, Pair, presets};

use super::book::Sites;
use super::error::SiteError;
use super::routing::RoutedSite;
use crate::counting::Counting;
use crate::view::{ModelSpeechView, SpeechView};

/// Names under which the store remembers.
const SPEECH: &str = "speech";
const CORRECTIONS: &str = "token_corrections";

/// Models per site of which something is remembered; names come from clients.
const MOST_MODELS: usize = 500;

/// What was learnt and set, by site.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    sites: Mutex<BTreeMap<String, Speech>>,
    /// Put together once per site and model.
    known: Mutex<BTreeMap<(String, String), Arc<Capabilities>>>,
}

/// What was learnt and set about a site.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Speech {
    /// Whether it has the Responses interface; `None`: not known, so it is tried.
    responses: Option<bool>,
    models: BTreeMap<String, ModelSpeech>,
}

/// What was learnt and set about a model at a site.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct ModelSpeech {
    /// From refusals, in the order in which they came.
    learned: Vec<Lesson>,
    /// By the user: members of [`Capabilities`]. They win over everything.
    set: Map<String, Value>,
}

impl Spoken {
    pub(super) fn restore(text: Option<&str>) -> Self {
        let spoken = Self::default();
        if let Some(sites) = text.and_then(|text| serde_json::from_str(text).ok()) {
            *spoken.sites() = sites;
        }
        spoken
    }

    fn sites(&self) -> MutexGuard<'_, BTreeMap<String, Speech>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<(String, String), Arc<Capabilities>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was put together holds no more: a site has another address, or something new is known of it.
    pub(super) fn renew(&self) {
        self.known().clear();
    }

    /// What a model at a site can do: what is known of vendor and model, then what was learnt, then what
    /// the user set for the site and for the model.
    fn capabilities(&self, site: &str, host: &str, model: &str) -> Arc<Capabilities> {
        let name = (site.to_owned(), model.to_owned());
        if let Some(known) = self.known().get(&name) {
            return known.clone();
        }
        let mut capabilities = presets::preset(host, model).capabilities;
        if let Some(speech) = self.sites().get(site) {
            for lesson in speech
                .models
                .get(model)
                .iter()
                .flat_map(|model| &model.learned)
            {
                capabilities.learn(lesson);
            }
            for name in ["", model] {
                let set = speech.models.get(name).map(|model| &model.set);
                if let Some(better) = set.and_then(|set| capabilities.with(set).ok()) {
                    capabilities = better;
                }
            }
        }
        let capabilities = Arc::new(capabilities);
        let mut known = self.known();
        if known.len() > MOST_MODELS {
            known.clear();
        }
        known.insert(name, capabilities.clone());
        capabilities
    }

    /// The dialect in which a site is spoken to by a caller of another; `None` when there is no way.
    pub(super) fn dialect(&self, site: &Site, caller: Dialect) -> Option<Dialect> {
        let responses = || {
            self.sites()
                .get(&site.id)
                .and_then(|speech| speech.responses)
        };
        let api = match &site.api[..] {
            "auto" => site.api_found.as_deref().unwrap_or("both"),
            api => api,
        };
        let spoken = match (api, caller) {
            (_, Dialect::Other) | ("both", Dialect::Anthropic | Dialect::OpenAiChat) => caller,
            ("anthropic", _) => Dialect::Anthropic,
            (_, Dialect::OpenAiResponses) if responses() != Some(false) => caller,
            _ => Dialect::OpenAiChat,
        };
        (spoken == caller || Pair::of(caller, spoken).is_some()).then_some(spoken)
    }
}

/// The dialect that a request is really in: counting and listing share a path with other things.
pub(crate) fn caller(ask: &RouteAsk<'_>) -> Dialect {
    let anthropic = || {
        let has = |name: &str| ask.headers.contains_key(name);
        has("anthropic-version") || (has("x-api-key") && !has("authorization"))
    };
    match ask.path {
        proxy::COUNT_TOKENS => Dialect::Anthropic,
        proxy::MODELS if anthropic() => Dialect::Anthropic,
        proxy::MODELS => Dialect::OpenAiChat,
        _ => ask.dialect,
    }
}

impl Sites {
    /// How to speak to a site that does not understand the caller; `None` when it does.
    pub(super) fn speak(&self, site: &RoutedSite, caller: Dialect, model: &str) -> Option<Speak> {
        let dialect = self.spoken().dialect(&site.site, caller)?;
        (dialect != caller).then(|| Speak {
            dialect,
            capabilities: self
                .spoken()
                .capabilities(&site.site.id, site.base.host(), model),
        })
    }

    /// Remembers what a refusal showed. Whether it was new.
    pub(super) fn taught(&self, site: &str, model: &str, taught: &Taught) -> bool {
        let is_new = {
            let mut sites = self.spoken().sites();
            let speech = sites.entry(site.to_owned()).or_default();
            match taught {
                Taught::NoResponses => speech.responses.replace(false) != Some(false),
                Taught::Lesson(lesson) => {
                    let full = speech.models.len() >= MOST_MODELS;
                    if full && !speech.models.contains_key(model) {
                        return false;
                    }
                    let learned = &mut speech.models.entry(model.to_owned()).or_default().learned;
                    let is_new = !learned.contains(lesson);
                    if is_new {
                        learned.push(lesson.clone());
                    }
                    is_new
                }
            }
        };
        if is_new {
            self.write_speech();
        }
        is_new
    }

    pub(super) fn write_corrections(&self) {
        let Some(text) = self.counting().unsaved() else {
            return;
        };
        if let Err(error) = self.store().put_fact(CORRECTIONS, &text) {
            tracing::error!(%error, "what was learnt about token counts could not be written");
        }
    }

    pub(super) fn restore_speech(
        store: &SiteStore,
        counting: &Counting,
    ) -> Result<Spoken, SitesError> {
        if let Some(text) = store.fact(CORRECTIONS)? {
            counting.restore(&text);
        }
        Ok(Spoken::restore(store.fact(SPEECH)?.as_deref()))
    }

    fn write_speech(&self) {
        self.spoken().renew();
        let text = serde_json::to_string(&*self.spoken().sites()).unwrap_or_default();
        if let Err(error) = self.store().put_fact(SPEECH, &text) {
            tracing::error!(%error, "what was learnt about a site could not be written");
        }
    }

    /// How a site is spoken to. `models`: names to tell of besides those that something is known of.
    pub fn speech(&self, id_or_name: &str, models: &[String]) -> Result<SpeechView, SiteError> {
        let site = self.store().site(id_or_name)?;
        let host = net::BaseUrl::parse(&site.base_url).map(|base| base.host().to_owned());
        let host = host.unwrap_or_default();
        let speech = self
            .spoken()
            .sites()
            .get(&site.id)
            .cloned()
            .unwrap_or_default();
        let mut names: Vec<&String> = site.aliases.values().chain(models).collect();
        names.extend(speech.models.keys().filter(|name| !name.is_empty()));
        names.sort();
        names.dedup();
        let view = |model: &str| {
            let told = speech.models.get(model).cloned().unwrap_or_default();
            ModelSpeechView {
                model: model.to_owned(),
                presets: presets::preset(&host, model)
                    .names
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                capabilities: (*self.spoken().capabilities(&site.id, &host, model)).clone(),
                learned: told.learned,
                set: told.set,
            }
        };
        Ok(SpeechView {
            responses: speech.responses,
            general: view(""),
            models: names.into_iter().map(|name| view(name)).collect(),
        })
    }

    /// Sets what a model at a site can do, or with an empty name every model there; what was learnt is
    /// forgotten when `forget` is set.
    pub fn set_speech(
        &self,
        id_or_name: &str,
        change: &SpeechChange,
    ) -> Result<SpeechView, SiteError> {
        let site = self.store().site(id_or_name)?;
        if let Some(set) = &change.set {
            Capabilities::default()
                .with(set)
                .map_err(|error| SiteError::BadCapability(error.to_string()))?;
        }
        {
            let mut sites = self.spoken().sites();
            let speech = sites.entry(site.id.clone()).or_default();
            if let Some(responses) = change.responses {
                speech.responses = responses;
            }
            let model = speech.models.entry(change.model.clone()).or_default();
            if let Some(set) = &change.set {
                model.set = set.clone();
            }
            if change.forget {
                model.learned.clear();
            }
            speech
                .models
                .retain(|_, model| *model != ModelSpeech::default());
        }
        self.write_speech();
        self.speech(id_or_name, &[])
    }
}

/// Body of `PUT /api/sites/{id}/speech`. What is not named stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechChange {
    /// The model; empty for every model of the site.
    pub model: String,
    /// Whether the site has the Responses interface; `null` tries it.
    #[serde(deserialize_with = "given")]
    pub responses: Option<Option<bool>>,
    /// Members of the capabilities that are set by hand.
    pub set: Option<Map<String, Value>>,
    /// Forget what was learnt about the model.
    pub forget: bool,
}

/// A member that is there, also when it is `null`.
fn given<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Option<bool>>, D::Error> {
    Deserialize::deserialize(source).map(Some)
}
