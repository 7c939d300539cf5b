-- +goose Up
-- When the password was last set by a mailed link: zero for never.
ALTER TABLE accounts ADD COLUMN password_reset_at BIGINT NOT NULL DEFAULT 0;

-- One address per account waits for its link to be followed.
CREATE TABLE pending_addresses (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  id         TEXT NOT NULL UNIQUE,
  kind       TEXT NOT NULL,
  email      TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Who asked for a new password, sealed, until it is looked up whether there is such an account.
CREATE TABLE reset_requests (
  id         TEXT PRIMARY KEY,
  sealed     BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

-- The links that were mailed lately for an account, by purpose, so that nobody's mailbox is flooded.
CREATE TABLE link_mails (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  purpose    TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX link_mails_of_account ON link_mails (account_id, purpose, created_at);

-- +goose Down
DROP TABLE link_mails;
DROP TABLE reset_requests;
DROP TABLE pending_addresses;
ALTER TABLE accounts DROP COLUMN password_reset_at;
