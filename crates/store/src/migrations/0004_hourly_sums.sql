-- What exchanges come to by the hour of their arrival: figures of a month are added up from these, not
-- from a million rows. Always true of the rows that are there: written with them, in one transaction.
CREATE TABLE tally (
    hour            INTEGER NOT NULL,            -- hours since 1970, UTC
    site            ANY     NOT NULL,            -- text, or 0: none, as the next three
    model           ANY     NOT NULL,
    model_served    ANY     NOT NULL,
    client          ANY     NOT NULL,
    first_seq       INTEGER NOT NULL,            -- these exchanges are nowhere else in the order …
    last_seq        INTEGER NOT NULL,            -- … but here: both ends included, never too narrow
    exchanges       INTEGER NOT NULL,            -- never 0
    unpriced        INTEGER NOT NULL,            -- without a price although there was something to price
    priced          INTEGER NOT NULL,            -- with a price
    list_nano_usd   INTEGER NOT NULL,            -- cost at list price
    cost_nano_usd   INTEGER NOT NULL,            -- cost with the site's multiplier
    tokens          INTEGER NOT NULL,
    priced_tokens   INTEGER NOT NULL,            -- of those with a price
    PRIMARY KEY (hour, site, model, model_served, client)
) STRICT, WITHOUT ROWID;

-- The list of a project comes in the order of `seq`, which an index holds behind its columns.
DROP INDEX exchange_project;
CREATE INDEX exchange_project ON exchange (project);

-- What went wrong is rare, and asked for often. With what it is asked by.
CREATE INDEX exchange_wrong ON exchange (seq, outcome, status)
    WHERE outcome NOT IN ('done', 'running') OR status >= 300;
