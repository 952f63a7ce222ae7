//! What holds only on one machine: paths into somebody's home or workplace, addresses of a private
//! package registry. The tree has to build for everybody.

use super::{Finding, Tree, ends_in};

/// Beginnings of absolute paths that exist on one machine only. (Put together here, so that this file
/// does not find itself.)
const PLACES: [&str; 2] = [concat!("/", "work/"), concat!("/", "root/")];

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
                local_place(line).or_else(|| registry_setting(path, line))
            }?;
            Some(Finding {
                path: path.to_string(),
                line: Some(number),
                message,
            })
        })
        .collect()
}

/// A path that begins (not: goes on) with one of the places.
fn local_place(line: &str) -> Option<String> {
    PLACES
        .iter()
        .find(|place| {
            line.match_indices(*place).any(|(start, _)| {
                !line[..start].ends_with(|before: char| {
                    before.is_alphanumeric() || "_-.~}/*$".contains(before)
                })
            })
        })
        .map(|place| format!("`{place}…` exists on one machine only"))
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
    fn only_the_beginning_of_a_path_counts() {
        assert!(local_place(concat!("see /", "work/main")).is_some());
        assert!(local_place(concat!("https://example.org/", "work/main")).is_none());
        assert!(local_place(concat!("/home/runner/", "work/main")).is_none());
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
