//! When memory that is free again goes back to the system.
//!
//! Giving pages back and getting them again costs every call one or two microseconds while there are many; so
//! what becomes free under load is kept for the next call, and goes back when nothing happens.

use std::ffi::c_long;
use std::time::Duration;

use app::live::Live;
use libmimalloc_sys::{mi_collect, mi_option_get, mi_option_set, mi_option_t};

/// `mi_option_purge_delay` of mimalloc 3, in ms: the binding has no name for it.
const PURGE_DELAY: mi_option_t = 15;

/// What mimalloc 3 sets it to by itself, ms. Another value: that number stands for something else now.
const USUAL_DELAY: c_long = 1_000;

/// How long free pages are kept while there is always something to do, ms.
const DELAY: c_long = 10_000;

/// How long nothing may have happened before they go back.
const CALM: Duration = Duration::from_secs(10);

/// Keeps free pages while there is something to do, and gives them back when nothing has happened for [`CALM`];
/// never ends.
pub(crate) async fn keep_while_busy(live: &Live) {
    put_off();
    let mut before = None;
    loop {
        tokio::time::sleep(CALM).await;
        let totals = live.totals();
        let now = (totals.in_flight, totals.requests_today);
        if totals.in_flight == 0 && before == Some(now) {
            give_back();
        }
        before = Some(now);
    }
}

/// `false`: free pages go back as the allocator likes, or as somebody told it to through its environment variable.
#[expect(unsafe_code, reason = "mimalloc's settings are C functions")]
fn put_off() -> bool {
    // SAFETY: both read or write one number that mimalloc keeps for this purpose, at any time, on any thread.
    unsafe {
        let is_usual = mi_option_get(PURGE_DELAY) == USUAL_DELAY;
        if is_usual {
            mi_option_set(PURGE_DELAY, DELAY);
        }
        is_usual
    }
}

#[expect(
    unsafe_code,
    reason = "mimalloc gives back on request only through a C function"
)]
fn give_back() {
    // SAFETY: it takes no pointer, and may be called at any time on any thread.
    unsafe { mi_collect(true) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_is_the_one_that_is_meant() {
        assert!(put_off());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_free_goes_back_on_request() {
        put_off();
        let before = resident_kib();
        let pieces: Vec<_> = (0..64).map(|_| vec![1_u8; 1024 * 1024]).collect();
        assert!(resident_kib() > before + 60 * 1024);
        drop(pieces);
        give_back();
        let left = resident_kib().saturating_sub(before);
        assert!(left < 8 * 1024, "{left} KiB are left of 64 MiB");
    }

    #[cfg(target_os = "linux")]
    fn resident_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.unwrap().parse().unwrap()
    }
}
