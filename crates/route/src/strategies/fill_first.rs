//! The first that works, in the user's order: the others are reserves.

use super::{Seat, Strategy};

pub(super) struct FillFirst;

impl Strategy for FillFirst {
    fn name(&self) -> &'static str {
        "fill_first"
    }

    fn order(&self, seats: &mut [Seat], _random: u64) {
        seats.sort_by_key(|seat| (seat.weight == 0, seat.place));
    }
}
