//! When to try again to show the tray. Programs started at login are often faster than the panel
//! that holds the tray ("the icon is missing after a reboot").

use std::time::Duration;

/// Waits between the attempts, in seconds. After the last one a minute passes each time.
const WAITS_S: [u64; 4] = [2, 5, 15, 60];

/// Attempts after which somebody who started minimised gets a window: 22 s after the first one.
const PATIENCE: usize = 4;

/// How long to wait after `failed` attempts (at least one).
pub(crate) fn wait(failed: usize) -> Duration {
    let last = WAITS_S.len() - 1;
    Duration::from_secs(WAITS_S[failed.saturating_sub(1).min(last)])
}

/// Whether the program should stop hoping for a tray and show its window.
pub(crate) fn out_of_patience(failed: usize) -> bool {
    failed >= PATIENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute_and_patience_ends_before_it() {
        let waits: Vec<_> = (1..=6).map(|failed| wait(failed).as_secs()).collect();
        assert_eq!(waits, [2, 5, 15, 60, 60, 60]);
        let patient: u64 = (1..)
            .take_while(|failed| !out_of_patience(*failed))
            .map(|failed| wait(failed).as_secs())
            .sum();
        assert_eq!(patient, 22);
    }
}
