//! The two things that we cannot install for the person: a Rust toolchain and Node.js.

use crate::fault::Fault;
use crate::process::{Call, find};

/// Vite and its plugins name this as the oldest Node.js that they run on.
const OLDEST_NODE: (u32, u32) = (20, 19);
/// The workspace's `rust-version`; a test keeps the two equal.
const OLDEST_RUST: (u32, u32) = (1, 95);

/// Are both there and new enough?
pub(crate) fn check() -> Result<(), Fault> {
    rust()?;
    node()
}

/// Is the Rust compiler new enough?
fn rust() -> Result<(), Fault> {
    let said = Call::new("rustc")
        .args(["--version"])
        .text()
        .unwrap_or_default();
    accept(
        "Rust",
        &said,
        OLDEST_RUST,
        "Install it from https://rustup.rs, or run `rustup update stable`.",
    )
}

/// Are Node.js and npm there, and new enough?
fn node() -> Result<(), Fault> {
    const REMEDY: &str =
        "Install Node.js 20.19 or newer from https://nodejs.org or your system's packages.";
    let said = Call::new("node")
        .args(["--version"])
        .text()
        .unwrap_or_default();
    accept("Node.js", &said, OLDEST_NODE, REMEDY)?;
    match find("npm") {
        Some(_) => Ok(()),
        None => Err(Fault::Missing {
            what: "npm".into(),
            remedy: format!("It comes with Node.js. {REMEDY}"),
        }),
    }
}

fn accept(what: &str, said: &str, oldest: (u32, u32), remedy: &str) -> Result<(), Fault> {
    match version_in(said) {
        Some(version) if version >= oldest => {
            println!("{what}: {}", said.trim());
            Ok(())
        }
        Some((major, minor)) => Err(Fault::Missing {
            what: format!("{what} {}.{} (here is {major}.{minor})", oldest.0, oldest.1),
            remedy: remedy.into(),
        }),
        None => Err(Fault::Missing {
            what: what.into(),
            remedy: remedy.into(),
        }),
    }
}

/// Major and minor of the first version number in a text.
fn version_in(said: &str) -> Option<(u32, u32)> {
    let start = said.find(|letter: char| letter.is_ascii_digit())?;
    let mut parts = said[start..].split(|letter: char| !letter.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{OLDEST_RUST, version_in};

    #[test]
    fn versions_are_read_from_what_the_programs_say() {
        assert_eq!(
            version_in("rustc 1.95.0 (59807616e 2026-03-21)"),
            Some((1, 95))
        );
        assert_eq!(version_in("v20.20.2\n"), Some((20, 20)));
        assert_eq!(version_in(""), None);
    }

    #[test]
    fn the_oldest_rust_is_the_one_of_the_workspace() {
        let manifest = include_str!("../../Cargo.toml");
        let wanted = format!("rust-version = \"{}.{}\"", OLDEST_RUST.0, OLDEST_RUST.1);
        assert!(
            manifest.contains(&wanted),
            "Cargo.toml no longer says {wanted}"
        );
    }
}
