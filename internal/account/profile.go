package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/audit"
	"twofold/internal/usertext"
)

// ErrInvalidDisplayName means that a display name is longer than 64 code points in NFC, contains a control character or a line
// break, or shows nothing although it is not empty.
var ErrInvalidDisplayName = errors.New("invalid display name")

// maxDisplayName is in code points.
const maxDisplayName = 64

// Profile holds the new values of an account's profile; nil leaves one unchanged.
type Profile struct {
	DisplayName *string
	Language    *string // BCP 47, one of the languages with a catalog
}

// Update changes the profile and returns the account. It writes and records only values that differ. It returns
// ErrInvalidDisplayName and ErrNotFound.
func (s *Service) Update(ctx context.Context, accountID string, p Profile) (Account, error) {
	var a Account
	err := s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		if a, err = s.Store.ByID(ctx, accountID); err != nil {
			return err
		}
		var changed []string
		if p.DisplayName != nil {
			name, err := displayName(*p.DisplayName)
			if err != nil {
				return err
			}
			if name != a.DisplayName {
				a.DisplayName, changed = name, append(changed, "display_name")
			}
		}
		if p.Language != nil && *p.Language != a.Language {
			a.Language, changed = *p.Language, append(changed, "language")
		}
		if len(changed) == 0 {
			return nil
		}
		if err := s.Store.SetProfile(ctx, a.ID, a.DisplayName, a.Language); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.ProfileChanged, AccountID: a.ID, Reason: strings.Join(changed, ", ")})
	})
	if err != nil {
		return Account{}, fmt.Errorf("update account: %w", err)
	}
	return a, nil
}

// displayName returns name as it is stored: trimmed and in NFC, which can be longer than the input. Line and paragraph
// separators are rejected like control characters, because the name appears in mails.
func displayName(name string) (string, error) {
	name = norm.NFC.String(strings.TrimSpace(name))
	breaks := func(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }
	if utf8.RuneCountInString(name) > maxDisplayName || strings.ContainsFunc(name, breaks) || name != "" && usertext.IsBlank(name) {
		return "", ErrInvalidDisplayName
	}
	return name, nil
}
