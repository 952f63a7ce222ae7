//! Batches: what exchanges share when they are written together, and how it goes.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use base::Timestamp;
use proptest::prelude::*;
use relayscope_store::{Change, Exchange, NewBody, Retention, Side, Store};
use rusqlite::Connection;

fn exchange(number: u32) -> Exchange {
    Exchange {
        id: format!("req_{number:032x}"),
        started_at: Timestamp::from_millis(1_795_000_000_000 + i64::from(number) * 1_000),
        outcome: "done".into(),
        project: Some(format!("project-{}", number % 3)),
        dialect: "anthropic".into(),
        method: "POST".into(),
        path: "/v1/messages".into(),
        cost_basis: "exact".into(),
        ..Exchange::default()
    }
}

fn detail(number: u32) -> String {
    format!("{{\"number\":\"detail-{number}-\"}}")
}

fn started(number: u32) -> Change<Vec<u8>> {
    Change::Started(Box::new(Exchange {
        outcome: "running".into(),
        ..exchange(number)
    }))
}

fn finished(number: u32, request: &[u8]) -> Change<Vec<u8>> {
    let body = |side, kept: &[u8]| NewBody {
        side,
        kept: kept.to_vec(),
        bytes: kept.len() as u64,
        content_type: None,
        encoding: None,
        arrivals: vec![(kept.len() as u64, 7)],
    };
    Change::Finished {
        exchange: Box::new(exchange(number)),
        detail: detail(number),
        bodies: vec![body(Side::Request, request), body(Side::Response, b"{}")],
    }
}

fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
    .take(length)
    .collect()
}

fn open(directory: &Path) -> Store {
    Store::open(&directory.join("traffic.db")).unwrap()
}

fn raw(store: &Store) -> Connection {
    Connection::open(store.path()).unwrap()
}

fn count(store: &Store, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    raw(store).query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// Everything that lies in the groups of details.
fn all_details(store: &Store) -> String {
    let db = raw(store);
    let mut query = db.prepare("SELECT data FROM detail_group").unwrap();
    let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    rows.map(|data| {
        let plain = zstd::stream::decode_all(&data.unwrap()[..]).unwrap();
        String::from_utf8_lossy(&plain).into_owned()
    })
    .collect()
}

fn numbers(packed: &[u8]) -> Vec<i64> {
    let (mut all, mut number, mut shift) = (Vec::new(), 0, 0);
    for byte in packed {
        number |= i64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            all.push(number);
            (number, shift) = (0, 0);
        }
    }
    all
}

/// The uses of every piece, as they are noted and as they are.
fn uses(store: &Store) -> (BTreeMap<i64, i64>, BTreeMap<i64, i64>) {
    let db = raw(store);
    let mut query = db
        .prepare("SELECT id, uses + coalesce(more, 0) FROM piece LEFT JOIN piece_use ON piece = id")
        .unwrap();
    let noted = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let noted = noted.unwrap().map(Result::unwrap).collect();
    let mut query = db.prepare("SELECT pieces FROM body").unwrap();
    let bodies = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let mut real = BTreeMap::new();
    for pieces in bodies {
        for piece in numbers(&pieces.unwrap()) {
            *real.entry(piece).or_default() += 1;
        }
    }
    (noted, real)
}

#[test]
fn details_of_a_batch_go_one_by_one() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let batch: Vec<_> = (0..200).map(|number| finished(number, b"{}")).collect();
    store.write(&batch).unwrap();
    assert!(count(&store, "detail_group") < 10);
    assert_eq!(count(&store, "detail"), 0);
    store.delete_project("project-1").unwrap();
    let left = all_details(&store);
    for number in 0..200 {
        let found = store.detail(&exchange(number).id).unwrap();
        let expected = (number % 3 != 1).then(|| detail(number));
        assert_eq!(found, expected, "{number}");
        assert_eq!(left.contains(&detail(number)), number % 3 != 1, "{number}");
    }
    let before = Some(exchange(100).started_at);
    let old = Retention {
        before,
        bytes: None,
    };
    store.retain(old).unwrap();
    assert_eq!(store.detail(&exchange(99).id).unwrap(), None);
    assert_eq!(store.detail(&exchange(101).id).unwrap(), Some(detail(101)));
    assert!(!all_details(&store).contains(&detail(99)));
    store.delete_project("project-0").unwrap();
    store.delete_all().unwrap();
    assert_eq!(count(&store, "detail_group"), 0);
    assert_eq!((count(&store, "piece"), count(&store, "piece_use")), (0, 0));
}

