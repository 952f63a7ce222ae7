//! By chance, every key alike.

use super::{Seat, Strategy};
use crate::random::mix;

pub(super) struct Random;

impl Strategy for Random {
    fn name(&self) -> &'static str {
        "random"
    }

    fn order(&self, seats: &mut [Seat], random: u64) {
        seats.sort_by_key(|seat| (seat.weight == 0, mix(random, seat.place as u64)));
    }
}
