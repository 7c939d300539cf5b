-- Times are microseconds since the Unix epoch, in UTC. Tokens are SHA-256 digests, keys are sealed.

-- +goose Up
CREATE TABLE accounts (
  id                  TEXT PRIMARY KEY,
  email               TEXT NOT NULL UNIQUE,
  password_hash       TEXT NOT NULL,
  password_changed_at BIGINT NOT NULL,
  created_at          BIGINT NOT NULL
);

CREATE TABLE sessions (
  id           TEXT PRIMARY KEY,
  account_id   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_hash   BYTEA NOT NULL UNIQUE,
  delivery     TEXT NOT NULL,
  amr          TEXT NOT NULL,
  auth_time    BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  ends_at      BIGINT NOT NULL,
  ip           TEXT NOT NULL,
  user_agent   TEXT NOT NULL
);
CREATE INDEX sessions_of_account ON sessions (account_id, created_at);

CREATE TABLE sign_ins (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_hash BYTEA NOT NULL UNIQUE,
  delivery   TEXT NOT NULL,
  tries      BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sign_ins_of_account ON sign_ins (account_id, created_at);

CREATE TABLE step_ups (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  purpose    TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX step_ups_of_account ON step_ups (account_id);
CREATE INDEX step_ups_of_session ON step_ups (session_id);

CREATE TABLE mfa_methods (
  id           TEXT PRIMARY KEY,
  account_id   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  type         TEXT NOT NULL,
  name         TEXT NOT NULL,
  sealed_key   BYTEA NOT NULL,
  last_step    BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  UNIQUE (account_id, name)
);

-- One pending enrollment per account; it dies with the session that began it.
CREATE TABLE enrollments (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  id         TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  sealed_key BYTEA NOT NULL,
  tries      BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX enrollments_of_session ON enrollments (session_id);

-- A subject is an account's id, or the digest of an address that has no account. The bucket '*' is the total.
CREATE TABLE attempts (
  subject    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  bucket     TEXT NOT NULL,
  failures   BIGINT NOT NULL,
  wait_until BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (subject, kind, bucket)
);

CREATE TABLE sealing_keysets (
  id         BIGINT PRIMARY KEY CHECK (id = 1),
  sealed     BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE signing_keys (
  kid        TEXT PRIMARY KEY,
  sealed     BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE signing_keys;
DROP TABLE sealing_keysets;
DROP TABLE attempts;
DROP TABLE enrollments;
DROP TABLE mfa_methods;
DROP TABLE step_ups;
DROP TABLE sign_ins;
DROP TABLE sessions;
DROP TABLE accounts;
