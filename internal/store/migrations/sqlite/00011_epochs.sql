-- +goose Up
-- How far this database has come, in one row, so that one that was restored from a backup is recognised. All copies have
-- the lineage in common; the number grows with each fence, and the beat while servers run. Place is where the tables lay
-- then. Doubt says why the database is taken for a restored one, and is empty where it is not.
CREATE TABLE epochs (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  lineage    TEXT NOT NULL,
  number     INTEGER NOT NULL,
  begun_at   INTEGER NOT NULL,
  beat       INTEGER NOT NULL,
  beat_at    INTEGER NOT NULL,
  place      TEXT NOT NULL,
  doubt      TEXT NOT NULL,
  doubted_at INTEGER NOT NULL
) STRICT;

-- When a code was retired: nobody knew any more which of its set were used. Such a code counts as used, too.
ALTER TABLE recovery_codes ADD COLUMN retired_at INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE recovery_codes DROP COLUMN retired_at;
DROP TABLE epochs;
