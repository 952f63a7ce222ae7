//! "Is this still what it was made from?" A stamp is a fingerprint of the inputs, kept beside the
//! product; while it agrees, the product is not made again.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::fault::Fault;

/// The fingerprint of these files and directories (names and contents; what is absent counts as empty).
pub(crate) fn of(inputs: &[PathBuf]) -> Result<String, Fault> {
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        add(input, &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Does the file hold this fingerprint?
pub(crate) fn agrees(file: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|kept| kept.trim() == fingerprint)
}

/// Keeps the fingerprint in the file.
pub(crate) fn keep(file: &Path, fingerprint: &str) -> Result<(), Fault> {
    fs::write(file, fingerprint).map_err(Fault::file(file))
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> Result<(), Fault> {
    if path.is_dir() {
        let mut inside = fs::read_dir(path)
            .map_err(Fault::file(path))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(Fault::file(path))?;
        inside.sort();
        return inside.iter().try_for_each(|entry| add(entry, hasher));
    }
    if path.is_file() {
        path.hash(hasher);
        fs::read(path).map_err(Fault::file(path))?.hash(hasher);
    }
    Ok(())
}
