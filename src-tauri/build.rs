//! Writes what the Tauri macros and the Windows resources need.

fn main() {
    // The commands that any page may call: none. The panel talks HTTP like a browser does, and the
    // local pages of `notice.rs` only have buttons. Declaring the empty list denies by default.
    let commands = tauri_build::AppManifest::new().commands(&[]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
