//! The server inside the app: started, started again elsewhere, stopped.

use std::sync::Arc;
use std::time::{Duration, Instant};

use server::{Options, Running, StartError};

use crate::desktop::Door;
use crate::instance::{self, Answer};
use crate::notice::Subject;
use crate::shell::Shell;
use crate::{notice, window};

/// Longer than the server's own limit of 10 s; only for a server that does not keep to it.
const STOP_LIMIT: Duration = Duration::from_secs(12);

/// Between two attempts to start while another Relayscope ends.
const PAUSE: Duration = Duration::from_millis(500);

/// Where the server is in its life.
pub(crate) enum Phase {
    /// On the way up.
    Starting,
    /// Up.
    Running(Running),
    /// Did not come up, and why.
    Failed(StartError),
    /// Stopped for good.
    Stopped,
}

/// Starts the server, on `port` if the user chose one, and shows what comes of it.
pub(crate) async fn start(shell: &Arc<Shell>, port: Option<u16>) {
    let asked = Instant::now();
    loop {
        let options = Options {
            data_dir: shell.arguments.data_dir.clone(),
            config: shell.arguments.config.clone(),
            port: port.or(shell.arguments.port),
            desktop: Some(Arc::new(Door::new(shell))),
            ..Options::default()
        };
        let error = match server::start(options).await {
            Ok(running) => return started(shell, running, port).await,
            Err(error) => error,
        };
        let StartError::DataDirInUse { port: running, .. } = error else {
            return failed(shell, error).await;
        };
        if shell.arguments.minimized {
            tracing::info!("{error}");
            return shell.handle.exit(0);
        }
        let answer = match running {
            Some(running) => instance::show_running(shell, running).await,
            None => Answer::Silent,
        };
        match answer {
            Answer::Shown => return shell.handle.exit(0),
            // Somebody who quits and starts again must not be told that it runs already.
            Answer::Silent if asked.elapsed() < STOP_LIMIT => tokio::time::sleep(PAUSE).await,
            Answer::Silent | Answer::Refused => return failed(shell, error).await,
        }
    }
}

/// How to start again after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// As before.
    Unchanged,
    /// On the free port that the failed start found.
    FreePort,
}

/// Starts the server again. Does nothing while another start is on the way.
pub(crate) async fn start_again(shell: &Arc<Shell>, again: Again) {
    let port = match (shell.take_failure(), again) {
        (None, _) => return,
        (Some(StartError::PortTaken { next_free, .. }), Again::FreePort) => next_free,
        _ => None,
    };
    start(shell, port).await;
}

/// Stops the server gracefully.
pub(crate) async fn stop(shell: &Shell) {
    let Phase::Running(running) = shell.set_phase(Phase::Stopped) else {
        return;
    };
    if tokio::time::timeout(STOP_LIMIT, running.stop())
        .await
        .is_err()
    {
        tracing::error!("the server did not stop in {} s", STOP_LIMIT.as_secs());
    }
}

async fn started(shell: &Arc<Shell>, running: Running, chosen: Option<u16>) {
    tracing::info!(address = %running.address(), "listening");
    if let Some(port) = chosen
        && let Err(error) = running
            .app()
            .change_settings(&[("server.port".to_owned(), port.into())])
    {
        tracing::warn!(%error, "cannot keep the chosen port");
    }
    let minimized = shell.arguments.minimized || running.app().settings().desktop.start_minimized;
    shell.set_phase(Phase::Running(running));
    // Somebody who pressed a button is looking.
    let asked_for = shell.take_wish() || shell.close_notice(Subject::StartError);
    if asked_for || !minimized {
        window::show(shell, window::Appearance::Front).await;
    }
}

async fn failed(shell: &Arc<Shell>, error: StartError) {
    tracing::error!("{error}");
    shell.set_phase(Phase::Failed(error));
    notice::open(shell, Subject::StartError).await;
}
