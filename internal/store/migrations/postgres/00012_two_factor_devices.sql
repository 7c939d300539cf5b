-- A known device has attempt budgets for codes and recovery codes only after a sign-in with two factors. A password alone can
-- make any number of devices known.

-- +goose Up

-- When the device was last signed in from with two factors; 0 = never since the account knows it, or before this migration.
ALTER TABLE devices ADD COLUMN two_factor_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE devices DROP COLUMN two_factor_at;