#[test]
fn an_older_file_opens_with_its_details() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("traffic.db");
    let db = Connection::open(&path).unwrap();
    for step in [
        include_str!("../src/migrations/0001_exchanges.sql"),
        include_str!("../src/migrations/0002_translated_and_relayed.sql"),
    ] {
        db.execute_batch(step).unwrap();
    }
    let text = noise(1_500, 1);
    let zstd = |plain: &[u8]| zstd::bulk::compress(plain, 1).unwrap();
    db.execute_batch("PRAGMA user_version = 2").unwrap();
    for (seq, outcome) in [(1, "done"), (2, "running")] {
        db.execute(
            "INSERT INTO exchange (seq, id, started_us, outcome, dialect, method, path, stream, tokens_basis, cost_basis)
             VALUES (?1, ?2, 1795000000000000, ?3, 'anthropic', 'POST', '/v1/messages', 1, 'unknown', 'none')",
            (seq, exchange(seq).id, outcome),
        )
        .unwrap();
    }
    db.execute(
        "INSERT INTO detail (seq, data) VALUES (1, ?1)",
        [zstd(detail(1).as_bytes())],
    )
    .unwrap();
    // The hash of the bytes does not matter here: nothing else has it.
    db.execute(
        "INSERT INTO piece (id, hash, size, uses, data) VALUES (5, x'00', 1500, 1, ?1)",
        [zstd(&text)],
    )
    .unwrap();
    db.execute(
        "INSERT INTO body (seq, side, bytes, kept, pieces, arrivals) VALUES (1, 0, 1500, 1500, x'05', ?1)",
        [zstd(&[10, 20])],
    )
    .unwrap();
    drop(db);
    let store = open(directory.path());
    let old = exchange(1).id;
    assert_eq!(store.detail(&old).unwrap(), Some(detail(1)));
    let body = store.body(&old, Side::Request).unwrap().unwrap();
    assert_eq!((body.kept, body.arrivals), (text, vec![(10, 20)]));
    let killed = store.exchange(&exchange(2).id).unwrap().unwrap();
    assert_eq!(killed.outcome, "interrupted");
    assert_eq!(store.detail(&killed.id).unwrap(), None);
    store.write(&[finished(3, b"{}")]).unwrap();
    assert_eq!(store.detail(&exchange(3).id).unwrap(), Some(detail(3)));
    store.delete_all().unwrap();
    for table in [
        "exchange",
        "detail",
        "detail_group",
        "body",
        "piece",
        "piece_use",
    ] {
        assert_eq!(count(&store, table), 0, "{table}");
    }
    assert_eq!(store.check().unwrap(), None);
}

#[test]
fn an_end_finds_its_start_whatever_happened_between() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let outcome = |number| {
        store
            .exchange(&exchange(number).id)
            .unwrap()
            .map(|row| row.outcome)
    };
    store.write(&[started(1), started(2), started(3)]).unwrap();
    assert_eq!(outcome(2).as_deref(), Some("running"));
    store.write(&[finished(2, b"two")]).unwrap();
    // Its row goes while it runs, and its place in the order is taken by another.
    store.delete_project("project-0").unwrap();
    assert_eq!(outcome(3), None);
    store
        .write(&[started(4), finished(3, b"three"), finished(1, b"one")])
        .unwrap();
    assert_eq!(outcome(4).as_deref(), Some("running"));
    for (number, body) in [(1, "one"), (2, "two"), (3, "three")] {
        let id = exchange(number).id;
        assert_eq!(outcome(number).as_deref(), Some("done"));
        assert_eq!(store.detail(&id).unwrap(), Some(detail(number)));
        let kept = store.body(&id, Side::Request).unwrap().unwrap().kept;
        assert_eq!(kept, body.as_bytes());
    }
    // Twice: the second is what holds.
    store.write(&[finished(2, b"again")]).unwrap();
    let kept = store.body(&exchange(2).id, Side::Request).unwrap().unwrap();
    assert_eq!(kept.kept, b"again");
    let (noted, real) = uses(&store);
    assert_eq!(noted, real);
    drop(store);
    let store = open(directory.path());
    let killed = store.exchange(&exchange(4).id).unwrap().unwrap();
    assert_eq!(killed.outcome, "interrupted");
    store.write(&[finished(4, b"late")]).unwrap();
    let late = store.exchange(&exchange(4).id).unwrap().unwrap();
    assert_eq!(late.outcome, "done");
}

fn asked(number: u32, request: &[u8]) -> Change<Vec<u8>> {
    let Change::Finished {
        exchange,
        mut bodies,
        ..
    } = finished(number, request)
    else {
        panic!("another change");
    };
    bodies.retain(|body| body.side == Side::Request);
    Change::Asked {
        id: exchange.id,
        detail: "early".into(),
        bodies,
    }
}

