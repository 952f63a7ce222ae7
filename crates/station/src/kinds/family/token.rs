//! `GET /api/usage/token/` (New-API since 2025-08-23): the key's own counters, in raw quota.

use crate::call::Call;
use crate::heard::Heard;
use crate::json::Json;
use crate::moment::{Ending, ending};
use crate::problem::Problem;
use crate::target::Target;

/// `GET /api/usage/token/`.
pub(crate) const TOKEN: &str = "token-usage";

/// A key's counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Name that the user gave it.
    pub(crate) name: Option<String>,
    /// Left; means nothing for an unlimited key, whose counter still goes down.
    pub(crate) available: i64,
    /// Used.
    pub(crate) used: Option<i64>,
    /// Left and used; means nothing for an unlimited key.
    pub(crate) granted: Option<i64>,
    /// Whether it has no cap.
    pub(crate) unlimited: bool,
    /// When it ends.
    pub(crate) until: Ending,
}

/// The call. With its slash: without it the station redirects. It counts against the small bucket.
pub(crate) fn call(on: &Target) -> Call {
    Call::get(TOKEN, "/api/usage/token/")
        .with(on.balance_auth())
        .critical()
}

/// The counters, or what came instead. `None`: not asked.
pub(crate) fn read(heard: &Heard) -> Option<Result<Token, Problem>> {
    Some(heard.json(TOKEN)?.and_then(|json| counters(&json)))
}

/// Whether the call cannot be answered by this station, now or ever.
pub(crate) fn is_missing(heard: &Heard) -> bool {
    matches!(
        heard.json(TOKEN),
        Some(Err(Problem::NoEndpoint | Problem::WebPage { .. }))
    )
}

/// New-API answers `code: true`, where KonataAPI waited for 0; forks write 0, 200 or "success".
fn is_good(code: &Json) -> bool {
    code.is_null()
        || code.truth() == Some(true)
        || matches!(
            code.plain().as_deref(),
            Some("0" | "200" | "success" | "ok")
        )
}

fn counters(json: &Json) -> Result<Token, Problem> {
    let data = json.get("data");
    let is_one = is_good(json.get("code"))
        && data.get("object").text() == Some("token_usage")
        && data.has("total_available");
    let unlimited = data.get("unlimited_quota").truth();
    let (true, Some(unlimited)) = (is_one, unlimited) else {
        return Err(Problem::UnknownShape);
    };
    let available = data.get("total_available").integer();
    let available = available.ok_or_else(|| Problem::Unreadable {
        member: "total_available".to_owned(),
    })?;
    Ok(Token {
        name: data.get("name").words().map(str::to_owned),
        available,
        used: data.get("total_used").integer(),
        granted: data.get("total_granted").integer(),
        unlimited,
        until: ending(data.get("expires_at")),
    })
}
