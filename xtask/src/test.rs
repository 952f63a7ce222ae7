//! `cargo xtask test`: sets up what the tests need, then runs every one of them.
//!
//! The order is from quick to slow, so that a slip shows early; no failure hides another step.

use std::env;

use crate::demo::Demo;
use crate::fault::Fault;
use crate::plan::{Plan, StepId};
use crate::process::{Call, cargo};
use crate::system_packages::{self, Purpose};
use crate::{node, panel, python, tidy, toolchain, tree};

/// Runs all steps, or those whose names hold one of the words after `--only`.
pub(crate) fn test(arguments: &[String]) -> Result<(), Fault> {
    let words = words(arguments)?;
    let mut plan = Plan::default();
    let toolchain = plan.step("Set-up: toolchain", &[], toolchain::check);
    let system = plan.step("Set-up: system packages", &[], || {
        system_packages::provide(Purpose::Tests)
    });
    plan.step("Tidy", &[], tidy::tidy);
    plan.step("Rust: format", &[], || {
        cargo().args(["fmt", "--all", "--check"]).run()
    });
    let panel = panel_steps(&mut plan, toolchain);
    let programs = plan.step("Build: all programs", &[toolchain, system, panel], || {
        cargo().args(["build", "--workspace", "--locked"]).run()
    });
    rust_steps(&mut plan, programs);
    sdk_steps(&mut plan, [toolchain, system], programs);
    plan.step("Panel in a browser (Playwright)", &[programs], in_a_browser);
    desktop_step(&mut plan, programs);
    plan.run(&words)
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

/// The panel's own steps; gives the one that builds it, because the Rust programs carry it inside.
fn panel_steps(plan: &mut Plan<'_>, toolchain: StepId) -> StepId {
    let packages = plan.step("Panel: npm packages", &[toolchain], panel::packages);
    plan.step("Panel: types", &[packages], || panel::script("check"));
    plan.step("Panel: lint", &[packages], || panel::script("lint"));
    plan.step("Panel: unit tests", &[packages], || panel::script("test"));
    plan.step("Panel: build", &[packages], panel::build)
}

fn rust_steps(plan: &mut Plan<'_>, programs: StepId) {
    plan.step("Rust: tests", &[programs], rust_tests);
    plan.step("Rust: tests in the documentation", &[programs], || {
        cargo()
            .args(["test", "--workspace", "--doc", "--locked", "--quiet"])
            .run()
    });
    plan.step("Rust: clippy", &[programs], || {
        cargo()
            .args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--quiet",
            ])
            .args(["--", "-D", "warnings"])
            .run()
    });
}

/// With nextest where it is installed (faster, and each test in a process of its own).
fn rust_tests() -> Result<(), Fault> {
    if cargo().args(["nextest", "--version"]).succeeds() {
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
    } else {
        println!("cargo-nextest is not installed; `cargo test` does the same, more slowly");
        cargo()
            .args([
                "test",
                "--workspace",
                "--all-targets",
                "--locked",
                "--no-fail-fast",
            ])
            .run()
    }
}

/// The official SDKs and command lines as clients of the built program.
fn sdk_steps(plan: &mut Plan<'_>, set_up: [StepId; 2], programs: StepId) {
    let place = tree::root().join("tests/sdk");
    let packages = plan.step("SDK tests: packages", &set_up, {
        let place = place.clone();
        move || {
            python::environment(&place)?;
            node::packages(&place)
        }
    });
    plan.step("SDK tests (pytest)", &[programs, packages], move || {
        Call::new(python::interpreter(&place))
            .args(["-m", "pytest"])
            .inside(&place)
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
fn desktop_step(plan: &mut Plan<'_>, programs: StepId) {
    if !cfg!(target_os = "linux") {
        return;
    }
    plan.step("Desktop smoke test", &[programs], || {
        Call::new(tree::root().join("tests/desktop/run"))
            .inside(&tree::root())
            .env(
                "RELAYSCOPE_DESKTOP_BIN",
                tree::program("debug", "relayscope-desktop")?,
            )
            .run()
    });
}
