package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/account"
)

// Accounts stores accounts.
type Accounts struct{ *DB }

var (
	_ account.Store     = Accounts{}
	_ account.HashStore = Accounts{}
)

type accountRow struct {
	ID                string
	Email             string
	DisplayName       string
	Language          string
	NoticeEmail       string
	PasswordHash      string
	PasswordChangedAt unixMicro
	PasswordResetAt   unixMicro
	CreatedAt         unixMicro
	Role              string
	DisabledAt        unixMicro
	MFAToldOf         unixMicro `gorm:"column:mfa_told_of"`
	UnfinishedSentAt  unixMicro
}

func (accountRow) TableName() string { return "accounts" }

func (r accountRow) account() account.Account {
	return account.Account{
		ID: r.ID, Email: r.Email, DisplayName: r.DisplayName, Language: r.Language, NoticeEmail: r.NoticeEmail, PasswordHash: r.PasswordHash,
		PasswordChangedAt: r.PasswordChangedAt.Time, PasswordResetAt: r.PasswordResetAt.Time, CreatedAt: r.CreatedAt.Time,
		Role: account.Role(r.Role), DisabledAt: r.DisabledAt.Time,
	}
}

// Insert inserts an account. It returns account.ErrEmailTaken if there is one with the id or the address.
func (s Accounts) Insert(ctx context.Context, a account.Account) error {
	tx := s.writer(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&accountRow{
		ID: a.ID, Email: a.Email, DisplayName: a.DisplayName, Language: a.Language, NoticeEmail: a.NoticeEmail, PasswordHash: a.PasswordHash,
		PasswordChangedAt: unixMicro{a.PasswordChangedAt}, PasswordResetAt: unixMicro{a.PasswordResetAt}, CreatedAt: unixMicro{a.CreatedAt},
		Role: string(a.Role), DisabledAt: unixMicro{a.DisabledAt},
	})
	if tx.Error == nil && tx.RowsAffected == 0 {
		return account.ErrEmailTaken
	}
	return tx.Error
}

// ByID returns an account, or account.ErrNotFound.
func (s Accounts) ByID(ctx context.Context, id string) (account.Account, error) {
	return s.find(ctx, "id = ?", id)
}

// ByEmail returns an account by its canonical address, or account.ErrNotFound.
func (s Accounts) ByEmail(ctx context.Context, email string) (account.Account, error) {
	return s.find(ctx, "email = ?", email)
}

// WithUnicodeAddress lists the accounts with an address, of either kind, that is not in ASCII. Other fields are not filled in.
func (s Accounts) WithUnicodeAddress(ctx context.Context) ([]account.Account, error) {
	where := "length(email || notice_email) <> length(CAST(email || notice_email AS BLOB))" // as in the index
	if !s.singleWriter() {
		where = "char_length(email || notice_email) <> octet_length(email || notice_email)"
	}
	var rows []accountRow
	err := s.reader(ctx).Select("id", "email", "notice_email").Where(where + " AND id > ''").Order("id").Find(&rows).Error
	found := make([]account.Account, len(rows))
	for i, r := range rows {
		found[i] = account.Account{ID: r.ID, Email: r.Email, NoticeEmail: r.NoticeEmail}
	}
	return found, err
}

func (s Accounts) find(ctx context.Context, where, value string) (account.Account, error) {
	var r accountRow
	err := s.reader(ctx).Where(where, value).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return account.Account{}, account.ErrNotFound
	}
	return r.account(), err
}

// PasswordHashes lists the hashes of the accounts after an id, in the order of ids.
func (s Accounts) PasswordHashes(ctx context.Context, after string, limit int) ([]account.StoredHash, error) {
	var rows []accountRow
	err := s.reader(ctx).Select("id", "password_hash").Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error
	hashes := make([]account.StoredHash, len(rows))
	for i, r := range rows {
		hashes[i] = account.StoredHash{AccountID: r.ID, Hash: r.PasswordHash}
	}
	return hashes, err
}

// SetPassword replaces the hash of the password and the time of its last change.
func (s Accounts) SetPassword(ctx context.Context, id, hash string, at time.Time) error {
	return s.writer(ctx).Model(&accountRow{}).Where("id = ?", id).
		Updates(map[string]any{"password_hash": hash, "password_changed_at": unixMicro{at}}).Error
}

// SetResetAt sets the time at which the password was reset by a mailed link.
func (s Accounts) SetResetAt(ctx context.Context, id string, at time.Time) error {
	return s.set(ctx, id, map[string]any{"password_reset_at": unixMicro{at}})
}

// SetProfile replaces the display name and the language.
func (s Accounts) SetProfile(ctx context.Context, id, displayName, language string) error {
	return s.set(ctx, id, map[string]any{"display_name": displayName, "language": language})
}

// SetEmail replaces the address that the user signs in with. It returns account.ErrEmailTaken if another account has it.
func (s Accounts) SetEmail(ctx context.Context, id, email string) error {
	err := withSavepoint(s.writer(ctx), func(tx *gorm.DB) error {
		return tx.Model(&accountRow{}).Where("id = ?", id).Updates(map[string]any{"email": email}).Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return account.ErrEmailTaken
	}
	return err
}

// SetNoticeEmail replaces the second address for notices. Empty means none.
func (s Accounts) SetNoticeEmail(ctx context.Context, id, email string) error {
	return s.set(ctx, id, map[string]any{"notice_email": email})
}

func (s Accounts) set(ctx context.Context, id string, values map[string]any) error {
	return s.writer(ctx).Model(&accountRow{}).Where("id = ?", id).Updates(values).Error
}

// Rehash replaces the hash of an unchanged password. It does nothing if the password has changed, so that old is not its hash.
func (s Accounts) Rehash(ctx context.Context, id, old, hash string) error {
	return s.writer(ctx).Model(&accountRow{}).Where("id = ? AND password_hash = ?", id, old).
		Update("password_hash", hash).Error
}

// Lock locks the row of the account until the transaction ends. SQLite needs no lock, because it has a single writer.
func (s Accounts) Lock(ctx context.Context, id string) error {
	if s.singleWriter() {
		return nil
	}
	return s.execDeferred(ctx, "SELECT id FROM accounts WHERE id = ? FOR UPDATE", []any{id})
}
