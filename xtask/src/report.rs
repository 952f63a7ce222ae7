//! A run of named steps: each with a heading and its duration, none hidden by the failure of another,
//! and a summary at the end.

use std::time::{Duration, Instant};

use crate::fault::Fault;

/// How one step ended.
enum Outcome {
    Passed,
    Failed(String),
    /// Not run, and why.
    Skipped(String),
}

/// One finished step.
struct Step {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

/// Names a finished step, so that a later one can say that it needs it.
#[derive(Clone, Copy)]
pub(crate) struct StepId(usize);

/// The steps so far.
pub(crate) struct Report {
    steps: Vec<Step>,
    /// Words of which a step's name has to hold one; empty lets every step run.
    only: Vec<String>,
    begun: Instant,
}

impl Report {
    /// A run of the steps whose names hold one of these words (all of them when there are none).
    pub(crate) fn new(only: Vec<String>) -> Self {
        Self {
            steps: Vec::new(),
            only,
            begun: Instant::now(),
        }
    }

    /// A step that prepares others; it runs whatever was asked for.
    pub(crate) fn set_up(
        &mut self,
        name: &'static str,
        needs: &[StepId],
        work: impl FnOnce() -> Result<(), Fault>,
    ) -> StepId {
        self.perform(name, needs, work)
    }

    /// A step that checks something; it runs when its name was asked for.
    pub(crate) fn step(
        &mut self,
        name: &'static str,
        needs: &[StepId],
        work: impl FnOnce() -> Result<(), Fault>,
    ) -> StepId {
        let lower = name.to_lowercase();
        let wanted = self.only.is_empty()
            || self
                .only
                .iter()
                .any(|word| lower.contains(&word.to_lowercase()));
        if wanted {
            self.perform(name, needs, work)
        } else {
            self.skip(name, "not asked for".into())
        }
    }

    /// Notes a step that has nothing to do.
    pub(crate) fn skip(&mut self, name: &'static str, why: String) -> StepId {
        self.end(name, Outcome::Skipped(why), Duration::ZERO)
    }

    /// Prints the summary. A fault when any step failed or was held up by one that did.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        println!("\n== Summary ({})", spoken(self.begun.elapsed()));
        for step in &self.steps {
            let (word, detail) = match &step.outcome {
                Outcome::Passed => ("passed ", String::new()),
                Outcome::Failed(why) => ("FAILED ", format!("  {why}")),
                Outcome::Skipped(why) => ("skipped", format!("  {why}")),
            };
            println!("{word} {:>9}  {}{detail}", spoken(step.took), step.name);
        }
        let count = |wanted: fn(&Outcome) -> bool| {
            self.steps
                .iter()
                .filter(|step| wanted(&step.outcome))
                .count()
        };
        let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
        println!(
            "\nsteps: {} passed, {failed} failed, {} skipped",
            count(|outcome| matches!(outcome, Outcome::Passed)),
            count(|outcome| matches!(outcome, Outcome::Skipped(_))),
        );
        if failed == 0 {
            Ok(())
        } else {
            Err(Fault::Several {
                count: failed,
                what: "steps failed",
            })
        }
    }

    fn perform(
        &mut self,
        name: &'static str,
        needs: &[StepId],
        work: impl FnOnce() -> Result<(), Fault>,
    ) -> StepId {
        let obstacle = needs
            .iter()
            .map(|need| &self.steps[need.0])
            .find(|step| matches!(step.outcome, Outcome::Failed(_)));
        if let Some(step) = obstacle {
            let why = format!("needs \"{}\", which failed", step.name);
            return self.end(name, Outcome::Failed(why), Duration::ZERO);
        }
        println!("\n== {name}");
        let begun = Instant::now();
        let outcome = match work() {
            Ok(()) => Outcome::Passed,
            Err(fault) => Outcome::Failed(fault.to_string()),
        };
        let took = begun.elapsed();
        match &outcome {
            Outcome::Failed(why) => println!("-- FAILED after {}: {why}", spoken(took)),
            _ => println!("-- passed in {}", spoken(took)),
        }
        self.end(name, outcome, took)
    }

    fn end(&mut self, name: &'static str, outcome: Outcome, took: Duration) -> StepId {
        self.steps.push(Step {
            name,
            outcome,
            took,
        });
        StepId(self.steps.len() - 1)
    }
}

/// A duration as a person says it.
fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::Report;
    use crate::fault::Fault;

    #[test]
    fn a_failure_hides_only_what_needs_it_and_fails_the_run() {
        let ran = Cell::new(0);
        let pass = || {
            ran.set(ran.get() + 1);
            Ok(())
        };
        let mut report = Report::new(Vec::new());
        let broken = report.set_up("broken", &[], || Err(Fault::Unexpected("no".into())));
        report.step("held up", &[broken], pass);
        report.step("independent", &[], pass);
        assert_eq!(ran.get(), 1);
        assert!(report.finish().is_err());
    }

    #[test]
    fn only_keeps_set_up_and_the_named_steps() {
        let ran = Cell::new(0);
        let pass = || {
            ran.set(ran.get() + 1);
            Ok(())
        };
        let mut report = Report::new(vec!["CLIPPY".into()]);
        report.set_up("toolchain", &[], pass);
        report.step("clippy", &[], pass);
        report.step("format", &[], pass);
        assert_eq!(ran.get(), 2);
        assert!(report.finish().is_ok());
    }
}
