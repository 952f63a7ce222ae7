//! The figures of the KPI strip.

use std::collections::VecDeque;

use base::{Nanos, Timestamp, UsageBasis};

use super::row;
use crate::view::Trace;

/// Points of a small chart, and the time each stands for.
const POINTS: usize = 15;
const POINT: i64 = 4 * 60 * 1_000_000;

/// In-flight samples stand for 4 s each.
const IN_FLIGHT_POINT: i64 = 4 * 1_000_000;

/// Answers that the median time to first token is taken from.
const TTFT_SAMPLES: usize = 200;

/// Answers that the median speed is taken from, and how old they may be.
const SPEED_SAMPLES: usize = 1_000;
const SPEED_AGE: i64 = 60 * 60 * 1_000_000;

/// Counters since local midnight and a few recent samples.
#[derive(Debug, Default)]
pub(super) struct Day {
    midnight: Timestamp,
    next_midnight: Timestamp,
    pub(super) requests: u32,
    pub(super) failed: u32,
    pub(super) retried: u32,
    pub(super) unpriced: u32,
    pub(super) estimated: u32,
    pub(super) cost: Nanos,
    saved: Nanos,
    prompt_tokens: u64,
    cache_read_tokens: u64,
    /// Time to first token of recent answers, ms.
    ttft: VecDeque<f64>,
    /// Output speed of recent answers, with the moment.
    speed: VecDeque<(Timestamp, f64)>,
    points: VecDeque<Point>,
    in_flight: VecDeque<(i64, f64)>,
    /// Starts per second: the second and how many.
    seconds: VecDeque<(i64, u32)>,
}

/// One point of the small charts.
#[derive(Debug, Default)]
struct Point {
    number: i64,
    requests: u32,
    ttft: Vec<f64>,
    speed: Vec<f64>,
    cost_so_far: Nanos,
    prompt_tokens: u64,
    cache_read_tokens: u64,
}

/// What the figures count of an exchange that is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    started_at: Timestamp,
    at: Timestamp,
    failed: bool,
    retried: bool,
    unpriced: bool,
    estimated: bool,
    cost: Nanos,
    saved: Nanos,
    /// Tokens of the prompt, and those of them that were read from a cache; where the upstream told them.
    prompt: Option<(u64, u64)>,
    /// Time to first token, ms, of an answer that is complete.
    ttft: Option<f64>,
    /// Its speed.
    speed: Option<f64>,
}

impl Ended {
    /// The same of its row.
    pub(super) fn of(row: &store::Exchange) -> Self {
        let is_done = row.outcome == "done";
        let is_told = row.usage_basis != UsageBasis::Unknown && row.usage.cache_known;
        let took_us = row.duration_us.unwrap_or(0) as i64;
        let ttft = row.first_token_us.map(row::millis);
        Self {
            started_at: row.started_at,
            at: row.started_at.plus_micros(took_us),
            failed: is_failure(&row.outcome),
            retried: row.attempts > 1,
            unpriced: row.cost_basis == "unpriced",
            estimated: row.cost_basis == "estimate",
            cost: row.cost_usd.unwrap_or_default(),
            saved: row.saved_usd.unwrap_or_default(),
            prompt: is_told.then(|| (row.usage.prompt(), row.usage.cache_read)),
            ttft: ttft.filter(|_| is_done),
            speed: row::speed(row).filter(|_| is_done),
        }
    }
}

impl Day {
    /// Since when "today" counts.
    pub(super) fn begin(now: Timestamp) -> Self {
        let mut day = Self::default();
        day.turn(now);
        day
    }

    /// Local midnight of today.
    pub(super) fn midnight(&self) -> Timestamp {
        self.midnight
    }

    pub(super) fn started(&mut self, at: Timestamp) {
        self.turn(at);
        self.requests += 1;
        self.point(at).requests += 1;
        let second = at.0.div_euclid(1_000_000);
        match self.seconds.back_mut() {
            Some((last, count)) if *last >= second => *count += 1,
            _ => self.seconds.push_back((second, 1)),
        }
        while self
            .seconds
            .front()
            .is_some_and(|(first, _)| *first <= second - 60)
        {
            self.seconds.pop_front();
        }
    }

