//! `cargo xtask release`: the program as it is shipped.
//!
//! It is built twice. The first program counts what runs how often while it is trained with the traffic of
//! the benchmarks; the second is built with these counts (profile-guided optimisation): what every call
//! needs becomes quick and lies together, everything else becomes small. Measured on one processor: a tenth less
//! added to a call, a third less to the first token after a pause, 4 MB less memory at rest.

use std::env;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::process::{Call, cargo};
use crate::{panel, toolchain, tree};

/// The program that is trained, and the one that trains it.
const PROGRAM: &str = "relayscope";
const TRAINER: &str = "relayscope-bench";

/// Builds it for this machine or for `--target TRIPLE`; says where it is.
pub(crate) fn release(arguments: &[String]) -> Result<(), Fault> {
    let target = match arguments {
        [] => None,
        [flag, triple] if flag == "--target" => Some(triple.clone()),
        _ => {
            return Err(Fault::WrongUse(
                "`release` takes nothing but `--target TRIPLE`.".into(),
            ));
        }
    };
    toolchain::check()?;
    panel::packages()?;
    panel::build()?;
    println!("{}", build(target)?.display());
    Ok(())
}

/// Builds it; the panel has to be built already. Gives where it is.
pub(crate) fn build(target: Option<String>) -> Result<PathBuf, Fault> {
    let host = host()?;
    let triple = target.unwrap_or_else(|| host.clone());
    let mut flags = Vec::new();
    // What is trained has to run here, and the trainer needs Linux.
    if cfg!(target_os = "linux") && triple == host {
        let trained = train(&triple)?;
        flags.push(format!("-Cprofile-use={}", trained.counts.display()));
        // What runs lies together in the file, so that little of it has to be in memory: what runs often by
        // itself, what runs once in a while by the list. Only LLVM's linker reads lists; it is the usual one here.
        flags.push("-Clink-arg=-Wl,-z,keep-text-section-prefix".into());
        if cfg!(target_arch = "x86_64") {
            let list = trained.seldom.display();
            flags.push(format!("-Clink-arg=-Wl,--symbol-ordering-file={list}"));
            flags.push("-Clink-arg=-Wl,--no-warn-symbol-ordering".into());
        }
    }
    compile(&triple, &flags, &tree::target()?)
}

/// What came of the training.
struct Trained {
    /// How often each piece of code ran.
    counts: PathBuf,
    /// The names of the functions that ran seldom, one a line.
    seldom: PathBuf,
}

fn train(triple: &str) -> Result<Trained, Fault> {
    let reader = reader(triple)?;
    let place = tree::target()?.join("training");
    let counts = place.join("counts");
    // Counts of another program would mislead.
    if counts.exists() {
        std::fs::remove_dir_all(&counts).map_err(Fault::file(&counts))?;
    }
    let counting = format!("-Cprofile-generate={}", counts.display());
    let trainee = compile(triple, &[counting], &place)?;
    cargo()
        .args(["build", "--release", "--locked", "--package", TRAINER])
        .run()?;
    Call::new(tree::program("release", TRAINER)?)
        .args(["train"])
        .args([trainee])
        .run()?;
    let trained = Trained {
        counts: place.join("merged.profdata"),
        seldom: place.join("seldom.txt"),
    };
    Call::new(&reader)
        .args(["merge", "-o"])
        .args([&trained.counts, &counts])
        .run()?;
    let all = Call::new(&reader)
        .args(["show", "--all-functions", "--counts"])
        .args([&trained.counts])
        .text()
        .ok_or_else(|| Fault::Unexpected("the counts cannot be shown".into()))?;
    std::fs::write(&trained.seldom, seldom(&all)).map_err(Fault::file(&trained.seldom))?;
    Ok(trained)
}

/// Functions that ran less often than this are not those of every call: the training makes some 200,000.
const OFTEN: u64 = 10_000;

/// The functions that ran, but seldom, of a list like this:
///
/// ```text
///   crate.name-cgu.0;_ZN4name17h0123456789abcdefE:
///     Hash: 0x0a4d0ad3efffffff
///     Counters: 2
///     Block counts: [7, 0]
/// ```
fn seldom(all: &str) -> String {
    let (mut names, mut name) = (String::new(), "");
    for line in all.lines() {
        let inner = line.trim_start();
        if let Some(counts) = inner.strip_prefix("Block counts: [") {
            let counts = counts.trim_end_matches(']').split(", ");
            let most = counts.filter_map(|count| count.parse().ok()).max();
            if (1..OFTEN).contains(&most.unwrap_or(0)) {
                names.push_str(name);
                names.push('\n');
            }
        } else if let Some(function) = inner.strip_suffix(':') {
            name = function.rsplit(';').next().unwrap_or(function);
        }
    }
    names
}

/// Builds the program in release mode with flags for the compiler. A target is named even though it is this
/// machine's: cargo applies the flags to the program alone then, not to build scripts.
fn compile(triple: &str, flags: &[String], place: &Path) -> Result<PathBuf, Fault> {
    cargo()
        .args(["build", "--release", "--locked"])
        .args(["--package", PROGRAM, "--target", triple, "--target-dir"])
        .args([place])
        // Unlike `RUSTFLAGS`, this takes flags with spaces inside.
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .run()?;
    let file = format!("{PROGRAM}{}", env::consts::EXE_SUFFIX);
    Ok(place.join(triple).join("release").join(file))
}

/// The triple of this machine.
fn host() -> Result<String, Fault> {
    let said = Call::new("rustc").args(["-vV"]).text().unwrap_or_default();
    said.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Fault::Unexpected("`rustc -vV` names no host.".into()))
}

/// The program that reads counts, of the same version as the compiler; rustup has it.
fn reader(triple: &str) -> Result<PathBuf, Fault> {
    let sysroot = Call::new("rustc").args(["--print", "sysroot"]).text();
    let sysroot = PathBuf::from(sysroot.unwrap_or_default().trim());
    let reader = sysroot
        .join("lib/rustlib")
        .join(triple)
        .join("bin/llvm-profdata");
    if !reader.is_file() {
        Call::new("rustup")
            .args(["component", "add", "llvm-tools"])
            .run()?;
    }
    match reader.is_file() {
        true => Ok(reader),
        false => Err(Fault::Missing {
            what: "llvm-profdata".into(),
            remedy: "Install it with `rustup component add llvm-tools`.".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::seldom;

    #[test]
    fn only_functions_that_ran_seldom_are_listed() {
        let function = |name: &str, counts: &str| {
            format!("  {name}:\n    Hash: 0x0a\n    Counters: 2\n    Block counts: [{counts}]\n")
        };
        let all = [
            "Counters:\n".to_owned(),
            function("start.cgu.0;_ZN5startE", "1, 0"),
            function("_ZN5everyE", "1, 10000"),
            function("_ZN5neverE", "0, 0"),
            function("_ZN6seldomE", "0, 9999"),
        ];
        assert_eq!(seldom(&all.concat()), "_ZN5startE\n_ZN6seldomE\n");
    }
}
