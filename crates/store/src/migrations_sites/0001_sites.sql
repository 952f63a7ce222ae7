-- Sites, their keys and routes: small and precious. Secrets are sealed.
CREATE TABLE site (
    id          TEXT    PRIMARY KEY,
    name        TEXT    NOT NULL COLLATE NOCASE,
    base_url    TEXT    NOT NULL,
    api         TEXT    NOT NULL,                -- auto|anthropic|openai|both: as the user set it
    api_found   TEXT,                            -- anthropic|openai|both: as it was detected
    paid        INTEGER NOT NULL,
    tags        TEXT    NOT NULL,                -- JSON list
    pinned      INTEGER NOT NULL,
    enabled     INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    outbound    TEXT    NOT NULL,                -- empty: the general setting
    multiplier  TEXT    NOT NULL,                -- decimal number
    aliases     TEXT    NOT NULL,                -- JSON object: model asked for → model of the site
    strategy    TEXT,                            -- NULL: the general setting
    checkin_url TEXT,
    note        TEXT    NOT NULL,
    created_us  INTEGER NOT NULL,
    deleted_us  INTEGER                          -- set while a deletion can be undone
) STRICT;
CREATE UNIQUE INDEX site_name ON site (name COLLATE NOCASE) WHERE deleted_us IS NULL;

CREATE TABLE site_key (
    id          TEXT    PRIMARY KEY,
    site_id     TEXT    NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    label       TEXT    NOT NULL,
    weight      INTEGER NOT NULL,
    enabled     INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    fingerprint TEXT    NOT NULL,                -- first 16 hexadecimal digits of a keyed hash
    masked      TEXT    NOT NULL,                -- sk-••••••••7Qf2
    sealed      BLOB    NOT NULL,                -- XChaCha20-Poly1305, bound to key id and the site's origin
    created_us  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX site_key_once ON site_key (site_id, fingerprint);

-- What the pool knows of keys; survives a restart.
CREATE TABLE key_state (
    fingerprint TEXT    NOT NULL,
    scope       TEXT    NOT NULL,                -- empty, or a model family
    state       TEXT    NOT NULL,                -- JSON of the pool
    updated_us  INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, scope)
) STRICT, WITHOUT ROWID;

-- Where requests go. Position 0 is the default route.
CREATE TABLE route (
    position INTEGER PRIMARY KEY,
    matches  TEXT NOT NULL,                      -- JSON: what it holds for
    sites    TEXT NOT NULL                       -- JSON list of site ids, best first
) STRICT;

-- Keys that programs on this machine use to say who they are.
CREATE TABLE client_key (
    id         TEXT    PRIMARY KEY,
    label      TEXT    NOT NULL,
    hash       TEXT    NOT NULL UNIQUE,
    masked     TEXT    NOT NULL,
    project    TEXT,
    sites      TEXT    NOT NULL,                 -- JSON list of site ids; empty: the default route
    created_us INTEGER NOT NULL
) STRICT;

CREATE TABLE fact (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
