//! Hours of the week in which a row holds, except on holidays. All in UTC.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Timestamp;
use jiff::civil::Date;

use crate::error::Problem;
use crate::file::WindowEntry;

const MICROS_PER_MINUTE: i64 = 60_000_000;
const MINUTES_PER_DAY: i64 = 24 * 60;
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Some hours on some days of the week.
#[derive(Clone, Debug)]
pub struct Window {
    /// Open on Monday, Tuesday, …
    days: [bool; 7],
    /// Minutes of the day, half-open.
    spans: Box<[(i64, i64)]>,
    /// Days on which the window is closed all day.
    closed: Option<Arc<Holidays>>,
}

/// Days off, by year.
#[derive(Debug)]
pub(crate) struct Holidays(BTreeMap<i16, Box<[(Date, Date)]>>);

// === impl Window ===

impl Window {
    /// Builds the window; the error names the field.
    pub(crate) fn read(
        entry: &WindowEntry,
        calendars: &BTreeMap<Arc<str>, Arc<Holidays>>,
    ) -> Result<Self, (&'static str, Problem)> {
        let days = weekdays(&entry.days)
            .ok_or_else(|| ("days", Problem::NotWeekdays(entry.days.clone())))?;
        let spans = entry
            .utc
            .iter()
            .map(|text| minutes(text).ok_or_else(|| ("utc", Problem::NotHours(text.clone()))));
        let spans = spans.collect::<Result<_, _>>()?;
        let closed = entry.closed.as_deref().map(|name| {
            let calendar = calendars.get(name).cloned();
            calendar.ok_or_else(|| ("except", Problem::Unexplained(name.to_owned())))
        });
        let closed = closed.transpose()?;
        Ok(Self {
            days,
            spans,
            closed,
        })
    }

    /// Whether the moment is inside. A year without a list of holidays has none.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let minutes = at.0.div_euclid(MICROS_PER_MINUTE);
        let (day, minute) = (
            minutes.div_euclid(MINUTES_PER_DAY),
            minutes.rem_euclid(MINUTES_PER_DAY),
        );
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7) as usize;
        self.days[weekday]
            && self
                .spans
                .iter()
                .any(|&(from, until)| (from..until).contains(&minute))
            && !self
                .closed
                .as_ref()
                .is_some_and(|closed| closed.contains(date_of(at)))
    }

    /// The year whose holidays would decide about this moment and are not listed.
    pub fn missing_year(&self, at: Timestamp) -> Option<i16> {
        let year = date_of(at).year();
        let closed = self.closed.as_ref()?;
        (!closed.0.contains_key(&year)).then_some(year)
    }

    pub(crate) fn shares_hours_with(&self, other: &Self) -> bool {
        let same_day = self
            .days
            .iter()
            .zip(other.days)
            .any(|(left, right)| *left && right);
        let mut spans = self.spans.iter();
        same_day
            && spans.any(|left| {
                other
                    .spans
                    .iter()
                    .any(|right| left.0 < right.1 && right.0 < left.1)
            })
    }
}

// === impl Holidays ===

impl Holidays {
    /// Builds the calendar; the error names the year.
    pub(crate) fn read(entry: &BTreeMap<String, Vec<String>>) -> Result<Self, (String, Problem)> {
        let mut years = BTreeMap::new();
        for (year, spans) in entry {
            let bad = |text: &str| (year.clone(), Problem::NotDays(text.to_owned()));
            let number = year.parse::<i16>().map_err(|_| bad(year))?;
            let spans = spans
                .iter()
                .map(|text| days(number, text).ok_or_else(|| bad(text)));
            years.insert(number, spans.collect::<Result<_, _>>()?);
        }
        Ok(Self(years))
    }

    fn contains(&self, date: Date) -> bool {
        let spans = self.0.get(&date.year());
        spans.is_some_and(|spans| {
            spans
                .iter()
                .any(|&(first, last)| first <= date && date <= last)
        })
    }
}

fn date_of(at: Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(at.to_jiff()).date()
}

/// `Mon-Fri` or `Sat`; a span may go over the end of the week.
fn weekdays(text: &str) -> Option<[bool; 7]> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let index = |name: &str| WEEKDAYS.iter().position(|day| *day == name);
    let (first, last) = (index(first)?, index(last)?);
    let mut days = [false; 7];
    for step in 0..=(last + 7 - first) % 7 {
        days[(first + step) % 7] = true;
    }
    Some(days)
}

/// `01:00-04:00`; the day may end at 24:00.
fn minutes(text: &str) -> Option<(i64, i64)> {
    let minute = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        let (hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?);
        (minutes < 60).then_some(i64::from(hours) * 60 + i64::from(minutes))
    };
    let (from, until) = text.split_once('-')?;
    let (from, until) = (minute(from)?, minute(until)?);
    (from < until && until <= MINUTES_PER_DAY).then_some((from, until))
}

/// `10-01..10-07` or `10-01`, both days included.
fn days(year: i16, text: &str) -> Option<(Date, Date)> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let date = |text: &str| {
        let (month, day) = text.split_once('-')?;
        Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
    };
    let (first, last) = (date(first)?, date(last)?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: &str, utc: &[&str]) -> Result<Window, (&'static str, Problem)> {
        let entry = WindowEntry {
            days: days.to_owned(),
            utc: utc.iter().map(|&span| span.to_owned()).collect(),
            closed: None,
        };
        Window::read(&entry, &BTreeMap::new())
    }

    #[test]
    fn opens_and_closes_to_the_microsecond() {
        let window = window("Mon-Fri", &["01:00-04:00"]).unwrap();
        for (at, open) in [
            ("2026-11-20T00:59:59.999999Z", false), // Friday
            ("2026-11-20T01:00:00Z", true),
            ("2026-11-20T03:59:59.999999Z", true),
            ("2026-11-20T04:00:00Z", false),
            ("2026-11-21T02:00:00Z", false), // Saturday
            ("2026-11-23T02:00:00Z", true),  // Monday
            ("1969-12-29T02:00:00Z", true),  // Monday
        ] {
            assert_eq!(window.is_open(Timestamp::parse(at).unwrap()), open, "{at}");
        }
    }

    #[test]
    fn spans_that_make_no_sense_are_refused() {
        for days in ["", "Monday", "Mon-", "mon-fri"] {
            assert!(window(days, &[]).is_err(), "{days}");
        }
        for hours in [
            "",
            "01:00",
            "04:00-01:00",
            "01:60-02:00",
            "23:00-24:01",
            "1-2",
        ] {
            assert!(window("Mon", &[hours]).is_err(), "{hours}");
        }
        assert!(window("Sat-Mon", &["00:00-24:00"]).is_ok());
    }
}
