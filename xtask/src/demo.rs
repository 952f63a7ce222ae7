//! `relayscope demo` running in the background, for the tests that look at the panel with a browser.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::fault::Fault;
use crate::process::Call;

/// A first start makes its database and its made-up traffic.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// `relayscope` lets streams end before it leaves.
const LEAVES_WITHIN: Duration = Duration::from_secs(15);

/// A running demo; it ends when this is dropped.
pub(crate) struct Demo {
    child: Child,
    /// Where the panel is.
    pub(crate) address: String,
    /// The one-time address that signs a browser in.
    pub(crate) open: String,
}

impl Demo {
    /// Starts it on a free port and waits until it has said both addresses.
    pub(crate) fn start(program: &Path) -> Result<Self, Fault> {
        let call = Call::new(program).args(["demo", "--port", "0"]);
        let (mut command, shown) = call.into_parts();
        println!("$ {shown} &");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|cause| Fault::NotStarted {
                command: shown.clone(),
                cause,
            })?;
        let lines = lines_of(&mut child);
        let mut demo = Self {
            child,
            address: String::new(),
            open: String::new(),
        };
        let deadline = Instant::now() + READY_WITHIN;
        let mut said = String::new();
        while demo.address.is_empty() || demo.open.is_empty() {
            let rest = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = lines.recv_timeout(rest) else {
                return Err(Fault::Unexpected(format!(
                    "`{shown}` did not say where it listens (`listening on URL`) and how to open it \
                     (`open URL`). It said:\n{said}"
                )));
            };
            if let Some(url) = after(&line, "listening on ") {
                demo.address = url;
            } else if let Some(url) = after(&line, "open ") {
                demo.open = url;
            }
            said.push_str(&line);
            said.push('\n');
        }
        // What follows is still read, so that the demo never waits for us.
        thread::spawn(move || lines.into_iter().for_each(drop));
        Ok(demo)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Asked politely first: the demo then removes its temporary directory.
        if cfg!(unix) {
            Call::new("kill")
                .args(["-INT", &self.child.id().to_string()])
                .succeeds();
            let deadline = Instant::now() + LEAVES_WITHIN;
            while Instant::now() < deadline {
                if matches!(self.child.try_wait(), Ok(Some(_))) {
                    return;
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        // It may have gone in this moment; nothing is left to be done about other errors.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The lines of its standard error, as they come.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stderr) = child.stderr.take() {
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    receiver
}

/// The address that follows these words.
fn after(line: &str, words: &str) -> Option<String> {
    let (_, rest) = line.split_once(words)?;
    let url = rest.split_whitespace().next()?;
    url.starts_with("http://").then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn addresses_are_found_in_the_lines_that_say_them() {
        let url = "http://127.0.0.1:7357".to_string();
        assert_eq!(
            after("listening on http://127.0.0.1:7357", "listening on "),
            Some(url.clone())
        );
        assert_eq!(
            after("INFO open http://127.0.0.1:7357 (signed in)", "open "),
            Some(url)
        );
        assert_eq!(
            after("open the panel with `relayscope open`", "open "),
            None
        );
    }
}
