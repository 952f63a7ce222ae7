//! Everything about one exchange.

use std::sync::Arc;

use proxy::{Connection, Times};
use store::{Body, Side};
use wire::conversation::Conversation;
use wire::{Dialect, conversation, encoding};

use super::lines::Part;
use super::running::Running;
use super::{Queries, QueryError, replay, shorten};
use crate::live::row::millis;
use crate::record::Kept;
use crate::view::{
    AttemptView, BodyView, ConnectionView, Detail, ErrorView, ExchangeRow, LossView, MarkView,
    TimingView, TranslationView,
};

impl Queries {
    /// Everything about an exchange; with `texts`, the bodies' text and uncut conversations too.
    pub async fn detail(&self, id: String, texts: bool) -> Result<Detail, QueryError> {
        self.blocking(move |queries| match queries.live.running(&id) {
            Some(exchange) => queries.running_detail(exchange, texts),
            None => queries.kept_detail(&id, texts),
        })
        .await
    }

    fn running_detail(
        &self,
        exchange: Arc<proxy::Exchange>,
        texts: bool,
    ) -> Result<Detail, QueryError> {
        let row = self.live.row(&exchange.id.to_string());
        let row = row.ok_or(QueryError::NotFound)?;
        let running = Running::look(exchange);
        Ok(put_together(
            row,
            running.session(),
            running.kept(),
            running.body(Part::Request),
            running.body(Part::Response),
            None,
            texts,
        ))
    }

    fn kept_detail(&self, id: &str, texts: bool) -> Result<Detail, QueryError> {
        let exchange = self.store.exchange(id)?.ok_or(QueryError::NotFound)?;
        let row = self.find_row(id)?;
        let kept = self.kept(id)?;
        let request = self.store.body(id, Side::Request)?;
        let response = self.store.body(id, Side::Response)?;
        let loss = (exchange.bodies_dropped || exchange.bodies_expired).then_some(LossView {
            bodies_dropped: exchange.bodies_dropped,
            bodies_expired: exchange.bodies_expired,
        });
        Ok(put_together(
            row,
            exchange.session,
            kept,
            request,
            response,
            loss,
            texts,
        ))
    }
}

impl Queries {
    /// What the lists do not show of an exchange.
    pub(super) fn kept(&self, id: &str) -> Result<Kept, QueryError> {
        if let Some(exchange) = self.live.running(id) {
            return Ok(Running::look(exchange).kept());
        }
        let text = self.store.detail(id)?;
        let kept = text.and_then(|text| Kept::read(&text));
        Ok(kept.unwrap_or_default())
    }
}

fn put_together(
    mut row: ExchangeRow,
    session: Option<String>,
    kept: Kept,
    request: Option<Body>,
    response: Option<Body>,
    loss: Option<LossView>,
    texts: bool,
) -> Detail {
    let dialect = Dialect::from_name(&row.dialect);
    if let Some(error) = row.error.as_mut().filter(|_| !kept.error_params.is_empty()) {
        for (name, value) in &kept.error_params {
            error.params.retain(|(known, _)| known != name);
            error.params.push((name.clone(), value.clone()));
        }
    }
    let answers_in = kept
        .translation
        .as_ref()
        .map_or(dialect, |translation| translation.to);
    let said = |body: &Option<Body>, dialect, read: fn(Dialect, &Body) -> Option<Conversation>| {
        let mut conversation = body.as_ref().and_then(|body| read(dialect, body));
        if let Some(conversation) = conversation.as_mut().filter(|_| !texts) {
            shorten::shorten(conversation);
        }
        conversation
    };
    let stream = response.as_ref().filter(|body| replay::is_stream(body));
    let replayed = stream
        .map(|body| replay::replay(answers_in, body))
        .unwrap_or_default();
    Detail {
        session,
        upstream_url: kept.upstream_url,
        request_body: body_view(request.as_ref(), kept.request_bytes, texts),
        response_body: body_view(response.as_ref(), kept.response_bytes, texts),
        request: said(&request, dialect, request_conversation),
        response: said(&response, answers_in, answer_conversation),
        stop_reason: kept.stop_reason,
        timing: TimingView {
            ttfb_ms: row.timing.ttfb_ms,
            ttft_ms: row.timing.ttft_ms,
            duration_ms: row.timing.duration_ms,
            connection: connection(kept.connection.unwrap_or_default()),
            marks: marks(&kept.times),
            tokens_over_time: replayed.tokens_over_time,
            stalls: replayed.stalls,
            blocks: replayed.blocks,
        },
        attempts: kept.attempts.into_iter().map(attempt).collect(),
        pricing: kept.pricing,
        translation: kept.translation.map(|translation| TranslationView {
            to: translation.to.name().to_owned(),
            model: translation.memory.upstream_model,
            changes: translation.changes,
        }),
        loss,
        request_headers: kept.request_headers,
        sent_headers: kept.sent_headers,
        response_headers: kept.response_headers,
        row,
    }
}

