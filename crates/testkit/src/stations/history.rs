//! A made-up past: calls of 30 days, recharges and check-ins that add up to what is left.

use super::charge::Told;
use super::demo::DemoStation;
use super::state::{CheckIn, Key, QUOTA_PER_USD, Row, RowType, State, Window};
use crate::dice::Dice;

use super::answer::day;

/// Days that are made up.
pub(super) const DAYS: i64 = 30;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// Seconds that the people of the demo are east of UTC.
const EAST: i64 = 28_800;
/// Quota of a check-in.
const AWARD: i64 = 250_000;
/// Calls of a weekday in hundredths of the usual number, from Monday on.
const WEEK: [u64; 7] = [110, 125, 120, 130, 105, 45, 30];

/// A station of the demo with its past, as it is at `now` (unix seconds).
pub(super) fn state(station: &DemoStation, keys: &[String], now: i64) -> State {
    let mut state = State::new(station.software);
    state.settings.name.clone_from(&station.site);
    state.settings.version.clone_from(&station.version);
    state.settings.group_ratio = station.group_ratio;
    state.settings.models.clone_from(&station.models);
    state.settings.overbilling = station.overbilling;
    // A demo is looked at more often than 20 times in 20 minutes.
    state.settings.critical_limit = false;
    if let Some(token) = &station.access_token {
        state.account.token.clone_from(token);
    }
    let names = station
        .key_names
        .iter()
        .map(String::as_str)
        .chain(std::iter::repeat("key"));
    state.keys = keys
        .iter()
        .zip(names)
        .map(|(text, name)| Key::new(text, name))
        .collect();
    let before = quota(station.used_before);
    state.account.used = before;
    state.account.left = -before;
    let mut events = recharges(station, now);
    events.extend(check_ins(station, now));
    events.extend(calls(&state, station, now));
    events.sort_by_key(|event| event.at());
    for event in events {
        happen(&mut state, event);
    }
    if let (Some(cap), Some(key)) = (station.key_cap, state.keys.first_mut()) {
        key.left = Some(quota(cap) - key.used);
    }
    if let Some(key) = state.keys.first_mut() {
        let windows = station.windows.iter().map(|window| Window {
            window: window.window.clone(),
            limit: quota(window.limit),
            used: quota(window.used),
        });
        key.windows = windows.collect();
    }
    state
}

enum Event {
    Given(i64, RowType, i64, String),
    Called(Box<Row>),
}

impl Event {
    fn at(&self) -> i64 {
        match self {
            Self::Given(at, ..) => *at,
            Self::Called(row) => row.at,
        }
    }
}

fn happen(state: &mut State, event: Event) {
    match event {
        Event::Called(row) => {
            let key = row.key.clone();
            state.charge(&key, *row);
        }
        Event::Given(at, row_type, quota, text) => {
            state.account.left += quota;
            if row_type == RowType::CheckIn {
                let day = day(at, EAST);
                state.account.check_ins.push(CheckIn { day, quota });
            }
            state.rows.push(Row::system(at, row_type, quota, &text));
        }
    }
}

fn recharges(station: &DemoStation, now: i64) -> Vec<Event> {
    let given = station.recharge.iter().map(|recharge| {
        let at = now - recharge.days_ago * DAY - 3_600;
        Event::Given(
            at,
            RowType::Topup,
            quota(recharge.credit),
            recharge.note.clone(),
        )
    });
    given.collect()
}

/// Yesterday is the last one: today's is still to be done.
fn check_ins(station: &DemoStation, now: i64) -> Vec<Event> {
    let given = (1..=station.check_ins).map(|ago| {
        Event::Given(
            now - ago * DAY,
            RowType::CheckIn,
            AWARD,
            "用户签到".to_owned(),
        )
    });
    given.collect()
}

fn calls(state: &State, station: &DemoStation, now: i64) -> Vec<Event> {
    let mut dice = Dice::new(station.seed);
    let mut events = Vec::new();
    for ago in (0..DAYS).rev() {
        let end = now - ago * DAY;
        // Unix time began on a Thursday.
        let weekday = ((end + EAST).div_euclid(DAY) + 3).rem_euclid(7) as usize;
        let usual = station.calls_per_day * WEEK[weekday] / 100;
        let count = usual * dice.between(70, 130) / 100;
        for _ in 0..count {
            // Never in the last half hour: these are the calls of the demo itself.
            let at = end - dice.between(1_800, DAY as u64 - 1) as i64;
            events.push(Event::Called(Box::new(call(state, station, at, &mut dice))));
        }
    }
    events
}

fn call(state: &State, station: &DemoStation, at: i64, dice: &mut Dice) -> Row {
    let model = model(station, dice);
    let told = told(&model, dice);
    let key = &state.keys[dice.below(state.keys.len() * 3).min(state.keys.len() - 1)];
    let ms = 900 + told.output * dice.between(9, 17);
    Row {
        at,
        row_type: RowType::Consume,
        quota: state.price(&model, told),
        key: key.name.clone(),
        fresh: told.fresh,
        cache_read: told.cache_read,
        cache_write: told.cache_write,
        output: told.output,
        ms,
        first_ms: dice.between(400, 1_600),
        stream: dice.below(10) > 0,
        request_id: super::family::request_id(at, dice.between(10_000_000, 99_999_999)),
        text: String::new(),
        model,
    }
}

fn model(station: &DemoStation, dice: &mut Dice) -> String {
    let mut drawn = dice.below(100) as u32;
    for model in &station.models {
        if drawn < model.share {
            return model.name.clone();
        }
        drawn -= model.share;
    }
    station
        .models
        .first()
        .map_or(String::new(), |model| model.name.clone())
}

/// A coding agent's call: much read from the cache, little new.
fn told(model: &str, dice: &mut Dice) -> Told {
    let is_agent = model.starts_with("claude") || model.starts_with("gpt");
    if !is_agent {
        return Told {
            fresh: dice.between(600, 9_000),
            output: dice.between(80, 1_400),
            ..Told::default()
        };
    }
    Told {
        fresh: dice.between(40, 2_600),
        cache_read: dice.between(8_000, 88_000),
        cache_write: if model.starts_with("claude") {
            dice.between(300, 6_200)
        } else {
            0
        },
        output: dice.between(60, 2_900),
    }
}

fn quota(usd: f64) -> i64 {
    (usd * QUOTA_PER_USD as f64).round() as i64
}
