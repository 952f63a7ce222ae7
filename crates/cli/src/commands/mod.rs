//! One file per command.

pub(crate) mod demo;
pub(crate) mod open;
pub(crate) mod price;
pub(crate) mod serve;

/// Threads that carry requests. Two keep one large body from holding up the streams; more buy nothing
/// on a personal machine.
const WORKERS: usize = 2;

/// The asynchronous runtime of the long-running commands.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(WORKERS, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.clamp(WORKERS, 4))
        .max_blocking_threads(16)
        .enable_all()
        .build()
}

/// Waits for Ctrl-C or, on Unix, SIGTERM.
async fn asked_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            asked = tokio::signal::ctrl_c() => asked,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
