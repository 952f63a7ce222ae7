//! Opening the file.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction};

use crate::compress::Compressor;
use crate::error::{Holds, StoreError};
use crate::memory::Memory;

/// The schema, one file per step. A step that has been released is never changed.
const STEPS: &[&str] = &[
    include_str!("migrations/0001_exchanges.sql"),
    include_str!("migrations/0002_translated_and_relayed.sql"),
    include_str!("migrations/0003_cheaper_writes.sql"),
    include_str!("migrations/0004_hourly_sums.sql"),
    include_str!("migrations/0005_sums_of_older_rows.sql"),
];

/// First version without the WAL-reset fault (sqlite.org/wal.html#walresetbug).
const OLDEST_LIBRARY: i32 = 3_051_003;

/// Reading connections that are kept open.
const IDLE_READERS: usize = 3;

/// The traffic store.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
    /// How many are kept. Counted along: nobody else writes to the file.
    exchanges: AtomicI64,
}

/// The writing connection.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) db: Connection,
    pub(crate) memory: Memory,
}

impl Writer {
    /// A transaction that deletes rows, whose ids are free then.
    pub(crate) fn deleting(&mut self) -> rusqlite::Result<(Transaction<'_>, &mut Compressor)> {
        self.memory.forget();
        Ok((self.db.transaction()?, &mut self.memory.compressor))
    }
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Exchanges.
    pub exchanges: u64,
    /// Bytes on disk, freed pages left out.
    pub bytes: u64,
}

impl Store {
    /// Opens or creates the file. Exchanges that a killed process left running become `interrupted`.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if rusqlite::version_number() < OLDEST_LIBRARY {
            return Err(StoreError::OldLibrary(rusqlite::version().to_owned()));
        }
        let describe = |error: rusqlite::Error| describe(path, Holds::Traffic, error);
        let mut writer = Connection::open(path).map_err(describe)?;
        step_up(&mut writer, path, Holds::Traffic, STEPS)?;
        private(path)?;
        writer
            .execute(
                "UPDATE exchange SET outcome = 'interrupted' WHERE outcome = 'running'",
                [],
            )
            .map_err(describe)?;
        give_turns(&mut writer).map_err(describe)?;
        let exchanges: i64 = writer
            .query_row("SELECT coalesce(sum(exchanges), 0) FROM tally", [], |row| {
                row.get(0)
            })
            .map_err(describe)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(Writer {
                db: writer,
                memory: Memory::default(),
            }),
            readers: Mutex::default(),
            exchanges: AtomicI64::new(exchanges),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How much there is.
    pub fn size(&self) -> Result<Size, StoreError> {
        self.read(|db| {
            let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
            let pages = number("PRAGMA page_count")? - number("PRAGMA freelist_count")?;
            Ok(Size {
                exchanges: self.exchanges.load(Ordering::Relaxed).max(0) as u64,
                bytes: (pages * number("PRAGMA page_size")?) as u64,
            })
        })
    }

    /// There are so many more, or fewer, since a transaction was committed.
    pub(crate) fn count(&self, more: i64) {
        self.exchanges.fetch_add(more, Ordering::Relaxed);
    }

    /// Looks for damage; `None` when there is none. Reads the whole file.
    pub fn check(&self) -> Result<Option<String>, StoreError> {
        let found: String =
            self.read(|db| db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)))?;
        Ok((found != "ok").then_some(found))
    }

    /// Moves what the write-ahead log holds into the file. For quiet moments and the end.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        self.writer()
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Gives back the memory that pages are kept in (14 MiB at most): for when nothing is written.
    pub fn release_memory(&self) -> Result<(), StoreError> {
        const RELEASE: &str = "PRAGMA shrink_memory";
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        for reader in &*readers {
            reader.execute_batch(RELEASE)?;
        }
        drop(readers);
        Ok(self.writer().db.execute_batch(RELEASE)?)
    }

    /// The writing connection.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a query on a reading connection.
    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let idle = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let reader = match idle {
            Some(reader) => reader,
            None => open_reader(&self.path)
                .map_err(|error| describe(&self.path, Holds::Traffic, error))?,
        };
        let result = query(&reader);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(reader);
        }
        Ok(result?)
    }
}

/// Brings a file to the newest schema in one transaction; a newer one is refused.
pub(crate) fn step_up(
    db: &mut Connection,
    path: &Path,
    holds: Holds,
    steps: &[&str],
) -> Result<(), StoreError> {
    let describe = |error: rusqlite::Error| describe(path, holds, error);
    let found: i64 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(describe)?;
    let known = steps.len() as i64;
    if found > known {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    if found == 0 {
        // Nothing can be lost yet, and what is written later, in NORMAL mode, is no sooner on the disk than this.
        db.execute_batch(
            "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;
             PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;",
        )
        .map_err(describe)?;
    }
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;
         PRAGMA trusted_schema = OFF; PRAGMA secure_delete = FAST;",
    )
    .map_err(describe)?;
    let missing = steps.get(found as usize..).unwrap_or_default();
    if !missing.is_empty() {
        let missing = missing.concat();
        let step = format!("BEGIN; {missing} PRAGMA user_version = {known}; COMMIT;");
        db.execute_batch(&step).map_err(describe)?;
    }
    Ok(())
}

/// 0600 for the file and its companions: they hold what people say to models.
#[cfg(unix)]
pub(crate) fn private(path: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        use std::os::unix::fs::PermissionsExt;
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let mode = std::fs::Permissions::from_mode(0o600);
        if let Err(error) = std::fs::set_permissions(&name, mode)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(StoreError::File {
                path: path.to_owned(),
                reason: error.to_string(),
            });
        }
    }
    Ok(())
}

/// The user's own folder is private to them there.
#[cfg(not(unix))]
pub(crate) fn private(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// Steps of SQLite's machine after which others get a turn: some 50 µs.
const TURN: i32 = 1_000;

/// On a machine that has no processor to spare, a request need not wait for the end of a long question.
fn give_turns(db: &mut Connection) -> rusqlite::Result<()> {
    let go_on = || {
        std::thread::yield_now();
        false
    };
    db.progress_handler(TURN, Some(go_on))
}

fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut reader = Connection::open_with_flags(path, flags)?;
    give_turns(&mut reader)?;
    reader.execute_batch(
        "PRAGMA query_only = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -2048;
         PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
    )?;
    Ok(reader)
}

pub(crate) fn describe(path: &Path, holds: Holds, error: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseCorrupt, NotADatabase, PermissionDenied};
    let path = path.to_owned();
    let reason = error.to_string();
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => StoreError::Damaged {
            path,
            holds,
            reason,
        },
        Some(CannotOpen | PermissionDenied) => StoreError::File { path, reason },
        _ => StoreError::Sql(error),
    }
}
