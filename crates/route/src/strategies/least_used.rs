//! The least busy: fewest running requests, then fewest tokens of the last minute, then longest unused.

use super::{Seat, Strategy};

pub(super) struct LeastUsed;

impl Strategy for LeastUsed {
    fn name(&self) -> &'static str {
        "least_used"
    }

    fn order(&self, seats: &mut [Seat], _random: u64) {
        seats.sort_by_key(|seat| {
            (
                seat.weight == 0,
                seat.in_flight,
                seat.recent_tokens,
                seat.last_used,
                seat.turn,
                seat.place,
            )
        });
    }
}
