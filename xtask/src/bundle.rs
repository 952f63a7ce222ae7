//! `cargo xtask bundle`: the installers that this system can build.
//!
//! Tauri's command line comes from npm, where it lies ready built; compiling it takes a quarter of an
//! hour. Its version is pinned in `xtask/bundler/package-lock.json`.

use std::path::Path;

use crate::fault::Fault;
use crate::process::Call;
use crate::system_packages::{self, Purpose};
use crate::{node, panel, toolchain, tree};

/// Builds the panel and the desktop program, and packs it: deb and rpm on Linux, dmg on macOS, msi and
/// an NSIS set-up on Windows. Further arguments go to `tauri build`.
pub(crate) fn bundle(arguments: &[String]) -> Result<(), Fault> {
    toolchain::check()?;
    system_packages::provide(Purpose::Desktop)?;
    panel::packages()?;
    panel::build()?;
    let bundler = tree::root().join("xtask/bundler");
    node::packages(&bundler)?;
    // AppImage is left to the release workflow: its tools are downloaded while it is built.
    let kinds = if cfg!(target_os = "linux") {
        "deb,rpm"
    } else if cfg!(target_os = "macos") {
        "dmg"
    } else {
        "msi,nsis"
    };
    let mut call = Call::new("node")
        .args([bundler.join("node_modules/@tauri-apps/cli/tauri.js")])
        .args(["build"])
        .inside(&tree::root().join("src-tauri"));
    if !arguments.iter().any(|argument| argument == "--bundles") {
        call = call.args(["--bundles", kinds]);
    }
    call.args(arguments).run()?;
    // Built for another target, everything lies one folder deeper.
    let named = arguments
        .iter()
        .skip_while(|argument| *argument != "--target")
        .nth(1);
    let place = tree::target()?.join(named.map_or("", String::as_str));
    let is_debug = arguments.iter().any(|argument| argument == "--debug");
    let profile = if is_debug { "debug" } else { "release" };
    print_made(&place.join(profile).join("bundle"))
}

/// Says where the installers are.
fn print_made(place: &Path) -> Result<(), Fault> {
    let inside = |directory: &Path| {
        std::fs::read_dir(directory)
            .map(|entries| {
                entries
                    .filter_map(Result::ok)
                    .map(|entry| entry.path())
                    .collect::<Vec<_>>()
            })
            .map_err(Fault::file(directory))
    };
    for kind in inside(place)?.iter().filter(|path| path.is_dir()) {
        for file in inside(kind)?.iter().filter(|path| path.is_file()) {
            println!("{}", file.display());
        }
    }
    Ok(())
}
