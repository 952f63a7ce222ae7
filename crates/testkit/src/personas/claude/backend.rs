//! The service itself: a site that takes requests, checks them, lets the mind answer and counts.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cache::Cache;
use super::checks;
use super::compose::{Made, compose};
use super::headers::{Used, headers};
use super::ids;
use super::lists;
use super::measure::portions;
use super::models::{Model, Models};
use super::platform::Platform;
use super::refused::Refused;
use super::replay::{Replay, replay};
use crate::dice::Dice;
use crate::personas::chance::Chance;
use crate::personas::mind::Talk;
use crate::personas::site::{Answered, Said, Site, Visit};

/// A backend at one place, with its accounts.
pub(crate) struct Backend {
    models: Arc<Models>,
    platform: Platform,
    accounts: Accounts,
    cache: Cache,
    used: Mutex<Used>,
    chance: Chance,
}

/// The accounts behind a site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accounts {
    /// How many take turns.
    pub(crate) count: u64,
    /// Whether they were opened late enough that edited conversations are refused by default.
    pub(crate) enforce_binding: bool,
    /// Whether a reseller's customers are told apart.
    pub(crate) profiles: bool,
    /// Tells the accounts of two sites apart.
    pub(crate) seed: u64,
}

/// One request while it is answered.
struct Turn<'a> {
    visit: &'a Visit,
    request_id: String,
    organisation: String,
    now: Timestamp,
}

impl Accounts {
    /// One account of its own for a site.
    pub(crate) fn one(seed: u64) -> Self {
        Self {
            count: 1,
            enforce_binding: true,
            profiles: false,
            seed,
        }
    }

    /// Several that take turns.
    pub(crate) fn pool(seed: u64, count: u64) -> Self {
        Self {
            count,
            ..Self::one(seed)
        }
    }
}

impl Site for Backend {
    fn answer(&self, visit: &Visit) -> Answered {
        let mut dice = self.chance.dice();
        let now = Timestamp::now();
        let turn = Turn {
            visit,
            request_id: self.request_id(now, &mut dice),
            organisation: self.organisation(visit.number),
            now,
        };
        let said = self.say(&turn, &mut dice);
        let mut answered = match said {
            Ok(said) => Answered::new(200, said),
            Err(refused) => Answered::document(refused.status, refused.document(&turn.request_id)),
        };
        answered.headers = headers(
            self.platform,
            &turn.organisation,
            &turn.request_id,
            self.used(),
            &mut dice,
        );
        answered
    }
}

impl Backend {
    /// A backend; the name makes its chance.
    pub(crate) fn new(
        models: Arc<Models>,
        platform: Platform,
        accounts: Accounts,
        name: &str,
    ) -> Self {
        Self {
            models,
            platform,
            accounts,
            cache: Cache::default(),
            used: Mutex::default(),
            chance: Chance::named(name),
        }
    }

    fn say(&self, turn: &Turn<'_>, dice: &mut Dice) -> Result<Said, Refused> {
        let visit = turn.visit;
        if visit.header("x-api-key").is_empty() && visit.header("authorization").is_empty() {
            return Err(Refused::new(
                401,
                "authentication_error",
                "x-api-key header is required",
            ));
        }
        let path = visit.path();
        if visit.method == "GET" && path.contains("/v1/models") && self.platform.is_first_party() {
            let missing = || {
                Refused::not_found(format!(
                    "model: {}",
                    path.rsplit('/').next().unwrap_or_default()
                ))
            };
            return lists::answer(&self.models, path)
                .map(Said::Document)
                .ok_or_else(missing);
        }
        if visit.method != "POST" {
            return Err(Refused::not_found("Not Found"));
        }
        if !visit.body.is_object() {
            return Err(Refused::invalid("The request body is not valid JSON"));
        }
        let model = self.model(visit)?;
        match path {
            _ if path.ends_with("/v1/messages") => self.message(turn, &model, dice),
            _ if path.ends_with("/count_tokens") && self.platform.is_first_party() => {
                self.count(turn, &model)
            }
            _ => Err(Refused::not_found("Not Found")),
        }
    }

