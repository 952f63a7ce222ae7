//! Where requests go without a site: the `upstream.*` settings.

use std::sync::Arc;
use std::time::Duration;

use base::Secret;
use net::BaseUrl;
use proxy::{
    Candidate, Credentials, Journey, JourneyEnd, Judgement, ProxyError, RouteAsk, Seen, Why,
};
use wire::Dialect;

use crate::settings::SettingsStore;

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
struct OnePlace(Option<Candidate>);

impl Journey for OnePlace {
    fn next(&mut self) -> Option<Candidate> {
        self.0.take()
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

    fn end(&mut self, _: JourneyEnd) {}
}

impl SettingsRoute {
    pub(crate) fn journey(&self, ask: &RouteAsk<'_>) -> Result<Box<dyn Journey>, ProxyError> {
        Ok(Box::new(OnePlace(Some(self.place(ask)?))))
    }

    fn place(&self, ask: &RouteAsk<'_>) -> Result<Candidate, ProxyError> {
        let settings = self.settings.now();
        let upstream = &settings.upstream;
        let address = match header(ask, "x-upstream-provider").as_deref() {
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
