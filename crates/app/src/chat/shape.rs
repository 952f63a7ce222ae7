//! From a conversation to a request in a dialect. Pure.

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value, json};
use verify::Preset;
use wire::Dialect;

use crate::sites::Line;
use crate::sites::call::Call;
use crate::view::{ChatAsk, ChatRequest, ChatTurn};

/// Headers that are the transport's or the key's business.
const OURS: &[&str] = &[
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "authorization",
    "x-api-key",
];

/// Tokens to generate where nobody said how many.
const USUAL_TOKENS: u32 = 4_096;

/// A request before the key is put in.
#[derive(Clone, Debug)]
pub(crate) struct Shaped {
    pub(crate) dialect: Dialect,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
    pub(crate) model: String,
}

/// Builds the request of a conversation in the shape of a preset. Tools are off: nobody here would run them.
pub(super) fn shape(line: &Line, ask: &ChatAsk, preset: &Preset, seed: u64) -> Shaped {
    let model = line.model(ask.model.trim()).to_owned();
    let dialect = Dialect::from_name(&preset.dialect);
    let mut members = match dialect {
        Dialect::OpenAiChat => chat(ask),
        Dialect::OpenAiResponses => responses(ask),
        _ => anthropic(ask),
    };
    members.insert("stream".to_owned(), true.into());
    let asked = verify::preset::Ask {
        model: &model,
        text: "",
        max_tokens: most(ask).into(),
    };
    let request = preset.request(&asked, &members, seed);
    let mut shaped = Shaped {
        dialect,
        path: request.path,
        headers: request.headers,
        body: request.body.unwrap_or_default(),
        model: model.clone(),
    };
    for (name, value) in &ask.headers {
        let name = name.trim().to_lowercase();
        shaped.headers.retain(|(known, _)| *known != name);
        if !value.trim().is_empty() {
            shaped.headers.push((name, value.trim().to_owned()));
        }
    }
    if let Some(body) = shaped.body.as_object_mut() {
        body.insert("model".to_owned(), model.into());
        for name in ["tools", "tool_choice"] {
            body.shift_remove(name);
        }
        for (name, value) in ask.body.as_object().into_iter().flatten() {
            body.insert(name.clone(), value.clone());
        }
    }
    shaped
}

fn anthropic(ask: &ChatAsk) -> Map<String, Value> {
    let mut body = Map::new();
    let mut limit = most(ask);
    match ask.thinking.trim() {
        "" => {}
        "adaptive" => {
            let thinking = json!({"type": "adaptive", "display": "summarized"});
            body.insert("thinking".to_owned(), thinking);
        }
        budget => {
            let budget: u32 = budget.parse().unwrap_or(1_024);
            let thinking = json!({"type": "enabled", "budget_tokens": budget});
            body.insert("thinking".to_owned(), thinking);
            // The budget counts towards the limit, and must stay below it.
            limit = limit.max(budget.saturating_add(1_024));
        }
    }
    body.insert("max_tokens".to_owned(), limit.into());
    if !ask.system.trim().is_empty() {
        body.insert("system".to_owned(), ask.system.clone().into());
    }
    let messages: Vec<Value> = ask.turns.iter().map(anthropic_turn).collect();
    body.insert("messages".to_owned(), messages.into());
    body
}

fn anthropic_turn(turn: &ChatTurn) -> Value {
    let own = turn.answer.as_ref();
    if let Some(answer) = own.filter(|it| it.dialect == Dialect::Anthropic.name()) {
        return json!({"role": "assistant", "content": answer.content});
    }
    if turn.images.is_empty() {
        return json!({"role": turn.role, "content": turn.text});
    }
    let picture = |image: &crate::view::ChatImage| {
        json!({"type": "image", "source": {
            "type": "base64", "media_type": image.media_type, "data": image.data,
        }})
    };
    let mut content: Vec<Value> = turn.images.iter().map(picture).collect();
    if !turn.text.is_empty() {
        content.push(json!({"type": "text", "text": turn.text}));
    }
    json!({"role": turn.role, "content": content})
}

fn chat(ask: &ChatAsk) -> Map<String, Value> {
    let mut messages = Vec::new();
    if !ask.system.trim().is_empty() {
        messages.push(json!({"role": "system", "content": ask.system}));
    }
    messages.extend(ask.turns.iter().map(|turn| match turn.images.is_empty() {
        true => json!({"role": turn.role, "content": turn.text}),
        false => json!({"role": turn.role, "content": parts(turn, "text", |url| {
            json!({"type": "image_url", "image_url": {"url": url}})
        })}),
    }));
    Map::from_iter([
        ("messages".to_owned(), messages.into()),
        ("stream_options".to_owned(), json!({"include_usage": true})),
    ])
}

fn responses(ask: &ChatAsk) -> Map<String, Value> {
    let turn = |turn: &ChatTurn| match turn.images.is_empty() {
        true => json!({"role": turn.role, "content": turn.text}),
        false => json!({"role": turn.role, "content": parts(turn, "input_text", |url| {
            json!({"type": "input_image", "image_url": url})
        })}),
    };
    let input: Vec<Value> = ask.turns.iter().map(turn).collect();
    let mut body = Map::from_iter([("input".to_owned(), input.into())]);
    if !ask.system.trim().is_empty() {
        body.insert("instructions".to_owned(), ask.system.clone().into());
    }
    body
}

fn parts(turn: &ChatTurn, text: &str, picture: impl Fn(String) -> Value) -> Vec<Value> {
    let mut parts = vec![json!({"type": text, "text": turn.text})];
    parts.extend(
        turn.images
            .iter()
            .map(|image| picture(format!("data:{};base64,{}", image.media_type, image.data))),
    );
    parts
}

fn most(ask: &ChatAsk) -> u32 {
    match ask.max_tokens {
        0 => USUAL_TOKENS,
        tokens => tokens,
    }
}

/// The call, with the key in the dialect's way.
pub(crate) fn call(line: &Line, shaped: &Shaped) -> Call {
    let mut headers = HeaderMap::new();
    for (name, value) in &shaped.headers {
        let is_ours = OURS.contains(&&name[..]);
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::try_from(value.as_str());
        if let (false, Ok(name), Ok(value)) = (is_ours, name, value) {
            headers.insert(name, value);
        }
    }
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    if let Some((name, mut value)) = credentials(line.secret(), shaped.dialect) {
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Call {
        method: Method::POST,
        path: shaped.path.clone(),
        headers,
        body: shaped.body.to_string().into(),
    }
}

/// Anthropic's interface takes the key in a header of its own, the others as a bearer token.
fn credentials(secret: Option<&str>, dialect: Dialect) -> Option<(HeaderName, HeaderValue)> {
    let secret = secret?;
    match dialect {
        Dialect::Anthropic => {
            let value = HeaderValue::from_str(secret).ok()?;
            Some((HeaderName::from_static("x-api-key"), value))
        }
        _ => {
            let value = HeaderValue::from_str(&format!("Bearer {secret}")).ok()?;
            Some((AUTHORIZATION, value))
        }
    }
}

/// The same for people, with the key masked.
pub(super) fn shown(line: &Line, shaped: &Shaped) -> ChatRequest {
    let call = call(line, shaped);
    let url = line.address(&call.path);
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let value = match line.secret() {
            Some(secret) => value.replace(secret, &base::secret::mask(secret)),
            None => value,
        };
        (name.to_string(), value)
    };
    ChatRequest {
        method: call.method.to_string(),
        url,
        path: call.path.clone(),
        headers: call.headers.iter().map(header).collect(),
        body: shaped.body.clone(),
        dialect: shaped.dialect.name().to_owned(),
    }
}
