//! zstd, as it is used here.

use std::fmt;

/// With pieces stored once, speed is worth more than the last tenth of the size.
const LEVEL: i32 = 1;

/// Compresses one thing after the other. Its tables are over a megabyte: made at the first use, once per
/// writing connection.
#[derive(Default)]
pub(crate) struct Compressor(Option<zstd::bulk::Compressor<'static>>);

impl Compressor {
    pub(crate) fn compress(&mut self, plain: &[u8]) -> rusqlite::Result<Vec<u8>> {
        let compressor = match &mut self.0 {
            Some(compressor) => compressor,
            none => none.insert(zstd::bulk::Compressor::new(LEVEL).map_err(not_sql)?),
        };
        compressor.compress(plain).map_err(not_sql)
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Compressor")
    }
}

/// A failure that is not SQLite's.
pub(crate) fn not_sql(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
