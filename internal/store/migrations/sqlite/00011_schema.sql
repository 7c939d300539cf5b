-- The whole schema, one table after another, grouped by topic. It has the number 11 because databases made before it was
-- written as one file have the same tables at version 11. A later change is a file of its own: 00012_*.sql. It must work
-- while the release before still serves, as docs/operate.md describes.
--
-- The file of the same name for PostgreSQL has the same tables and columns. Here numbers are INTEGER, bytes are BLOB, and every
-- table is STRICT.
--
-- Conventions:
--   Times (*_at, *_until, time, until) are microseconds since 1970-01-01 00:00 UTC. 0 means "never" or "not yet".
--   Ids are UUIDv7 as text, so they sort by creation time.
--   Tokens are stored as the SHA-256 of the token (32 bytes), never as the token itself.
--   Sealed columns are AES-256-GCM ciphertexts under the sealing keyset. The row's owner and id are the associated data, so
--   that a ciphertext copied to another row does not decrypt.
--   Deleting an account, a session or a signing key deletes the rows that reference it.

-- +goose Up

-- ---------------------------------------------------------------------------------------------------------------------
-- Keys of the server
-- ---------------------------------------------------------------------------------------------------------------------

-- The keyset that sealed columns are encrypted with, in one row. It is encrypted itself under the master key, which is
-- never in the database.
CREATE TABLE sealing_keysets (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  sealed     BLOB NOT NULL,
  created_at INTEGER NOT NULL  -- time of the last rotation
) STRICT;

-- The ES256 keys that sign step-up tokens. A key is published first, then active, then retired, then deleted.
CREATE TABLE signing_keys (
  kid        TEXT PRIMARY KEY,            -- JWK thumbprint, RFC 7638
  sealed     BLOB NOT NULL,               -- private key, PKCS #8
  created_at INTEGER NOT NULL,            -- start of signing; 0 = published, not active yet. The latest is the active key
  begins_at  INTEGER NOT NULL DEFAULT 0,  -- planned start of signing
  retired_at INTEGER NOT NULL DEFAULT 0   -- end of signing; its tokens stay valid until the key is deleted
) STRICT;

-- ---------------------------------------------------------------------------------------------------------------------
-- Accounts
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE accounts (
  id                  TEXT PRIMARY KEY,
  email               TEXT NOT NULL UNIQUE,  -- canonical: trimmed, NFC, lower case
  password_hash       TEXT NOT NULL,         -- argon2id, PHC string; empty = no password, only a reset link helps
  password_changed_at INTEGER NOT NULL,
  created_at          INTEGER NOT NULL,
  display_name        TEXT NOT NULL DEFAULT '',
  language            TEXT NOT NULL DEFAULT 'en',  -- of mails, BCP 47
  notice_email        TEXT NOT NULL DEFAULT '',    -- second address that gets security notices; empty = none
  password_reset_at   INTEGER NOT NULL DEFAULT 0,  -- last time a mailed link set the password; 0 = never
  role                TEXT NOT NULL DEFAULT '',    -- 'admin', or empty for an ordinary user
  disabled_at         INTEGER NOT NULL DEFAULT 0,  -- 0 = enabled
  mfa_told_of         INTEGER NOT NULL DEFAULT 0   -- the date of required MFA that the user was last notified of; 0 = none
) STRICT;
CREATE INDEX accounts_of_administrators ON accounts (id) WHERE role = 'admin';
CREATE INDEX accounts_told ON accounts (mfa_told_of, id);

