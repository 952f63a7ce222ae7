//! The rows of a traffic store, many times over. What points to other rows (bodies to their pieces,
//! exchanges to their details) still does, and the counts of those who point are right.
//!
//! Requests and answers of the copies are those of the originals: their pieces are stored once, as
//! Relayscope would. Rows, places of bodies and details are there for each.

use std::path::Path;

use rusqlite::{Connection, params};

use crate::fault::Fault;

/// The copies are spread evenly over this time, in microseconds since 1970.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// In a group of details, so many places; an exchange's place is the group's number times this and more.
const PLACES: i64 = 256;

/// Columns of an exchange that a copy has otherwise. `copies.number` counts from 0, `place` is the copy's
/// place in the order. Half keep their model, the others get one of seven; each has one of twenty
/// projects; one in a hundred has failed.
const CHANGED: &[(&str, &str)] = &[
    ("seq", PLACE),
    (
        "id",
        "printf('req_%012x70008%015x', (:from + PLACE * :step) / 1000, PLACE)",
    ),
    ("started_us", "(:from + PLACE * :step)"),
    (
        "model",
        "iif(PLACE % 14 < 7, model, 'claude-copied-' || (PLACE % 7))",
    ),
    ("project", "('project-' || (PLACE % 20))"),
    ("outcome", "iif(PLACE % 100 = 0, 'error', outcome)"),
    ("status", "iif(PLACE % 100 = 0, 529, status)"),
    (
        "detail_at",
        "(detail_at + copies.number * :groups * :places)",
    ),
];
const PLACE: &str = "(copies.number * :count + original.seq)";

/// The hourly sums of all rows, as Relayscope adds them up once.
const SUMS: &str = include_str!("../../../crates/store/src/migrations/0005_sums_of_older_rows.sql");

/// Multiplies the rows of a store that nobody has open until there are at least so many exchanges; gives
/// how many there are.
pub(super) fn multiply(path: &Path, least: u64, span: Span) -> Result<u64, Fault> {
    let db = Connection::open(path)?;
    // A power cut would lose nothing of worth.
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;
         PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY;",
    )?;
    let count = within(&db, least, span)?;
    db.execute_batch("PRAGMA journal_mode = WAL;")?;
    Ok(count)
}

fn within(db: &Connection, least: u64, span: Span) -> Result<u64, Fault> {
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
    let count = number("SELECT coalesce(max(seq), 0) FROM exchange")?;
    if count == 0 {
        return Err(Fault::misbehaved("relayscope", "has recorded nothing"));
    }
    let groups = number("SELECT coalesce(max(id), 0) FROM detail_group")?;
    let factor = least.div_ceil(count.unsigned_abs());
    let factor = i64::try_from(factor).unwrap_or(i64::MAX);
    let step = (span.to - span.from) / (factor * count);
    // A table that is read and written at once would be copied first, with all its copies.
    db.execute_batch(
        "BEGIN;
         CREATE TEMP TABLE first_exchange AS SELECT * FROM exchange;
         CREATE TEMP TABLE first_body AS SELECT * FROM body;
         CREATE TEMP TABLE first_group AS SELECT * FROM detail_group;
         CREATE TEMP TABLE copies (number INTEGER PRIMARY KEY);
         DELETE FROM exchange; DELETE FROM body; DELETE FROM detail_group;",
    )?;
    db.execute(
        "WITH RECURSIVE counted (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM counted \
         WHERE number + 1 < ?1) INSERT INTO copies SELECT number FROM counted",
        [factor],
    )?;
    let exchanges = insert(db, "exchange", "first_exchange", "seq", CHANGED)?
        .replace(":from", &span.from.to_string())
        .replace(":step", &step.to_string());
    let bodies = insert(db, "body", "first_body", "seq, side", &[("seq", PLACE)])?;
    let details = insert(
        db,
        "detail_group",
        "first_group",
        "id",
        &[("id", "(copies.number * :groups + original.id)")],
    )?;
    for sql in [exchanges, bodies, details] {
        let sql = sql
            .replace(":count", &count.to_string())
            .replace(":groups", &groups.to_string())
            .replace(":places", &PLACES.to_string());
        db.execute(&sql, [])?;
    }
    // Programs before that step do not know them.
    if number("SELECT count(*) FROM sqlite_schema WHERE name = 'tally'")? > 0 {
        db.execute_batch("DELETE FROM tally")?;
        db.execute_batch(SUMS)?;
    }
    db.execute("UPDATE piece SET uses = uses * ?1", params![factor])?;
    db.execute("UPDATE piece_use SET more = more * ?1", params![factor])?;
    db.execute_batch("COMMIT")?;
    Ok(number("SELECT count(*) FROM exchange")?.unsigned_abs())
}

