//! Programs that run beside us: started on one processor, read through /proc, ended politely.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::fault::Fault;

/// How long a program may take until it listens.
const STARTS_WITHIN: Duration = Duration::from_secs(20);
/// How long it may take to leave when asked to.
const LEAVES_WITHIN: Duration = Duration::from_secs(15);

/// A running program with its children; it ends when this is dropped.
pub(crate) struct Process {
    child: Child,
    name: String,
}

/// A command that runs on these processors only (`0` or `0,1`), with nothing of our surroundings that
/// would send its traffic elsewhere.
pub(crate) fn pinned(processors: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", processors]).arg(program);
    for name in [
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ] {
        command.env_remove(name);
    }
    command
}

impl Process {
    /// Starts it; its output goes nowhere.
    pub(crate) fn start(name: &str, mut command: Command) -> Result<Self, Fault> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().map_err(|cause| Fault::NotStarted {
            program: name.to_string(),
            cause,
        })?;
        Ok(Self {
            child,
            name: name.to_string(),
        })
    }

    /// Starts it and waits for the line `listening on http://ADDRESS` on its stderr.
    pub(crate) fn listening(name: &str, mut command: Command) -> Result<(Self, SocketAddr), Fault> {
        command.stderr(Stdio::piped());
        let mut process = Self::start(name, command)?;
        let (sender, lines) = mpsc::channel();
        if let Some(stderr) = process.child.stderr.take() {
            // Reads on after the address, so that the program never waits for us.
            thread::spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    sender.send(line).ok();
                }
            });
        }
        let deadline = Instant::now() + STARTS_WITHIN;
        let mut said = String::new();
        while let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            if let Some(address) = address_in(&line) {
                return Ok((process, address));
            }
            said.push_str(&line);
            said.push('\n');
        }
        let problem = format!("did not say `listening on http://…` in time. It said:\n{said}");
        Err(Fault::misbehaved(name, problem))
    }

    /// Processor time used so far, children included. A child that has left is not counted any more.
    pub(crate) fn time(&self) -> Duration {
        let ticks: u64 = self.family().iter().filter_map(|pid| ticks_of(*pid)).sum();
        Duration::from_secs(ticks)
            / u32::try_from(rustix::param::clock_ticks_per_second()).unwrap_or(100)
    }

    /// Resident memory now, children included, in megabytes.
    pub(crate) fn memory(&self) -> f64 {
        let pages: u64 = self.family().iter().filter_map(|pid| pages_of(*pid)).sum();
        (pages * rustix::param::page_size() as u64) as f64 / 1e6
    }

    /// Waits until it has nothing to do any more (recording goes on after the answers).
    pub(crate) fn settle(&self) {
        self.settle_within(Duration::from_secs(3));
    }

    /// The same for longer work.
    pub(crate) fn settle_within(&self, at_most: Duration) {
        const LOOK_EVERY: Duration = Duration::from_millis(100);
        let deadline = Instant::now() + at_most;
        let mut before = self.time();
        while Instant::now() < deadline {
            thread::sleep(LOOK_EVERY);
            let now = self.time();
            if now.saturating_sub(before) <= Duration::from_millis(10) {
                return;
            }
            before = now;
        }
    }

    /// Its own id and those of its children.
    fn family(&self) -> Vec<u32> {
        let own = self.child.id();
        let children =
            fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
        let children = children
            .split_whitespace()
            .filter_map(|pid| pid.parse().ok());
        std::iter::once(own).chain(children).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have gone already; then the next line notices.
            kill_process(pid, Signal::TERM).ok();
        }
        let deadline = Instant::now() + LEAVES_WITHIN;
        while Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        eprintln!(
            "{} did not leave within {} s; it is killed",
            self.name,
            LEAVES_WITHIN.as_secs()
        );
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Processor time of one process in clock ticks: the 14th and 15th field of its `stat`.
fn ticks_of(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field, the name in brackets, may hold spaces; the third follows the last bracket.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn pages_of(pid: u32) -> Option<u64> {
    let sizes = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    sizes.split_whitespace().nth(1)?.parse().ok()
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("listening on http://")?;
    rest.split(|letter: char| letter == '/' || letter.is_whitespace())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{address_in, pages_of, ticks_of};

    #[test]
    fn proc_is_read() {
        assert!(ticks_of(std::process::id()).is_some());
        assert!(pages_of(std::process::id()).is_some_and(|pages| pages > 0));
    }

    #[test]
    fn the_address_is_found_in_the_line_that_says_it() {
        let line = "INFO listening on http://127.0.0.1:7357/ (demo)";
        assert_eq!(address_in(line).map(|address| address.port()), Some(7357));
    }
}
