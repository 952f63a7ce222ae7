//! What the pool knows of keys: when they come back, who rides on them, and what a restart keeps.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::sync::Semaphore;

use super::relay::{bad, good, limited, unknown_key};
use super::{Relay, SETTINGS, door};
use crate::harness::{Door, Harness, eventually};

/// Most that is added to a stated moment, so that not all keys come back at once, and some time to look.
const SPREAD: u64 = 35;

/// Seconds from now until a moment of the API.
fn seconds_until(moment: &Value) -> i64 {
    let text = moment.as_str().unwrap_or_else(|| panic!("{moment}"));
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // Days since 1970 of the Gregorian calendar.
    let (shifted, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let days =
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day
            - 719_469;
    let seconds = days * 86_400 + number(11..13) * 3_600 + number(14..16) * 60 + number(17..19);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    seconds - now.as_secs() as i64
}

/// An HTTP date so many seconds from now.
fn http_date(seconds: u64) -> String {
    let at = SystemTime::now() + Duration::from_secs(seconds);
    let total = at.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (days, rest) = (total / 86_400, total % 86_400);
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(days % 7) as usize];
    let (mut year, mut left) = (1970, days);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while left >= 365 + u64::from(leap(year)) {
        left -= 365 + u64::from(leap(year));
        year += 1;
    }
    let names = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let lengths = [
        31,
        28 + u64::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut month = 0;
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    format!(
        "{weekday}, {:02} {} {year} {:02}:{:02}:{:02} GMT",
        left + 1,
        names[month],
        rest / 3_600,
        rest / 60 % 60,
        rest % 60
    )
}

#[tokio::test]
async fn retry_after_date() {
    for by_date in [false, true] {
        let relay = Relay::start(move |called| match &called.key[..] {
            "sk-tired" if by_date => limited(&http_date(600)),
            "sk-tired" => limited("600"),
            _ => good("hello"),
        })
        .await;
        let door = door().await;
        door.site("main", &relay.url(), &["sk-tired", "sk-fresh"])
            .await;
        assert_eq!(door.message(false).send().await.status, 200);
        let key = door.key("main", "key 1").await;
        assert_eq!(key["state"], "cooling", "{key}");
        assert_eq!(key["cause"], "rate_limited", "{key}");
        let seconds = seconds_until(&key["until"]);
        let expected = 590..=600 + SPREAD as i64;
        assert!(expected.contains(&seconds), "{seconds} s: {key}");
        assert_eq!(door.key("main", "key 2").await["state"], "active");
        for _ in 0..4 {
            assert_eq!(door.message(false).send().await.status, 200);
        }
        let tired = relay.keys().iter().filter(|key| *key == "sk-tired").count();
        assert_eq!(tired, 1);
        // The owner may know better.
        let path = format!("/api/keys/{}/reset", key["id"].as_str().unwrap());
        let reset = door.api("POST", &path, &Value::Null).await;
        assert_eq!(reset["state"], "active", "{reset}");
    }
}

#[tokio::test]
async fn all_keys_out() {
    let relay = Relay::start(|called| match &called.key[..] {
        "sk-one" => limited("300"),
        _ => limited("900"),
    })
    .await;
    let door = door().await;
    door.site("main", &relay.url(), &["sk-one", "sk-two"]).await;
    // The request that finds it out, and those that come after it.
    for turn in 0..3 {
        let heard = door.message(false).send().await;
        assert_eq!(heard.status, 429, "{}", heard.text());
        assert_eq!(heard.json()["error"]["type"], "rate_limit_error");
        assert_eq!(heard.header("content-type"), "application/json");
        assert_eq!(heard.header("x-pool-exhausted"), "1");
        let seconds: u64 = heard.header("retry-after").parse().unwrap();
        let earliest = 290..=300 + SPREAD;
        assert!(earliest.contains(&seconds), "turn {turn}: {seconds} s");
        assert!(!heard.id().is_empty());
    }
    assert_eq!(relay.keys(), ["sk-one", "sk-two"]);
}

/// A request's own fault says nothing of when to come back.
#[tokio::test]
async fn a_bad_request_is_not_worth_another_try() {
    let relay = Relay::start(|called| match &called.key[..] {
        "sk-tired" => limited("300"),
        _ => bad(400, "invalid_request_error", "no"),
    })
    .await;
    let door = door().await;
    door.site("main", &relay.url(), &["sk-tired", "sk-fresh"])
        .await;
    let heard = door.message(false).send().await;
    assert_eq!((heard.status, heard.header("retry-after")), (400, ""));
}

#[tokio::test]
async fn sticky_session() {
    let relay = Relay::start(|_| good("hello")).await;
    let door = door().await;
    let keys = ["sk-1", "sk-2", "sk-3"];
    door.site("main", &relay.url(), &keys).await;
    let ask = async |session: &str| {
        let ask = door.message(false);
        let heard = ask.header("x-claude-code-session-id", session).send().await;
        assert_eq!(heard.status, 200);
        relay.keys().pop().unwrap()
    };
    let own = ask("conversation").await;
    // Those take turns among the keys that have waited longest.
    let mut others = BTreeSet::new();
    for turn in 0..12 {
        others.insert(ask(&format!("other {turn}")).await);
        assert_eq!(ask("conversation").await, own, "turn {turn}");
    }
    assert!(others.len() >= 2, "{others:?}");
    let newest = door.newest().await;
    assert_eq!(newest["attempts"][0]["why"]["code"], "sticky_session");
}

/// A conversation whose key is lost moves, and stays where it has moved to.
#[tokio::test]
async fn sticky_session_leaves_a_lost_key() {
    let lost = Arc::new(Mutex::new(String::new()));
    let of_relay = lost.clone();
    let relay = Relay::start(move |called| {
        if *of_relay.lock().unwrap() == called.key {
            return unknown_key();
        }
        good("hello")
    })
    .await;
    let door = door().await;
    door.site("main", &relay.url(), &["sk-1", "sk-2", "sk-3"])
        .await;
    let ask = async || {
        let ask = door.message(false);
        let heard = ask.header("x-session-id", "conversation").send().await;
        assert_eq!(heard.status, 200);
        relay.keys().pop().unwrap()
    };
    let own = ask().await;
    lost.lock().unwrap().clone_from(&own);
    let next = ask().await;
    assert_ne!(next, own);
    for _ in 0..6 {
        assert_eq!(ask().await, next);
    }
}

#[tokio::test]
async fn client_cancel() {
    // The first call never gets an answer.
    let relay = Relay::start_slow(|called| {
        Box::pin(async move {
            if called.model == "endless" {
                std::future::pending::<()>().await;
            }
            good("hello")
        })
    })
    .await;
    let door = door().await;
    door.site("main", &relay.url(), &["sk-only"]).await;
    for turn in 1..=5 {
        let call = door.message_to("/v1/messages", "endless", false);
        let call = tokio::spawn(call.send());
        eventually("the key is used", async || {
            let key = door.key("main", "key 1").await;
            (key["in_flight"] == 1 && relay.calls().len() == turn).then_some(())
        })
        .await;
        call.abort();
        eventually("the key is free", async || {
            (door.key("main", "key 1").await["in_flight"] == 0).then_some(())
        })
        .await;
    }
    let key = door.key("main", "key 1").await;
    assert_eq!(key["state"], "active", "{key}");
    assert_eq!(key["failures"], 0, "{key}");
    assert_eq!(key["last_error"], Value::Null, "{key}");
    assert_eq!(door.message(false).send().await.status, 200);
}

/// In the middle of a stream it is the same.
#[tokio::test]
async fn client_cancel_in_a_stream() {
    let door = door().await;
    door.scenario("main", "slow?ttft=1&rate=20&tokens=100000", &["sk-only"])
        .await;
    for _ in 0..2 {
        let head = door.message(true).head().await.unwrap();
        assert_eq!(head.status(), 200);
        assert_eq!(door.key("main", "key 1").await["in_flight"], 1);
        drop(head);
        eventually("the key is free", async || {
            (door.key("main", "key 1").await["in_flight"] == 0).then_some(())
        })
        .await;
    }
    let key = door.key("main", "key 1").await;
    assert_eq!(
        (&key["state"], &key["failures"]),
        (&"active".into(), &0.into())
    );
}

/// The same data directory, a new server.
async fn restarted(door: Door) -> Door {
    let data = door.stop().await;
    Harness::within(data).settings_file(SETTINGS).start().await
}

#[tokio::test]
async fn restart_keeps_cooldown() {
    let relay = Relay::start(|called| match &called.key[..] {
        "sk-tired" => limited("600"),
        "sk-unknown" => unknown_key(),
        "sk-poor" => bad(402, "billing_error", "Your credit balance is too low"),
        _ => good("hello"),
    })
    .await;
    let door = door().await;
    let keys = ["sk-tired", "sk-unknown", "sk-fresh", "sk-poor"];
    door.site("main", &relay.url(), &keys).await;
    eventually("all keys have been seen", async || {
        assert_eq!(door.message(false).send().await.status, 200);
        let seen: BTreeSet<_> = relay.keys().into_iter().collect();
        (seen.len() == keys.len()).then_some(())
    })
    .await;
    let states = async |door: &Door| -> Vec<_> {
        let keys = door.keys().await;
        let of = |key: &Value| {
            [&key["label"], &key["state"], &key["cause"], &key["until"]].map(Clone::clone)
        };
        keys.iter().map(of).collect()
    };
    let before = states(&door).await;
    let names: Vec<_> = before.iter().map(|key| key[1].as_str().unwrap()).collect();
    assert_eq!(names, ["cooling", "invalid", "active", "exhausted"]);
    let asked = relay.calls().len();
    let door = restarted(door).await;
    assert_eq!(states(&door).await, before);
    // Sealed keys are opened again, and only the good one is used.
    for _ in 0..4 {
        assert_eq!(door.message(false).send().await.status, 200);
    }
    let after = relay.keys().split_off(asked);
    assert_eq!(after, ["sk-fresh"; 4]);
}

/// What the upstream said to one client's mistake is no answer to another client.
#[tokio::test]
async fn all_keys_out_is_not_told_by_a_mistake() {
    let gate = Arc::new(Semaphore::new(0));
    let of_relay = gate.clone();
    let relay = Relay::start_slow(move |called| {
        let gate = of_relay.clone();
        Box::pin(async move {
            if called.model == "mistake" {
                gate.acquire().await.unwrap().forget();
                return bad(400, "invalid_request_error", "no such thing");
            }
            limited("300")
        })
    })
    .await;
    let door = door().await;
    door.site("main", &relay.url(), &["sk-one", "sk-two"]).await;
    // One on each key.
    let mistake = || tokio::spawn(door.message_to("/v1/messages", "mistake", false).send());
    let mistakes = [mistake(), mistake()];
    eventually("the mistakes are under way", async || {
        (relay.calls().len() == 2).then_some(())
    })
    .await;
    assert_eq!(door.message(false).send().await.status, 429);
    assert_eq!(relay.calls().len(), 4);
    gate.add_permits(2);
    for mistake in mistakes {
        let heard = mistake.await.unwrap();
        assert_eq!((heard.status, heard.header("retry-after")), (400, ""));
    }
    let heard = door.message(false).send().await;
    assert_eq!(heard.status, 429, "{}", heard.text());
    assert!(!heard.text().contains("no such thing"), "{}", heard.text());
}

/// An error that came as a 200 is not repeated as one.
#[tokio::test]
async fn all_keys_out_is_never_a_success() {
    let relay = Relay::start(|_| {
        let mut reply = limited("300");
        *reply.status_mut() = http::StatusCode::OK;
        reply
    })
    .await;
    let door = door().await;
    door.site("main", &relay.url(), &["sk-one", "sk-two"]).await;
    door.message(false).send().await;
    assert_eq!(relay.calls().len(), 2);
    for key in ["key 1", "key 2"] {
        assert_eq!(door.key("main", key).await["state"], "cooling");
    }
    let heard = door.message(false).send().await;
    assert!(heard.status >= 400, "{}", heard.text());
    assert!(!heard.header("retry-after").is_empty());
    assert_eq!(relay.calls().len(), 2);
}
