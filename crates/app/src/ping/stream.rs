//! Whether a stream streams: a judgement on arrival times alone.

use std::time::Duration;

/// Content that arrives within this is one burst: no model writes twenty numbers in so little.
const BURST: Duration = Duration::from_millis(30);

/// A wait before a burst that is long enough to say that somebody held the answer back.
const HELD_BACK: Duration = Duration::from_millis(400);

/// Fewest pieces of content that say anything.
const FEWEST: usize = 4;

/// How content arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Over time. The longest pause between two pieces.
    OverTime { gap: Duration },
    /// Held back, then all at once.
    OneBurst,
    /// Too quick or too little to tell.
    CannotTell,
}

/// Judges the moments at which content arrived, counted from the sending.
pub(super) fn arrival(times: &[Duration]) -> Arrival {
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return Arrival::CannotTell;
    };
    let spread = last.saturating_sub(*first);
    if times.len() < FEWEST {
        return Arrival::CannotTell;
    }
    if spread < BURST {
        return if *first >= HELD_BACK {
            Arrival::OneBurst
        } else {
            Arrival::CannotTell
        };
    }
    let gaps = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
    let gap = gaps.max().unwrap_or_default();
    Arrival::OverTime { gap }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(times: &[u64]) -> Vec<Duration> {
        times.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn a_stream_a_buffer_and_an_instant_answer_are_told_apart() {
        let gap = Duration::from_millis(140);
        let steady = at(&[1180, 1200, 1340, 1360, 1400]);
        assert_eq!(arrival(&steady), Arrival::OverTime { gap });
        assert_eq!(
            arrival(&at(&[3400, 3400, 3401, 3402, 3403])),
            Arrival::OneBurst
        );
        assert_eq!(arrival(&at(&[12, 12, 13, 14, 14])), Arrival::CannotTell);
        assert_eq!(arrival(&at(&[900, 950])), Arrival::CannotTell);
        assert_eq!(arrival(&[]), Arrival::CannotTell);
    }
}
