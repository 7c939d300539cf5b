package retention

import (
	"context"
	"errors"
	"time"
)

// Category is what is purged.
type Category string

const (
	Sessions         Category = "sessions"
	SignIns          Category = "sign_ins"
	StepUps          Category = "step_ups"
	PendingAddresses Category = "pending_addresses"
	Links            Category = "links"
	LinkMails        Category = "link_mails"
	ResetRequests    Category = "reset_requests"
	// Devices past their end; the last of an account stays, and says that the account was signed in to before.
	Devices Category = "devices"
	// PasswordAttempts are wrong passwords, of accounts and of unknown addresses alike: otherwise a wait that is forgotten
	// for one and not for the other would tell who has an account.
	PasswordAttempts Category = "password_attempts"
	// OrphanedAttempts are wrong proofs of other kinds in the bucket of a session or device that is gone. The total of a kind,
	// and what anyone tried, is never forgotten by time alone (NIST SP 800-63B-4 §3.2.2).
	OrphanedAttempts Category = "stray_attempts"
	SentMails        Category = "sent_mails"
	// FailedMails were given up. Those of a removal of MFA under way stay: they are what it stands still for.
	FailedMails Category = "lost_mails"
	Removals    Category = "mfa_removals" // cancelled ones

	enrollments Category = "enrollments"
	activity    Category = "activity"
)

// rule says how long things stay, and takes them away after that.
type rule struct {
	category Category
	keep     time.Duration
	purge    func(ctx context.Context, t *leaseHolder, before time.Time) (int, error)
}

// hour is how long a link that was mailed counts against the next.
const hour = time.Hour

// rules come in an order: an enrollment goes with its session, but not before what became of it is said, and wrong proofs
// go after the sessions and devices that they were tried in.
func (s *Service) rules() []rule {
	l := s.Limits
	return []rule{
		{enrollments, l.Enrollments, s.forgetEnrollments},
		s.rows(Sessions, l.ExpiredGrace),
		s.rows(SignIns, l.ExpiredGrace),
		s.rows(StepUps, l.ExpiredGrace),
		s.rows(PendingAddresses, l.ExpiredGrace),
		s.rows(Links, l.ExpiredGrace),
		s.rows(LinkMails, hour+l.ExpiredGrace),
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

// rows is the rule of what one statement takes away.
func (s *Service) rows(thing Category, kept time.Duration) rule {
	return rule{thing, kept, func(ctx context.Context, t *leaseHolder, before time.Time) (int, error) {
		return t.batches(ctx, func(ctx context.Context, limit int) (int, error) {
			return s.Store.Purge(ctx, thing, before, limit)
		})
	}}
}

func (s *Service) forgetEnrollments(ctx context.Context, t *leaseHolder, before time.Time) (int, error) {
	return t.batches(ctx, func(ctx context.Context, limit int) (int, error) {
		return s.Enrollments.PurgeExpired(ctx, before, limit)
	})
}

// purgeActivity cuts the chains that have old entries, one after the other, at the end of a day (UTC): so each is cut
// once a day at most. A chain that cannot be cut holds no other up.
func (s *Service) purgeActivity(ctx context.Context, t *leaseHolder, before time.Time) (int, error) {
	before = before.Truncate(24 * time.Hour)
	sum := 0
	var broken []error
	for after := ""; ; {
		if err := t.renew(ctx); err != nil {
			return sum, errors.Join(append(broken, err)...)
		}
		accounts, next, err := s.Activity.AccountsBefore(ctx, before, after, s.Limits.Batch)
		if err != nil {
			return sum, errors.Join(append(broken, err)...)
		}
		for _, id := range accounts {
			n, err := t.batches(ctx, func(ctx context.Context, limit int) (int, error) {
				return s.Activity.Purge(ctx, id, before, limit)
			})
			sum += n
			if errors.Is(err, errLost) || ctx.Err() != nil {
				return sum, errors.Join(append(broken, err)...)
			}
			if err != nil {
				broken = append(broken, err)
			}
			if err := t.pause(ctx); err != nil {
				return sum, errors.Join(append(broken, err)...)
			}
		}
		if next == "" {
			return sum, errors.Join(broken...)
		}
		after = next
	}
}
