//! What the tests draw.
#![allow(dead_code, reason = "every test program uses another part")]
#![allow(clippy::unwrap_used, reason = "tests may fail by panicking")]

use base::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use relayscope_chart::charts::{
    BalanceOverTime, ModelSpend, MonthFigures, Recharge, RechargeByMonth, SiteFigures,
    SitesSideBySide, SpendByModel,
};
use relayscope_chart::{Labels, Size, Unit};

pub(crate) fn english() -> Labels {
    let months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(' ');
    Labels {
        months: std::array::from_fn(|index| months.clone().nth(index).unwrap().to_owned()),
        day: "{day} {month}".to_owned(),
        month: "{month}".to_owned(),
        month_of_year: "{month} {year}".to_owned(),
        today: "today".to_owned(),
        alert: "alert at {amount}".to_owned(),
        balance: "Balance".to_owned(),
        recharged: "Recharged".to_owned(),
        consumed: "Consumed".to_owned(),
        spent: "Spent".to_owned(),
        other: "other".to_owned(),
    }
}

pub(crate) fn chinese() -> Labels {
    Labels {
        months: std::array::from_fn(|index| format!("{} 月", index + 1)),
        day: "{mm}-{dd}".to_owned(),
        month: "{month}".to_owned(),
        month_of_year: "{year}-{mm}".to_owned(),
        today: "今天".to_owned(),
        alert: "低于 {amount} 提醒".to_owned(),
        balance: "余额".to_owned(),
        recharged: "充值".to_owned(),
        consumed: "消费".to_owned(),
        spent: "花费".to_owned(),
        other: "其他".to_owned(),
    }
}

pub(crate) fn size() -> Size {
    Size::new(602, 118)
}

/// Noon of a day around 20 November 2025, in UTC.
pub(crate) fn noon(days: i64) -> Timestamp {
    let start = Timestamp::parse("2025-10-21T12:00:00Z").unwrap();
    start.plus_micros(days * 86_400_000_000)
}

pub(crate) fn month_of_balances() -> BalanceOverTime {
    let balances = (0..=30)
        .map(|day| {
            let gained = match day {
                0..11 => 0.0,
                11..22 => 50.0,
                _ => 150.0,
            };
            (noon(day), Some(38.0 - day as f64 * 2.11 + gained))
        })
        .collect();
    let recharge = |day, credited| Recharge {
        at: noon(day),
        credited,
    };
    BalanceOverTime {
        from: noon(0),
        to: noon(30),
        ends_now: true,
        balances,
        recharges: vec![recharge(11, 50.0), recharge(22, 100.0)],
        threshold: Some(20.0),
        unit: Unit::money("$"),
        zone: TimeZone::UTC,
    }
}

pub(crate) fn half_a_year() -> RechargeByMonth {
    let figures = [
        (60.0, 34.0),
        (75.0, 52.0),
        (45.0, 71.0),
        (50.0, 62.0),
        (100.0, 84.0),
        (150.0, 50.0),
    ];
    RechargeByMonth {
        months: figures
            .into_iter()
            .zip(6..)
            .map(|((recharged, consumed), month)| MonthFigures {
                month: date(2025, month, 1),
                recharged: Some(recharged),
                consumed: Some(consumed),
            })
            .collect(),
        unit: Unit::money("$"),
    }
}

pub(crate) fn four_models() -> SpendByModel {
    let model = |name: &str, spent| ModelSpend {
        name: name.to_owned(),
        spent,
    };
    SpendByModel {
        models: vec![
            model("haiku-4-5", 31.7),
            model("sonnet-4-5", 182.4),
            model("gpt-5-codex", 16.4),
            model("opus-4-5", 121.1),
        ],
        unit: Unit::money("$"),
    }
}

pub(crate) fn some_sites() -> SitesSideBySide {
    let site = |name: &str, left, used| SiteFigures {
        name: name.to_owned(),
        values: vec![left, used],
    };
    SitesSideBySide {
        measures: vec!["Remaining".to_owned(), "Consumed".to_owned()],
        sites: vec![
            site("Lanshan Relay", Some(128.4), Some(351.6)),
            site("摸鱼公益站", Some(25.0), Some(12.4)),
            site("Nebula Hub", Some(-3.85), None),
            site("Anthropic", None, Some(31.05)),
        ],
        unit: Unit::money("$"),
    }
}
