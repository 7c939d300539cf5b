package account

import (
	"context"
	"errors"
	"fmt"

	"twofold/internal/password"
	"twofold/internal/secret"
)

// grantTries is how many passwords may be proposed with one step-up token or mailed link, of those that cost a hash. Without a
// limit, one user could keep the server hashing.
const grantTries = 5

// Tries counts the uses of a grant, across processes.
type Tries interface {
	// CountTry counts a use of the object with the id, unless it has been used allowed times, and returns how many uses are
	// left. The count is committed when it returns.
	CountTry(ctx context.Context, accountID, id string, allowed int) (left int, counted bool, err error)
}

// passwordGrant is what permits a new password: a step-up token or a mailed link.
type passwordGrant struct {
	id      string
	expired error // if the grant is used up
	consume func(ctx context.Context) error
}

// hashForGrant is PasswordPolicy.ValidateAndHash with a grant. It counts each use that costs a hash before it hashes. If the
// last one proposes the current password, it consumes the grant. It returns the grant's error if none is left.
func (s *Passwords) hashForGrant(ctx context.Context, a Account, pw secret.Text, g passwordGrant) (string, error) {
	left := 0
	hash, err := s.Policy.validateAndHash(ctx, a, pw, func(ctx context.Context) error {
		var counted bool
		var err error
		if left, counted, err = s.Tries.CountTry(ctx, a.ID, g.id, grantTries); err != nil {
			return fmt.Errorf("count a use of the grant: %w", err)
		}
		if !counted {
			return g.expired
		}
		return nil
	})
	if errors.Is(err, password.ErrUnchanged) && left == 0 {
		if failed := s.Store.InTx(ctx, g.consume); failed != nil && !errors.Is(failed, g.expired) {
			return "", failed
		}
	}
	return hash, err
}
