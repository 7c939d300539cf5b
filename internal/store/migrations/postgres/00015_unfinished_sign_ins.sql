-- For the notice of a right password that was not followed by its code. The release before leaves the new columns at their
-- defaults: its pending sign-ins yield a notice without an address and a device.

-- +goose Up

-- The client that presented the password.
ALTER TABLE sign_ins ADD COLUMN ip TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_ins ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
CREATE INDEX sign_ins_unfinished ON sign_ins (expires_at) WHERE bucket = 'anyone';

-- When the user was last notified of such a sign-in; 0 = never.
ALTER TABLE accounts ADD COLUMN unfinished_sent_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE accounts DROP COLUMN unfinished_sent_at;
DROP INDEX sign_ins_unfinished;
ALTER TABLE sign_ins DROP COLUMN user_agent;
ALTER TABLE sign_ins DROP COLUMN ip;
