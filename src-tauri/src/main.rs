//! Relayscope as a desktop app: the server of `relayscope serve` with a window and a tray.
//!
//! A door, so it decides nothing about requests, money or sites: it starts the core, shows the panel
//! from the core's own address, and lets the core ask for what only a desktop can do.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod clipboard;
mod close;
mod desktop;
mod engine;
mod instance;
mod login;
mod low_balance;
mod navigation;
mod notice;
mod notification;
mod page;
mod platform;
mod problem;
mod remembered;
mod shell;
mod text;
mod tray;
mod window;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use tracing_subscriber::filter::LevelFilter;

use self::arguments::Request;

/// The program's name for Windows and macOS; the same as in `tauri.conf.json`.
#[cfg(not(target_os = "linux"))]
pub(crate) const IDENTIFIER: &str = "dev.relayscope.desktop";

/// Gives memory back after a flood, and is faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Threads of the runtime: the proxy needs few, and the web process wants the others.
const THREADS: std::ops::RangeInclusive<usize> = 2..=4;

fn main() -> ExitCode {
    // Before anything that could start a thread.
    platform::prepare();
    match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Request::Run(arguments)) => run(arguments),
        Ok(Request::Help) => say(std::io::stdout(), arguments::USAGE, ExitCode::SUCCESS),
        Ok(Request::Version) => {
            let version = concat!("relayscope-desktop ", env!("CARGO_PKG_VERSION"), "\n");
            say(std::io::stdout(), version, ExitCode::SUCCESS)
        }
        Err(error) => complain(&format!("{error}; try --help"), 2),
    }
}

fn run(arguments: arguments::Arguments) -> ExitCode {
    log();
    if platform::no_display() {
        return complain(
            "there is no display; `relayscope serve` runs without one",
            1,
        );
    }
    let cores = std::thread::available_parallelism().map_or(*THREADS.start(), usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.clamp(*THREADS.start(), *THREADS.end()))
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("the runtime could not start: {error}"), 1),
    };
    tauri::async_runtime::set(runtime.handle().clone());
    match shell::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("the desktop app could not start: {error}"), 1),
    }
}

/// Log lines on stderr, and one line for a panic instead of a page. `RELAYSCOPE_LOG` is one of
/// error, warn, info, debug, trace.
fn log() {
    let wanted = std::env::var("RELAYSCOPE_LOG").ok();
    let level = wanted
        .and_then(|text| text.parse().ok())
        .unwrap_or(LevelFilter::INFO);
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!("{}", panic.to_string().replace('\n', " "));
    }));
}

fn complain(sentence: &str, code: u8) -> ExitCode {
    say(
        std::io::stderr(),
        &format!("relayscope-desktop: {sentence}\n"),
        code.into(),
    )
}

/// Writes and returns `code`. A closed terminal is no reason to fail.
fn say(mut to: impl Write, text: &str, code: ExitCode) -> ExitCode {
    let _ = to.write_all(text.as_bytes());
    code
}
