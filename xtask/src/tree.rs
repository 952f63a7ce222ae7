//! Where things lie in the source tree.

use std::env;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::process::{Call, cargo};

/// The workspace's top directory.
pub(crate) fn root() -> PathBuf {
    let ours = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    ours.parent()
        .map_or_else(|| ours.clone(), Path::to_path_buf)
}

/// The directory that cargo builds into, whoever configured it.
pub(crate) fn target() -> Result<PathBuf, Fault> {
    let description = cargo()
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .text()
        .ok_or_else(|| Fault::Unexpected("`cargo metadata` does not work in this tree.".into()))?;
    target_in(&description)
        .ok_or_else(|| Fault::Unexpected("`cargo metadata` names no target directory.".into()))
}

/// The built program of that name, in the `debug` or `release` directory.
pub(crate) fn program(profile: &str, name: &str) -> Result<PathBuf, Fault> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    Ok(target()?.join(profile).join(file))
}

/// The files that git has or would add, relative to the top, with `/` between the parts.
pub(crate) fn files() -> Result<Vec<String>, Fault> {
    let list = Call::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .inside(&root())
        .text()
        .ok_or_else(|| Fault::Missing {
            what: "A git work tree".into(),
            remedy: "Run this in a clone made by `git clone`.".into(),
        })?;
    let top = root();
    Ok(list
        .split('\0')
        .filter(|path| !path.is_empty() && top.join(path).is_file())
        .map(String::from)
        .collect())
}

/// The value of `target_directory` in cargo's JSON.
fn target_in(description: &str) -> Option<PathBuf> {
    let (_, rest) = description.split_once("\"target_directory\":\"")?;
    let (value, _) = rest.split_once('"')?;
    Some(PathBuf::from(value.replace("\\\\", "\\")))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::target_in;

    #[test]
    fn the_target_directory_is_found_on_every_system() {
        let unix = r#"{"packages":[],"target_directory":"/a b/target","version":1}"#;
        assert_eq!(target_in(unix), Some(PathBuf::from("/a b/target")));
        let windows = r#"{"target_directory":"C:\\a\\target","version":1}"#;
        assert_eq!(target_in(windows), Some(PathBuf::from(r"C:\a\target")));
    }
}
