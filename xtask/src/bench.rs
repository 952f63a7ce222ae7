//! `cargo xtask bench`: Relayscope against a direct connection and nginx. What the rows mean is in
//! `docs/benchmarks.md`; the measuring itself is the program in `bench/`.

use crate::fault::Fault;
use crate::process::{Call, cargo};
use crate::system_packages::{self, Purpose};
use crate::{panel, toolchain, tree};

/// Builds what is measured and what measures in release mode, then measures.
pub(crate) fn bench(arguments: &[String]) -> Result<(), Fault> {
    if !cfg!(target_os = "linux") {
        return Err(Fault::Missing {
            what: "Linux".into(),
            remedy:
                "The benchmarks read /proc and pin programs to processors, which only Linux has."
                    .into(),
        });
    }
    toolchain::check()?;
    system_packages::provide(Purpose::Bench)?;
    panel::packages()?;
    panel::build()?;
    cargo()
        .args([
            "build",
            "--release",
            "--package",
            "relayscope",
            "--package",
            "relayscope-bench",
        ])
        .run()?;
    Call::new(tree::program("release", "relayscope-bench")?)
        .args(["--relayscope"])
        .args([tree::program("release", "relayscope")?])
        .args(arguments)
        .run()
}
