-- +goose Up
ALTER TABLE mfa_methods ADD COLUMN suspended_at BIGINT NOT NULL DEFAULT 0;

-- The method whose place this one takes when it is confirmed, if any; and when it was found to be over.
ALTER TABLE enrollments ADD COLUMN replaces TEXT NOT NULL DEFAULT '';
ALTER TABLE enrollments ADD COLUMN over_at BIGINT NOT NULL DEFAULT 0;

-- One set per account. Its hashes share one salt, so that a try costs one hash.
CREATE TABLE recovery_codes (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  hash       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL
);
CREATE INDEX recovery_codes_of_account ON recovery_codes (account_id);

-- +goose Down
DROP TABLE recovery_codes;
ALTER TABLE enrollments DROP COLUMN over_at;
ALTER TABLE enrollments DROP COLUMN replaces;
ALTER TABLE mfa_methods DROP COLUMN suspended_at;
