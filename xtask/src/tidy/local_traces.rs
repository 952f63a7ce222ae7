//! What holds only on one machine: paths into somebody's home or workplace, addresses of a private
//! package registry. The tree has to build for everybody.

use std::path::Path;

use super::{Finding, Tree, ends_in};

/// Folders that every system has: a path into them says nothing about one machine.
const EVERYWHERE: [&str; 16] = [
    "bin", "boot", "dev", "etc", "lib", "lib64", "mnt", "opt", "proc", "run", "sbin", "sys", "tmp",
    "usr", "var", "System",
];

/// Settings that point a package client at another registry, by the file that they stand in.
const REGISTRY_SETTINGS: [(&str, &str); 6] = [
    (".npmrc", "registry"),
    ("config.toml", "[source."),
    ("config.toml", "[registries"),
    ("pip.conf", "index-url"),
    ("requirements.txt", "--index-url"),
    ("requirements.txt", "--extra-index-url"),
];

/// The only registries that a lock file may name.
const PUBLIC: [&str; 2] = [
    "registry+https://github.com/rust-lang/crates.io-index",
    "https://registry.npmjs.org/",
];

pub(super) fn find(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .filter_map(|path| Some((path, tree.text(path)?)))
        .flat_map(|(path, text)| find_in(path, &text))
        .collect()
}

fn find_in(path: &str, text: &str) -> Vec<Finding> {
    let is_lock = ends_in(path, &["Cargo.lock", "package-lock.json"]);
    text.lines()
        .zip(1..)
        .filter_map(|(line, number)| {
            let message = if is_lock {
                foreign_source(line)
            } else {
                local_place(line, |place| Path::new(place).exists())
                    .or_else(|| registry_setting(path, line))
            }?;
            Some(Finding {
                path: path.to_string(),
                line: Some(number),
                message,
            })
        })
        .collect()
}

/// An absolute path that exists here, but not everywhere. Made-up ones in examples do not exist.
fn local_place(line: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    let belongs = |letter: char| letter.is_ascii_alphanumeric() || "/_-.~@+".contains(letter);
    line.split(|letter: char| !belongs(letter))
        .filter(|word| word.starts_with('/') && !word.starts_with("//"))
        .filter_map(|word| {
            let mut parts = word[1..].split('/');
            let (first, second) = (parts.next()?, parts.next()?);
            let is_named = |part: &str| !part.trim_matches('.').is_empty();
            let is_local = is_named(first) && is_named(second) && !EVERYWHERE.contains(&first);
            is_local.then(|| format!("/{first}/{second}"))
        })
        .find(|place| exists(place))
        .map(|place| format!("`{place}` exists on this machine only"))
}

fn registry_setting(path: &str, line: &str) -> Option<String> {
    REGISTRY_SETTINGS
        .iter()
        .find(|(file, setting)| path.ends_with(file) && line.trim_start().starts_with(setting))
        .map(|(_, setting)| format!("`{setting}` points everybody at one machine's registry"))
}

/// A lock file's line that names a package's origin other than the public registries.
fn foreign_source(line: &str) -> Option<String> {
    let line = line.trim_start();
    let origin = line
        .strip_prefix("source = \"")
        .or_else(|| line.strip_prefix("\"resolved\": \""))?;
    let is_public = PUBLIC.iter().any(|public| origin.starts_with(public));
    (!is_public).then(|| "this package does not come from the public registry".to_string())
}

#[cfg(test)]
mod tests {
    use super::{foreign_source, local_place, registry_setting};

    #[test]
    fn only_whole_paths_that_exist_count() {
        let exists = |place: &str| place == "/home/somebody";
        assert!(local_place("see `/home/somebody/tree/src`", exists).is_some());
        assert!(local_place("see /home/nobody/tree", exists).is_none());
        assert!(local_place("https://example.org/home/somebody/x", exists).is_none());
        assert!(local_place("$HOME/home/somebody, /usr/bin, /", |_| true).is_none());
    }

    #[test]
    fn registries_other_than_the_public_ones_are_found() {
        let public = r#"source = "registry+https://github.com/rust-lang/crates.io-index""#;
        assert!(foreign_source(public).is_none());
        assert!(foreign_source(r#"  "resolved": "https://npm.example.org/a.tgz","#).is_some());
        assert!(registry_setting("tests/sdk/requirements.txt", "--index-url https://x").is_some());
        assert!(registry_setting("ui/.npmrc", "save-exact=true").is_none());
    }
}
