-- +goose Up
-- A signing key waits to begin, signs, is retired. The one that waits has begins_at, and created_at zero: releases that know
-- no waiting key sign with the newest. Once it has begun, created_at says when.
ALTER TABLE signing_keys ADD COLUMN begins_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN retired_at BIGINT NOT NULL DEFAULT 0;

-- A step-up token ends with the key that signed it. Releases before this one do not say which that was.
ALTER TABLE step_ups ADD COLUMN kid TEXT REFERENCES signing_keys (kid) ON DELETE CASCADE;
CREATE INDEX step_ups_of_key ON step_ups (kid);

-- +goose Down
DROP INDEX step_ups_of_key;
ALTER TABLE step_ups DROP COLUMN kid;
ALTER TABLE signing_keys DROP COLUMN retired_at;
ALTER TABLE signing_keys DROP COLUMN begins_at;
