//! An axis of time: few labels, on days that people count by, the last one "today".

use base::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::labels::Labels;

/// A label on the axis of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) at: Timestamp,
    pub(crate) label: String,
}

const MICROS_OF_HOUR: i64 = 3_600_000_000;
/// Distances between labels in days.
const STEPS: [i64; 12] = [1, 2, 3, 7, 14, 30, 60, 90, 180, 365, 1_825, 36_500];

/// A span of time that is drawn, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

impl Span {
    /// From the one to the other, inside what a calendar knows; an empty or turned span becomes the day before its end.
    pub(crate) fn new(from: Timestamp, to: Timestamp) -> Self {
        let (from, to) = (in_calendar(from), in_calendar(to));
        if from < to {
            Self { from, to }
        } else {
            Self {
                from: to.plus_micros(-24 * MICROS_OF_HOUR),
                to,
            }
        }
    }

    /// Microseconds from the beginning, as plotters wants them.
    pub(crate) fn place(&self, at: Timestamp) -> f64 {
        (at.0.saturating_sub(self.from.0)) as f64
    }

    /// The length, in microseconds.
    pub(crate) fn length(&self) -> f64 {
        self.place(self.to)
    }

    /// At most `most` labels from left to right. `ends_now` names the last one "today".
    pub(crate) fn ticks(
        &self,
        most: usize,
        ends_now: bool,
        zone: &TimeZone,
        labels: &Labels,
    ) -> Vec<Tick> {
        let hours = self.length() / MICROS_OF_HOUR as f64;
        if hours < 48.0 {
            return self.clock_ticks(most, zone);
        }
        let days = (hours / 24.0).ceil() as i64;
        let room = i64::try_from(most.max(2) - 1).unwrap_or(1);
        let step = STEPS
            .into_iter()
            .find(|step| days / step <= room)
            .unwrap_or(days / room + 1);
        self.day_ticks(step, ends_now, zone, labels)
    }

    fn day_ticks(&self, step: i64, ends_now: bool, zone: &TimeZone, labels: &Labels) -> Vec<Tick> {
        let years = step >= 90;
        let last = civil(self.to, zone).date();
        let mut ticks = vec![Tick {
            at: self.to,
            label: if ends_now {
                labels.today.clone()
            } else if years {
                labels.month_of_year(last)
            } else {
                labels.day(last)
            },
        }];
        let mut date = last;
        while let Some(earlier) = back(date, step) {
            date = earlier;
            let Some(at) = start_of(date, zone).filter(|at| *at >= self.from) else {
                break;
            };
            let label = if years {
                labels.month_of_year(date)
            } else {
                labels.day(date)
            };
            ticks.push(Tick { at, label });
        }
        ticks.reverse();
        ticks
    }

    fn clock_ticks(&self, most: usize, zone: &TimeZone) -> Vec<Tick> {
        let room = most.max(2) as f64;
        let hours = self.length() / MICROS_OF_HOUR as f64;
        let step = [1_i64, 2, 3, 6, 12]
            .into_iter()
            .find(|step| hours / *step as f64 <= room)
            .unwrap_or(12);
        let mut ticks = Vec::new();
        let Some(mut at) = start_of(civil(self.from, zone).date(), zone) else {
            return ticks;
        };
        while at <= self.to {
            if at >= self.from {
                let time = civil(at, zone);
                ticks.push(Tick {
                    at,
                    label: format!("{:02}:{:02}", time.hour(), time.minute()),
                });
            }
            at = at.plus_micros(step * MICROS_OF_HOUR);
        }
        ticks
    }
}

/// The moment on the clocks of the zone.
pub(crate) fn civil(at: Timestamp, zone: &TimeZone) -> DateTime {
    at.to_jiff().to_zoned(zone.clone()).datetime()
}

/// The moment, at least two days from where calendars end: days before and zones around it exist.
fn in_calendar(at: Timestamp) -> Timestamp {
    let room = 48 * MICROS_OF_HOUR;
    let first = jiff::Timestamp::MIN.as_microsecond() + room;
    let last = jiff::Timestamp::MAX.as_microsecond() - room;
    Timestamp(at.0.clamp(first, last))
}

fn start_of(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    let start = date.to_zoned(zone.clone()).ok()?;
    Some(Timestamp(start.timestamp().as_microsecond()))
}

fn back(date: Date, days: i64) -> Option<Date> {
    date.checked_sub(jiff::Span::new().try_days(days).ok()?)
        .ok()
}
