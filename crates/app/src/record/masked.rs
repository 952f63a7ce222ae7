//! A body as it may be kept and shown.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use proxy::{Arrival, HeaderList};
use store::{NewBody, Side};
use wire::encoding;

use super::redact;

/// A body of which `bytes` passed, the caller's secrets blotted out.
pub(crate) fn masked(
    side: Side,
    headers: &HeaderList,
    mut kept: Bytes,
    bytes: u64,
    arrivals: &[Arrival],
    secrets: &[Vec<u8>],
) -> NewBody<Bytes> {
    let mut encoding = headers.text(&CONTENT_ENCODING).map(str::to_owned);
    match &encoding {
        None => kept = redact::body(&kept, secrets).unwrap_or(kept),
        Some(name) => {
            // A secret inside a compressed body: keep it unpacked, without the secret.
            let plain = encoding::decode(Some(name), &kept).unwrap_or_default();
            if let Some(clean) = redact::body(&plain, secrets) {
                (kept, encoding) = (clean, None);
            }
        }
    }
    NewBody {
        side,
        kept,
        bytes,
        content_type: headers
            .text(&CONTENT_TYPE)
            .map(|kind| redact::quoted(kind, secrets).into_owned()),
        encoding,
        arrivals: arrivals
            .iter()
            .map(|arrival| (arrival.end, arrival.at_us))
            .collect(),
    }
}
