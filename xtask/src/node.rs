//! `npm ci`, only when the lock file is not what is installed.

use std::path::Path;

use crate::fault::Fault;
use crate::process::Call;
use crate::stamp;

/// Inside node_modules, so that it goes when they go.
const STAMP: &str = "node_modules/.installed-from";

/// Installs the packages of the lock file in this directory.
pub(crate) fn packages(directory: &Path) -> Result<(), Fault> {
    let fingerprint = stamp::of(&[directory.join("package-lock.json")])?;
    if stamp::agrees(&directory.join(STAMP), &fingerprint) {
        println!("npm packages in {}: as locked", directory.display());
        return Ok(());
    }
    // Debian's Chromium is used; Playwright and the like are not to download one.
    Call::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .inside(directory)
        .run()?;
    stamp::keep(&directory.join(STAMP), &fingerprint)
}

/// A script of the package in this directory.
pub(crate) fn script(directory: &Path, name: &str) -> Call {
    Call::new("npm")
        .args(["run", "--silent", name])
        .inside(directory)
}
