//! Remembers: SQLite, migrations, bodies, retention.
