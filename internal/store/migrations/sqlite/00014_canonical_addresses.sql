-- Since this version the canonical spelling of an address has its domain in ASCII (xn--…). Every start finds the accounts that an
-- earlier version, or one that still serves, has stored in another spelling, and changes them. SQL cannot compute that form, but
-- it can find the few accounts whose addresses are not in ASCII.

-- +goose Up
CREATE INDEX accounts_with_unicode_address ON accounts (id)
  WHERE length(email || notice_email) <> length(CAST(email || notice_email AS BLOB));

-- +goose Down
DROP INDEX accounts_with_unicode_address;
