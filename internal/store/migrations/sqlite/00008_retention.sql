-- +goose Up
-- Who does what one process does at a time: until then, or until it is given back.
CREATE TABLE leases (
  name   TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until  INTEGER NOT NULL
) STRICT;

-- Where what is left of a chain begins: after the last entry that was purged.
CREATE TABLE activity_anchors (
  account_id TEXT PRIMARY KEY,
  number     INTEGER NOT NULL,
  hash       BLOB NOT NULL,
  purged_at  INTEGER NOT NULL
) STRICT;

-- What the purge looks for. The activity needs none: its ids sort by age.
CREATE INDEX sessions_ended ON sessions (ends_at);
CREATE INDEX sign_ins_ended ON sign_ins (expires_at);
CREATE INDEX step_ups_ended ON step_ups (expires_at);
CREATE INDEX enrollments_ended ON enrollments (expires_at);
CREATE INDEX pending_addresses_ended ON pending_addresses (expires_at);
CREATE INDEX links_ended ON links (expires_at);
CREATE INDEX link_mails_made ON link_mails (created_at);
CREATE INDEX reset_requests_made ON reset_requests (created_at);
CREATE INDEX devices_ended ON devices (expires_at) WHERE expires_at > 0;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at > 0;
CREATE INDEX outbox_given_up ON outbox (given_up) WHERE given_up > 0;
CREATE INDEX mfa_removals_cancelled ON mfa_removals (cancelled_at) WHERE cancelled_at > 0;
-- Of the attempts only those that are ever forgotten: passwords, and other proofs in the buckets of sessions and devices.
CREATE INDEX attempts_at_passwords ON attempts (updated_at) WHERE kind = 'password';
CREATE INDEX attempts_apart ON attempts (updated_at)
  WHERE kind <> 'password' AND bucket <> 'anyone' AND bucket <> '*' AND bucket <> '-';

-- +goose Down
DROP INDEX attempts_apart;
DROP INDEX attempts_at_passwords;
DROP INDEX mfa_removals_cancelled;
DROP INDEX outbox_given_up;
DROP INDEX outbox_sent;
DROP INDEX devices_ended;
DROP INDEX reset_requests_made;
DROP INDEX link_mails_made;
DROP INDEX links_ended;
DROP INDEX pending_addresses_ended;
DROP INDEX enrollments_ended;
DROP INDEX step_ups_ended;
DROP INDEX sign_ins_ended;
DROP INDEX sessions_ended;
DROP TABLE activity_anchors;
DROP TABLE leases;
