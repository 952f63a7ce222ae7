-- What a site's ordinary traffic shows of who answers it: forms, never what was said.
CREATE TABLE standing (
    site_id TEXT PRIMARY KEY REFERENCES site (id) ON DELETE CASCADE,
    known   TEXT NOT NULL                               -- JSON
) STRICT, WITHOUT ROWID;
