//! The store as its users see it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::path::Path;
use std::time::Duration;

use base::{Nanos, Timestamp, Usage, UsageBasis};
use relayscope_store::{
    Change, Exchange, Filter, NewBody, Retention, Search, Side, Store, StoreError,
};

fn exchange(number: u32) -> Exchange {
    Exchange {
        id: format!("req_{number:032x}"),
        started_at: Timestamp::from_millis(1_795_000_000_000 + i64::from(number) * 1_000),
        outcome: "done".into(),
        project: Some(format!("project-{}", number % 2)),
        dialect: "anthropic".into(),
        method: "POST".into(),
        path: "/v1/messages".into(),
        model: Some("claude-opus-5-5".into()),
        stream: true,
        status: Some(200),
        usage: Usage {
            input: 10,
            output: 20,
            cache_known: true,
            ..Usage::default()
        },
        usage_basis: UsageBasis::Exact,
        cost_usd: Some(Nanos(440_000)),
        cost_basis: "exact".into(),
        attempts: 1,
        ..Exchange::default()
    }
}

fn finished(number: u32, request: &[u8], response: &[u8]) -> Change<Vec<u8>> {
    let body = |side, kept: &[u8], content_type: &str| NewBody {
        side,
        kept: kept.to_vec(),
        bytes: kept.len() as u64,
        content_type: Some(content_type.into()),
        encoding: None,
        arrivals: vec![(kept.len() as u64, 1_000)],
    };
    Change::Finished {
        exchange: Box::new(exchange(number)),
        detail: format!("{{\"number\":{number}}}"),
        bodies: vec![
            body(Side::Request, request, "application/json"),
            body(Side::Response, response, "application/json"),
        ],
    }
}

/// Text that does not repeat itself, so that sizes mean something.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        b'a' + (state % 26) as u8
    })
    .take(length)
    .collect()
}

fn open(directory: &Path) -> Store {
    Store::open(&directory.join("traffic.db")).unwrap()
}

#[test]
fn gives_back_what_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let request = noise(300_000, 7);
    store.write(&[finished(1, &request, b"{}")]).unwrap();
    let id = exchange(1).id;
    assert_eq!(store.exchange(&id).unwrap(), Some(exchange(1)));
    assert_eq!(
        store.detail(&id).unwrap().as_deref(),
        Some("{\"number\":1}")
    );
    let body = store.body(&id, Side::Request).unwrap().unwrap();
    assert!(body.kept == request);
    assert_eq!(body.arrivals, [(300_000, 1_000)]);
    assert_eq!(store.exchange("req_none").unwrap(), None);
    drop(store);
    assert_eq!(
        open(directory.path()).exchange(&id).unwrap(),
        Some(exchange(1))
    );
}

#[test]
fn every_member_comes_back_in_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let some = |name: &str| Some(name.to_owned());
    let whole = Exchange {
        id: exchange(1).id,
        started_at: Timestamp(1_795_000_000_000_001),
        outcome: "cut".into(),
        project: some("project"),
        session: some("session"),
        client: some("client"),
        dialect: "dialect".into(),
        upstream_dialect: some("upstream dialect"),
        method: "method".into(),
        path: "path".into(),
        model: some("model"),
        model_served: some("served"),
        site: some("site"),
        key_label: some("key"),
        stream: true,
        status: Some(299),
        usage: Usage {
            input: 1,
            cache_read: 2,
            cache_write_5m: 3,
            cache_write_1h: 4,
            output: 5,
            reasoning: Some(6),
            cache_known: true,
            web_searches: 0,
        },
        usage_basis: UsageBasis::Estimated,
        cost_usd: Some(Nanos(7)),
        list_usd: Some(Nanos(8)),
        saved_usd: Some(Nanos(9)),
        cost_basis: "estimate".into(),
        head_us: Some(10),
        first_token_us: Some(11),
        last_token_us: Some(12),
        duration_us: Some(13),
        attempts: 14,
        error_code: some("code"),
        error_message: some("message"),
        bodies_dropped: true,
        bodies_expired: false,
    };
    let change = Change::<Vec<u8>>::Finished {
        exchange: Box::new(whole.clone()),
        detail: "{}".into(),
        bodies: Vec::new(),
    };
    store.write(&[change]).unwrap();
    assert_eq!(store.exchange(&whole.id).unwrap(), Some(whole.clone()));
    let page = store.page(&Filter::default(), None, 1).unwrap();
    assert_eq!(page.exchanges.first(), Some(&whole));
    let since = |moment: i64| store.since(Timestamp(moment), 10).unwrap();
    assert_eq!(since(whole.started_at.0).first(), Some(&whole));
    assert!(since(whole.started_at.0 + 1).is_empty());
}

