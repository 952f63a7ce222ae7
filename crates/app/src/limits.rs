//! What the proxy is held to: the settings, and what nobody has to set.

use std::time::Duration;

use proxy::Limits;

use crate::settings::Settings;

/// Longest request body.
const BODY_MIB: usize = 64;

/// Longest silence inside a request body. It comes from a program on this machine or network, which has the
/// whole body before it begins to send.
const REQUEST_IDLE: Duration = Duration::from_secs(60);

/// What the records of all running answers may take together: beyond it, answers pass but are not kept.
const RECORD_TOGETHER_MIB: usize = 256;

/// The limits that the settings amount to.
pub(crate) fn limits(settings: &Settings) -> Limits {
    let upstream = &settings.upstream;
    Limits {
        body_mib: BODY_MIB,
        request_idle: REQUEST_IDLE,
        first_byte: Duration::from_secs(upstream.first_byte_timeout_s),
        idle: Duration::from_secs(upstream.idle_timeout_s),
        record_bytes: settings.capture.max_body_mib as usize * 1024 * 1024,
        record_together_bytes: RECORD_TOGETHER_MIB * 1024 * 1024,
        stream_cost_comment: settings.advisor.stream_cost_comment,
    }
}
