//! Where requests go without a site: the `upstream.*` settings.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use base::Secret;
use http::HeaderName;
use net::{BaseUrl, BaseUrlError};
use proxy::{
    Candidate, Credentials, Journey, JourneyEnd, Judgement, ProxyError, RouteAsk, Seen, Speak,
    Taught, Why,
};
use wire::Dialect;
use wire::translate::presets;

use crate::settings::{Settings, SettingsStore};
use crate::sites::caller;

pub(crate) static PROVIDER: HeaderName = HeaderName::from_static("x-upstream-provider");
static ANTHROPIC_VERSION: HeaderName = HeaderName::from_static("anthropic-version");
pub(crate) static API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Routes by dialect and by `X-Upstream-Provider`.
#[derive(Debug)]
pub(crate) struct SettingsRoute {
    settings: Arc<SettingsStore>,
    places: ArcSwap<Places>,
}

/// A place, or what is wrong with its address.
type Named = Result<Arc<Candidate>, BaseUrlError>;

/// The places that some settings name.
#[derive(Debug)]
struct Places {
    /// The settings that this was made of.
    settings: Arc<Settings>,
    anthropic: Named,
    openai: Named,
    openrouter: Named,
}

impl Places {
    fn of(settings: Arc<Settings>) -> Self {
        let upstream = &settings.upstream;
        let place = |address: &str| place(address, &upstream.api_key).map(Arc::new);
        Self {
            anthropic: place(&upstream.anthropic_base_url),
            openai: place(&upstream.openai_base_url),
            openrouter: place(&upstream.openrouter_base_url),
            settings,
        }
    }
}

impl SettingsRoute {
    pub(crate) fn new(settings: Arc<SettingsStore>) -> Self {
        let places = ArcSwap::from_pointee(Places::of(settings.now()));
        Self { settings, places }
    }

    fn places(&self) -> Arc<Places> {
        let (settings, places) = (self.settings.now(), self.places.load_full());
        if Arc::ptr_eq(&places.settings, &settings) {
            return places;
        }
        let places = Arc::new(Places::of(settings));
        self.places.store(places.clone());
        places
    }
}

/// A way with one place and no other.
struct OnePlace {
    next: Option<Arc<Candidate>>,
    /// The same place, for another try.
    present: Option<Arc<Candidate>>,
}

impl Journey for OnePlace {
    fn next(&mut self) -> Option<Arc<Candidate>> {
        self.present = self.next.take();
        self.present.clone()
    }

    fn has_other(&self) -> bool {
        false
    }

    fn judge(&mut self, seen: &Seen<'_>, _: Duration) -> Judgement {
        match seen {
            Seen::Answered { status, .. } if status.as_u16() >= 400 => {
                Judgement::wrong(format!("status_{}", status.as_u16()))
            }
            Seen::Wrong(cause) => Judgement::wrong(*cause),
            Seen::Answered { .. } | Seen::Failed(_) => Judgement::good(),
        }
    }

    fn learned(&mut self, taught: &Taught) -> Option<Arc<Candidate>> {
        let Taught::Lesson(lesson) = taught else {
            return None;
        };
        let place = Arc::make_mut(self.present.as_mut()?);
        let speak = place.speak.as_mut()?;
        let mut better = (*speak.capabilities).clone();
        better.learn(lesson);
        let is_new = better != *speak.capabilities;
        speak.capabilities = Arc::new(better);
        is_new.then(|| self.present.clone()).flatten()
    }

    fn end(&mut self, _: JourneyEnd) {}
}

impl SettingsRoute {
    pub(crate) fn journey(&self, ask: &RouteAsk<'_>) -> Result<Box<dyn Journey>, ProxyError> {
        Ok(Box::new(OnePlace {
            next: Some(self.place(ask)?),
            present: None,
        }))
    }

    fn place(&self, ask: &RouteAsk<'_>) -> Result<Arc<Candidate>, ProxyError> {
        let places = self.places();
        let provider = provider(ask);
        let place = match provider.as_deref() {
            Some("openai") => &places.openai,
            Some("anthropic") => &places.anthropic,
            Some("openrouter") => &places.openrouter,
            Some(other) => return Err(ProxyError::UnknownProvider(other.to_owned())),
            None if speaks_anthropic(ask) => &places.anthropic,
            None => &places.openai,
        };
        let wrong = |error: &BaseUrlError| ProxyError::BadUpstream(error.to_string());
        let place = place.as_ref().map_err(wrong)?;
        // Only OpenAI itself: OpenRouter has Anthropic's interface as well.
        if provider.as_deref() != Some("openai") || caller(ask) != Dialect::Anthropic {
            return Ok(place.clone());
        }
        let asked = ask.summary.model.as_deref().unwrap_or_default();
        let mut translated = Candidate::clone(place);
        translated.speak = Some(Speak {
            dialect: Dialect::OpenAiChat,
            capabilities: Arc::new(presets::preset(place.base.host(), asked).capabilities),
        });
        Ok(Arc::new(translated))
    }
}

/// The place at an address; `key` replaces the caller's, where there is one.
fn place(address: &str, key: &str) -> Result<Candidate, BaseUrlError> {
    let base = BaseUrl::parse(address)?;
    let why = Why {
        code: "default_upstream".to_owned(),
        params: Vec::new(),
    };
    Ok(Candidate {
        site: base.authority().into(),
        key_label: None,
        base,
        credentials: match key {
            "" => Credentials::Caller,
            key => Credentials::Key(Secret::new(key.to_owned())),
        },
        model: None,
        speak: None,
        corrections: Arc::default(),
        way: None,
        why: Some(Arc::new(why)),
    })
}

/// By path, and where both vendors share one (`/v1/models`, `/v1/files`) by the version header that
/// every Anthropic client sends.
fn speaks_anthropic(ask: &RouteAsk<'_>) -> bool {
    match ask.dialect {
        Dialect::Anthropic => true,
        Dialect::OpenAiChat | Dialect::OpenAiResponses => false,
        Dialect::Other => {
            ask.path.starts_with("/v1/messages")
                || ask.headers.contains_key(&ANTHROPIC_VERSION)
                || ask.headers.contains_key(&API_KEY)
        }
    }
}

fn provider(ask: &RouteAsk<'_>) -> Option<String> {
    let text = ask
        .headers
        .get(&PROVIDER)?
        .to_str()
        .ok()?
        .trim()
        .to_ascii_lowercase();
    (!text.is_empty()).then_some(text)
}