/// The statement that copies a table, in the order of its key; whatever columns there are.
fn insert(
    db: &Connection,
    table: &str,
    from: &str,
    key: &str,
    changed: &[(&str, &str)],
) -> rusqlite::Result<String> {
    let columns: Vec<String> = db
        .prepare("SELECT name FROM pragma_table_info(?1)")?
        .query_map([table], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let values: Vec<String> = columns
        .iter()
        .map(|column| {
            let other = changed.iter().find(|(name, _)| name == column);
            other.map_or_else(
                || format!("original.{column}"),
                |(_, value)| value.replace("PLACE", PLACE),
            )
        })
        .collect();
    // Cross joins are made in the order in which they are written.
    Ok(format!(
        "INSERT INTO {table} ({}) SELECT {} FROM copies CROSS JOIN {from} AS original \
         ORDER BY copies.number, {key}",
        columns.join(", "),
        values.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{SUMS, Span, within};

    /// Two exchanges of one detail group, one with a body of a piece that is used twice in it.
    fn recorded() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        for step in [
            include_str!("../../../crates/store/src/migrations/0001_exchanges.sql"),
            include_str!("../../../crates/store/src/migrations/0002_translated_and_relayed.sql"),
            include_str!("../../../crates/store/src/migrations/0003_cheaper_writes.sql"),
            include_str!("../../../crates/store/src/migrations/0004_hourly_sums.sql"),
            SUMS,
        ] {
            db.execute_batch(step).unwrap();
        }
        db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        for place in 0..2 {
            let sql = "INSERT INTO exchange (id, started_us, outcome, dialect, method, path, model, \
                       stream, status, tokens_basis, cost_basis, detail_at) VALUES (?1, 5, 'done', \
                       'anthropic', 'POST', '/v1/messages', 'claude', 0, 200, 'exact', 'exact', ?2)";
            db.execute(sql, (format!("req_{place}"), 256 + place))
                .unwrap();
        }
        db.execute_batch(
            "INSERT INTO body (seq, side, bytes, kept, pieces) VALUES (2, 0, 9, 9, x'0101');
             INSERT INTO piece VALUES (1, x'00', 4, 1, x'00');
             INSERT INTO piece_use VALUES (1, 1);
             INSERT INTO detail_group VALUES (1, 2, x'00');",
        )
        .unwrap();
        db
    }

    #[test]
    fn copies_are_consistent() {
        let db = recorded();
        let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let span = Span {
            from: 1_000_000_000,
            to: 9_000_000_000,
        };
        assert_eq!(within(&db, 399, span).unwrap(), 400);
        assert_eq!(number("SELECT count(DISTINCT id) FROM exchange"), 400);
        assert_eq!(number("SELECT min(length(id)) FROM exchange"), 36);
        assert_eq!(number("SELECT max(length(id)) FROM exchange"), 36);
        let unordered = "SELECT count(*) FROM exchange AS one JOIN exchange AS next ON \
                         next.seq = one.seq + 1 WHERE next.id <= one.id OR next.started_us <= one.started_us";
        assert_eq!(number(unordered), 0);
        assert_eq!(
            number(
                "SELECT min(started_us >= 1000000000 AND started_us <= 9000000000) FROM exchange"
            ),
            1
        );
        // Pieces and details: as many pointers as are counted.
        assert_eq!(number("SELECT count(*) FROM body"), 200);
        assert_eq!(number("SELECT uses + more FROM piece, piece_use"), 400);
        assert_eq!(number("SELECT sum(parts) FROM detail_group"), 400);
        let homeless = "SELECT count(*) FROM exchange WHERE detail_at / 256 NOT IN (SELECT id FROM detail_group)";
        assert_eq!(number(homeless), 0);
        assert_eq!(
            number("SELECT count(*) FROM exchange WHERE outcome = 'error'"),
            4
        );
        assert_eq!(number("SELECT count(DISTINCT project) FROM exchange"), 20);
        assert_eq!(number("SELECT sum(exchanges) FROM tally"), 400);
    }

    #[test]
    fn nothing_cannot_be_multiplied() {
        let db = recorded();
        db.execute_batch("DELETE FROM exchange").unwrap();
        assert!(within(&db, 10, Span { from: 0, to: 9 }).is_err());
    }
}
