//! Tests: which way the heavy statements go, and that lists look everywhere they have to.

use std::path::Path;

use base::Timestamp;
use proptest::prelude::*;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::clean::{OLDEST_BODIES, Which};
use crate::exchange::{Exchange, Filter};
use crate::open::Store;
use crate::write::Change;
use crate::{list, read, spend};

fn open(directory: &Path) -> Store {
    Store::open(&directory.join("traffic.db")).unwrap()
}

/// What SQLite does for a statement, a line each.
fn plan(db: &Connection, sql: &str) -> Vec<String> {
    let mut query = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let values = vec![Value::Null; query.parameter_count()];
    let lines = query.query_map(params_from_iter(values), |row| row.get("detail"));
    lines.unwrap().map(Result::unwrap).collect()
}

#[test]
fn nothing_old_is_found_without_looking_at_everything() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let db = &store.writer().db;
    for (which, index) in [
        (
            Which::Before(Timestamp(0)),
            "exchange_started (started_us<?)",
        ),
        (Which::Project("x"), "exchange_project (project=?)"),
    ] {
        let found = plan(db, &which.statement().0);
        assert_eq!(found, [format!("SEARCH exchange USING INDEX {index}")]);
    }
    let found = plan(db, &Which::Over.statement().0);
    assert_eq!(found, ["SCAN exchange"], "in order, without sorting");
    let found = plan(db, OLDEST_BODIES);
    assert_eq!(found, ["SCAN body"], "in order, without sorting");
}

#[test]
fn todays_rows_are_found_without_looking_at_others() {
    let directory = tempfile::tempdir().unwrap();
    let found = open(directory.path()).read(|db| Ok(plan(db, &read::since_statement())));
    let index = "SEARCH exchange USING INDEX exchange_started (started_us>?)";
    assert_eq!(found.unwrap(), [index]);
}

#[test]
fn lists_come_in_their_order_from_an_index() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let some = |name: &str| vec![name.to_owned()];
    let none = Filter::default;
    let project = Filter {
        projects: some("x"),
        ..none()
    };
    let failed = Filter {
        outcomes: vec!["cut".into(), "error".into()],
        ..none()
    };
    let range = "(rowid>? AND rowid<?)";
    let by_project = "USING INDEX exchange_project (project=? AND rowid>? AND rowid<?)";
    let wrong = "USING INDEX exchange_wrong (seq>? AND seq<?)";
    let running = "USING INDEX exchange_running (seq>? AND seq<?)";
    let by_place = format!("USING INTEGER PRIMARY KEY {range}");
    for (filter, way) in [
        (none(), &by_place[..]),
        (
            Filter {
                models: some("x"),
                ..none()
            },
            &by_place,
        ),
        (
            Filter {
                outcomes: some("done"),
                ..none()
            },
            &by_place,
        ),
        (
            Filter {
                models: some("x"),
                sites: some("y"),
                ..project.clone()
            },
            by_project,
        ),
        (
            Filter {
                outcomes: some("running"),
                ..none()
            },
            running,
        ),
        (
            Filter {
                statuses: vec![(500, 599), (429, 429)],
                ..none()
            },
            wrong,
        ),
        (
            Filter {
                models: some("x"),
                clients: some("y"),
                ..failed.clone()
            },
            wrong,
        ),
        (
            Filter {
                outcomes: failed.outcomes.clone(),
                ..project.clone()
            },
            wrong,
        ),
        (
            Filter {
                statuses: vec![(200, 299)],
                ..project.clone()
            },
            by_project,
        ),
        (project, by_project),
        (failed, wrong),
    ] {
        let found = store
            .read(|db| Ok(plan(db, &list::statement(&filter).0)))
            .unwrap();
        assert_eq!(found, [format!("SEARCH exchange {way}")], "{filter:?}");
    }
}

