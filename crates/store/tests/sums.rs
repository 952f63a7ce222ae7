//! What exchanges come to, and how many there are: always what the rows say.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use base::{Nanos, Timestamp, Usage, UsageBasis};
use proptest::prelude::*;
use relayscope_store::{Change, Exchange, Filter, Retention, Spend, Store};
use rusqlite::Connection;

const HOUR: i64 = 3_600_000_000;
/// A whole hour.
const BEGIN: i64 = 500_000 * HOUR;

fn open(directory: &Path) -> Store {
    Store::open(&directory.join("traffic.db")).unwrap()
}

fn raw(store: &Store) -> Connection {
    Connection::open(store.path()).unwrap()
}

fn all(store: &Store) -> Vec<Exchange> {
    let page = store.page(&Filter::default(), None, 10_000).unwrap();
    page.exchanges
}

/// The rows of a time added up one by one.
fn added_up(rows: &[Exchange], from: i64, to: i64, fits: impl Fn(&Exchange) -> bool) -> Spend {
    let mut spend = Spend::default();
    for row in rows {
        if row.started_at.0 <= from || row.started_at.0 > to || !fits(row) {
            continue;
        }
        let usage = &row.usage;
        let tokens = usage.prompt() + usage.output;
        spend.exchanges += 1;
        spend.unpriced += u32::from(row.cost_basis == "unpriced");
        spend.cost = spend.cost + row.list_usd.or(row.cost_usd).unwrap_or_default();
        spend.tokens += tokens;
        spend.priced_tokens += if row.cost_usd.is_some() { tokens } else { 0 };
    }
    spend
}

fn name(row: &Exchange) -> Option<&str> {
    row.model_served.as_deref().or(row.model.as_deref())
}

fn agree(store: &Store, from: i64, to: i64) {
    let rows = all(store);
    assert_eq!(store.size().unwrap().exchanges, rows.len() as u64);
    let mut by_site = HashMap::new();
    for site in rows.iter().filter_map(|row| row.site.clone()) {
        let of_site = |row: &Exchange| row.site.as_deref() == Some(&site[..]);
        let spend = store.spend(&site, Timestamp(from), Timestamp(to)).unwrap();
        assert_eq!(spend, added_up(&rows, from, to, of_site), "{site}");
        let spend = added_up(&rows, from, i64::MAX, of_site);
        if spend.exchanges == 0 {
            continue;
        }
        let models = store.spend_by_model(&site, Timestamp(from)).unwrap();
        let found: BTreeMap<String, Spend> = models.into_iter().collect();
        let named = rows
            .iter()
            .filter(|row| of_site(row) && row.started_at.0 > from);
        let names: BTreeSet<_> = named
            .filter_map(|row| name(row).map(str::to_owned))
            .collect();
        let expected = names.into_iter().map(|model| {
            let fits = |row: &Exchange| of_site(row) && name(row) == Some(&model);
            (model.clone(), added_up(&rows, from, i64::MAX, fits))
        });
        assert_eq!(found, expected.collect(), "{site}");
        by_site.insert(site, spend);
    }
    assert_eq!(store.spend_by_site(Timestamp(from)).unwrap(), by_site);
}

fn exchange(number: u32, started: i64) -> Exchange {
    Exchange {
        id: format!("req_{number:032x}"),
        started_at: Timestamp(started),
        outcome: "running".into(),
        dialect: "anthropic".into(),
        method: "POST".into(),
        path: "/v1/messages".into(),
        cost_basis: "none".into(),
        ..Exchange::default()
    }
}

/// One of a few texts, also an empty one and one that looks like a number; or none.
fn text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        Just(Some(String::new())),
        Just(Some("0".to_owned())),
        Just(Some("a".to_owned())),
        Just(Some("ab".to_owned())),
    ]
}

