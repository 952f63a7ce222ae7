//! Virtual environments: `.venv/` beside a `requirements.txt`.

use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::process::Call;
use crate::stamp;

/// Makes the directory's environment from its `requirements.txt`, unless it is as required already.
pub(crate) fn environment(directory: &Path) -> Result<(), Fault> {
    let requirements = directory.join("requirements.txt");
    let place = directory.join(".venv");
    let kept = place.join("installed-from");
    let fingerprint = stamp::of(std::slice::from_ref(&requirements))?;
    if stamp::agrees(&kept, &fingerprint) {
        println!("Python packages: as required");
        return Ok(());
    }
    let system = if cfg!(windows) { "python" } else { "python3" };
    Call::new(system)
        .args(["-m", "venv", "--clear"])
        .args([&place])
        .run()?;
    Call::new(interpreter(directory))
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

/// The Python of the directory's environment.
pub(crate) fn interpreter(directory: &Path) -> PathBuf {
    let inside = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    directory.join(".venv").join(inside)
}
