-- Authenticity tests that are over. The report holds the evidence; account identifiers in it are hashed.
CREATE TABLE verify_run (
    id         TEXT    PRIMARY KEY,
    site_id    TEXT    NOT NULL REFERENCES site (id) ON DELETE CASCADE,
    model      TEXT    NOT NULL,
    started_us INTEGER NOT NULL,
    summary    TEXT    NOT NULL,                        -- JSON: what lists show
    report     BLOB    NOT NULL                         -- JSON, compressed with zstd
) STRICT, WITHOUT ROWID;

CREATE INDEX verify_run_by_site ON verify_run (site_id, started_us);
