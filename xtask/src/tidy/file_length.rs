//! One idea a file: about 150 lines is the aim, 500 the end.

use super::{Finding, Tree};

/// The longest Rust file outside tests, in lines.
const LONGEST: usize = 500;

/// Files that may be longer, each with its reason.
const ALLOWED: &[(&str, &str)] = &[];

pub(super) fn find(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .filter(|path| path.ends_with(".rs") && !is_test(path))
        .filter(|path| !ALLOWED.iter().any(|(allowed, _)| allowed == path))
        .filter_map(|path| {
            let lines = tree.text(path)?.lines().count();
            (lines > LONGEST).then(|| Finding {
                path: path.clone(),
                line: None,
                message: format!("{lines} lines; split it by idea (at most {LONGEST})"),
            })
        })
        .collect()
}

/// Tests read like a manual, and a manual may be long.
fn is_test(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests" | "tests.rs" | "benches"))
}

#[cfg(test)]
mod tests {
    use super::is_test;

    #[test]
    fn tests_are_known_by_where_they_lie() {
        assert!(is_test("crates/wire/tests/sse.rs"));
        assert!(is_test("crates/wire/src/sse/tests.rs"));
        assert!(!is_test("crates/testkit/src/lib.rs"));
    }
}
