-- Exchanges: one short row each, so that lists never touch headers or bodies.
CREATE TABLE exchange (
    seq            INTEGER PRIMARY KEY,          -- order of arrival
    id             TEXT    NOT NULL UNIQUE,      -- req_…
    started_us     INTEGER NOT NULL,             -- µs since 1970, UTC
    outcome        TEXT    NOT NULL,             -- running|done|error|error_inside|cut|client_left|empty|interrupted
    project        TEXT,
    session        TEXT,
    client         TEXT,
    dialect        TEXT    NOT NULL,
    method         TEXT    NOT NULL,
    path           TEXT    NOT NULL,             -- secrets in the query masked
    model          TEXT,                         -- asked for
    model_served   TEXT,                         -- named by the answer, where it differs
    site           TEXT,
    key_label      TEXT,
    stream         INTEGER NOT NULL,
    status         INTEGER,                      -- what the client got
    input          INTEGER,                      -- fresh prompt tokens
    cache_read     INTEGER,
    cache_write_5m INTEGER,
    cache_write_1h INTEGER,
    cache_known    INTEGER NOT NULL DEFAULT 0,   -- whether the vendor spoke of a cache
    output         INTEGER,
    reasoning      INTEGER,
    tokens_basis   TEXT    NOT NULL,             -- exact|estimated|unknown
    cost_nano_usd  INTEGER,                      -- NULL: unpriced, or nothing to price
    saved_nano_usd INTEGER,                      -- what reading from the cache saved
    cost_basis     TEXT    NOT NULL,             -- exact|estimate|unpriced|none
    head_us        INTEGER,                      -- µs from arrival, as all below
    first_token_us INTEGER,
    last_token_us  INTEGER,
    duration_us    INTEGER,
    attempts       INTEGER NOT NULL DEFAULT 0,
    error_code     TEXT,
    error_message  TEXT,
    loss           INTEGER NOT NULL DEFAULT 0    -- bit 0: bodies dropped, bit 1: bodies expired
) STRICT;
CREATE INDEX exchange_started ON exchange (started_us);
CREATE INDEX exchange_project ON exchange (project, started_us);
CREATE INDEX exchange_running ON exchange (seq) WHERE outcome = 'running';

-- Headers, times, attempts, price lines: zstd-compressed JSON.
CREATE TABLE detail (
    seq  INTEGER PRIMARY KEY REFERENCES exchange (seq) ON DELETE CASCADE,
    data BLOB NOT NULL
) STRICT;

-- Bodies, as transferred.
CREATE TABLE body (
    seq          INTEGER NOT NULL REFERENCES exchange (seq) ON DELETE CASCADE,
    side         INTEGER NOT NULL,               -- 0 request, 1 response
    bytes        INTEGER NOT NULL,               -- on the wire
    kept         INTEGER NOT NULL,
    content_type TEXT,
    encoding     TEXT,
    pieces       BLOB    NOT NULL,               -- piece ids, LEB128
    arrivals     BLOB,                           -- zstd of LEB128 pairs: bytes, µs
    PRIMARY KEY (seq, side)
) STRICT, WITHOUT ROWID;

-- Content-defined pieces of bodies: agents resend the same prefix, it is stored once.
CREATE TABLE piece (
    id   INTEGER PRIMARY KEY,
    hash BLOB    NOT NULL UNIQUE,                -- xxh3, 128 bit, of the plain bytes
    size INTEGER NOT NULL,                       -- plain bytes
    uses INTEGER NOT NULL,
    data BLOB    NOT NULL                        -- zstd
) STRICT;
