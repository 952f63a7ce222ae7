//! Whether a time that an answer gives away lies within the exchange.

use base::Timestamp;

use crate::exchange::Exchange;

/// Seconds that a clock of the user's may be off before the `date` header is asked.
const NETWORK_S: i64 = 5;

/// Whether a time lies between the request's start and the answer's end, give or take. The user's clock may be
/// wrong, so the server's `date` counts as well.
pub(super) fn fits(exchange: &Exchange, at: Timestamp, tolerance_s: i64) -> bool {
    let slack = tolerance_s.saturating_mul(1_000);
    let at = at.millis();
    let within =
        |start: i64, end: i64| at >= start.saturating_sub(slack) && at <= end.saturating_add(slack);
    let (start, end) = (exchange.started.millis(), exchange.ended().millis());
    if within(start, end) {
        return true;
    }
    // `date` is when the answer's head was written: the request is at most as old as it took.
    let took = end.saturating_sub(start).saturating_add(NETWORK_S * 1_000);
    server_time(exchange).is_some_and(|date| within(date.millis() - took, date.millis() + took))
}

/// The `date` header: `Fri, 20 Nov 2026 14:08:39 GMT`.
fn server_time(exchange: &Exchange) -> Option<Timestamp> {
    let text = exchange.header("date")?;
    let time = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp(time.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(date: Option<&str>) -> Exchange {
        Exchange {
            started: Timestamp::parse("2026-11-20T14:08:39Z").unwrap(),
            ended_ms: 2_000.0,
            headers: date
                .map(|date| ("date".to_owned(), date.to_owned()))
                .into_iter()
                .collect(),
            ..Exchange::default()
        }
    }

    #[test]
    fn the_servers_clock_excuses_the_users() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let plain = exchange(None);
        assert!(fits(&plain, at("2026-11-20T14:08:40Z"), 5));
        assert!(!fits(&plain, at("2026-11-20T16:08:40Z"), 90));
        let ahead = exchange(Some("Fri, 20 Nov 2026 16:08:40 GMT"));
        assert!(fits(&ahead, at("2026-11-20T16:08:40Z"), 5));
        assert!(!fits(&ahead, at("2026-11-19T16:08:40Z"), 5));
    }
}
