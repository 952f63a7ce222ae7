//! Runs the scenarios and prints the table.

use std::cell::OnceCell;
use std::fs;
use std::time::Instant;

use crate::contenders::{self, Contender, Relayscope};
use crate::fault::Fault;
use crate::figures::{Row, Series};
use crate::history::History;
use crate::load::{Order, Outcome, Work};
use crate::machine::{self, Layout};
use crate::options::Options;
use crate::process::{Process, pinned};
use crate::scenarios;
use crate::table;

/// Everything that a scenario needs to know.
pub(crate) struct Bench {
    /// What was asked for.
    pub(crate) options: Options,
    /// The processors that we may use.
    pub(crate) processors: Vec<usize>,
    /// Who is measured.
    pub(crate) contenders: Vec<Box<dyn Contender>>,
    /// A million exchanges, once somebody needs them.
    pub(crate) history: OnceCell<History>,
}

/// One measurement of one contender in one round.
pub(crate) struct Sample {
    /// Who.
    pub(crate) contender: &'static str,
    /// What its client saw.
    pub(crate) outcome: Outcome,
    /// Processor time for each answer or delta, the recording after it included, in microseconds.
    pub(crate) processor: Option<f64>,
    /// The most memory that it took, in megabytes.
    pub(crate) memory: Option<f64>,
}

/// Runs what was asked for.
pub(crate) fn run(arguments: &[String]) -> Result<(), Fault> {
    let options = Options::parse(arguments)?;
    let processors = machine::processors()?;
    let mut bench = Bench {
        contenders: contenders::all(&options),
        options,
        processors,
        history: OnceCell::new(),
    };
    bench.leave_out_the_broken()?;
    let names: Vec<&str> = bench
        .contenders
        .iter()
        .map(|contender| contender.name())
        .collect();
    if !names.contains(&contenders::NGINX) {
        eprintln!("nginx is not here: there will be no ratios (Debian has it as nginx-light)");
    }
    let machine = machine::description(&bench.processors);
    let begun = Instant::now();
    let mut rows: Vec<Row> = Vec::new();
    for scenario in scenarios::all() {
        let wanted = &bench.options.only;
        if !wanted.is_empty()
            && !wanted
                .iter()
                .any(|word| scenario.name.contains(word.as_str()))
        {
            continue;
        }
        eprintln!(
            "[{:>4.0} s] {}",
            begun.elapsed().as_secs_f64(),
            scenario.name
        );
        match (scenario.measure)(&bench) {
            Ok(measured) => rows.extend(measured),
            // The others may still tell something.
            Err(fault) => eprintln!("         not measured: {fault}"),
        }
    }
    table::print(
        &rows,
        &names,
        &machine,
        bench.options.rounds(),
        begun.elapsed(),
    );
    if let Some(path) = &bench.options.json {
        let document = serde_json::json!({ "machine": machine, "rows": rows });
        fs::write(path, document.to_string()).map_err(|cause| Fault::File {
            path: path.clone(),
            cause,
        })?;
    }
    Ok(())
}

impl Bench {
    /// Starts everyone once. Who does not even serve a first request is left out, and the others can
    /// still be compared.
    fn leave_out_the_broken(&mut self) -> Result<(), Fault> {
        let layout = Layout::split(&self.processors);
        let (_mock, upstream) = self.mock(&layout)?;
        self.contenders.retain(|contender| {
            let started = contender.start(upstream, &layout.contender);
            if let Err(fault) = &started {
                eprintln!("without {}: {fault}", contender.name());
            }
            started.is_ok()
        });
        Ok(())
    }

    /// The upstream on its processors.
    pub(crate) fn mock(&self, layout: &Layout) -> Result<(Process, std::net::SocketAddr), Fault> {
        let mut command = pinned(&layout.mock, &machine::ourselves()?);
        command.arg("mock");
        Process::listening("the mock upstream", command)
    }

    /// The program that all this is about, unless only the others are measured.
    pub(crate) fn relayscope(&self) -> Option<Relayscope> {
        let program = self.options.relayscope.clone()?;
        Some(Relayscope { program })
    }

    /// The data directory of a million exchanges, made by whoever asks first.
    pub(crate) fn history(&self, relayscope: &Relayscope) -> Result<&History, Fault> {
        if self.history.get().is_none() {
            let made = History::make(self, relayscope)?;
            // Nobody else can have set it: there is one thread.
            self.history.set(made).ok();
        }
        let missing = || Fault::misbehaved("the history", "is missing");
        self.history.get().ok_or_else(missing)
    }

    /// Measures one kind of work with each contender in so many rounds.
    pub(crate) fn measure(
        &self,
        layout: &Layout,
        rounds: usize,
        size: usize,
        work: Work,
    ) -> Result<Vec<Sample>, Fault> {
        let measured = self.interleave(layout, rounds, &[(size, work)])?;
        Ok(measured.into_iter().flatten().collect())
    }

    /// Measures each kind of work with each contender in so many rounds, each round in another order.
    /// The result has one list of samples for each work.
    pub(crate) fn interleave(
        &self,
        layout: &Layout,
        rounds: usize,
        works: &[(usize, Work)],
    ) -> Result<Vec<Vec<Sample>>, Fault> {
        let (_mock, upstream) = self.mock(layout)?;
        let mut servers = Vec::new();
        for contender in &self.contenders {
            servers.push((
                contender.name(),
                contender.start(upstream, &layout.contender)?,
            ));
        }
        let mut samples: Vec<Vec<Sample>> = works.iter().map(|_| Vec::new()).collect();
        for round in 0..rounds {
            for ((size, work), samples) in works.iter().zip(&mut samples) {
                let shift = round % servers.len();
                for (name, server) in servers[shift..].iter().chain(&servers[..shift]) {
                    let order = Order {
                        address: server.address,
                        size: *size,
                        translated: false,
                        work: work.clone(),
                    };
                    samples.push(scenarios::sample(name, server, &order, &layout.client)?);
                }
            }
        }
        Ok(samples)
    }
}

/// The figures of one kind, for each contender that has them.
pub(crate) fn series(samples: &[Sample], pick: impl Fn(&Sample) -> Option<f64>) -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    for sample in samples {
        let Some(figure) = pick(sample) else { continue };
        match all
            .iter_mut()
            .find(|series| series.contender == sample.contender)
        {
            Some(series) => series.rounds.push(figure),
            None => all.push(Series {
                contender: sample.contender,
                rounds: vec![figure],
            }),
        }
    }
    all
}

/// What each contender adds to the direct connection of the same round; the direct one keeps its own figure.
pub(crate) fn added(samples: &[Sample], pick: impl Fn(&Sample) -> Option<f64>) -> Vec<Series> {
    let mut all = series(samples, pick);
    let direct = all
        .iter()
        .find(|series| series.contender == contenders::DIRECT)
        .map(|series| series.rounds.clone())
        .unwrap_or_default();
    for series in all
        .iter_mut()
        .filter(|series| series.contender != contenders::DIRECT)
    {
        for (figure, direct) in series.rounds.iter_mut().zip(&direct) {
            *figure -= direct;
        }
    }
    all
}
