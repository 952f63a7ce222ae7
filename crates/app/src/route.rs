//! Where requests go without a site: the `upstream.*` settings.

use std::sync::Arc;
use std::time::Duration;

use base::Secret;
use net::BaseUrl;
use proxy::{
    Candidate, Credentials, Journey, JourneyEnd, Judgement, ProxyError, RouteAsk, Seen, Speak,
    Taught, Why,
};
use wire::Dialect;
use wire::translate::presets;

use crate::settings::SettingsStore;
use crate::sites::caller;

/// Routes by dialect and by `X-Upstream-Provider`.
#[derive(Debug)]
pub(crate) struct SettingsRoute {
    settings: Arc<SettingsStore>,
}

impl SettingsRoute {
    pub(crate) fn new(settings: Arc<SettingsStore>) -> Self {
        Self { settings }
    }
}

/// A way with one place and no other.
struct OnePlace {
    next: Option<Candidate>,
    /// The same place, for another try.
    present: Option<Candidate>,
}

impl Journey for OnePlace {
    fn next(&mut self) -> Option<Candidate> {
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

    fn learned(&mut self, taught: &Taught) -> Option<Candidate> {
        let Taught::Lesson(lesson) = taught else {
            return None;
        };
        let place = self.present.as_mut()?;
        let speak = place.speak.as_mut()?;
        let mut better = (*speak.capabilities).clone();
        better.learn(lesson);
        let is_new = better != *speak.capabilities;
        speak.capabilities = Arc::new(better);
        is_new.then(|| place.clone())
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

    fn place(&self, ask: &RouteAsk<'_>) -> Result<Candidate, ProxyError> {
        let settings = self.settings.now();
        let upstream = &settings.upstream;
        let provider = header(ask, "x-upstream-provider");
        let address = match provider.as_deref() {
            Some("openai") => &upstream.openai_base_url,
            Some("anthropic") => &upstream.anthropic_base_url,
            Some("openrouter") => &upstream.openrouter_base_url,
            Some(other) => return Err(ProxyError::UnknownProvider(other.to_owned())),
            None if speaks_anthropic(ask) => &upstream.anthropic_base_url,
            None => &upstream.openai_base_url,
        };
        let base =
            BaseUrl::parse(address).map_err(|error| ProxyError::BadUpstream(error.to_string()))?;
        let credentials = match &upstream.api_key[..] {
            "" => Credentials::Caller,
            key => Credentials::Key(Secret::new(key.to_owned())),
        };
        let asked = ask.summary.model.as_deref().unwrap_or_default();
        // Only OpenAI itself: OpenRouter has Anthropic's interface as well.
        let translated = provider.as_deref() == Some("openai") && caller(ask) == Dialect::Anthropic;
        let speak = translated.then(|| Speak {
            dialect: Dialect::OpenAiChat,
            capabilities: Arc::new(presets::preset(base.host(), asked).capabilities),
        });
        let site = base.authority().to_owned();
        let why = Why {
            code: "default_upstream".to_owned(),
            params: Vec::new(),
        };
        Ok(Candidate {
            site,
            key_label: None,
            base,
            credentials,
            model: None,
            speak,
            corrections: Arc::default(),
            way: None,
            why: Some(why),
        })
    }
}

/// By path, and where both vendors share one (`/v1/models`, `/v1/files`) by the version header that
/// every Anthropic client sends.
fn speaks_anthropic(ask: &RouteAsk<'_>) -> bool {
    match ask.dialect {
        Dialect::Anthropic => true,
        Dialect::OpenAiChat | Dialect::OpenAiResponses => false,
        Dialect::Other => {
            ask.path.starts_with("/v1/messages")
                || ask.headers.contains_key("anthropic-version")
                || ask.headers.contains_key("x-api-key")
        }
    }
}

fn header(ask: &RouteAsk<'_>, name: &str) -> Option<String> {
    let text = ask
        .headers
        .get(name)?
        .to_str()
        .ok()?
        .trim()
        .to_ascii_lowercase();
    (!text.is_empty()).then_some(text)
}
