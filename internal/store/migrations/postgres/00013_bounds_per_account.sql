-- Limits what one account can cost the others.

-- +goose Up

-- The number of failed sign-ins since the last successful one, for the notice after it. It was counted in the activity before,
-- by reading all entries since then. Failures from before this migration are not counted.
ALTER TABLE activity_heads ADD COLUMN failed_sign_ins BIGINT NOT NULL DEFAULT 0;

-- The order in which messages that are due are sent, as a time: that of the event, later for news that can wait and for each
-- message of the account that waits already. 0 = from the release before.
ALTER TABLE outbox ADD COLUMN send_order BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outbox_waiting_in_order ON outbox (send_order, id) WHERE sent_at = 0 AND given_up = 0;
CREATE INDEX outbox_waiting_of_account ON outbox (account_id) WHERE sent_at = 0 AND given_up = 0;
CREATE INDEX outbox_new_devices ON outbox (account_id, created_at) WHERE kind = 'new_device';  -- for the limit per hour

-- +goose Down
DROP INDEX outbox_new_devices;
DROP INDEX outbox_waiting_of_account;
DROP INDEX outbox_waiting_in_order;
ALTER TABLE outbox DROP COLUMN send_order;
ALTER TABLE activity_heads DROP COLUMN failed_sign_ins;
