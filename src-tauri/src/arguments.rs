//! The command line of the desktop app: four options, so it is read by hand.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use thiserror::Error;

/// How to call the program.
pub(crate) const USAGE: &str = "\
Usage: relayscope-desktop [--minimized] [--data-dir DIR] [--config FILE] [--port N]

  --minimized      start in the tray, without a window
  --data-dir DIR   where Relayscope keeps its data
  --config FILE    settings to read instead of config.toml in the data directory
  --port N         port of the proxy and the panel
  --version        print the version
  --help           print this text
";

/// What the command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// Start in the tray.
    pub(crate) minimized: bool,
    /// Data directory other than the platform's.
    pub(crate) data_dir: Option<PathBuf>,
    /// Settings file other than the data directory's.
    pub(crate) config: Option<PathBuf>,
    /// Port other than the settings'.
    pub(crate) port: Option<u16>,
}

/// What the program is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Run the app.
    Run(Arguments),
    /// Print [`USAGE`].
    Help,
    /// Print the version.
    Version,
}

/// What is wrong with the command line.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum UsageError {
    /// An option that does not exist.
    #[error("unknown argument {0:?}")]
    Unknown(OsString),
    /// The option's value is not there.
    #[error("{0} needs a value")]
    Missing(&'static str),
    /// The port is no number from 0 to 65535.
    #[error("--port needs a number from 0 to 65535, not {0:?}")]
    Port(OsString),
}

/// Reads the command line, without the program's name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, UsageError> {
    let mut asked = Arguments::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        let (name, inline) = split(&argument);
        let mut value = |option| {
            inline
                .clone()
                .or_else(|| rest.next())
                .ok_or(UsageError::Missing(option))
        };
        match name.to_str() {
            Some("--minimized") => asked.minimized = true,
            Some("--data-dir") => asked.data_dir = Some(value("--data-dir")?.into()),
            Some("--config") => asked.config = Some(value("--config")?.into()),
            Some("--port") => asked.port = Some(port(value("--port")?)?),
            Some("--help" | "-h") => return Ok(Request::Help),
            Some("--version" | "-V") => return Ok(Request::Version),
            _ => return Err(UsageError::Unknown(argument)),
        }
    }
    Ok(Request::Run(asked))
}

/// `--name=value` into its halves.
fn split(argument: &OsStr) -> (OsString, Option<OsString>) {
    match argument.to_str().and_then(|text| text.split_once('=')) {
        Some((name, value)) if name.starts_with("--") => (name.into(), Some(value.into())),
        _ => (argument.to_owned(), None),
    }
}

fn port(value: OsString) -> Result<u16, UsageError> {
    value
        .to_str()
        .and_then(|text| text.parse().ok())
        .ok_or(UsageError::Port(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<Request, UsageError>) {
        assert_eq!(
            parse(line.split_whitespace().map(OsString::from)),
            expected,
            "{line}"
        );
    }

    #[test]
    fn options_are_read_in_both_spellings() {
        let all = Arguments {
            minimized: true,
            data_dir: Some("/data".into()),
            config: Some("my.toml".into()),
            port: Some(7358),
        };
        check("", Ok(Request::Run(Arguments::default())));
        check(
            "--minimized --data-dir /data --config my.toml --port 7358",
            Ok(Request::Run(all.clone())),
        );
        check(
            "--port=7358 --config=my.toml --data-dir=/data --minimized",
            Ok(Request::Run(all)),
        );
        check("--help --nonsense", Ok(Request::Help));
    }

    #[test]
    fn mistakes_are_named() {
        check("--port", Err(UsageError::Missing("--port")));
        check("--port 70000", Err(UsageError::Port("70000".into())));
        check("--wat", Err(UsageError::Unknown("--wat".into())));
    }
}