    fn model(&self, visit: &Visit) -> Result<Arc<Model>, Refused> {
        match visit.model() {
            "" => Err(Refused::invalid("model: Field required")),
            name => match self.models.named(name) {
                Some(model) => Ok(model.clone()),
                None => Err(Refused::not_found(format!("model: {name}"))),
            },
        }
    }

    fn count(&self, turn: &Turn<'_>, model: &Model) -> Result<Said, Refused> {
        checks::counted(turn.visit, model, self.platform)?;
        let replay = self.replay(turn, model)?;
        let tokens: u64 = portions(model, &turn.visit.body, &replay.kept)
            .iter()
            .map(|portion| portion.tokens)
            .sum();
        Ok(Said::Document(json!({ "input_tokens": tokens })))
    }

    fn message(&self, turn: &Turn<'_>, model: &Model, dice: &mut Dice) -> Result<Said, Refused> {
        let visit = turn.visit;
        checks::check(visit, model, self.platform)?;
        if self.platform == Platform::Vertex {
            betas_known(visit)?;
        }
        let replay = self.replay(turn, model)?;
        let portions = portions(model, &visit.body, &replay.kept);
        let total: u64 = portions.iter().map(|portion| portion.tokens).sum();
        if total > model.window {
            return Err(Refused::invalid(format!(
                "prompt is too long: {total} tokens > {} maximum",
                model.window
            )));
        }
        let owner = format!("{}/{}", turn.organisation, model.id);
        let paid = self.cache.pay(&owner, model.cache_minimum, &portions);
        let made = compose(
            &Made {
                visit,
                talk: &Talk::of(&visit.body),
                model,
                platform: self.platform,
                organisation: &turn.organisation,
                profile: self.accounts.profiles.then(|| self.profile()),
                message_id: ids::clocked(&self.prefix("msg_"), milliseconds(turn.now) + 40, dice),
                at: turn.now.as_second().cast_unsigned(),
                paid,
                transformations: &replay.transformations,
            },
            dice,
        );
        self.use_up(total, made["usage"]["output_tokens"].as_u64().unwrap_or(0));
        Ok(Said::Message(made))
    }

    fn replay(&self, turn: &Turn<'_>, model: &Model) -> Result<Replay, Refused> {
        replay(
            turn.visit,
            model,
            &turn.organisation,
            self.accounts.enforce_binding,
        )
    }

    fn request_id(&self, now: Timestamp, dice: &mut Dice) -> String {
        let prefix = if self.platform == Platform::Vertex {
            "req_vrtx_"
        } else {
            "req_"
        };
        ids::clocked(prefix, milliseconds(now), dice)
    }

    fn prefix(&self, kind: &str) -> String {
        format!("{kind}{}", self.platform.infix())
    }

    fn organisation(&self, number: u64) -> String {
        let account = number % self.accounts.count.max(1);
        Dice::new(self.accounts.seed.wrapping_mul(1_000) + account).uuid()
    }

    fn profile(&self) -> String {
        // When the reseller's customer was opened: 2026-09-01.
        ids::clocked(
            "uprof_",
            1_788_220_800_000,
            &mut Dice::new(self.accounts.seed),
        )
    }

    fn used(&self) -> Used {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn use_up(&self, input: u64, output: u64) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.requests += 1;
        used.input += input;
        used.output += output;
    }
}

fn betas_known(visit: &Visit) -> Result<(), Refused> {
    let unknown = [
        "oauth-2025-04-20",
        "prompt-caching-scope-2026-01-05",
        "fast-mode-2026-02-01",
    ];
    match unknown.iter().find(|beta| visit.has_beta(beta)) {
        Some(beta) => Err(Refused::invalid(format!(
            "Unexpected value(s) `{beta}` for the `anthropic-beta` header. Please consult our documentation or try again without the header."
        ))),
        None => Ok(()),
    }
}

fn milliseconds(at: Timestamp) -> u64 {
    at.as_millisecond().cast_unsigned()
}

/// The members of an answer's usage in the order in which the service writes them.
pub(super) fn usage_members(usage: &mut Value, geo: Option<&str>) {
    usage["service_tier"] = "standard".into();
    if let Some(geo) = geo {
        usage["inference_geo"] = geo.into();
    }
}
