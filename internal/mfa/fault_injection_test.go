package mfa_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/stepup"
	"twofold/internal/test/faultstore"
)

// TestFaults_NothingHalfDone makes each call of each operation fail, one after the other. The error must be returned, and
// what must change together must not have changed. Then the same operation must succeed without a fault.
func TestFaults_NothingHalfDone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		least int // calls that can fail
		// prepare sets up the fixture, and returns the operation and the grant that it consumes.
		prepare func(h *fixture) (do func() error, g stepup.Grant)
	}{
		"begin keeps the token and the older enrollment": {5, func(h *fixture) (func() error, stepup.Grant) {
			h.begin("the older one")
			g := h.grant("mfa.enroll")
			return func() error {
				b, err := h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada@example.com", Name: "phone"}, g)
				return keyless(err, b.URI.Reveal()+b.Key.Base32())
			}, g
		}},
		"confirm a first method keeps it pending, and MFA off": {15, func(h *fixture) (func() error, stepup.Grant) {
			b := h.begin("phone")
			return func() error {
				m, change, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{})
				return keyless(err, m.ID+change.NewToken.Reveal())
			}, h.grant("mfa.enroll")
		}},
		"confirm a second method keeps it pending, and the first unchanged": {13, func(h *fixture) (func() error, stepup.Grant) {
			h.enroll("phone")
			b := h.begin("tablet")
			return func() error {
				m, change, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "renamed", secret.Text{})
				return keyless(err, m.ID+change.NewToken.Reveal())
			}, h.grant("mfa.enroll")
		}},
		"begin a replacement keeps the token and the method": {5, func(h *fixture) (func() error, stepup.Grant) {
			m, _ := h.enroll("phone")
			g := h.grant("mfa.enroll")
			return func() error {
				b, err := h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada@example.com", Name: "PHONE", Replaces: m.ID}, g)
				return keyless(err, b.URI.Reveal()+b.Key.Base32())
			}, g
		}},
		"replace keeps the old method, so that MFA is never off": {14, func(h *fixture) (func() error, stepup.Grant) {
			m, _ := h.enroll("phone")
			b, err := h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada@example.com", Name: "new phone", Replaces: m.ID}, h.grant("mfa.enroll"))
			must(h.t, err)
			return func() error {
				m, change, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{})
				return keyless(err, m.ID+change.NewToken.Reveal())
			}, h.grant("mfa.enroll")
		}},
		"generate codes keeps the older set and the token": {12, func(h *fixture) (func() error, stepup.Grant) {
			h.enroll("phone")
			g := h.grant("mfa.recovery_codes")
			return func() error {
				change, err := h.GenerateRecoveryCodes(ctx, h.sess, g)
				for _, code := range change.RecoveryCodes {
					err = keyless(err, code.Reveal())
				}
				return keyless(err, change.NewToken.Reveal())
			}, g
		}},
		"rename keeps the name": {4, func(h *fixture) (func() error, stepup.Grant) {
			m, _ := h.enroll("phone")
			return func() error {
				renamed, err := h.Rename(ctx, "ada", m.ID, "old phone")
				return keyless(err, renamed.ID)
			}, h.grant("mfa.enroll")
		}},
		"remove keeps the method and the token": {8, func(h *fixture) (func() error, stepup.Grant) {
			m, _ := h.enroll("phone")
			g := h.grant("mfa.remove")
			return func() error {
				change, err := h.Remove(ctx, h.sess, m.ID, g)
				return keyless(err, change.NewToken.Reveal())
			}, g
		}},
		"reset changes nothing": {8, func(h *fixture) (func() error, stepup.Grant) {
			h.enroll("phone")
			h.begin("tablet")
			return func() error {
				methods, done, err := h.Reset(ctx, "ada", "", "lost")
				if err != nil && methods+done.SessionsEnded != 0 {
					return fmt.Errorf("returned %d methods and %d sessions with an error", methods, done.SessionsEnded)
				}
				return err
			}, h.grant("mfa.remove")
		}},
		"suspend keeps the method active, and the token": {6, func(h *fixture) (func() error, stepup.Grant) {
			m, _ := h.enroll("phone")
			return func() error {
				suspended, err := h.Suspend(ctx, "ada", m.ID)
				return keyless(err, suspended.ID)
			}, h.grant("mfa.remove")
		}},
		"remove all changes nothing": {10, func(h *fixture) (func() error, stepup.Grant) {
			h.enroll("phone")
			h.begin("tablet")
			return func() error {
				sessions, err := h.RemoveAll(ctx, "ada")
				if err != nil && sessions != 0 {
					return fmt.Errorf("returned %d sessions with an error", sessions)
				}
				return err
			}, h.grant("mfa.remove")
		}},
		"cancel keeps the enrollment": {1, func(h *fixture) (func() error, stepup.Grant) {
			b := h.begin("phone")
			return func() error { return h.Cancel(ctx, "ada", b.Enrollment.ID) }, h.grant("mfa.enroll")
		}},
		"purge keeps an enrollment until its expiry is recorded": {4, func(h *fixture) (func() error, stepup.Grant) {
			h.begin("phone")
			return func() error {
				_, err := h.PurgeExpired(ctx, noon.Add(time.Hour), 10)
				return err
			}, h.grant("mfa.enroll")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for nth := 1; ; nth++ {
				h := newFixture(t)
				do, g := c.prepare(h)
				before := h.state(g)
				h.faults.FailAt(nth)
				err := do()
				if !h.faults.Hit() {
					if err != nil {
						t.Fatalf("without a fault: %v", err)
					}
					if nth <= c.least {
						t.Errorf("only %d calls can fail, want %d", nth-1, c.least)
					}
					return
				}
				if !errors.Is(err, faultstore.Err) {
					t.Errorf("call %d fails: got %v, want the store's error", nth, err)
				}
				after := h.state(g)
				before.Tries = after.Tries // a counted try stays counted: see TestConfirm_RejectsOnlyWhatIsCounted
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("call %d fails: the state changed, - before, + after:\n%s", nth, diff)
				}
				if err := do(); err != nil {
					t.Errorf("call %d fails, then a retry: %v", nth, err)
				}
			}
		})
	}
}