fn row() -> impl Strategy<Value = Exchange> {
    let names = (text(), text(), text(), text(), text());
    let money = proptest::option::of(-5i64..1_000_000);
    let tokens = (0u64..1_000, 0u64..1_000, 0u64..1_000, any::<bool>());
    // Whole hours, and moments beside them.
    let moment = (0i64..5, -1i64..2, 0i64..2)
        .prop_map(|(hour, beside, half)| BEGIN + hour * HOUR + beside + half * HOUR / 2);
    (0u32..8, moment, names, money.clone(), money, tokens).prop_map(
        |(number, moment, (project, site, model, served, client), cost, list, tokens)| Exchange {
            project,
            site,
            model,
            model_served: served,
            client,
            outcome: if tokens.0 % 3 == 0 { "error" } else { "done" }.into(),
            status: tokens
                .3
                .then_some(if tokens.0 % 5 == 0 { 404 } else { 200 }),
            usage: Usage {
                input: tokens.0,
                cache_read: tokens.1,
                output: tokens.2,
                ..Usage::default()
            },
            usage_basis: match tokens.3 {
                true => UsageBasis::Exact,
                false => UsageBasis::Unknown,
            },
            cost_usd: cost.map(Nanos),
            list_usd: list.map(Nanos),
            cost_basis: if cost.is_some() { "exact" } else { "unpriced" }.into(),
            ..exchange(number, moment)
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    /// Starts and ends in any order, of a few exchanges again and again.
    Write(Vec<(Exchange, bool)>),
    /// The same, and the disk is full.
    WriteInVain(Vec<(Exchange, bool)>),
    DeleteProject(String),
    Retain(i64),
    DeleteAll,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rows = || proptest::collection::vec((row(), any::<bool>()), 1..12);
    let step = prop_oneof![
        8 => rows().prop_map(Step::Write),
        1 => rows().prop_map(Step::WriteInVain),
        1 => text().prop_map(|project| Step::DeleteProject(project.unwrap_or_default())),
        1 => (0i64..5).prop_map(|hour| Step::Retain(BEGIN + hour * HOUR + HOUR / 3)),
        1 => Just(Step::DeleteAll),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..10)
}

fn batch(rows: Vec<(Exchange, bool)>) -> Vec<Change<Vec<u8>>> {
    let change = |(row, over): (Exchange, bool)| match over {
        true => Change::Finished {
            exchange: Box::new(row),
            detail: "{}".into(),
            bodies: Vec::new(),
        },
        false => Change::Started(Box::new(Exchange {
            outcome: "running".into(),
            ..row
        })),
    };
    rows.into_iter().map(change).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn sums_are_those_of_the_rows_whatever_happens(
        steps in steps(),
        times in proptest::collection::vec((0i64..12, -1i64..2, 0i64..12, -1i64..2), 4),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut store = open(directory.path());
        for step in steps {
            match step {
                Step::Write(rows) => store.write(&batch(rows)).unwrap(),
                Step::WriteInVain(rows) => {
                    let full = "CREATE TRIGGER full BEFORE DELETE ON tally BEGIN SELECT RAISE(ABORT, 'full'); END;
                                CREATE TRIGGER too BEFORE UPDATE ON tally BEGIN SELECT RAISE(ABORT, 'full'); END;
                                CREATE TRIGGER three BEFORE INSERT ON tally BEGIN SELECT RAISE(ABORT, 'full'); END;";
                    raw(&store).execute_batch(full).unwrap();
                    store.write(&batch(rows)).unwrap_err();
                    let room = "DROP TRIGGER full; DROP TRIGGER too; DROP TRIGGER three;";
                    raw(&store).execute_batch(room).unwrap();
                }
                Step::DeleteProject(project) => {
                    store.delete_project(&project).unwrap();
                }
                Step::Retain(before) => {
                    let before = Some(Timestamp(before));
                    store.retain(Retention { before, bytes: None }).unwrap();
                }
                Step::DeleteAll => {
                    store.delete_all().unwrap();
                }
                Step::Reopen => {
                    drop(store);
                    store = open(directory.path());
                }
            }
            for (from, beside, length, other) in &times {
                let from = BEGIN - HOUR + from * HOUR / 2 + beside;
                agree(&store, from, from + length * HOUR / 2 + other);
            }
        }
        agree(&store, 0, i64::MAX);
        store.delete_all().unwrap();
        let running = all(&store).len() as i64;
        let count = "SELECT coalesce(sum(exchanges), 0), coalesce(min(exchanges), 1) FROM tally";
        let (kept, least): (i64, i64) =
            raw(&store).query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        prop_assert_eq!(kept, running);
        prop_assert!(least > 0, "nothing is left of what is gone");
    }
}

#[test]
fn an_older_file_is_added_up_when_it_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    let db = Connection::open(directory.path().join("traffic.db")).unwrap();
    db.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")
        .unwrap();
    for step in [
        include_str!("../src/migrations/0001_exchanges.sql"),
        include_str!("../src/migrations/0002_translated_and_relayed.sql"),
        include_str!("../src/migrations/0003_cheaper_writes.sql"),
    ] {
        db.execute_batch(step).unwrap();
    }
    db.execute_batch("PRAGMA user_version = 3").unwrap();
    db.execute_batch("BEGIN").unwrap();
    for number in 0..500u32 {
        let site = (!number.is_multiple_of(7)).then(|| format!("site-{}", number % 3));
        let cost = (!number.is_multiple_of(5)).then_some(number);
        db.execute(
            "INSERT INTO exchange (id, started_us, outcome, dialect, method, path, model, model_served, site, \
             stream, input, output, tokens_basis, cost_nano_usd, list_nano_usd, cost_basis) VALUES (?1, ?2, \
             ?3, 'anthropic', 'POST', '/v1/messages', 'asked', ?4, ?5, 1, ?6, 7, 'exact', ?7, ?8, ?9)",
            rusqlite::params![
                exchange(number, 0).id,
                BEGIN + i64::from(number) * HOUR / 30,
                if number == 499 { "running" } else { "done" },
                number.is_multiple_of(4).then_some("served"),
                site,
                number,
                cost,
                cost.filter(|cost| cost.is_multiple_of(2)).map(|cost| cost * 2),
                if cost.is_some() { "exact" } else { "unpriced" },
            ],
        )
        .unwrap();
    }
    db.execute_batch("COMMIT").unwrap();
    drop(db);
    let store = open(directory.path());
    assert_eq!(all(&store).len(), 500);
    for (from, to) in [
        (0, i64::MAX),
        (BEGIN + 1, BEGIN + HOUR * 9),
        (BEGIN + HOUR / 2, BEGIN + HOUR),
    ] {
        agree(&store, from, to);
    }
    let before = Some(Timestamp(BEGIN + HOUR * 3 / 2));
    store
        .retain(Retention {
            before,
            bytes: None,
        })
        .unwrap();
    agree(&store, 0, i64::MAX);
    assert_eq!(store.delete_all().unwrap(), 455);
    assert_eq!(store.size().unwrap().exchanges, 0);
    assert!(store.spend_by_site(Timestamp(0)).unwrap().is_empty());
}

#[test]
fn absurd_figures_do_not_stop_the_record() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let rows = (0..20).map(|number| Exchange {
        site: Some("liar".into()),
        usage: Usage {
            input: u64::MAX / 2,
            output: u64::MAX / 2,
            ..Usage::default()
        },
        usage_basis: UsageBasis::Exact,
        cost_usd: Some(Nanos(i64::MAX)),
        cost_basis: "exact".into(),
        outcome: "done".into(),
        ..exchange(number, BEGIN + i64::from(number) * HOUR / 8)
    });
    store
        .write(&batch(rows.map(|row| (row, true)).collect()))
        .unwrap();
    let begin = Timestamp(BEGIN - 1);
    let whole = store.spend_by_site(begin).unwrap()["liar"];
    let parts = [(BEGIN - 1, BEGIN + HOUR / 3), (BEGIN + HOUR / 3, i64::MAX)];
    let parts =
        parts.map(|(from, to)| store.spend("liar", Timestamp(from), Timestamp(to)).unwrap());
    assert_eq!(whole.exchanges, 20);
    assert_eq!(
        whole.tokens,
        parts.iter().map(|part| part.tokens).sum::<u64>()
    );
    assert_eq!(
        whole.cost.0,
        parts.iter().map(|part| part.cost.0).sum::<i64>()
    );
    store.delete_all().unwrap();
    assert!(store.spend_by_site(begin).unwrap().is_empty());
}
