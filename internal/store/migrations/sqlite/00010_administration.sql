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

-- The authenticator app that is being registered at a sign-in that needs one: its key, sealed for the account and this row, and
-- what it is called. Nothing where none was begun.
ALTER TABLE sign_ins ADD COLUMN sealed_key BLOB;
ALTER TABLE sign_ins ADD COLUMN name TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE sign_ins DROP COLUMN name;
ALTER TABLE sign_ins DROP COLUMN sealed_key;
ALTER TABLE activity DROP COLUMN actor;
DROP INDEX accounts_told;
ALTER TABLE accounts DROP COLUMN mfa_told_of;
DROP INDEX accounts_of_administrators;
ALTER TABLE accounts DROP COLUMN disabled_at;
ALTER TABLE accounts DROP COLUMN role;
