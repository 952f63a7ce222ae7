//! `cargo xtask run`: from a fresh clone to a running Relayscope.

use std::env;

use crate::fault::Fault;
use crate::process::cargo;
use crate::system_packages::{self, Purpose};
use crate::{panel, toolchain};

/// Sets up, builds and starts: the desktop program, or `relayscope serve` where there is no display.
pub(crate) fn run(arguments: &[String]) -> Result<(), Fault> {
    toolchain::check()?;
    let display = has_display();
    let purpose = if display {
        Purpose::Desktop
    } else {
        Purpose::Headless
    };
    system_packages::provide(purpose)?;
    panel::packages()?;
    panel::build()?;
    if display {
        return cargo()
            .args(["run", "--package", "relayscope-desktop", "--"])
            .args(arguments)
            .run();
    }
    println!("There is no display here: starting `relayscope serve`, which prints its address.");
    cargo()
        .args(["run", "--package", "relayscope", "--", "serve"])
        .args(arguments)
        .run()
}

/// Windows and macOS always have one; elsewhere X11 or Wayland says so.
fn has_display() -> bool {
    let named = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
