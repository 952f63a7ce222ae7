//! Figures of several rounds, and the rows that they become.

use serde::Serialize;

/// One contender's figure of each round.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Series {
    /// Who.
    pub(crate) contender: &'static str,
    /// One figure a round.
    pub(crate) rounds: Vec<f64>,
}

/// One line of the table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) title: String,
    /// The unit of its figures.
    pub(crate) unit: &'static str,
    /// Everyone's figures.
    pub(crate) series: Vec<Series>,
    /// What we want to reach.
    pub(crate) goal: Goal,
}

/// What we want to reach; nothing in it is ever asserted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Goal {
    /// At most so many times nginx's figure.
    pub(crate) ratio: Option<f64>,
    /// At most so much.
    pub(crate) most: Option<f64>,
    /// At least so much.
    pub(crate) least: Option<f64>,
}

impl Goal {
    /// Nothing particular.
    pub(crate) const NONE: Self = Self {
        ratio: None,
        most: None,
        least: None,
    };

    /// At most so many times nginx's figure.
    pub(crate) const fn times_nginx(ratio: f64) -> Self {
        Self {
            ratio: Some(ratio),
            ..Self::NONE
        }
    }

    /// At most so much, in the row's unit.
    pub(crate) const fn at_most(most: f64) -> Self {
        Self {
            most: Some(most),
            ..Self::NONE
        }
    }

    /// At least so much, in the row's unit.
    pub(crate) const fn at_least(least: f64) -> Self {
        Self {
            least: Some(least),
            ..Self::NONE
        }
    }
}

impl Row {
    /// The median figure of a contender.
    pub(crate) fn median(&self, contender: &str) -> Option<f64> {
        let series = self
            .series
            .iter()
            .find(|series| series.contender == contender)?;
        median(&series.rounds)
    }

    /// A contender's median in terms of another's.
    pub(crate) fn ratio(&self, contender: &str, other: &str) -> Option<f64> {
        let base = self.median(other).filter(|base| *base > 0.0)?;
        Some(self.median(contender)? / base)
    }

    /// Has this contender reached the goal? Unknown where there is no goal, or nothing to compare with.
    pub(crate) fn reached(&self, contender: &str, yardstick: &str) -> Option<bool> {
        let Goal { ratio, most, least } = self.goal;
        let parts = [
            ratio.map(|goal| Some(self.ratio(contender, yardstick)? <= goal)),
            most.map(|goal| Some(self.median(contender)? <= goal)),
            least.map(|goal| Some(self.median(contender)? >= goal)),
        ];
        let known: Option<Vec<bool>> = parts.into_iter().flatten().collect();
        known
            .filter(|parts| !parts.is_empty())
            .map(|parts| parts.iter().all(|part| *part))
    }
}

/// The middle figure. Rounds without one (a lost measurement) do not count.
fn median(figures: &[f64]) -> Option<f64> {
    let mut figures: Vec<f64> = figures
        .iter()
        .copied()
        .filter(|figure| figure.is_finite())
        .collect();
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() {
        0 => None,
        count if count % 2 == 1 => figures.get(middle).copied(),
        _ => Some(f64::midpoint(figures[middle - 1], figures[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::{Goal, Row, Series, median};

    fn row(goal: Goal) -> Row {
        let series = |contender, rounds: &[f64]| Series {
            contender,
            rounds: rounds.to_vec(),
        };
        Row {
            title: "added".into(),
            unit: "µs",
            series: vec![
                series("nginx", &[20.0, 22.0, 90.0]),
                series("relayscope", &[25.0, 26.0]),
            ],
            goal,
        }
    }

    #[test]
    fn one_odd_round_does_not_move_the_figure() {
        assert_eq!(median(&[1.0, 100.0, 2.0, f64::NAN]), Some(2.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn goals_are_compared_where_there_is_something_to_compare() {
        let reached = |goal| row(goal).reached("relayscope", "nginx");
        assert_eq!(reached(Goal::times_nginx(1.3)), Some(true));
        assert_eq!(reached(Goal::times_nginx(1.1)), Some(false));
        assert_eq!(reached(Goal::at_most(25.0)), Some(false));
        assert_eq!(reached(Goal::at_least(25.0)), Some(true));
        assert_eq!(reached(Goal::NONE), None);
        assert_eq!(row(Goal::times_nginx(2.0)).reached("absent", "nginx"), None);
    }
}
