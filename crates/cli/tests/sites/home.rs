//! The real program on a data directory of its own, with or without a server that runs there.
//!
//! Every text that the program writes, and in the end every file in the directory, is searched for the
//! [`SECRETS`] of the tests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Keys that tests give to the program. None of them may ever be seen again.
pub(crate) const SECRETS: [&str; 5] = [
    "sk-test-main-0123456789abcd1111",
    "sk-test-main-0123456789abcd2222",
    "sk-test-spare-0123456789abc3333",
    "sk-test-late-0123456789abcd4444",
    "plain0123456789abcdef0123455555",
];

/// Where Relayscope listens when it runs, as the settings say. Nobody does in these tests.
pub(crate) const CONFIGURED_PORT: u16 = 47_357;

/// An address where nobody listens.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:9";

/// A data directory.
pub(crate) struct Home {
    data: TempDir,
    server: Option<Server>,
}

struct Server {
    child: Child,
    port: u16,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    /// A new one; nothing runs.
    pub(crate) fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let config =
            format!("[server]\nport = {CONFIGURED_PORT}\n\n[security]\nvault = \"file\"\n");
        std::fs::write(data.path().join("config.toml"), config).unwrap();
        Self { data, server: None }
    }

    /// Adds a line to the settings, below `[security]`.
    pub(crate) fn setting(&self, line: &str) {
        let file = self.data.path().join("config.toml");
        let settings = std::fs::read_to_string(&file).unwrap() + line + "\n";
        std::fs::write(file, settings).unwrap();
    }

    /// Starts a server on it.
    pub(crate) fn serve(&mut self) {
        let mut child = self
            .program(&["serve", "--port", "0", "--no-console"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            let port = line.strip_prefix("listening on http://127.0.0.1:")?;
            port.parse().ok()
        });
        // Its log must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let port = port.expect("the server says where it listens");
        self.server = Some(Server { child, port });
    }

    /// Ends the server.
    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.child.kill().unwrap();
            server.child.wait().unwrap();
        }
    }

    /// Its directory.
    #[allow(dead_code, reason = "not all tests look inside")]
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// Port of the server.
    pub(crate) fn port(&self) -> u16 {
        self.server.as_ref().unwrap().port
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.run_with("", arguments)
    }

    /// The same, with this on standard input.
    pub(crate) fn run_with(&self, input: &str, arguments: &[&str]) -> Said {
        let mut child = self
            .program(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read its input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let said = Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        for secret in SECRETS {
            let shown = said.out.contains(secret) || said.err.contains(secret);
            assert!(!shown, "{arguments:?} shows a key: {said:?}");
        }
        said
    }

    /// Runs a command that is bound to work, and gives its one JSON document.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--json"]].concat();
        let said = self.run(&arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
        serde_json::from_str(&said.out).unwrap()
    }

    /// Runs a command that is bound to work.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
        said.out
    }

    /// Runs a command that is bound to fail, and gives its sentence.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 1, "{arguments:?}: {said:?}");
        assert_eq!(said.out, "", "{arguments:?}");
        let sentence = said.err.trim_end().strip_prefix("relayscope: ");
        let sentence = sentence.unwrap_or_else(|| panic!("{arguments:?}: {said:?}"));
        assert!(!sentence.contains('\n'), "{arguments:?}: {sentence}");
        sentence.to_owned()
    }

    /// Sends a question through the proxy of the server; gives the status.
    pub(crate) fn ask(&self, model: &str) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        let body = serde_json::json!({
            "model": model, "max_tokens": 8,
            "messages": [{"role": "user", "content": "hello"}],
        });
        let (body, port) = (body.to_string(), self.port());
        write!(
            stream,
            "POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The program, out of reach of the environment's settings.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_relayscope"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_uppercase();
            let is_ours = ["RELAYSCOPE_", "LIVETOKEN_", "ANTHROPIC_", "OPENAI_"];
            let is_setting = ["API_KEY", "ENABLE_CONSOLE", "MAX_HISTORY"].contains(&&text[..]);
            let is_proxy = text.ends_with("_PROXY");
            if is_setting || is_proxy || is_ours.iter().any(|it| text.starts_with(it)) {
                command.env_remove(name);
            }
        }
        command.arg("--data-dir").arg(self.data.path());
        command.args(arguments);
        command
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.stop();
        if !std::thread::panicking() {
            assert_sealed(self.data.path());
        }
    }
}

/// No file holds a key in clear.
fn assert_sealed(directory: &Path) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_sealed(&path);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in SECRETS {
            let holds = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!holds, "{} holds a key in clear", path.display());
        }
    }
}
