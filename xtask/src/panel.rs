//! The web panel in `ui/`: its packages and its build, which the Rust programs carry inside.

use std::path::PathBuf;

use crate::fault::Fault;
use crate::{node, stamp, tree};

/// Where the panel's sources are.
pub(crate) fn directory() -> PathBuf {
    tree::root().join("ui")
}

/// Installs the panel's packages.
pub(crate) fn packages() -> Result<(), Fault> {
    node::packages(&directory())
}

/// Runs one of the panel's npm scripts.
pub(crate) fn script(name: &str) -> Result<(), Fault> {
    node::script(&directory(), name).run()
}

/// Builds `ui/dist`, unless it was built from the sources as they are.
pub(crate) fn build() -> Result<(), Fault> {
    let ui = directory();
    // Inside node_modules: it goes when the packages are installed anew, and never into the program.
    let kept = ui.join("node_modules/.panel-built-from");
    let fingerprint = stamp::of(&inputs()?)?;
    if ui.join("dist/index.html").is_file() && stamp::agrees(&kept, &fingerprint) {
        println!("the panel is built already");
        return Ok(());
    }
    script("build")?;
    stamp::keep(&kept, &fingerprint)
}

/// Everything that the build reads: all in `ui/` but what is made there, and the tests.
fn inputs() -> Result<Vec<PathBuf>, Fault> {
    const NOT_READ: [&str; 6] = [
        "node_modules",
        "dist",
        "tests",
        "e2e",
        "test-results",
        "playwright-report",
    ];
    let ui = directory();
    let mut inputs: Vec<PathBuf> = std::fs::read_dir(&ui)
        .map_err(Fault::file(&ui))?
        .filter_map(Result::ok)
        .filter(|entry| !NOT_READ.iter().any(|name| entry.file_name() == *name))
        .map(|entry| entry.path())
        .collect();
    inputs.push(tree::root().join("icons"));
    inputs.sort();
    Ok(inputs)
}
