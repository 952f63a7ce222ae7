//! A virtual environment in `.venv/` for the tests that use the real Python SDKs.

use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::process::Call;
use crate::{stamp, tree};

/// Makes or updates the environment from a requirements file.
pub(crate) fn environment(requirements: &Path) -> Result<(), Fault> {
    let place = tree::root().join(".venv");
    let kept = place.join("installed-from");
    let fingerprint = stamp::of(&[requirements.to_path_buf()])?;
    if stamp::agrees(&kept, &fingerprint) {
        println!("Python packages: as required");
        return Ok(());
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    Call::new(system)
        .args(["-m", "venv", "--clear"])
        .args([&place])
        .run()?;
    Call::new(interpreter())
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .args([requirements])
        .run()?;
    stamp::keep(&kept, &fingerprint)
}

/// The environment's Python.
pub(crate) fn interpreter() -> PathBuf {
    let inside = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    tree::root().join(".venv").join(inside)
}