#[test]
fn figures_of_a_month_come_from_the_hours() {
    let directory = tempfile::tempdir().unwrap();
    let sql = spend::statement("SELECT count(*) FROM part WHERE site = ?7");
    let found = open(directory.path())
        .read(|db| Ok(plan(db, &sql)))
        .unwrap();
    let searched: Vec<_> = found
        .iter()
        .filter(|line| line.contains("SEARCH"))
        .collect();
    assert_eq!(searched.len(), 3, "{found:#?}");
    assert!(searched[0].contains("tally USING PRIMARY KEY (hour>? AND hour<?)"));
    for rows in &searched[1..] {
        assert!(rows.contains("exchange_started (started_us>? AND started_us<?)"));
    }
    assert!(!found.iter().any(|line| line.contains("SCAN exchange")));
}

fn exchange(number: usize, kind: usize) -> Exchange {
    let pick = |of: usize, names: &[&str]| {
        names
            .get(of % (names.len() + 1))
            .map(|name| (*name).to_owned())
    };
    Exchange {
        id: format!("req_{number}"),
        // Out of order, hours apart.
        started_at: Timestamp((1_000_000 + (number * 7 % 40) as i64) * 3_600_000_000),
        outcome: ["done", "error", "running", "cut"][kind % 4].to_owned(),
        status: [Some(200), None, Some(404)][kind % 3],
        site: pick(kind / 2, &["s", "t"]),
        project: pick(kind / 3, &["p", "q"]),
        model: pick(kind / 5, &["m", "n"]),
        model_served: pick(kind / 7, &["m", "o"]),
        client: pick(kind / 11, &["cli 1", "cli 2"]),
        ..Exchange::default()
    }
}

fn filters() -> impl Strategy<Value = Filter> {
    let some = |names: &'static [&'static str]| {
        proptest::sample::subsequence(names, 0..=names.len())
            .prop_map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let statuses = proptest::sample::subsequence(vec![(200, 299), (400, 499)], 0..=1);
    let texts = (
        some(&["m", "n", "o", "none"]),
        some(&["p", "q"]),
        some(&["s", "none"]),
        some(&["cli", "none"]),
        some(&["done", "error", "running"]),
    );
    (texts, statuses).prop_map(
        |((models, projects, sites, clients, outcomes), statuses)| Filter {
            models,
            projects,
            sites,
            clients,
            outcomes,
            statuses,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    /// However little is looked through at first: the same rows as when everything is.
    #[test]
    fn lists_leave_nothing_out(
        kinds in proptest::collection::vec(0usize..500, 0..60),
        filter in filters(),
        near in 0i64..20,
        below in 0i64..70,
        limit in 1usize..12,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path());
        let started = kinds.iter().enumerate().map(|(number, kind)| Change::<Vec<u8>>::Started(Box::new(exchange(number, *kind))));
        store.write(&started.collect::<Vec<_>>()).unwrap();
        let fits = |row: &Exchange| {
            let one = |wanted: &[String], name: &Option<String>| wanted.is_empty() || name.as_ref().is_some_and(|name| wanted.contains(name));
            let begins = |name: &String| filter.clients.iter().any(|client| name.starts_with(&client[..]));
            (one(&filter.models, &row.model) || one(&filter.models, &row.model_served))
                && one(&filter.projects, &row.project)
                && one(&filter.sites, &row.site)
                && (filter.clients.is_empty() || row.client.as_ref().is_some_and(begins))
                && one(&filter.outcomes, &Some(row.outcome.clone()))
                && (filter.statuses.is_empty() || filter.statuses.iter().any(|(from, to)| row.status.is_some_and(|status| (*from..=*to).contains(&status))))
        };
        let found = store.read(|db| {
            let all = list::rows(db, &filter, Some(below), limit)?;
            let stepwise = match filter.projects.len() {
                0 | 1 => list::rows_below(db, &filter, below, limit, near)?,
                _ => all.clone(),
            };
            Ok([all, stepwise])
        });
        let places = (0i64..).zip(&kinds).map(|(number, kind)| (number + 1, exchange(number as usize, *kind)));
        let mut expected: Vec<(i64, Exchange)> = places.filter(|(seq, row)| *seq < below && fits(row)).collect();
        expected.reverse();
        expected.truncate(limit);
        for found in found.unwrap() {
            prop_assert_eq!(&found, &expected);
        }
    }
}