-- A new address that is not confirmed by its link yet, at most one per account.
CREATE TABLE pending_addresses (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  id         TEXT NOT NULL UNIQUE,
  kind       TEXT NOT NULL,  -- the column of accounts to change: 'email' or 'notice_email'
  email      TEXT NOT NULL,  -- canonical
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_addresses_ended ON pending_addresses (expires_at);  -- for the purge

-- Requests for a password reset that are not processed yet. A worker looks up later whether the address has an account, so
-- that neither the response nor its time reveals it (OWASP ASVS 6.3.8).
CREATE TABLE reset_requests (
  id         TEXT PRIMARY KEY,
  sealed     BLOB NOT NULL,  -- JSON: address and client of the request
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX reset_requests_made ON reset_requests (created_at);  -- for the purge

-- ---------------------------------------------------------------------------------------------------------------------
-- Sessions, pending sign-ins and known devices
-- ---------------------------------------------------------------------------------------------------------------------

-- An account signed in on a device.
CREATE TABLE sessions (
  id           TEXT PRIMARY KEY,
  account_id   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_hash   BLOB NOT NULL UNIQUE,
  delivery     TEXT NOT NULL,     -- 'cookie' (browser) or 'token' (bearer token of a script)
  amr          TEXT NOT NULL,     -- RFC 8176 values separated by spaces: 'pwd' or 'pwd otp mfa'
  auth_time    INTEGER NOT NULL,  -- when the credentials were presented
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,  -- start of the idle timeout
  ends_at      INTEGER NOT NULL,  -- absolute expiry
  ip           TEXT NOT NULL,     -- of the client that signed in
  user_agent   TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_of_account ON sessions (account_id, created_at);
CREATE INDEX sessions_ended ON sessions (ends_at);  -- for the purge

-- A pending sign-in: the password was accepted, the second factor is missing. It never becomes a session.
CREATE TABLE sign_ins (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL UNIQUE,
  delivery   TEXT NOT NULL,     -- as in sessions
  tries      INTEGER NOT NULL,  -- 0: they are counted in attempts, under the kind 'tries'
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- The bucket of attempts that the password was counted in. Each bucket has its own limit of pending sign-ins, so that an
  -- attacker's cannot evict the owner's.
  bucket     TEXT NOT NULL DEFAULT 'anyone',
  -- If the account must enroll before its first session: the TOTP key being enrolled and the name of the method.
  sealed_key BLOB,  -- NULL = no enrollment begun
  name       TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX sign_ins_of_account ON sign_ins (account_id, created_at);
CREATE INDEX sign_ins_ended ON sign_ins (expires_at);  -- for the purge

-- Devices that an account was signed in from. Being known skips no factor: it gives the device its own bucket of attempts and
-- saves the user a notice. A browser has one token for all its accounts, so several rows can have the same digest.
CREATE TABLE devices (
  id           TEXT NOT NULL UNIQUE,
  account_id   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  digest       BLOB NOT NULL,     -- SHA-256 of the browser's cookie, or of a script's network and user agent
  delivery     TEXT NOT NULL,     -- 'cookie' = browser, 'token' = script
  last_used_at INTEGER NOT NULL,  -- of a script: updated now and then only
  expires_at   INTEGER NOT NULL,  -- 0 = expired, and kept because it is the account's most recent device
  PRIMARY KEY (digest, account_id)
) STRICT;
CREATE INDEX devices_of_account ON devices (account_id, last_used_at);
CREATE INDEX devices_ended ON devices (expires_at) WHERE expires_at > 0;  -- for the purge

-- ---------------------------------------------------------------------------------------------------------------------
-- Step-up and attempts
-- ---------------------------------------------------------------------------------------------------------------------

-- Step-up tokens that are not used yet. A token is consumed by deleting its row, in the transaction of the change it permits.
CREATE TABLE step_ups (
  id         TEXT PRIMARY KEY,  -- the token's jti
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  purpose    TEXT NOT NULL,  -- the one action it permits, such as 'mfa.remove'
  expires_at INTEGER NOT NULL,
  kid        TEXT REFERENCES signing_keys (kid) ON DELETE CASCADE  -- NULL = signed by a release that did not record the key
) STRICT;
CREATE INDEX step_ups_of_account ON step_ups (account_id);
CREATE INDEX step_ups_of_session ON step_ups (session_id);
CREATE INDEX step_ups_of_key ON step_ups (kid);
CREATE INDEX step_ups_ended ON step_ups (expires_at);  -- for the purge

-- Counters of failed credentials, for backoff and lockout.
CREATE TABLE attempts (
  subject    TEXT NOT NULL,  -- an account's id, or 'unknown:' and the SHA-256 (hex) of an address without account
  kind       TEXT NOT NULL,  -- 'password', 'totp', 'recovery_code', 'removal_cancel', or 'tries' (of one pending sign-in)
  -- Where the attempts come from, so that a stranger cannot lock the owner out:
  --   'session:ID'  a live session at aal2
  --   'device:ID'   a known device
  --   'anyone'      every other client
  --   '*'           the total of the kind, for the lockout
  --   '-'           no failures, but the end of the last backoff that a success has cleared
  -- For the kind 'tries' it is the id of the pending sign-in.
  bucket     TEXT NOT NULL,
  failures   INTEGER NOT NULL,  -- since the last success
  wait_until INTEGER NOT NULL,  -- end of the backoff; 0 = there was none
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (subject, kind, bucket)
) STRICT;
-- For the purge: passwords, and the other kinds in buckets of sessions and devices. All other rows are kept.
CREATE INDEX attempts_at_passwords ON attempts (updated_at) WHERE kind = 'password';
CREATE INDEX attempts_apart ON attempts (updated_at)
  WHERE kind <> 'password' AND bucket <> 'anyone' AND bucket <> '*' AND bucket <> '-';

-- ---------------------------------------------------------------------------------------------------------------------
-- MFA
-- ---------------------------------------------------------------------------------------------------------------------

-- Confirmed methods.
CREATE TABLE mfa_methods (
  id           TEXT PRIMARY KEY,
  account_id   TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  type         TEXT NOT NULL,     -- 'totp'
  name         TEXT NOT NULL,     -- given by the user
  sealed_key   BLOB NOT NULL,     -- the TOTP key, 20 bytes
  last_step    INTEGER NOT NULL,  -- time step of the last accepted code; a code is accepted once (RFC 6238 section 5.2)
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  suspended_at INTEGER NOT NULL DEFAULT 0,  -- disputed by the owner: MFA stays on, its codes are rejected; 0 = not
  UNIQUE (account_id, name)
) STRICT;

-- Pending enrollments, at most one per account. An enrollment is deleted with the session that began it.
CREATE TABLE enrollments (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  id         TEXT NOT NULL UNIQUE,  -- becomes the id of the method
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  sealed_key BLOB NOT NULL,
  tries      INTEGER NOT NULL,  -- wrong codes
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  replaces   TEXT NOT NULL DEFAULT '',   -- id of the method that it replaces when confirmed; empty = none
  over_at    INTEGER NOT NULL DEFAULT 0  -- when its expiry was recorded in the activity; 0 = not
) STRICT;
CREATE INDEX enrollments_of_session ON enrollments (session_id);
CREATE INDEX enrollments_ended ON enrollments (expires_at);  -- for the purge

-- One set per account.
CREATE TABLE recovery_codes (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  hash       TEXT NOT NULL,  -- argon2id, PHC string; one salt per set, so that checking a code costs one hash
  created_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,  -- 0 = not used
  -- When a restored backup made it unknown which codes were used. A retired code has used_at set as well; 0 = not retired.
  retired_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX recovery_codes_of_account ON recovery_codes (account_id);

-- Removal of MFA for a user who lost every factor: the current one, or the last cancelled one. One row per account, so that
-- two concurrent requests are one removal.
CREATE TABLE mfa_removals (
  account_id   TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  id           TEXT NOT NULL UNIQUE,
  email        TEXT NOT NULL,  -- the account's address at the time of the request, which gets the last mail
  requested_at INTEGER NOT NULL,
  remaining    INTEGER NOT NULL,  -- rest of the waiting period, in microseconds; the clock pauses while mail fails
  counted_at   INTEGER NOT NULL,  -- time up to which remaining was reduced
  told_at      INTEGER NOT NULL,  -- last announcement
  ready_at     INTEGER NOT NULL,  -- when the mail with the completing link was queued; 0 = still waiting
  cancelled_at INTEGER NOT NULL   -- 0 = in progress
) STRICT;
CREATE INDEX mfa_removals_open ON mfa_removals (account_id) WHERE cancelled_at = 0;
CREATE INDEX mfa_removals_cancelled ON mfa_removals (cancelled_at) WHERE cancelled_at > 0;  -- for the purge

-- ---------------------------------------------------------------------------------------------------------------------
-- Mail
-- ---------------------------------------------------------------------------------------------------------------------

-- Mails to send, one row per mail and address. Sent and failed rows are kept for a while without their content.
CREATE TABLE outbox (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,     -- of the notice, such as 'method_added'
  topic      TEXT NOT NULL,     -- groups mails whose delivery is checked together: 'mfa_removal ID'; empty = none
  sealed     BLOB NOT NULL,     -- recipient and parameters, JSON; empty once sent or given up
  held       INTEGER NOT NULL,  -- queued while no mail server was configured
  tries      INTEGER NOT NULL,
  next_try   INTEGER NOT NULL,  -- not before; while a worker sends it, the end of the worker's claim
  created_at INTEGER NOT NULL,
  sent_at    INTEGER NOT NULL,  -- 0 = not sent
  given_up   INTEGER NOT NULL   -- time of giving up; 0 = not given up
) STRICT;
CREATE INDEX outbox_of_account ON outbox (account_id);
CREATE INDEX outbox_waiting ON outbox (next_try) WHERE sent_at = 0 AND given_up = 0;
CREATE INDEX outbox_topics ON outbox (topic) WHERE topic <> '';
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at > 0;           -- for the purge
CREATE INDEX outbox_given_up ON outbox (given_up) WHERE given_up > 0;     -- for the purge

-- Single-use links in mails. A link is consumed by deleting its row.
CREATE TABLE links (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL UNIQUE,
  purpose    TEXT NOT NULL,  -- 'reset_password', 'confirm_address', 'cancel_removal', 'complete_removal' or 'not_me'
  -- What the link is about: empty, the id in pending_addresses, the id in mfa_removals (both removal purposes), or, for a
  -- dispute link, the notice's kind and the method's id or former address, separated by a space.
  subject    TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX links_of_account ON links (account_id, purpose);
CREATE INDEX links_ended ON links (expires_at);  -- for the purge

-- Links mailed recently, for the rate limit of mails per account and purpose.
CREATE TABLE link_mails (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  purpose    TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX link_mails_of_account ON link_mails (account_id, purpose, created_at);
CREATE INDEX link_mails_made ON link_mails (created_at);  -- for the purge

-- ---------------------------------------------------------------------------------------------------------------------
-- Activity (audit log)
-- ---------------------------------------------------------------------------------------------------------------------

-- A hash chain per account: each entry's hash covers the hash of the entry before, so that a changed or missing entry is
-- detected. Entries outlive their account. The purge needs no index, because the ids sort by age.
CREATE TABLE activity (
  id         TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,     -- an account's id, or the fixed name of the chain of the server itself
  number     INTEGER NOT NULL,  -- 1, 2, 3, … in the chain
  time       INTEGER NOT NULL,
  kind       TEXT NOT NULL,  -- such as 'sign_in.succeeded'
  subject    TEXT NOT NULL,  -- id of the changed object; empty = none
  name       TEXT NOT NULL,  -- its name at the time
  reason     TEXT NOT NULL,
  ip         TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  session    TEXT NOT NULL,  -- first 8 bytes of the SHA-256 of the session's id, hex; empty = no session
  request_id TEXT NOT NULL,
  previous   BLOB NOT NULL,             -- hash of the entry before; zeros in the first
  hash       BLOB NOT NULL,             -- SHA-256 of all other columns
  actor      TEXT NOT NULL DEFAULT '',  -- id of the account that acted, if it was not the owner's
  UNIQUE (account_id, number)
) STRICT;

-- The last entry of each chain, so that a truncated end is detected.
CREATE TABLE activity_heads (
  account_id TEXT PRIMARY KEY,
  number     INTEGER NOT NULL,
  hash       BLOB NOT NULL
) STRICT;

-- The last purged entry of each chain, where verification of the rest starts.
CREATE TABLE activity_anchors (
  account_id TEXT PRIMARY KEY,
  number     INTEGER NOT NULL,
  hash       BLOB NOT NULL,
  purged_at  INTEGER NOT NULL
) STRICT;

-- ---------------------------------------------------------------------------------------------------------------------
-- Coordination of processes, and restored backups
-- ---------------------------------------------------------------------------------------------------------------------

-- Jobs that only one process runs at a time.
CREATE TABLE leases (
  name   TEXT PRIMARY KEY,  -- of the job: 'retention'
  holder TEXT NOT NULL,     -- the process
  until  INTEGER NOT NULL   -- expiry, if the holder neither renews nor releases it
) STRICT;

-- The generation of this database, in one row, so that a database restored from a backup is recognized.
CREATE TABLE epochs (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  lineage    TEXT NOT NULL,     -- the same in every copy of this database
  number     INTEGER NOT NULL,  -- 1, and one more with each restore fence
  begun_at   INTEGER NOT NULL,  -- time of the last fence, or of the creation
  beat       INTEGER NOT NULL,  -- heartbeat: one more each minute in which a server runs
  beat_at    INTEGER NOT NULL,  -- time of the last heartbeat
  place      TEXT NOT NULL,     -- where the tables were stored at begun_at (PostgreSQL object ids); empty = cannot be told
  doubt      TEXT NOT NULL,     -- why it is taken for a restored one: 'backup', 'moved', 'behind', 'another'; empty = it is not
  doubted_at INTEGER NOT NULL   -- since when
) STRICT;

-- +goose Down
DROP TABLE epochs;
DROP TABLE leases;
DROP TABLE activity_anchors;
DROP TABLE activity_heads;
DROP TABLE activity;
DROP TABLE link_mails;
DROP TABLE links;
DROP TABLE outbox;
DROP TABLE mfa_removals;
DROP TABLE recovery_codes;
DROP TABLE enrollments;
DROP TABLE mfa_methods;
DROP TABLE attempts;
DROP TABLE step_ups;
DROP TABLE devices;
DROP TABLE sign_ins;
DROP TABLE sessions;
DROP TABLE reset_requests;
DROP TABLE pending_addresses;
DROP TABLE accounts;
DROP TABLE signing_keys;
DROP TABLE sealing_keysets;