#[test]
fn a_growing_conversation_is_stored_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let mut conversation = noise(200_000, 3);
    for step in 0..50 {
        conversation.extend_from_slice(&noise(2_000, 100 + step));
        store
            .write(&[finished(step as u32, &conversation, b"{}")])
            .unwrap();
    }
    store.checkpoint().unwrap();
    let (sent, kept) = (50 * 250_000, store.size().unwrap().bytes);
    assert!(kept < sent / 10, "{sent} bytes sent, {kept} kept");
    let last = store
        .body(&exchange(49).id, Side::Request)
        .unwrap()
        .unwrap();
    assert!(last.kept == conversation);
}

#[test]
fn pages_from_the_newest_on() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let batch: Vec<_> = (0..25)
        .map(|number| finished(number, b"{}", b"{}"))
        .collect();
    store.write(&batch).unwrap();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = store.page(&Filter::default(), before, 10).unwrap();
        seen.extend(page.exchanges.into_iter().map(|exchange| exchange.id));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let expected: Vec<_> = (0..25).rev().map(|number| exchange(number).id).collect();
    assert_eq!(seen, expected);
    let filter = Filter {
        projects: vec!["project-1".into()],
        ..Filter::default()
    };
    assert_eq!(store.page(&filter, None, 100).unwrap().exchanges.len(), 12);
    let filter = Filter {
        statuses: vec![(400, 599)],
        ..Filter::default()
    };
    assert!(store.page(&filter, None, 100).unwrap().exchanges.is_empty());
    let filter = Filter {
        models: vec!["' OR 1=1 --".into()],
        ..Filter::default()
    };
    for before in [None, Some(i64::MIN), Some(i64::MAX)] {
        let page = store.page(&filter, before, 100).unwrap();
        assert!(page.exchanges.is_empty());
    }
}

#[test]
fn what_never_finished_was_interrupted() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let running = Exchange {
        outcome: "running".into(),
        ..exchange(1)
    };
    store
        .write::<Vec<u8>>(&[Change::Started(Box::new(running))])
        .unwrap();
    drop(store);
    let found = open(directory.path())
        .exchange(&exchange(1).id)
        .unwrap()
        .unwrap();
    assert_eq!(found.outcome, "interrupted");
}

