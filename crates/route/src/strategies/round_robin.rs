//! Every key in turn: the one whose last pick is longest ago.

use super::{Seat, Strategy};

pub(super) struct RoundRobin;

impl Strategy for RoundRobin {
    fn name(&self) -> &'static str {
        "round_robin"
    }

    fn order(&self, seats: &mut [Seat], _random: u64) {
        seats.sort_by_key(|seat| (seat.weight == 0, seat.turn, seat.place));
    }
}