fn request_conversation(dialect: Dialect, body: &Body) -> Option<Conversation> {
    let plain = encoding::decode(body.encoding.as_deref(), &body.kept)?;
    conversation::request(dialect, &plain)
}

fn answer_conversation(dialect: Dialect, body: &Body) -> Option<Conversation> {
    if replay::is_stream(body) {
        let json = serde_json::to_vec(&replay::assembled(dialect, body)).ok()?;
        return conversation::answer(dialect, &json);
    }
    let plain = encoding::decode(body.encoding.as_deref(), &body.kept)?;
    conversation::answer(dialect, &plain)
}

fn body_view(body: Option<&Body>, bytes: u64, texts: bool) -> BodyView {
    let Some(body) = body else {
        return BodyView {
            bytes: bytes as f64,
            kept_bytes: 0.0,
            truncated: bytes > 0,
            content_type: None,
            encoding: None,
            text: None,
        };
    };
    let text = || {
        let plain = encoding::decode(body.encoding.as_deref(), &body.kept);
        String::from_utf8_lossy(plain.as_deref().unwrap_or(&body.kept)).into_owned()
    };
    BodyView {
        bytes: body.bytes as f64,
        kept_bytes: body.kept.len() as f64,
        truncated: is_truncated(body),
        content_type: body.content_type.clone(),
        encoding: body.encoding.clone(),
        text: texts.then(text),
    }
}

/// Whether there is more of a body than is shown: it was too long to keep, or it unfolds to more than is unpacked.
fn is_truncated(body: &Body) -> bool {
    (body.kept.len() as u64) < body.bytes || encoding::is_cut(body.encoding.as_deref(), &body.kept)
}

fn connection(connection: Connection) -> ConnectionView {
    let ms = |us: Option<u64>| us.map(millis);
    ConnectionView {
        reused: connection.reused,
        dns_ms: ms(connection.dns_us),
        connect_ms: ms(connection.connect_us),
        tls_ms: ms(connection.tls_us),
        remote: connection.remote.map(|remote| remote.to_string()),
        protocol: connection.protocol.map(Into::into),
        path: connection.path.to_string(),
    }
}

fn marks(times: &Times) -> Vec<MarkView> {
    let over = times.last_byte > 0;
    let named = [
        ("received", over.then_some(times.received)),
        ("planned", times.planned),
        ("sent", times.sent),
        ("head", times.head),
        ("first_byte", times.first_byte),
        ("first_token", times.first_token),
        ("last_token", times.last_token),
        ("last_byte", over.then_some(times.last_byte)),
    ];
    named
        .into_iter()
        .filter_map(|(name, at)| {
            Some(MarkView {
                name: name.to_owned(),
                at_ms: millis(at?),
            })
        })
        .collect()
}

fn attempt(attempt: proxy::Attempt) -> AttemptView {
    AttemptView {
        site: attempt.site.to_string(),
        key: attempt.key_label.as_deref().map(str::to_owned),
        status: attempt.status,
        cause: attempt.cause,
        ms: millis(attempt.took_us),
        why: attempt.why.map(|why| ErrorView {
            code: why.code.clone(),
            params: why.params.clone(),
            message: None,
        }),
    }
}
