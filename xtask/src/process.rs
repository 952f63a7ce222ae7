//! Starting other programs: shown before they run, free of what cargo put into our environment.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::fault::Fault;

/// A program with its arguments, ready to run.
pub(crate) struct Call {
    command: Command,
    shown: String,
}

impl Call {
    /// A call of `program`, which is looked up in PATH.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let shown = program.to_string_lossy().into_owned();
        // On Windows npm is `npm.cmd`, which only a full path starts.
        let place = find(&shown).map_or_else(|| program.to_os_string(), PathBuf::into_os_string);
        let mut command = Command::new(place);
        for name in set_by_cargo() {
            command.env_remove(name);
        }
        Self { command, shown }
    }

    /// Further arguments.
    pub(crate) fn args<I, S>(mut self, arguments: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        for argument in arguments {
            self.shown.push(' ');
            self.shown.push_str(&argument.as_ref().to_string_lossy());
            self.command.arg(argument);
        }
        self
    }

    /// The directory to run in.
    pub(crate) fn inside(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// One environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it with our terminal; anything but exit 0 is a fault.
    pub(crate) fn run(mut self) -> Result<(), Fault> {
        println!("$ {}", self.shown);
        let status = self.command.status().map_err(|cause| Fault::NotStarted {
            command: self.shown.clone(),
            cause,
        })?;
        if status.success() {
            Ok(())
        } else {
            Err(Fault::Failed {
                command: self.shown,
                status: status.to_string(),
            })
        }
    }

    /// Runs it silently and returns what it printed; `None` when it is absent or did not succeed.
    pub(crate) fn text(mut self) -> Option<String> {
        let output = self
            .command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs it silently: did it succeed?
    pub(crate) fn succeeds(self) -> bool {
        self.text().is_some()
    }

    /// The command for those who need pipes, and how to show it to a person.
    pub(crate) fn into_parts(self) -> (Command, String) {
        (self.command, self.shown)
    }
}

/// The same cargo that runs us.
pub(crate) fn cargo() -> Call {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut call = Call::new(program).inside(&crate::tree::root());
    call.shown = "cargo".into();
    call
}

/// Where PATH has this program.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) {
        &[".exe", ".cmd", ".bat", ""]
    } else {
        &[""]
    };
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|directory| {
            endings
                .iter()
                .map(move |ending| directory.join(format!("{program}{ending}")))
        })
        .find(|candidate| candidate.is_file())
}

/// Variables that `cargo run` set for us. Build scripts (ring's, for one) watch some of them: passing
/// them on would rebuild half of the workspace each time somebody changes between `cargo build` and us.
fn set_by_cargo() -> impl Iterator<Item = OsString> {
    env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || matches!(
                name.as_ref(),
                "CARGO_CRATE_NAME" | "CARGO_BIN_NAME" | "CARGO_PRIMARY_PACKAGE" | "OUT_DIR"
            )
    })
}
