-- +goose Up

-- Where an account was signed in from: the digest of a browser's cookie, or of where a script runs and what it calls
-- itself. A browser has one token for all of its accounts. A row past its end still says that the account was signed in
-- to before; the next sign-in takes it away.
CREATE TABLE devices (
  id           TEXT NOT NULL UNIQUE,
  account_id   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  digest       BYTEA NOT NULL,
  delivery     TEXT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  PRIMARY KEY (digest, account_id)
);
CREATE INDEX devices_of_account ON devices (account_id, last_used_at);

-- The budget that a pending sign-in was begun on: a stranger's push out the stranger's only.
ALTER TABLE sign_ins ADD COLUMN bucket TEXT NOT NULL DEFAULT 'anyone';

-- +goose Down
ALTER TABLE sign_ins DROP COLUMN bucket;
DROP TABLE devices;
