//! One file or folder per command, and what they share: [`client`], [`find`], [`answer`].

mod answer;
pub(crate) mod balance;
pub(crate) mod checkin;
pub(crate) mod client;
pub(crate) mod demo;
pub(crate) mod export;
mod find;
pub(crate) mod import;
pub(crate) mod logs;
pub(crate) mod open;
pub(crate) mod ping;
pub(crate) mod price;
pub(crate) mod recharge;
pub(crate) mod serve;
pub(crate) mod site;
pub(crate) mod tokens;
pub(crate) mod verify;

/// Most threads that carry requests; more buy nothing on a personal machine. On one core a second one
/// would only make the tasks change places.
const MOST_WORKERS: usize = 4;

/// The asynchronous runtime.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.min(MOST_WORKERS))
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
