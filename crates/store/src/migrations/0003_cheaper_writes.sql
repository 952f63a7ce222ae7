-- Details of exchanges that were written together, compressed together: they repeat each other.
-- `detail` keeps those of older versions.
CREATE TABLE detail_group (
    id    INTEGER PRIMARY KEY,
    parts INTEGER NOT NULL,                      -- exchanges whose detail is still in it
    data  BLOB    NOT NULL                       -- zstd of: LEB128 count and lengths, then the JSON texts
) STRICT;
-- Where an exchange's detail is: id of the group * 256 + place in it. NULL: in `detail`, or none.
ALTER TABLE exchange ADD COLUMN detail_at INTEGER;

-- Uses of a piece besides `piece.uses`, which stays as it was at first: counting does not rewrite the
-- piece. Below 0 where a piece of an older version lost more uses than it won.
CREATE TABLE piece_use (
    piece INTEGER PRIMARY KEY,
    more  INTEGER NOT NULL
) STRICT;
