//! System libraries and programs that come from the system's package manager.
//!
//! What is there already is found by what it offers (a pkg-config module, a program, a Python module),
//! not by a package's name; only then is the package manager asked. With apt we install, as root or
//! through sudo; for other package managers we say the one command that does it.

mod catalogue;

use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::process::{Call, find};

pub(crate) use catalogue::Purpose;
use catalogue::{BROWSERS, Package, Sign};

/// Installs what this purpose needs and the system lacks. On Windows and macOS there is nothing to do:
/// their webview comes with the system and their C compiler with the Rust toolchain's set-up.
pub(crate) fn provide(purpose: Purpose) -> Result<(), Fault> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let missing: Vec<&Package> = purpose
        .packages()
        .filter(|package| !is_there(&package.sign))
        .collect();
    if missing.is_empty() {
        println!("system packages: all there");
        return Ok(());
    }
    let names = |pick: fn(&Package) -> &'static str| {
        let mut names: Vec<&str> = missing
            .iter()
            .flat_map(|package| pick(package).split(' '))
            .collect();
        names.dedup();
        names
    };
    if find("apt-get").is_some() {
        install_with_apt(&names(|package| package.apt))?;
        return match missing.iter().find(|package| !is_there(&package.sign)) {
            None => Ok(()),
            Some(package) => Err(Fault::Unexpected(format!(
                "apt installed {}, but it still cannot be found; is another one first in PATH or PKG_CONFIG_PATH?",
                package.apt
            ))),
        };
    }
    let remedy = if find("dnf").is_some() {
        format!(
            "Install it with: sudo dnf install {}",
            names(|package| package.dnf).join(" ")
        )
    } else if find("pacman").is_some() {
        format!(
            "Install it with: sudo pacman -S --needed {}",
            names(|package| package.pacman).join(" ")
        )
    } else {
        "Install what these Debian packages hold with your system's package manager, then try again.".into()
    };
    Err(Fault::Missing {
        what: format!("On this system {}", names(|package| package.apt).join(", ")),
        remedy,
    })
}

/// The installed Chromium, for tests that steer one.
pub(crate) fn browser() -> Option<PathBuf> {
    BROWSERS.iter().find_map(|name| find(name))
}

fn is_there(sign: &Sign) -> bool {
    match sign {
        Sign::Library(module) => Call::new("pkg-config")
            .args(["--exists", module])
            .succeeds(),
        Sign::Program(names) => names.iter().any(|name| {
            find(name).is_some()
                || ["/usr/sbin", "/sbin"]
                    .iter()
                    .any(|place| Path::new(place).join(name).is_file())
        }),
        Sign::Python(module) => loads("python3", module),
        Sign::SystemPython(module) => loads("/usr/bin/python3", module),
    }
}

fn loads(python: &str, module: &str) -> bool {
    Call::new(python)
        .args(["-c", &format!("import {module}")])
        .succeeds()
}

fn install_with_apt(packages: &[&str]) -> Result<(), Fault> {
    let is_root = Call::new("id")
        .args(["-u"])
        .text()
        .is_some_and(|id| id.trim() == "0");
    if !is_root && find("sudo").is_none() {
        return Err(Fault::Missing {
            what: format!("On this system {}", packages.join(", ")),
            remedy: format!(
                "Without sudo we cannot install it. As root, run: apt-get update && apt-get install {}",
                packages.join(" ")
            ),
        });
    }
    if !is_root {
        println!(
            "To install {}, sudo may ask for your password.",
            packages.join(", ")
        );
    }
    // Variables go through `env`, because sudo drops those that it is started with.
    let apt = |arguments: &[&str]| {
        let front: &[&str] = if is_root { &["env"] } else { &["sudo", "env"] };
        Call::new(front[0])
            .args(&front[1..])
            .args([
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "-o",
                "DPkg::Lock::Timeout=300",
                "-o",
                "Dpkg::Use-Pty=0",
            ])
            .args(arguments)
            .run()
    };
    apt(&["update", "--quiet=2"])?;
    let mut install = vec!["install", "--yes", "--quiet=2", "--no-install-recommends"];
    install.extend(packages);
    apt(&install)
}
