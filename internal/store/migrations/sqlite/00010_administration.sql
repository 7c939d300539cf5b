-- +goose Up
-- What an account may do beyond its own: admin, or nothing. Since when it is disabled; zero for not.
ALTER TABLE accounts ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN disabled_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX accounts_of_administrators ON accounts (id) WHERE role = 'admin';

-- Of which date from which on MFA is required its owner was told; zero for none.
ALTER TABLE accounts ADD COLUMN mfa_told_of INTEGER NOT NULL DEFAULT 0;
CREATE INDEX accounts_told ON accounts (mfa_told_of, id);

-- Whose account did it, where it was not the owner's.
ALTER TABLE activity ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- One pending enrollment per pending sign-in that needs one; it dies with that.
CREATE TABLE sign_in_enrollments (
  sign_in_id TEXT PRIMARY KEY REFERENCES sign_ins (id) ON DELETE CASCADE,
  id         TEXT NOT NULL UNIQUE,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  sealed_key BLOB NOT NULL
) STRICT;
CREATE INDEX sign_in_enrollments_of_account ON sign_in_enrollments (account_id);

-- +goose Down
DROP TABLE sign_in_enrollments;
ALTER TABLE activity DROP COLUMN actor;
DROP INDEX accounts_told;
ALTER TABLE accounts DROP COLUMN mfa_told_of;
DROP INDEX accounts_of_administrators;
ALTER TABLE accounts DROP COLUMN disabled_at;
ALTER TABLE accounts DROP COLUMN role;