// keyless returns an error if secrets are returned together with err.
func keyless(err error, secrets string) error {
	if err != nil && secrets != "" {
		return errors.New("an error came with something to use")
	}
	return err
}

// TestConfirm_RejectsOnlyWhatIsCounted makes each call fail, one after the other. Confirm must not return that a code is wrong
// unless the attempt is counted for the account and for the enrollment. A right code must not be counted.
func TestConfirm_RejectsOnlyWhatIsCounted(t *testing.T) {
	t.Parallel()
	for name, right := range map[string]bool{"a wrong code": false, "a right code": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for nth := 1; ; nth++ {
				h := newFixture(t)
				b := h.begin("phone")
				code := h.wrong(b)
				if right {
					code = h.code(b)
				}
				h.faults.FailAt(nth)
				_, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, code, "", secret.Text{})
				struck, want := h.faults.Hit(), 0
				if !struck && !right {
					want = 1
				}
				if wrong := errors.Is(err, mfa.ErrCodeRejected); wrong != (want == 1) {
					t.Errorf("call %d fails (%v): the code is reported as wrong: %v", nth, err, wrong)
				}
				tries := h.state(stepup.Grant{}).Tries
				if left := h.left(); tries != want || left != 4-want {
					t.Errorf("call %d fails (%v): %d attempts at the enrollment, and %d left for the account, want %d and %d", nth, err, tries, left, want, 4-want)
				}
				if !struck {
					return
				}
			}
		})
	}
}

func TestMatchCode_UnreadableKeyIsAFailure(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	_, phone := h.enroll("phone")
	second, tablet := h.enroll("tablet")
	h.Sealer = exchanged{h.ring, "id-not-there"}
	if match, err := h.verify("ada", h.code(phone)); err == nil || len(match) > 0 {
		t.Errorf("keys of other rows: got %v, %v, want an error", match, err)
	}
	b := h.enrollSealed()
	if _, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{}); err == nil || errors.Is(err, mfa.ErrCodeRejected) {
		t.Errorf("confirm with a key of another row: got %v, want an error other than ErrCodeRejected", err)
	}
	h.Sealer = h.ring
	match, err := h.verify("ada", h.code(tablet))
	if err != nil || len(match) != 1 || match[0].MethodID != second.ID {
		t.Errorf("with the right keys: got %v, %v, want the tablet", match, err)
	}
}

// enrollSealed begins an enrollment with the real keyring, whatever Sealer the fixture has.
func (h *fixture) enrollSealed() mfa.NewEnrollment {
	h.t.Helper()
	reads := h.Sealer
	h.Sealer = h.ring
	b := h.begin("third")
	h.Sealer = reads
	return b
}

// exchanged unseals as if every key were in the row with the given id.
type exchanged struct {
	mfa.Sealer
	row string
}

func (e exchanged) Unseal(ctx context.Context, sealed []byte, owner, _ string) ([]byte, error) {
	return e.Sealer.Unseal(ctx, sealed, owner, e.row)
}
