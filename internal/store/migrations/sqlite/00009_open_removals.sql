-- +goose Up
-- The removals that are under way: those whose time is counted.
CREATE INDEX mfa_removals_open ON mfa_removals (account_id) WHERE cancelled_at = 0;

-- +goose Down
DROP INDEX mfa_removals_open;