    /// Takes an exchange that is over.
    pub(super) fn finished(&mut self, ended: &Ended, now: Timestamp) {
        self.turn(now);
        if ended.started_at < self.midnight {
            return;
        }
        self.failed += u32::from(ended.failed);
        self.retried += u32::from(ended.retried);
        self.unpriced += u32::from(ended.unpriced);
        self.estimated += u32::from(ended.estimated);
        self.cost = self.cost + ended.cost;
        self.saved = self.saved + ended.saved;
        let cost = self.cost;
        let point = self.point(ended.at);
        point.cost_so_far = cost;
        if let Some((prompt, cache_read)) = ended.prompt {
            point.prompt_tokens += prompt;
            point.cache_read_tokens += cache_read;
            self.prompt_tokens += prompt;
            self.cache_read_tokens += cache_read;
        }
        if let Some(ttft) = ended.ttft {
            self.point(ended.at).ttft.push(ttft);
            push_limited(&mut self.ttft, ttft, TTFT_SAMPLES);
        }
        if let Some(speed) = ended.speed {
            self.point(ended.at).speed.push(speed);
            push_limited(&mut self.speed, (ended.at, speed), SPEED_SAMPLES);
        }
    }

    /// Notes how many run; called once a second.
    pub(super) fn sample_in_flight(&mut self, now: Timestamp, running: usize) {
        let number = now.0.div_euclid(IN_FLIGHT_POINT);
        match self.in_flight.back_mut() {
            Some((last, most)) if *last == number => *most = most.max(running as f64),
            _ => push_limited(&mut self.in_flight, (number, running as f64), POINTS),
        }
    }

    pub(super) fn ttft(&self) -> (Option<f64>, Option<f64>) {
        let mut sorted: Vec<f64> = self.ttft.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        (percentile(&sorted, 0.5), percentile(&sorted, 0.95))
    }

    pub(super) fn speed(&self, now: Timestamp) -> Option<f64> {
        let recent = self
            .speed
            .iter()
            .filter(|(at, _)| now.0 - at.0 <= SPEED_AGE);
        let mut sorted: Vec<f64> = recent.map(|(_, speed)| *speed).collect();
        sorted.sort_by(f64::total_cmp);
        percentile(&sorted, 0.5)
    }

    pub(super) fn cache_hit_ratio(&self) -> Option<f64> {
        (self.prompt_tokens > 0).then(|| self.cache_read_tokens as f64 / self.prompt_tokens as f64)
    }

    pub(super) fn cache_saved_usd(&self) -> Option<f64> {
        (self.prompt_tokens > 0).then(|| self.saved.to_f64())
    }

    pub(super) fn requests_per_minute(&self, now: Timestamp) -> u32 {
        let second = now.0.div_euclid(1_000_000);
        let recent = self.seconds.iter().filter(|(at, _)| *at > second - 60);
        recent.map(|(_, count)| count).sum()
    }

    pub(super) fn trace(&self, now: Timestamp) -> Trace {
        let last = now.0.div_euclid(POINT);
        let point = |number: i64| self.points.iter().find(|point| point.number == number);
        let numbers: Vec<i64> = (last - POINTS as i64 + 1..=last).collect();
        let per_point = |value: fn(&Point) -> Option<f64>| -> Vec<Option<f64>> {
            numbers
                .iter()
                .map(|number| point(*number).and_then(value))
                .collect()
        };
        let mut so_far = 0.0;
        let cost_usd = numbers
            .iter()
            .map(|number| {
                so_far =
                    point(*number).map_or(so_far, |point| point.cost_so_far.to_f64().max(so_far));
                so_far
            })
            .collect();
        let second = now.0.div_euclid(1_000_000);
        let starts = |at: i64| {
            let found = self.seconds.iter().find(|(second, _)| *second == at);
            found.map_or(0.0, |(_, count)| f64::from(*count))
        };
        let flight = now.0.div_euclid(IN_FLIGHT_POINT);
        let running = |at: i64| {
            let found = self.in_flight.iter().find(|(number, _)| *number == at);
            found.map_or(0.0, |(_, most)| *most)
        };
        Trace {
            in_flight: (flight - POINTS as i64 + 1..=flight).map(running).collect(),
            requests: per_point(|point| Some(f64::from(point.requests)))
                .into_iter()
                .map(Option::unwrap_or_default)
                .collect(),
            ttft_ms: per_point(|point| median(&point.ttft)),
            speed: per_point(|point| median(&point.speed)),
            cost_usd,
            cache_hit: per_point(|point| {
                (point.prompt_tokens > 0)
                    .then(|| point.cache_read_tokens as f64 / point.prompt_tokens as f64)
            }),
            minute: (second - 59..=second).map(starts).collect(),
        }
    }

    fn point(&mut self, at: Timestamp) -> &mut Point {
        let number = at.0.div_euclid(POINT);
        let cost_so_far = self.cost;
        let known = self.points.iter().rposition(|point| point.number == number);
        let index = known.unwrap_or_else(|| {
            let new = Point {
                number,
                cost_so_far,
                ..Point::default()
            };
            push_limited(&mut self.points, new, POINTS + 1);
            self.points.len() - 1
        });
        &mut self.points[index]
    }

