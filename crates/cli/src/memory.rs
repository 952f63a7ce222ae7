//! When memory that is free again goes back to the system.
//!
//! Giving pages back and getting them again costs every call one or two microseconds while there are many; so
//! what becomes free under load is kept for the next call, within a bound, and goes back when nothing happens.

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

/// Between two looks at how much there is.
const LOOK: Duration = Duration::from_secs(1);

/// Looks without anything new before free pages go back.
const CALM: u32 = 10;

/// From so many resident bytes on free pages are not kept: large bodies come and go in them.
const MOST: usize = 96 * 1024 * 1024;

/// Keeps free pages while there is something to do, and gives them back when nothing has happened for [`CALM`]
/// looks; never ends.
pub(crate) async fn keep_while_busy(live: &Live) {
    put_off();
    let (mut before, mut calm) = (None, 0);
    loop {
        tokio::time::sleep(LOOK).await;
        let totals = live.totals();
        let now = Some((totals.in_flight, totals.requests_today));
        calm = if totals.in_flight == 0 && now == before {
            calm + 1
        } else {
            0
        };
        before = now;
        if calm == CALM || (calm < CALM && resident() > MOST) {
            give_back();
        }
    }
}

/// Bytes of memory that this program occupies; zero where that cannot be known.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) * 1024
}

/// Bytes of memory that this program occupies.
#[cfg(not(target_os = "linux"))]
#[expect(unsafe_code, reason = "mimalloc tells it only through a C function")]
fn resident() -> usize {
    use std::ptr::null_mut;
    let (mut resident, none) = (0, null_mut());
    // SAFETY: it writes one number through each pointer that is not null, and `resident` outlives the call.
    unsafe {
        libmimalloc_sys::mi_process_info(
            none,
            none,
            none,
            &raw mut resident,
            none,
            none,
            none,
            none,
        );
    }
    resident
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

    const MIB: usize = 1024 * 1024;

    #[test]
    fn the_setting_is_the_one_that_is_meant() {
        assert!(put_off());
    }

    #[test]
    fn what_is_free_is_kept_until_it_is_given_back() {
        put_off();
        let before = resident();
        let pieces: Vec<_> = (0..64).map(|_| vec![1_u8; MIB]).collect();
        drop(pieces);
        assert!(resident() > before + 60 * MIB);
        give_back();
        let left = resident().saturating_sub(before);
        assert!(left < 8 * MIB, "{left} bytes of 64 MiB are left");
    }
}
