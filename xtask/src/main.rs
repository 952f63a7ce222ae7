//! The commands of the source tree: `cargo xtask run | test | bench | release | bundle | tidy`.
//!
//! A person who has just cloned the project needs only rustup, Node.js and (on Debian or Ubuntu) apt;
//! what else is missing is installed by the command that needs it. There are no dependencies, so that
//! the first answer comes within seconds of the clone.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "these commands talk to the person in front of the terminal"
)]

mod bench;
mod bundle;
mod demo;
mod fault;
mod node;
mod panel;
mod plan;
mod process;
mod python;
mod release;
mod run;
mod stamp;
mod system_packages;
mod test;
mod tidy;
mod toolchain;
mod tree;

use std::env;
use std::process::ExitCode;

use fault::Fault;

const HELP: &str = "\
cargo xtask run [-- ARGUMENTS]      set up, build and start Relayscope (without a display: `relayscope serve`)
cargo xtask test [--only WORD]...   set up and run every test; --only WORD: such steps and what they need
cargo xtask bench [-- ARGUMENTS]    compare with a direct connection and nginx (`-- --quick` for a short run)
cargo xtask release [-- --target T] build the program without a window as it is shipped: trained, then built again
cargo xtask bundle [-- ARGUMENTS]   build the installers that this system can build
cargo xtask tidy                    the rules of the house that no compiler checks
";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_str() {
        "run" => run::run(after_dashes(&rest)),
        "test" => test::test(&rest),
        "bench" => bench::bench(after_dashes(&rest)),
        "bundle" => bundle::bundle(after_dashes(&rest)),
        "release" => release::release(after_dashes(&rest)),
        "tidy" => tidy::tidy(),
        "" | "help" | "-h" | "--help" => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        unknown => {
            eprintln!("There is no command `{unknown}`. These exist:\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Fault::WrongUse(sentence)) => {
            eprintln!("{sentence}\n\n{HELP}");
            ExitCode::from(2)
        }
        Err(fault) => {
            eprintln!("\nerror: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// What follows the first `--`; everything when there is none.
fn after_dashes(arguments: &[String]) -> &[String] {
    match arguments.iter().position(|argument| argument == "--") {
        Some(place) => &arguments[place + 1..],
        None => arguments,
    }
}

#[cfg(test)]
mod tests {
    use super::after_dashes;

    #[test]
    fn the_dashes_themselves_are_not_passed_on() {
        let given: Vec<String> = ["--", "--port", "0", "--"].map(String::from).to_vec();
        assert_eq!(after_dashes(&given), &given[1..]);
        assert_eq!(after_dashes(&given[1..3]), &given[1..3]);
    }
}
