//! Names such as `utils` say nothing about what is inside, so everything ends up there.

use std::collections::BTreeSet;

use super::{Finding, Tree, ends_in};

/// Words that name no idea.
const EMPTY_WORDS: [&str; 9] = [
    "utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "stuff",
];

pub(super) fn find(tree: &Tree) -> Vec<Finding> {
    let found: BTreeSet<(&str, &str)> = tree
        .files
        .iter()
        .filter_map(|path| empty_word_in(path))
        .collect();
    found
        .into_iter()
        .map(|(path, word)| Finding {
            path: path.to_string(),
            line: None,
            message: format!("`{word}` says nothing; name it after the idea inside"),
        })
        .collect()
}

/// The folder (or the source file) with such a name, and the word.
fn empty_word_in(path: &str) -> Option<(&str, &str)> {
    let mut end = 0;
    for part in path.split('/') {
        end += part.len();
        let is_file = end == path.len();
        let word = part.split_once('.').map_or(part, |(stem, _)| stem);
        let counts = !is_file || ends_in(part, &[".rs", ".ts", ".svelte", ".py"]);
        if counts && EMPTY_WORDS.contains(&word.to_lowercase().as_str()) {
            return Some((&path[..end], word));
        }
        end += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::empty_word_in;

    #[test]
    fn folders_and_source_files_are_looked_at() {
        assert_eq!(
            empty_word_in("crates/utils/src/lib.rs"),
            Some(("crates/utils", "utils"))
        );
        assert_eq!(
            empty_word_in("crates/a/src/helpers.rs"),
            Some(("crates/a/src/helpers.rs", "helpers"))
        );
        assert_eq!(empty_word_in("docs/common.md"), None);
        assert_eq!(empty_word_in("crates/a/src/commoner.rs"), None);
    }
}
