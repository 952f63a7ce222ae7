//! `cargo xtask test`: sets up what the tests need, then runs every one of them.
//!
//! The order is from quick to slow, so that a slip shows early; no failure hides another step.

use std::env;

use crate::demo::Demo;
use crate::fault::Fault;
use crate::process::{Call, cargo};
use crate::report::{Report, StepId};
use crate::system_packages::{self, Purpose};
use crate::{node, panel, python, stamp, tidy, toolchain, tree};

/// What the later steps build on.
struct SetUp {
    system: StepId,
    panel: StepId,
    sdk: StepId,
}

/// Runs all steps, or those whose names hold one of the words after `--only`.
pub(crate) fn test(arguments: &[String]) -> Result<(), Fault> {
    let mut report = Report::new(words(arguments)?);
    let set_up = set_up(&mut report);
    rules(&mut report);
    let panel = panel_steps(&mut report, set_up.panel);
    let programs = report.set_up("Build: all programs", &[set_up.system, panel], || {
        cargo().args(["build", "--workspace", "--locked"]).run()
    });
    rust_steps(&mut report, programs);
    sdk_step(&mut report, &[programs, set_up.sdk]);
    report.step("Panel in a browser (Playwright)", &[programs], in_a_browser);
    desktop_step(&mut report, programs);
    report.finish()
}

/// The words of `--only WORD --only WORD`.
fn words(arguments: &[String]) -> Result<Vec<String>, Fault> {
    let mut words = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (argument.as_str(), rest.next()) {
            ("--only", Some(word)) => words.push(word.clone()),
            _ => {
                return Err(Fault::WrongUse(format!(
                    "`test` does not know `{argument}`."
                )));
            }
        }
    }
    Ok(words)
}

fn set_up(report: &mut Report) -> SetUp {
    let toolchain = report.set_up("Set-up: toolchain", &[], toolchain::check);
    let system = report.set_up("Set-up: system packages", &[], || {
        system_packages::provide(Purpose::Tests)
    });
    let panel = report.set_up(
        "Set-up: npm packages of the panel",
        &[toolchain],
        panel::packages,
    );
    let sdk = report.set_up(
        "Set-up: packages of the SDK tests",
        &[toolchain, system],
        sdk_packages,
    );
    SetUp { system, panel, sdk }
}

fn rules(report: &mut Report) {
    report.step("Tidy", &[], tidy::tidy);
    report.step("Rust: format", &[], || {
        cargo().args(["fmt", "--all", "--check"]).run()
    });
}

/// The panel's own steps; the id of its build, which the Rust programs carry inside.
fn panel_steps(report: &mut Report, packages: StepId) -> StepId {
    report.step("Panel: types", &[packages], || panel::script("check"));
    report.step("Panel: lint", &[packages], || panel::script("lint"));
    report.step("Panel: unit tests", &[packages], || panel::script("test"));
    report.set_up("Panel: build", &[packages], panel::build)
}

fn rust_steps(report: &mut Report, programs: StepId) {
    let types = [panel::generated_types()];
    let before = stamp::of(&types);
    report.step("Rust: tests", &[programs], rust_tests);
    report.step("Panel: generated types are current", &[programs], || {
        if before? == stamp::of(&types)? {
            return Ok(());
        }
        Err(Fault::Unexpected(
            "The Rust types changed and the tests wrote new TypeScript into ui/src/api/generated; commit it.".into(),
        ))
    });
    report.step("Rust: tests in the documentation", &[programs], || {
        cargo()
            .args(["test", "--workspace", "--doc", "--locked", "--quiet"])
            .run()
    });
    report.step("Rust: clippy", &[programs], || {
        cargo()
            .args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--quiet",
                "--",
                "-D",
                "warnings",
            ])
            .run()
    });
}

/// With nextest where it is installed (faster, and each test in a process of its own).
fn rust_tests() -> Result<(), Fault> {
    if !cargo().args(["nextest", "--version"]).succeeds() {
        println!("cargo-nextest is not installed; `cargo test` does the same, more slowly");
        return cargo()
            .args([
                "test",
                "--workspace",
                "--all-targets",
                "--locked",
                "--no-fail-fast",
            ])
            .run();
    }
    let profile = if env::var_os("CI").is_some() {
        "ci"
    } else {
        "default"
    };
    cargo()
        .args([
            "nextest",
            "run",
            "--workspace",
            "--locked",
            "--profile",
            profile,
        ])
        .run()
}

/// Python packages and npm packages of `tests/sdk`.
fn sdk_packages() -> Result<(), Fault> {
    let place = tree::root().join("tests/sdk");
    let requirements = place.join("requirements.txt");
    if requirements.is_file() {
        python::environment(&requirements)?;
    }
    if place.join("package-lock.json").is_file() {
        node::packages(&place)?;
    }
    Ok(())
}

/// The official SDKs and command lines as clients of the built program.
fn sdk_step(report: &mut Report, needs: &[StepId]) {
    const NAME: &str = "SDK tests (pytest)";
    if !tree::root().join("tests/sdk").is_dir() {
        report.skip(NAME, "there is no tests/sdk".into());
        return;
    }
    report.step(NAME, needs, || {
        Call::new(python::interpreter())
            .args(["-m", "pytest", "tests/sdk"])
            .inside(&tree::root())
            .env("RELAYSCOPE_BIN", tree::program("debug", "relayscope")?)
            .env("TESTKIT_BIN", tree::program("debug", "relayscope-testkit")?)
            .run()
    });
}

/// Playwright against the demo.
fn in_a_browser() -> Result<(), Fault> {
    let browser = system_packages::browser().ok_or_else(|| Fault::Missing {
        what: "Chromium".into(),
        remedy: "Install your system's chromium package.".into(),
    })?;
    let demo = Demo::start(&tree::program("debug", "relayscope")?)?;
    node::script(&panel::directory(), "e2e")
        .env("RELAYSCOPE_URL", &demo.address)
        .env("RELAYSCOPE_OPEN_URL", &demo.open)
        .env("CHROMIUM_PATH", browser)
        .run()
}

/// The desktop program on a display of its own with a session bus of its own.
fn desktop_step(report: &mut Report, programs: StepId) {
    const NAME: &str = "Desktop smoke test";
    let script = tree::root().join("tests/desktop/run");
    if !cfg!(target_os = "linux") || !script.is_file() {
        report.skip(NAME, "there is no tests/desktop/run for this system".into());
        return;
    }
    report.step(NAME, &[programs], || {
        Call::new(&script)
            .inside(&tree::root())
            .env(
                "RELAYSCOPE_DESKTOP_BIN",
                tree::program("debug", "relayscope-desktop")?,
            )
            .run()
    });
}
