//! Giving way to what is more urgent.

/// Lowers the calling thread: on one core, a writer of equal rank makes streams stutter (measured:
/// 99th percentile of a delta 5.0 ms against 0.36 ms).
#[cfg(target_os = "linux")]
pub(crate) fn lower_this_thread() {
    // On Linux "the calling process" means the calling thread.
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::debug!(%error, "the recorder keeps its priority");
    }
}

/// Elsewhere the priority belongs to the whole process and stays.
#[cfg(not(target_os = "linux"))]
pub(crate) fn lower_this_thread() {}
