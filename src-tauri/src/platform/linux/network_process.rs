//! WebKit's network process, which WebKit itself keeps until the program ends.

use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// How the kernel calls the program: the first 15 bytes of its name.
const NAME: &str = "WebKitNetworkPr";

/// Between two looks whether it has ended, and how many there are.
const PAUSE: Duration = Duration::from_millis(50);
const LOOKS: u32 = 40;

/// Ends it, and waits until WebKit has noticed: then the next window starts a new one. To be called
/// when no window is left, because a page that still uses it would fail.
pub(crate) async fn end() {
    for look in 0..LOOKS {
        let running = running().await;
        if running.is_empty() {
            return;
        }
        if look == 0 {
            for pid in running {
                if let Err(error) = kill_process(pid, Signal::TERM) {
                    tracing::warn!(%error, "cannot end WebKit's network process");
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    tracing::warn!("WebKit's network process does not end");
}

/// Ours only: other programs have theirs. A process that ended stays in the list until WebKit has
/// taken note of it.
async fn running() -> Vec<Pid> {
    let look = || children(Path::new("/proc"), std::process::id());
    let found = tokio::task::spawn_blocking(look).await;
    found.unwrap_or_default()
}

/// Network processes that `parent` started; `processes` is `/proc` but in tests.
fn children(processes: &Path, parent: u32) -> Vec<Pid> {
    let Ok(entries) = std::fs::read_dir(processes) else {
        return Vec::new();
    };
    let one = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.ok()?;
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        is_network_process_of(&stat, parent)
            .then(|| Pid::from_raw(pid))
            .flatten()
    };
    entries.filter_map(one).collect()
}

/// Reads `/proc/PID/stat`: `PID (NAME) STATE PARENT …`.
fn is_network_process_of(stat: &str, parent: u32) -> bool {
    let Some((before, after)) = stat.rsplit_once(") ") else {
        return false;
    };
    let name = before.split_once('(').map(|(_, name)| name);
    let its_parent = after.split(' ').nth(1).and_then(|text| text.parse().ok());
    name == Some(NAME) && its_parent == Some(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_network_process_is_meant() {
        let check =
            |stat, expected| assert_eq!(is_network_process_of(stat, 71), expected, "{stat}");
        check("80 (WebKitNetworkPr) S 71 71 70 0 -1", true);
        check("80 (WebKitNetworkPr) S 72 71 70 0 -1", false);
        check("80 (WebKitWebProces) S 71 71 70 0 -1", false);
        check("80 (a) S 71 (WebKitNetworkPr) S 9 1", false);
        check("", false);
    }

    #[test]
    fn a_program_without_windows_has_none() {
        assert!(children(Path::new("/proc"), std::process::id()).is_empty());
        assert!(children(Path::new("/nonexistent"), 1).is_empty());
    }
}
