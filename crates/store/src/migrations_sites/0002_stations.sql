-- The software behind a site, its balances and the ledger. Accounts' credentials are sealed.
CREATE TABLE station (
    site_id            TEXT    PRIMARY KEY REFERENCES site (id) ON DELETE CASCADE,
    kind               TEXT,                            -- as it was detected
    kind_set           TEXT,                            -- as the user set it
    detection          TEXT    NOT NULL DEFAULT '{}',   -- JSON: evidence, version, what else is remembered
    interface          TEXT    NOT NULL DEFAULT '{}',   -- JSON: how it is asked, where that is not the usual way
    threshold_nano_usd INTEGER,                         -- NULL: the general setting; 0: never tell
    recharge_url       TEXT,
    told_low           INTEGER NOT NULL DEFAULT 0,      -- the user has been told that the balance is low
    snoozed_us         INTEGER,                         -- no notification until then
    balance            TEXT,                            -- JSON: the last good balance
    query              TEXT,                            -- JSON: how the last query went
    answers            TEXT    NOT NULL DEFAULT '[]',   -- JSON: what the station said last, redacted
    checkin            TEXT    NOT NULL DEFAULT '{}'    -- JSON: the last check-in
) STRICT, WITHOUT ROWID;

-- Credentials of accounts, for what a key cannot read.
CREATE TABLE station_account (
    site_id TEXT PRIMARY KEY REFERENCES site (id) ON DELETE CASCADE,
    user_id TEXT,
    masked  TEXT NOT NULL,
    sealed  BLOB NOT NULL                               -- bound to the site's origin
) STRICT, WITHOUT ROWID;

-- What was bought, given, or entered by hand.
CREATE TABLE ledger (
    id          TEXT    PRIMARY KEY,
    site_id     TEXT    NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL,                       -- recharge|balance|check-in
    at_us       INTEGER NOT NULL,
    paid_nano   INTEGER,                                -- NULL: nobody said
    currency    TEXT,                                   -- CNY|USD, of paid_nano
    credit_nano_usd INTEGER,                            -- credit received, or the balance; NULL: nobody said
    method      TEXT    NOT NULL,
    note        TEXT    NOT NULL,
    source      TEXT    NOT NULL,                       -- user|import|station
    created_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_site ON ledger (site_id, at_us);

-- Balances over time. A balance that stays the same keeps its first and its last moment.
CREATE TABLE balance (
    site_id       TEXT    NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    at_us         INTEGER NOT NULL,
    entry         TEXT    REFERENCES ledger (id) ON DELETE CASCADE, -- set: entered by hand
    usd_nano      INTEGER,                              -- credit left; NULL where it is no money
    used_usd_nano INTEGER,                              -- spent so far, as the station says
    quota         INTEGER,                              -- units left, where the station counts so
    cost_usd_nano INTEGER NOT NULL,                     -- our own exchanges since the balance before, list price
    exchanges     INTEGER NOT NULL,                     -- how many
    unpriced      INTEGER NOT NULL,                     -- of these: without a price
    PRIMARY KEY (site_id, at_us)
) STRICT, WITHOUT ROWID;