    /// A new day begins at local midnight, also across changes of the clock.
    fn turn(&mut self, now: Timestamp) {
        if self.midnight <= now && now < self.next_midnight {
            return;
        }
        let (midnight, next_midnight) = around(now);
        *self = Self {
            midnight,
            next_midnight,
            ttft: std::mem::take(&mut self.ttft),
            speed: std::mem::take(&mut self.speed),
            points: std::mem::take(&mut self.points),
            in_flight: std::mem::take(&mut self.in_flight),
            seconds: std::mem::take(&mut self.seconds),
            ..Self::default()
        };
        for point in &mut self.points {
            point.cost_so_far = Nanos(0);
        }
    }
}

/// Whether an outcome counts as a failure of the upstream or of ours.
pub(super) fn is_failure(outcome: &str) -> bool {
    matches!(outcome, "error" | "error_inside" | "cut" | "empty")
}

/// Local midnight before and after a moment.
fn around(now: Timestamp) -> (Timestamp, Timestamp) {
    let zoned = now.to_jiff().to_zoned(jiff::tz::TimeZone::system());
    let today = zoned
        .start_of_day()
        .map(|day| Timestamp(day.timestamp().as_microsecond()));
    let next = zoned
        .tomorrow()
        .and_then(|day| day.start_of_day())
        .map(|day| Timestamp(day.timestamp().as_microsecond()));
    let day = 24 * 60 * 60 * 1_000_000;
    let today = today.unwrap_or(Timestamp(now.0 - now.0.rem_euclid(day)));
    (today, next.unwrap_or(today.plus_micros(day)))
}

fn push_limited<T>(queue: &mut VecDeque<T>, value: T, limit: usize) {
    if queue.len() >= limit {
        queue.pop_front();
    }
    queue.push_back(value);
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    percentile(&sorted, 0.5)
}

/// Nearest rank of sorted values.
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seconds: i64, outcome: &str, ttft_ms: u64) -> store::Exchange {
        store::Exchange {
            started_at: Timestamp(seconds * 1_000_000),
            outcome: outcome.into(),
            first_token_us: Some(ttft_ms * 1_000),
            last_token_us: Some(ttft_ms * 1_000 + 1_000_000),
            duration_us: Some(2_000_000),
            cost_usd: Some(Nanos(1_000_000)),
            cost_basis: "exact".into(),
            attempts: 1,
            usage: base::Usage {
                input: 10,
                cache_read: 90,
                output: 50,
                cache_known: true,
                ..Default::default()
            },
            usage_basis: UsageBasis::Exact,
            ..store::Exchange::default()
        }
    }

    #[test]
    fn counts_and_medians() {
        let noon = 1_795_176_000; // 2026-11-20T12:00:00Z
        let mut day = Day::begin(Timestamp(noon * 1_000_000));
        for (index, (outcome, ttft)) in [
            ("done", 100),
            ("done", 300),
            ("error", 9_000),
            ("done", 200),
        ]
        .into_iter()
        .enumerate()
        {
            let row = row(noon + index as i64, outcome, ttft);
            day.started(row.started_at);
            day.finished(&Ended::of(&row), row.started_at);
        }
        assert_eq!((day.requests, day.failed), (4, 1));
        assert_eq!(day.ttft().0, Some(200.0), "failures never enter the median");
        assert_eq!(day.cache_hit_ratio(), Some(0.9));
        assert_eq!(day.speed(Timestamp(noon * 1_000_000)), Some(50.0));
        let now = Timestamp((noon + 5) * 1_000_000);
        assert_eq!(day.requests_per_minute(now), 4);
        assert_eq!(day.trace(now).minute.len(), 60);
        assert_eq!(day.trace(now).requests.last(), Some(&4.0));
    }

    #[test]
    fn midnight_begins_a_new_day() {
        let noon = 1_795_176_000;
        let mut day = Day::begin(Timestamp(noon * 1_000_000));
        day.started(Timestamp(noon * 1_000_000));
        let tomorrow = noon + 86_400;
        day.started(Timestamp(tomorrow * 1_000_000));
        assert_eq!(day.requests, 1);
        day.finished(
            &Ended::of(&row(noon, "done", 1)),
            Timestamp(tomorrow * 1_000_000),
        );
        assert_eq!(
            day.cost,
            Nanos(0),
            "yesterday's request is not today's cost"
        );
    }
}
