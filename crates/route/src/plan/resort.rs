//! The last resorts: better a doubtful key than no answer.

use base::Timestamp;

use super::seen::Seen;
use super::{Ask, Why};
use crate::cause::{Cause, Kind};
use crate::failover::Course;
use crate::pool::record::Standing;

/// Whom to ask when nobody is usable: keys whose rest is a guess, then keys without money whose time has
/// come, then the only key there is.
pub(super) fn last_resorts<'p>(idle: Vec<Seen<'p>>, ask: &Ask<'_>) -> Vec<Seen<'p>> {
    let first = ask.course.is_none_or(Course::is_first);
    let rank = |seen: &Seen<'_>| match &seen.standing {
        // Queueing a request behind somebody else's trial would lose it.
        Standing::TrialBusy => {
            let kind = seen.key.state.cause().map(Cause::kind);
            let promising =
                kind.is_some_and(|kind| kind.is_transient() || kind == Kind::RateLimited);
            promising.then_some((0, Timestamp(0)))
        }
        // Somebody is trying it out already.
        Standing::Waiting { .. } if seen.key.is_tried_out() => None,
        Standing::Waiting { until, kind } if kind.is_transient() => Some((1, *until)),
        // The upstream's own "no such model" tells the client more than we could.
        Standing::Waiting { until, kind } if first && *kind == Kind::ModelUnavailable => {
            Some((2, *until))
        }
        Standing::Probe => Some((3, Timestamp(0))),
        _ => None,
    };
    let alone = first
        && idle
            .iter()
            .filter(|seen| seen.standing != Standing::Never)
            .count()
            == 1;
    let mut resorts: Vec<_> = idle
        .into_iter()
        .filter_map(|mut seen| {
            let rank = match rank(&seen) {
                // With one key there is nothing to rotate: its state informs, and the upstream answers.
                None if alone
                    && matches!(seen.standing, Standing::Waiting { .. })
                    && !seen.key.is_tried_out() =>
                {
                    (4, Timestamp(0))
                }
                None => return None,
                Some(rank) => rank,
            };
            seen.why = if rank.0 == 3 {
                Why::Probe
            } else {
                Why::LastResort
            };
            Some((rank, seen))
        })
        .collect();
    resorts.sort_by_key(|(rank, _)| *rank);
    resorts.into_iter().map(|(_, seen)| seen).collect()
}
