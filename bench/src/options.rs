//! The runner's command line.

use std::path::PathBuf;

use crate::fault::Fault;

/// How to call it.
pub(crate) const HELP: &str = "\
relayscope-bench [--relayscope PROGRAM] [--nginx PROGRAM] [--floor] [--rounds N] [--quick] [--only WORD]... [--json FILE]

  --relayscope PROGRAM  the release build to measure (without it, only the others are)
  --nginx PROGRAM       where nginx is, when it is not in PATH or /usr/sbin
  --floor               one more column: a proxy that only forwards, made of the same HTTP library
  --rounds N            interleaved rounds of each measurement (5)
  --quick               two rounds and a third of the time: shows that all works, not how fast
  --only WORD           only the scenarios whose name holds the word
  --json FILE           also write every round's figures to a file";

/// What was asked for.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The program to measure.
    pub(crate) relayscope: Option<PathBuf>,
    /// The yardstick, where the person says it is.
    pub(crate) nginx: Option<PathBuf>,
    /// Whether the forwarding proxy is measured too.
    pub(crate) floor: bool,
    /// Rounds of each measurement, when given.
    rounds: Option<usize>,
    /// Whether to be quick.
    quick: bool,
    /// Words of which a scenario's name has to hold one.
    pub(crate) only: Vec<String>,
    /// Where to write every figure.
    pub(crate) json: Option<PathBuf>,
}

impl Options {
    /// Reads them.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, Fault> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || {
                rest.next()
                    .ok_or_else(|| Fault::WrongUse(format!("`{argument}` needs a value.")))
            };
            match argument.as_str() {
                "--relayscope" => options.relayscope = Some(value()?.into()),
                "--nginx" => options.nginx = Some(value()?.into()),
                "--json" => options.json = Some(value()?.into()),
                "--only" => options.only.push(value()?.to_lowercase()),
                "--floor" => options.floor = true,
                "--quick" => options.quick = true,
                "--rounds" => {
                    let rounds = value()?.parse().ok().filter(|rounds| *rounds > 0);
                    let needs =
                        || Fault::WrongUse("`--rounds` needs a number of at least 1.".into());
                    options.rounds = Some(rounds.ok_or_else(needs)?);
                }
                unknown => return Err(Fault::WrongUse(format!("There is no option `{unknown}`."))),
            }
        }
        Ok(options)
    }

    /// How often each measurement is made.
    pub(crate) fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 2 } else { 5 })
    }

    /// A measurement's length: as given, or a third of it.
    pub(crate) fn length(&self, milliseconds: u64) -> std::time::Duration {
        std::time::Duration::from_millis(if self.quick {
            milliseconds / 3
        } else {
            milliseconds
        })
    }
}
