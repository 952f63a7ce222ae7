//! Measures Relayscope against a direct connection and nginx in interleaved rounds on this machine.
//!
//! One program, several roles, each in a process of its own so that it can be pinned to a processor and
//! its time and memory can be read: the *runner* (without a role's name) starts the others; `mock` is
//! the upstream; `load` is the client of one measurement; `panel` asks what the panel asks; `pass-through` is a proxy that does nothing
//! but forward, to show what the HTTP library alone costs; `train` sends a release the traffic that it is
//! built for. `docs/benchmarks.md` explains the rows.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program: the table goes to stdout, progress to stderr"
)]

#[cfg(target_os = "linux")]
mod body;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod contenders;
#[cfg(target_os = "linux")]
mod fault;
#[cfg(target_os = "linux")]
mod figures;
#[cfg(target_os = "linux")]
mod history;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod mark;
#[cfg(target_os = "linux")]
mod mock;
#[cfg(target_os = "linux")]
mod options;
#[cfg(target_os = "linux")]
mod panel;
#[cfg(target_os = "linux")]
mod pass_through;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod runner;
#[cfg(target_os = "linux")]
mod scenarios;
#[cfg(target_os = "linux")]
mod table;
#[cfg(target_os = "linux")]
mod train;
#[cfg(target_os = "linux")]
mod worker;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (role, rest) = match arguments.split_first() {
        Some((role, rest)) => (role.as_str(), rest),
        None => ("", &[][..]),
    };
    let outcome = match role {
        "mock" => mock::serve(),
        "pass-through" => pass_through::serve(rest),
        "load" => load::perform(rest),
        "panel" => panel::perform(rest),
        "train" => train::train(rest),
        _ => runner::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    println!("The benchmarks need Linux: they read /proc and pin programs to processors.");
    eprintln!("Nothing was measured.");
    ExitCode::FAILURE
}
