//! The machine that is measured on: its processors, and the words that describe it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::Fault;

/// Which processors each part runs on, as `taskset` takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The contender.
    pub(crate) contender: String,
    /// The upstream.
    pub(crate) mock: String,
    /// The client.
    pub(crate) client: String,
}

impl Layout {
    /// Everything on one processor: the contender's whole cost shows, undisturbed by waking another one.
    pub(crate) fn together(processors: &[usize]) -> Self {
        let first = processors.first().copied().unwrap_or(0).to_string();
        Self {
            contender: first.clone(),
            mock: first.clone(),
            client: first,
        }
    }

    /// The contender on a processor of its own; mock and client share another one, or have one each.
    pub(crate) fn split(processors: &[usize]) -> Self {
        let pick = |place: usize| processors[place % processors.len()].to_string();
        match processors.len() {
            0 | 1 => Self::together(processors),
            2 => Self {
                contender: pick(1),
                mock: pick(0),
                client: pick(0),
            },
            _ => Self {
                contender: pick(1),
                mock: pick(2),
                client: pick(0),
            },
        }
    }
}

/// The processors that we may use.
pub(crate) fn processors() -> Result<Vec<usize>, Fault> {
    let path = Path::new("/proc/self/status");
    let status = fs::read_to_string(path).map_err(|cause| Fault::File {
        path: path.into(),
        cause,
    })?;
    let list = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    Ok(parse_list(list.unwrap_or("0").trim()))
}

/// This program, to be started in another role.
pub(crate) fn ourselves() -> Result<PathBuf, Fault> {
    env::current_exe().map_err(Fault::Connection)
}

/// One line: processor, count, kernel, load.
pub(crate) fn description(processors: &[usize]) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let information = read("/proc/cpuinfo");
    let model = information
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?
                .split_once(": ")
                .map(|(_, name)| name)
        })
        .unwrap_or("unknown processor");
    format!(
        "{} × {model}, Linux {}, load before {}",
        processors.len(),
        read("/proc/sys/kernel/osrelease").trim(),
        read("/proc/loadavg").split(' ').next().unwrap_or("?"),
    )
}

/// `0-2,5` as numbers.
fn parse_list(list: &str) -> Vec<usize> {
    list.split(',')
        .filter_map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            Some(first.parse::<usize>().ok()?..=last.parse().ok()?)
        })
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Layout, parse_list};

    #[test]
    fn processor_lists_are_read() {
        assert_eq!(parse_list("0-2,5"), [0, 1, 2, 5]);
        assert_eq!(parse_list("3"), [3]);
    }

    #[test]
    fn a_contender_never_shares_when_there_are_two() {
        let layout = Layout::split(&[4, 7]);
        assert_ne!(layout.contender, layout.client);
        assert_ne!(layout.contender, layout.mock);
        assert_eq!(Layout::split(&[0]), Layout::together(&[0]));
    }
}
