//! zstd, as it is used here.

use std::cell::RefCell;

/// With pieces stored once, speed is worth more than the last tenth of the size.
const LEVEL: i32 = 1;

thread_local! {
    /// A compressor's tables are over a megabyte: made once per thread, not once per piece.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses with this thread's compressor.
pub(crate) fn compress(plain: &[u8]) -> rusqlite::Result<Vec<u8>> {
    let packed = COMPRESSOR.with_borrow_mut(|compressor| match compressor {
        Some(compressor) => compressor.compress(plain),
        None => compressor
            .insert(zstd::bulk::Compressor::new(LEVEL)?)
            .compress(plain),
    });
    packed.map_err(not_sql)
}

/// A failure that is not SQLite's.
pub(crate) fn not_sql(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
