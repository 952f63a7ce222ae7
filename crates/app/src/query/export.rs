//! Exchanges for other programs: HAR 1.2, and our own JSON. Secrets are masked already where they are kept.

use serde_json::{Value, json};

use super::{Queries, QueryError};
use crate::view::{Detail, HeaderView, MarkView};

/// Exchanges in one HAR file at most.
const MOST: usize = 1_000;

impl Queries {
    /// One exchange with everything that is kept.
    pub async fn export(&self, id: String) -> Result<Value, QueryError> {
        let detail = self.detail(id, true).await?;
        Ok(serde_json::to_value(detail).unwrap_or_default())
    }

    /// Exchanges as an HTTP archive; without ids, those of the live list.
    pub async fn har(&self, ids: Vec<String>, version: &str) -> Result<Value, QueryError> {
        let ids = if ids.is_empty() {
            self.live.rows().into_iter().map(|row| row.id).collect()
        } else {
            ids
        };
        let mut entries = Vec::new();
        for id in ids.into_iter().take(MOST) {
            match self.detail(id, true).await {
                Ok(detail) => entries.push(entry(&detail)),
                Err(QueryError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(json!({"log": {
            "version": "1.2",
            "creator": {"name": "Relayscope", "version": version},
            "entries": entries,
        }}))
    }
}

/// The exchange as it went upstream. A translated one is the client's: kept bodies are in its dialect.
fn entry(detail: &Detail) -> Value {
    let row = &detail.row;
    let (address, request_headers) = match (&detail.upstream_url, &detail.sent_headers[..]) {
        (Some(address), sent @ [_, ..]) if detail.translation.is_none() => (address, sent),
        _ => (&row.path, &detail.request_headers[..]),
    };
    let request_body = detail.request_body.text.clone().unwrap_or_default();
    let response_body = detail.response_body.text.clone().unwrap_or_default();
    let kind = |body: &Option<String>| body.clone().unwrap_or_else(|| "application/json".into());
    json!({
        "startedDateTime": row.started_at,
        "time": row.timing.duration_ms.unwrap_or(0.0),
        "request": {
            "method": row.method,
            "url": address,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": headers(request_headers),
            "queryString": query(address),
            "postData": {
                "mimeType": kind(&detail.request_body.content_type),
                "text": request_body,
            },
            "headersSize": -1,
            "bodySize": detail.request_body.bytes,
        },
        "response": {
            "status": row.status.unwrap_or(0),
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": headers(&detail.response_headers),
            "content": {
                "size": response_body.len(),
                "mimeType": kind(&detail.response_body.content_type),
                "text": response_body,
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": detail.response_body.bytes,
        },
        "cache": {},
        "timings": timings(detail),
        "serverIPAddress": detail.timing.connection.remote.as_deref().unwrap_or_default(),
        "comment": format!("{} · {}", row.id, row.outcome),
    })
}

fn timings(detail: &Detail) -> Value {
    let at = |name: &str| {
        let marks: &[MarkView] = &detail.timing.marks;
        marks
            .iter()
            .find(|mark| mark.name == name)
            .map(|mark| mark.at_ms)
    };
    let between = |from: &str, to: &str| match (at(from), at(to)) {
        (Some(from), Some(to)) => (to - from).max(0.0),
        _ => 0.0,
    };
    let connection = &detail.timing.connection;
    let (dns, tls) = (connection.dns_ms, connection.tls_ms);
    // The format's own rule: what TLS takes is a part of connecting.
    let connect = connection.connect_ms.map(|ms| ms + tls.unwrap_or(0.0));
    let opening = dns.unwrap_or(0.0) + connect.unwrap_or(0.0);
    json!({
        "blocked": (between("received", "sent") - opening).max(0.0),
        "dns": dns.unwrap_or(-1.0),
        "connect": connect.unwrap_or(-1.0),
        "ssl": tls.unwrap_or(-1.0),
        "send": 0.0,
        "wait": between("sent", "head"),
        "receive": between("head", "last_byte"),
    })
}

fn headers(headers: &[HeaderView]) -> Vec<Value> {
    headers
        .iter()
        .map(|header| json!({"name": header.name, "value": header.value}))
        .collect()
}

fn query(address: &str) -> Vec<Value> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            json!({"name": name, "value": value})
        })
        .collect()
}
