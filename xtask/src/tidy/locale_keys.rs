//! A text that one language lacks shows as a bare key to its readers.

use std::collections::BTreeSet;

use super::{Finding, Tree, json};

/// The language that the others are compared with.
const ORIGINAL: &str = "ui/src/locale/en.json";

pub(super) fn find(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(original) = keys(tree, ORIGINAL, &mut findings) else {
        return findings;
    };
    let others = tree.files.iter().filter(|path| {
        path.starts_with("ui/src/locale/") && path.ends_with(".json") && *path != ORIGINAL
    });
    for path in others {
        let Some(translated) = keys(tree, path, &mut findings) else {
            continue;
        };
        let finding = |message| Finding {
            path: path.clone(),
            line: None,
            message,
        };
        let lacking = original.difference(&translated);
        findings.extend(lacking.map(|key| finding(format!("`{key}` is not translated"))));
        let unknown = translated.difference(&original);
        findings.extend(unknown.map(|key| finding(format!("`{key}` is not in {ORIGINAL}"))));
    }
    findings
}

/// The keys of a locale file that is there and well formed.
fn keys(tree: &Tree, path: &str, findings: &mut Vec<Finding>) -> Option<BTreeSet<String>> {
    match json::paths(&tree.text(path)?) {
        Ok(paths) => Some(paths.into_iter().collect()),
        Err(message) => {
            findings.push(Finding {
                path: path.to_string(),
                line: None,
                message,
            });
            None
        }
    }
}
