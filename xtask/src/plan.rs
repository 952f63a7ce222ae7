//! A plan of named steps, some of which need others. Every step has a heading and its duration, the
//! failure of one hides no other, and a summary comes at the end.

use std::time::{Duration, Instant};

use crate::fault::Fault;

/// What a step does.
type Work<'a> = Box<dyn FnOnce() -> Result<(), Fault> + 'a>;

/// Names a planned step, so that a later one can say that it needs it.
#[derive(Clone, Copy)]
pub(crate) struct StepId(usize);

/// One planned step.
struct Step<'a> {
    name: &'static str,
    needs: Vec<StepId>,
    work: Work<'a>,
}

/// How a step ended.
struct Ended {
    name: &'static str,
    outcome: Outcome,
    took: Duration,
}

enum Outcome {
    Passed,
    Failed(String),
}

/// The steps, in the order in which they run.
#[derive(Default)]
pub(crate) struct Plan<'a> {
    steps: Vec<Step<'a>>,
}

impl<'a> Plan<'a> {
    /// Plans a step that runs after those that it needs.
    pub(crate) fn step(
        &mut self,
        name: &'static str,
        needs: &[StepId],
        work: impl FnOnce() -> Result<(), Fault> + 'a,
    ) -> StepId {
        self.steps.push(Step {
            name,
            needs: needs.to_vec(),
            work: Box::new(work),
        });
        StepId(self.steps.len() - 1)
    }

    /// Runs the steps whose names hold one of the words, and what those need; all of them when there
    /// are no words. A fault when any failed.
    pub(crate) fn run(self, words: &[String]) -> Result<(), Fault> {
        let begun = Instant::now();
        let wanted = self.wanted(words);
        if !wanted.contains(&true) {
            return Err(Fault::WrongUse(format!(
                "No step is called {}.",
                words.join(" or ")
            )));
        }
        let mut ended: Vec<Option<Ended>> = Vec::new();
        for (step, wanted) in self.steps.into_iter().zip(wanted) {
            let end = wanted.then(|| step.run(&ended));
            ended.push(end);
        }
        let ended: Vec<Ended> = ended.into_iter().flatten().collect();
        summarize(&ended, begun.elapsed())
    }

    /// For each step: is it to run?
    fn wanted(&self, words: &[String]) -> Vec<bool> {
        let is_named = |step: &Step<'_>| {
            let name = step.name.to_lowercase();
            words.is_empty() || words.iter().any(|word| name.contains(&word.to_lowercase()))
        };
        let mut wanted: Vec<bool> = self.steps.iter().map(is_named).collect();
        // A step needs only earlier ones, so one pass from the end finds all.
        for number in (0..self.steps.len()).rev() {
            if wanted[number] {
                self.steps[number]
                    .needs
                    .iter()
                    .for_each(|need| wanted[need.0] = true);
            }
        }
        wanted
    }
}

impl Step<'_> {
    fn run(self, earlier: &[Option<Ended>]) -> Ended {
        let obstacle = self
            .needs
            .iter()
            .filter_map(|need| earlier[need.0].as_ref())
            .find(|ended| matches!(ended.outcome, Outcome::Failed(_)));
        if let Some(obstacle) = obstacle {
            return Ended {
                name: self.name,
                outcome: Outcome::Failed(format!("not run: needs \"{}\"", obstacle.name)),
                took: Duration::ZERO,
            };
        }
        println!("\n== {}", self.name);
        let begun = Instant::now();
        let outcome = match (self.work)() {
            Ok(()) => Outcome::Passed,
            Err(fault) => Outcome::Failed(fault.to_string()),
        };
        let took = begun.elapsed();
        match &outcome {
            Outcome::Passed => println!("-- passed in {}", spoken(took)),
            Outcome::Failed(why) => println!("-- FAILED after {}: {why}", spoken(took)),
        }
        Ended {
            name: self.name,
            outcome,
            took,
        }
    }
}

fn summarize(steps: &[Ended], took: Duration) -> Result<(), Fault> {
    println!("\n== Summary ({})", spoken(took));
    for step in steps {
        let (word, why) = match &step.outcome {
            Outcome::Passed => ("passed", String::new()),
            Outcome::Failed(why) => ("FAILED", format!(": {why}")),
        };
        println!("{word} {:>12}  {}{why}", spoken(step.took), step.name);
    }
    let failed = steps
        .iter()
        .filter(|step| matches!(step.outcome, Outcome::Failed(_)))
        .count();
    println!("\nsteps: {} passed, {failed} failed", steps.len() - failed);
    if failed == 0 {
        return Ok(());
    }
    Err(Fault::Several {
        count: failed,
        what: "steps failed or could not run",
    })
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
    use std::cell::RefCell;

    use super::Plan;
    use crate::fault::Fault;

    /// Runs a small plan, in which one step fails, and says which ones did something.
    fn ran(words: &[&str]) -> (Vec<&'static str>, bool) {
        let ran = RefCell::new(Vec::new());
        let note = |name| {
            let ran = &ran;
            move || {
                ran.borrow_mut().push(name);
                Ok(())
            }
        };
        let mut plan = Plan::default();
        let build = plan.step("build", &[], note("build"));
        let broken = plan.step("broken", &[], || Err(Fault::Unexpected("no".into())));
        plan.step("held up", &[build, broken], note("held up"));
        plan.step("Test", &[build], note("Test"));
        let words: Vec<String> = words.iter().map(|word| (*word).to_string()).collect();
        let fine = plan.run(&words).is_ok();
        (ran.into_inner(), fine)
    }

    #[test]
    fn a_failure_hides_only_what_needs_it_and_fails_the_run() {
        assert_eq!(ran(&[]), (vec!["build", "Test"], false));
    }

    #[test]
    fn a_word_keeps_the_named_steps_and_what_they_need() {
        assert_eq!(ran(&["tEST"]), (vec!["build", "Test"], true));
        assert_eq!(ran(&["build"]), (vec!["build"], true));
        assert_eq!(ran(&["nothing"]), (vec![], false));
    }
}
