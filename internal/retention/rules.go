package retention

import (
	"context"
	"errors"
	"time"
)

// Category names what a rule deletes.
type Category string

const (
	Sessions         Category = "sessions"
	SignIns          Category = "sign_ins"
	StepUps          Category = "step_ups"
	PendingAddresses Category = "pending_addresses"
	Links            Category = "links"
	LinkMails        Category = "link_mails"
	ResetRequests    Category = "reset_requests"
	// Devices are expired known devices. The last one of an account stays, as the record that the account has signed in
	// before.
	Devices Category = "devices"
	// PasswordAttempts are failed passwords, of accounts and of unknown addresses alike. If backoff were forgotten
	// earlier for one than for the other, it would reveal whether an account exists.
	PasswordAttempts Category = "password_attempts"
	// OrphanedAttempts are failures of other kinds in the bucket of a session or device that no longer exists. The
	// total per kind and the anonymous bucket are never forgotten by time alone (NIST SP 800-63B-4 §3.2.2).
	OrphanedAttempts Category = "orphaned_attempts"
	SentMails        Category = "sent_mails"
	// FailedMails were given up. Those of an MFA removal in progress stay, because they pause its clock.
	FailedMails Category = "failed_mails"
	Removals    Category = "mfa_removals" // cancelled removals

	enrollments Category = "enrollments"
	activity    Category = "activity"
)

// rule holds how long a category is kept and how it is purged.
type rule struct {
	category Category
	keep     time.Duration
	purge    func(ctx context.Context, held *leaseHolder, before time.Time) (int, error)
}

// linkMailWindow is how long a mailed link counts against the limit of mails.
const linkMailWindow = time.Hour

// rules returns the rules in order. Expired enrollments are recorded before their sessions are deleted, and failures
// are deleted after the sessions and devices whose buckets they are in.
func (s *Service) rules() []rule {
	l := s.Limits
	return []rule{
		{enrollments, l.Enrollments, s.purgeEnrollments},
		s.rows(Sessions, l.ExpiredGrace),
		s.rows(SignIns, l.ExpiredGrace),
		s.rows(StepUps, l.ExpiredGrace),
		s.rows(PendingAddresses, l.ExpiredGrace),
		s.rows(Links, l.ExpiredGrace),
		s.rows(LinkMails, linkMailWindow+l.ExpiredGrace),
		s.rows(ResetRequests, l.ExpiredGrace),
		s.rows(Devices, l.ExpiredGrace),
		s.rows(PasswordAttempts, l.Attempts),
		s.rows(OrphanedAttempts, l.Attempts),
		s.rows(SentMails, l.Mails),
		s.rows(FailedMails, l.Mails),
		s.rows(Removals, l.Removals),
		{activity, l.Activity, s.purgeActivity},
	}
}

// rows returns the rule of a category that one statement purges.
func (s *Service) rows(category Category, kept time.Duration) rule {
	return rule{category, kept, func(ctx context.Context, held *leaseHolder, before time.Time) (int, error) {
		return held.batches(ctx, func(ctx context.Context, limit int) (int, error) {
			return s.Store.Purge(ctx, category, before, limit)
		})
	}}
}

func (s *Service) purgeEnrollments(ctx context.Context, held *leaseHolder, before time.Time) (int, error) {
	return held.batches(ctx, func(ctx context.Context, limit int) (int, error) {
		return s.Enrollments.PurgeExpired(ctx, before, limit)
	})
}

// purgeActivity truncates each chain that has old entries. It cuts at midnight UTC, so that a chain changes once a day
// at most. A chain that cannot be truncated does not stop the others.
func (s *Service) purgeActivity(ctx context.Context, held *leaseHolder, before time.Time) (int, error) {
	before = before.Truncate(24 * time.Hour)
	sum := 0
	var broken []error
	for after := ""; ; {
		if err := held.renew(ctx); err != nil {
			return sum, errors.Join(append(broken, err)...)
		}
		accounts, next, err := s.Activity.AccountsBefore(ctx, before, after, s.Limits.Batch)
		if err != nil {
			return sum, errors.Join(append(broken, err)...)
		}
		for _, id := range accounts {
			n, err := held.batches(ctx, func(ctx context.Context, limit int) (int, error) {
				return s.Activity.Purge(ctx, id, before, limit)
			})
			sum += n
			if errors.Is(err, errLost) || ctx.Err() != nil {
				return sum, errors.Join(append(broken, err)...)
			}
			if err != nil {
				broken = append(broken, err)
			}
			if err := held.pause(ctx); err != nil {
				return sum, errors.Join(append(broken, err)...)
			}
		}
		if next == "" {
			return sum, errors.Join(broken...)
		}
		after = next
	}
}
