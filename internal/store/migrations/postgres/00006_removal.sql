-- +goose Up
-- The account's removal of MFA: under way, or, with cancelled_at, the one that was cancelled last. One per account, so
-- that two requests at once are one. Remaining is microseconds of the announced time.
CREATE TABLE mfa_removals (
  account_id   TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  id           TEXT NOT NULL UNIQUE,
  email        TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  remaining    BIGINT NOT NULL,
  counted_at   BIGINT NOT NULL,
  told_at      BIGINT NOT NULL,
  ready_at     BIGINT NOT NULL,
  cancelled_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE mfa_removals;
