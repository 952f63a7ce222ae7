//! By weight, evenly mixed: smooth weighted round robin, as nginx does it.

use std::cmp::Reverse;

use super::{Seat, Strategy};

pub(super) struct Weighted;

impl Strategy for Weighted {
    fn name(&self) -> &'static str {
        "weighted"
    }

    fn order(&self, seats: &mut [Seat], _random: u64) {
        let due = |seat: &Seat| seat.credit.saturating_add(i64::from(seat.weight));
        seats.sort_by_key(|seat| (seat.weight == 0, Reverse(due(seat)), seat.place));
    }

    /// Everybody earns its weight; who is picked pays what all earned.
    fn picked(&self, seats: &mut [Seat], chosen: usize) {
        let mut total = 0i64;
        for seat in seats.iter_mut() {
            let weight = i64::from(seat.weight);
            seat.credit = seat.credit.saturating_add(weight);
            total += weight;
        }
        if let Some(seat) = seats.get_mut(chosen) {
            seat.credit = seat.credit.saturating_sub(total);
        }
        // A key that could not be used for a while neither hoards nor owes more than one round.
        for seat in seats.iter_mut() {
            seat.credit = seat.credit.clamp(-total, total);
        }
    }
}