#[test]
fn a_request_that_was_written_early_is_written_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let request = noise(100_000, 3);
    let id = exchange(1).id;
    store.write(&[asked(1, &request)]).unwrap();
    assert_eq!(store.exchange(&id).unwrap(), None, "nothing began");
    store.write(&[started(1)]).unwrap();
    store.write(&[asked(1, &request)]).unwrap();
    store.write(&[asked(1, &request)]).unwrap();
    let kept = |store: &Store| store.body(&id, Side::Request).unwrap().unwrap().kept;
    assert!(kept(&store) == request);
    assert_eq!(store.detail(&id).unwrap().as_deref(), Some("early"));
    drop(store);
    let store = open(directory.path());
    let row = store.exchange(&id).unwrap().unwrap();
    assert_eq!(row.outcome, "interrupted");
    assert!(kept(&store) == request);
    assert_eq!(store.detail(&id).unwrap().as_deref(), Some("early"));
    for (number, another) in [(2, &request), (3, &noise(90_000, 4))] {
        let id = exchange(number).id;
        store
            .write(&[started(number), asked(number, &request)])
            .unwrap();
        store.write(&[finished(number, another)]).unwrap();
        let body = store.body(&id, Side::Request).unwrap().unwrap();
        assert!(body.kept == *another, "what its end says");
        assert_eq!(store.detail(&id).unwrap(), Some(detail(number)));
        let (counted, used) = uses(&store);
        assert_eq!(counted, used);
    }
    assert_eq!(count(&store, "detail"), 1, "that of the interrupted one");
    let deleted = store.delete_all().unwrap();
    assert_eq!(deleted, 3);
    for table in ["body", "piece", "detail", "detail_group"] {
        assert_eq!(count(&store, table), 0, "{table}");
    }
}

#[test]
fn a_batch_that_fails_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let (first, second) = (noise(50_000, 1), noise(50_000, 2));
    store.write(&[started(1), started(2)]).unwrap();
    let trigger = "CREATE TRIGGER full AFTER INSERT ON body WHEN new.side = 1
                   BEGIN SELECT RAISE(ABORT, 'full'); END";
    raw(&store).execute_batch(trigger).unwrap();
    store
        .write(&[finished(1, &first), finished(3, &first)])
        .unwrap_err();
    assert_eq!(count(&store, "piece") + count(&store, "detail_group"), 0);
    raw(&store).execute_batch("DROP TRIGGER full").unwrap();
    // Ids of what was rolled back are given to other pieces now.
    store.write(&[finished(2, &second)]).unwrap();
    store
        .write(&[finished(1, &first), finished(3, &first)])
        .unwrap();
    for (number, body) in [(1, &first), (2, &second), (3, &first)] {
        let kept = store.body(&exchange(number).id, Side::Request).unwrap();
        assert!(&kept.unwrap().kept == body, "{number}");
    }
    assert_eq!(count(&store, "exchange"), 3);
    let (noted, real) = uses(&store);
    assert_eq!(noted, real);
}

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    /// So many exchanges at once; each continues one of three conversations, changed at a place.
    Write(Vec<(usize, usize, usize, usize)>),
    DeleteProject(u32),
    Expire,
    Retain(u32),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let turn = (0usize..3, 0usize..60_000, 0usize..3_000, 0usize..9_000);
    let step = prop_oneof![
        6 => proptest::collection::vec(turn, 1..6).prop_map(Step::Write),
        1 => (0u32..3).prop_map(Step::DeleteProject),
        1 => Just(Step::Expire),
        1 => (0u32..30).prop_map(Step::Retain),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn bodies_stay_what_they_are_and_pieces_are_counted(steps in steps()) {
        let directory = tempfile::tempdir().unwrap();
        let mut store = open(directory.path());
        let mut talks: Vec<Vec<u8>> = (0..3).map(|seed| noise(30_000, 40 + seed)).collect();
        let (mut next, mut kept) = (0u32, BTreeMap::new());
        for step in steps {
            match step {
                Step::Write(turns) => {
                    let mut batch = Vec::new();
                    for (talk, at, gone, more) in turns {
                        let body = &mut talks[talk];
                        let at = at.min(body.len());
                        body.splice(at..(at + gone).min(body.len()), noise(more, u64::from(next)));
                        batch.push(finished(next, body));
                        kept.insert(next, body.clone());
                        next += 1;
                    }
                    store.write(&batch).unwrap();
                }
                Step::DeleteProject(project) => {
                    store.delete_project(&format!("project-{project}")).unwrap();
                    kept.retain(|number, _| number % 3 != project);
                }
                Step::Expire => {
                    store.retain(Retention { before: None, bytes: Some(0) }).unwrap();
                    kept.values_mut().for_each(Vec::clear);
                }
                Step::Retain(from) => {
                    let before = Some(exchange(from).started_at);
                    store.retain(Retention { before, bytes: None }).unwrap();
                    kept.retain(|number, _| *number >= from);
                }
                Step::Reopen => {
                    drop(store);
                    store = open(directory.path());
                }
            }
            let (noted, real) = uses(&store);
            prop_assert_eq!(noted, real);
        }
        for number in 0..next {
            let id = exchange(number).id;
            let body = store.body(&id, Side::Request).unwrap().map(|body| body.kept);
            let expected = kept.get(&number).filter(|body| !body.is_empty());
            prop_assert!(body.as_ref() == expected, "{}", number);
            prop_assert_eq!(store.detail(&id).unwrap(), kept.get(&number).map(|_| detail(number)));
        }
        store.delete_all().unwrap();
        for table in ["detail_group", "piece", "piece_use"] {
            prop_assert_eq!(count(&store, table), 0);
        }
    }
}
