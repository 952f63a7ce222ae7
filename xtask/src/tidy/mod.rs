//! `cargo xtask tidy`: rules of the house that no compiler checks. One rule a file, listed in `all()`.

mod dead_paths;
mod file_length;
mod folder_names;
mod json;
mod local_traces;
mod locale_keys;

use std::fs;
use std::path::PathBuf;

use crate::fault::Fault;
use crate::tree;

/// One rule: what it demands, and how to find what is against it.
struct Rule {
    demand: &'static str,
    find: fn(&Tree) -> Vec<Finding>,
}

/// Something against a rule, and where.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// The file, from the top of the tree.
    path: String,
    /// The line, where one is to blame.
    line: Option<usize>,
    /// What is wrong, and what would be right.
    message: String,
}

/// The tree that is looked at.
struct Tree {
    root: PathBuf,
    /// Every file that git has or would add.
    files: Vec<String>,
}

/// Every rule.
fn all() -> [Rule; 5] {
    [
        Rule {
            demand: "names say what a thing is (no utils, helpers, manager, common)",
            find: folder_names::find,
        },
        Rule {
            demand: "no Rust file is longer than 500 lines",
            find: file_length::find,
        },
        Rule {
            demand: "no traces of one machine (local paths, registry addresses)",
            find: local_traces::find,
        },
        Rule {
            demand: "paths named in the documents exist",
            find: dead_paths::find,
        },
        Rule {
            demand: "every language has the same texts",
            find: locale_keys::find,
        },
    ]
}

/// Checks every rule and prints what is against them.
pub(crate) fn tidy() -> Result<(), Fault> {
    let tree = Tree {
        root: tree::root(),
        files: tree::files()?,
    };
    let mut count = 0;
    for rule in all() {
        let findings = (rule.find)(&tree);
        println!(
            "{} {}",
            if findings.is_empty() { "ok  " } else { "FAIL" },
            rule.demand
        );
        for Finding {
            path,
            line,
            message,
        } in &findings
        {
            match line {
                Some(line) => println!("     {path}:{line}: {message}"),
                None => println!("     {path}: {message}"),
            }
        }
        count += findings.len();
    }
    if count == 0 {
        Ok(())
    } else {
        Err(Fault::Several {
            count,
            what: "things are not tidy",
        })
    }
}

impl Tree {
    /// The text of a file; nothing when it is no text.
    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }
}

/// Does the path end in one of these?
fn ends_in(path: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.ends_with(ending))
}
