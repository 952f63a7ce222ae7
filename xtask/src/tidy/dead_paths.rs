//! The documents name files and folders; a path that is gone misleads the reader.

use super::{Finding, Tree, ends_in};

/// The documents that describe the tree as it is.
const DOCUMENTS: [&str; 4] = [
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "README.md",
    "README.zh-CN.md",
];
/// Endings by which a word with a slash is surely a file of ours.
const ENDINGS: [&str; 9] = [
    ".rs", ".ts", ".svelte", ".toml", ".sql", ".py", ".md", ".yml", ".json",
];

pub(super) fn find(tree: &Tree) -> Vec<Finding> {
    DOCUMENTS
        .iter()
        .filter_map(|document| Some((document, tree.text(document)?)))
        .flat_map(|(document, text)| {
            text.lines()
                .zip(1..)
                .flat_map(|(line, number)| {
                    paths_in(line).map(move |path| (path.to_string(), number))
                })
                .filter(|(path, _)| is_meant(tree, path) && !exists(tree, path))
                .map(|(path, number)| Finding {
                    path: (*document).to_string(),
                    line: Some(number),
                    message: format!("`{path}` does not exist"),
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Words in backticks, and the targets of links.
fn paths_in(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    let linked = line
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#', ' ']).next());
    quoted
        .chain(linked)
        .map(|word| word.trim_start_matches("./"))
}

/// Is this word a path into our tree? It begins with a folder of ours, or ends like one of our files.
fn is_meant(tree: &Tree, word: &str) -> bool {
    let Some((first, _)) = word.split_once('/') else {
        return false;
    };
    let is_plain = word
        .chars()
        .all(|letter| letter.is_alphanumeric() || "/._-".contains(letter));
    is_plain
        && !first.is_empty()
        && (tree
            .files
            .iter()
            .any(|file| file.starts_with(&format!("{first}/")))
            || ends_in(word, &ENDINGS))
}

/// Is there such a file, or a folder with files? What is made later (ignored by git) does not count as dead.
fn exists(tree: &Tree, path: &str) -> bool {
    const MADE: [&str; 3] = ["ui/dist", "ui/node_modules", "target"];
    let folder = format!("{}/", path.trim_end_matches('/'));
    tree.files
        .iter()
        .any(|file| file == path || file.starts_with(&folder))
        || MADE.iter().any(|made| path.starts_with(made))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{exists, is_meant, paths_in};
    use crate::tidy::Tree;

    #[test]
    fn quoted_words_and_links_are_taken() {
        let line = "see `crates/base` and [this](docs/metrics.md#speed), not plain/text";
        assert_eq!(
            paths_in(line).collect::<Vec<_>>(),
            ["crates/base", "docs/metrics.md"]
        );
    }

    #[test]
    fn urls_and_patterns_are_no_paths_of_ours() {
        let tree = Tree {
            root: PathBuf::new(),
            files: vec!["crates/base/src/lib.rs".into()],
        };
        assert!(is_meant(&tree, "crates/gone/") && !exists(&tree, "crates/gone/"));
        assert!(is_meant(&tree, "crates/base") && exists(&tree, "crates/base"));
        assert!(is_meant(&tree, "lost/file.rs"));
        assert!(!is_meant(&tree, "/v1/messages"));
        assert!(!is_meant(&tree, "crates/*/src"));
        assert!(!is_meant(&tree, "application/json"));
    }
}
