-- +goose Up
ALTER TABLE accounts ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE accounts ADD COLUMN notice_email TEXT NOT NULL DEFAULT '';

-- A chain per account, or per digest of an address that has no account. Each hash covers the entry before.
CREATE TABLE activity (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  number     BIGINT NOT NULL,
  time       BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  name       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  ip         TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  session    TEXT NOT NULL,
  request_id TEXT NOT NULL,
  previous   BYTEA NOT NULL,
  hash       BYTEA NOT NULL,
  UNIQUE (account_id, number)
);

-- Where each chain ends, so that an end cut off is seen.
CREATE TABLE activity_heads (
  account_id TEXT PRIMARY KEY,
  number     BIGINT NOT NULL,
  hash       BYTEA NOT NULL
);

CREATE TABLE outbox (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,
  topic      TEXT NOT NULL,
  sealed     BYTEA NOT NULL,
  held       BOOLEAN NOT NULL,
  tries      BIGINT NOT NULL,
  next_try   BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at    BIGINT NOT NULL,
  given_up   BIGINT NOT NULL
);
CREATE INDEX outbox_of_account ON outbox (account_id);
CREATE INDEX outbox_waiting ON outbox (next_try) WHERE sent_at = 0 AND given_up = 0;
CREATE INDEX outbox_topics ON outbox (topic) WHERE topic <> '';

CREATE TABLE links (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_hash BYTEA NOT NULL UNIQUE,
  purpose    TEXT NOT NULL,
  subject    TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX links_of_account ON links (account_id, purpose);

-- +goose Down
DROP TABLE links;
DROP TABLE outbox;
DROP TABLE activity_heads;
DROP TABLE activity;
ALTER TABLE accounts DROP COLUMN notice_email;
ALTER TABLE accounts DROP COLUMN language;
ALTER TABLE accounts DROP COLUMN display_name;
