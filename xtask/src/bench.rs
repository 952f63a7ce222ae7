//! `cargo xtask bench`: Relayscope against a direct connection and nginx. What the rows mean is in
//! `docs/benchmarks.md`; the measuring itself is the program in `bench/`.

use crate::fault::Fault;
use crate::process::{Call, cargo};
use crate::system_packages::{self, Purpose};
use crate::{panel, release, toolchain, tree};

/// Builds what is measured as it is shipped, and what measures, then measures.
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
    let mut call = Call::new(tree::program("release", "relayscope-bench")?);
    // Somebody may have a program already, to be compared with.
    if !arguments.iter().any(|argument| argument == "--relayscope") {
        panel::packages()?;
        panel::build()?;
        call = call.args(["--relayscope"]).args([release::build(None)?]);
    }
    cargo()
        .args(["build", "--release", "--package", "relayscope-bench"])
        .run()?;
    call.args(arguments).run()
}
