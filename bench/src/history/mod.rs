//! A data directory with a million exchanges: Relayscope records a few hundred, and their rows are
//! multiplied over the four weeks before.

mod multiply;

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use crate::contenders::{Relayscope, Server};
use crate::fault::Fault;
use crate::load::{Order, Variation, Work};
use crate::machine::Layout;
use crate::process::{Process, pinned};
use crate::runner::Bench;
use crate::worker;
use multiply::Span;

/// Exchanges, or a few more.
const EXCHANGES: u64 = 1_000_000;
/// Over so many days: less than Relayscope keeps by default, so that it forgets nothing unasked.
pub(crate) const DAYS: u32 = 29;
/// The site that all of them went to.
pub(crate) const SITE: &str = "bench";
/// A day in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// The newest copy is so old: what is recorded while measuring is newer.
const BEFORE_NOW: i64 = 60 * 1_000_000;
/// Plain calls and streams that are recorded.
const CALLS: usize = 300;
const STREAMS: usize = 200;

/// The directory, and the upstream that its site names.
pub(crate) struct History {
    files: TempDir,
    upstream: SocketAddr,
    _mock: Process,
}

impl History {
    /// Makes it.
    pub(crate) fn make(bench: &Bench, relayscope: &Relayscope) -> Result<Self, Fault> {
        let begun = Instant::now();
        let layout = Layout::split(&bench.processors);
        let (mock, upstream) = bench.mock(&layout)?;
        let history = Self {
            files: tempfile::tempdir()?,
            upstream,
            _mock: mock,
        };
        history.add_site(relayscope, &layout)?;
        history.record(relayscope, &layout)?;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = i64::try_from(now.as_micros()).unwrap_or(i64::MAX);
        let span = Span {
            from: now - i64::from(DAYS) * DAY,
            to: now - BEFORE_NOW,
        };
        let path = history.files.path().join("traffic.db");
        let count = multiply::multiply(&path, EXCHANGES, span)?;
        let bytes = fs::metadata(&path).map_or(0, |file| file.len());
        eprintln!(
            "         {count} exchanges, {} MB, made in {:.0} s",
            bytes / 1_000_000,
            begun.elapsed().as_secs_f64()
        );
        Ok(history)
    }

    /// Starts Relayscope with it; everything older than so many days is forgotten then.
    pub(crate) fn start(
        &self,
        relayscope: &Relayscope,
        keep_days: u32,
        layout: &Layout,
    ) -> Result<Server, Fault> {
        let path = self.files.path().join("config.toml");
        let settings = format!("[capture]\nretention_days = {keep_days}\n");
        fs::write(&path, settings).map_err(|cause| Fault::File { path, cause })?;
        relayscope.start_in(self.files.path(), self.upstream, &layout.contender)
    }

    /// A site of our own, as people have one: what the panel adds up, it adds up by site.
    fn add_site(&self, relayscope: &Relayscope, layout: &Layout) -> Result<(), Fault> {
        let mut command = pinned(&layout.contender, &relayscope.program);
        command
            .stdin(Stdio::null())
            .arg("--data-dir")
            .arg(self.files.path())
            .args(["site", "add", SITE, "--api", "anthropic"])
            .args(["--key", "sk-ant-made-up-for-the-benchmark", "--url"])
            .arg(format!("http://{}", self.upstream));
        let output = command.output().map_err(|cause| Fault::NotStarted {
            program: "relayscope".into(),
            cause,
        })?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let problem = format!("did not take a site: {}", said.trim());
        Err(Fault::misbehaved("relayscope", problem))
    }

    /// What is multiplied afterwards: plain calls, half of them each unlike the others, and streams.
    fn record(&self, relayscope: &Relayscope, layout: &Layout) -> Result<(), Fault> {
        let server = relayscope.start_in(self.files.path(), self.upstream, &layout.contender)?;
        let calls = |variation| Work::Sequence {
            count: CALLS / 2,
            variation,
        };
        for work in [
            calls(Variation::NextTurn),
            calls(Variation::Distinct),
            Work::FirstToken { count: STREAMS },
        ] {
            let order = Order {
                address: server.address,
                size: 30 * 1024,
                translated: false,
                work,
            };
            worker::perform(&order, &layout.client)?;
        }
        // Its end is the end of recording, and its files are ours then.
        drop(server);
        Ok(())
    }
}