#[test]
fn finds_texts_wherever_they_stand() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let mut request = noise(120_000, 5);
    request.extend_from_slice("Needle in the Haystack 数据库 ".as_bytes());
    request.extend_from_slice(&noise(120_000, 6));
    store.write(&[finished(1, &request, b"{}")]).unwrap();
    store
        .write(&[finished(
            2,
            b"{\"x\":\"\\u6570\\u636e\"}",
            b"{\"say\":\"\\\"quoted\\\"\"}",
        )])
        .unwrap();
    let find = |text: &str| {
        let filter = Filter::default();
        let search = Search {
            text,
            filter: &filter,
            before: None,
            limit: 10,
            time: Duration::from_secs(5),
        };
        let found = store.search(&search, &|_, _, _| None).unwrap();
        assert_eq!(found.next, None);
        found
            .exchanges
            .iter()
            .map(|exchange| exchange.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(find("needle IN the"), [exchange(1).id]);
    assert_eq!(find("数据库"), [exchange(1).id]);
    assert_eq!(find("数据"), [exchange(2).id, exchange(1).id]);
    assert_eq!(find("\"quoted\""), [exchange(2).id]);
    assert!(find("nowhere to be found").is_empty());
    // A match at every place, also across the seams of pieces.
    for at in (0..request.len() - 40).step_by(977) {
        let text = std::str::from_utf8(&request[at..at + 24]);
        if let Ok(text) = text {
            assert_eq!(find(text), [exchange(1).id], "at {at}");
        }
    }
}

#[test]
fn forgets_by_age_size_and_project() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    for number in 0..400u32 {
        let request = noise(20_000, u64::from(number) + 1);
        store.write(&[finished(number, &request, b"{}")]).unwrap();
    }
    let full = store.size().unwrap().bytes;
    let before = Some(exchange(100).started_at);
    let cleaned = store
        .retain(Retention {
            before,
            bytes: None,
        })
        .unwrap();
    assert_eq!(cleaned.exchanges, 100);
    let cleaned = store
        .retain(Retention {
            before: None,
            bytes: Some(full / 2),
        })
        .unwrap();
    assert!(cleaned.bodies > 0);
    assert!(store.size().unwrap().bytes <= full / 2);
    let oldest = store.exchange(&exchange(100).id).unwrap().unwrap();
    assert!(
        oldest.bodies_expired,
        "the row stays and says that its bodies are gone"
    );
    assert_eq!(store.body(&oldest.id, Side::Request).unwrap(), None);
    assert_eq!(store.delete_project("project-0").unwrap(), 150);
    assert_eq!(store.delete_all().unwrap(), 150);
    assert_eq!(store.size().unwrap().exchanges, 0);
    assert_eq!(store.check().unwrap(), None);
}

/// What fits stays, whether bodies are large, small, compressed well or shared.
#[test]
fn no_more_bodies_go_than_have_to() {
    const KIB: u64 = 1 << 10;
    let large = |number: u32| noise(900_000, u64::from(number) + 1);
    let packed = |number: u32| format!("{number} ").repeat(30_000).into_bytes();
    let small = |number: u32| noise(3_000, u64::from(number) + 1);
    let shared = |number: u32| [noise(400_000, 1), noise(30_000, u64::from(number) + 2)].concat();
    // Body, how many, what is kept, and the most that more could have been.
    type Case<'a> = (&'a dyn Fn(u32) -> Vec<u8>, u32, u64, u64);
    let cases: [Case<'_>; 4] = [
        (&large, 14, 3_000 * KIB, 700 * KIB),
        (&packed, 500, 300 * KIB, 64 * KIB),
        (&small, 700, 800 * KIB, 64 * KIB),
        (&shared, 60, 1_000 * KIB, 64 * KIB),
    ];
    for (at, (body, count, limit, slack)) in cases.into_iter().enumerate() {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path());
        let batch: Vec<_> = (0..count)
            .map(|number| finished(number, &body(number), b"{}"))
            .collect();
        for batch in batch.chunks(100) {
            store.write(batch).unwrap();
        }
        let size = store.size().unwrap().bytes;
        assert!(size > limit, "{at}: {size}");
        let cleaned = store.retain(Retention {
            before: None,
            bytes: Some(limit),
        });
        assert!(cleaned.unwrap().bodies > 0);
        let left = store.size().unwrap().bytes;
        assert!(left <= limit, "{at}: {left}");
        assert!(left + slack > limit, "{at}: no more than {left} are left");
        let mut numbers = 0..count;
        let is_there = |number: u32| {
            let body = store.body(&exchange(number).id, Side::Request);
            body.unwrap().is_some()
        };
        numbers.find(|number| is_there(*number)).unwrap();
        assert!(numbers.all(is_there), "{at}: the oldest go, no others");
        assert_eq!(store.check().unwrap(), None);
    }
}

#[test]
fn a_newer_or_damaged_file_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("traffic.db");
    std::fs::write(&path, b"this is not a database, but it is somebody's file").unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert!(std::fs::read(&path).unwrap().starts_with(b"this is not"));
    std::fs::remove_file(&path).unwrap();
    drop(Store::open(&path).unwrap());
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("PRAGMA user_version = 999").unwrap();
    drop(db);
    let error = Store::open(&path).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 999, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("newer Relayscope"));
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    store.write(&[finished(1, b"{}", b"{}")]).unwrap();
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{file:?}"
        );
    }
}
