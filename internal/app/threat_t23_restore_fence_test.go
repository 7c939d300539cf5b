package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/audit"
	"twofold/internal/test/apptest"
)

// backupFixture holds what ada had when a backup was made. Some of it was used or ended before the restore.
type backupFixture struct {
	account      string
	phone        *apptest.Phone
	codes        []string
	ended, alive *apptest.Client // sessions; ended was signed out after the backup
	signIn       string          // the token of a pending sign-in
	grant        string          // a step-up token of alive
	device       *apptest.Client // a known browser
	reset        string          // the token of a mailed link
	code, used   string          // a code and a recovery code, used after the backup
}

// newBackupFixture makes the backup, uses what it holds, and returns the function that restores it.
func newBackupFixture(t *testing.T) (*backupFixture, func(...string) *apptest.Server) {
	t.Helper()
	h := apptest.StartWithMail(t)
	p := &backupFixture{account: h.AddAccount(ada)}
	p.ended = h.SignedIn(ada)
	p.phone = p.ended.Begin()
	p.codes = p.ended.Confirm(p.phone, p.phone.Code()).Require(201, "").RecoveryCodes()
	h.Clock.Advance(30 * time.Second)
	p.device = h.Browser()
	p.device.SignIn(ada, apptest.Code(p.phone.Code())).Require(201, "")
	h.Clock.Advance(30 * time.Second)
	p.alive = h.SignedIn(ada, apptest.Code(p.phone.Code()))
	h.Clock.Advance(30 * time.Second)
	p.grant = p.alive.StepUpToken("account.password", apptest.Code(p.phone.Code()))
	p.signIn = h.PendingSignIn(ada)
	h.RequestPasswordReset(ada)
	p.reset = apptest.Token(h.MailedLink(ada, "/reset-password"))
	h.Heartbeat()

	restore := h.Backup()
	h.Clock.Advance(30 * time.Second)
	p.code, p.used = p.phone.Code(), p.codes[0]
	h.SignedIn(ada, apptest.Code(p.code))
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), p.used).Require(201, "")
	p.ended.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
	return p, restore
}

func TestT23_RestoredBackup_FenceRevokesEverything(t *testing.T) {
	t.Parallel()
	p, restore := newBackupFixture(t)
	h := restore()
	before := h.PublishedKIDs()
	done, err := h.App.RestoreFence.Fence(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if e := done.Revoked; e.Sessions != 3 || e.SignIns != 1 || e.StepUps != 1 || e.Links == 0 || e.Devices == 0 || e.Methods != 1 || done.RecoveryCodeSets != 1 || done.NoticesQueued != 1 {
		t.Errorf("the fence reports %+v", done)
	}
	for _, c := range []*apptest.Client{p.ended, p.alive, p.device} {
		c.OnServer(h).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	}
	h.CompleteSignIn(p.signIn, p.phone.CodeIn(2)).Require(410, "sign_in_expired")
	h.ResetPassword(p.reset, apptest.NewPassword).Require(410, "link_expired")
	h.Script("").SignIn(ada, apptest.Code(p.code)).Require(401, "code_used")
	for _, c := range p.codes {
		h.CompleteWithRecoveryCode(h.PendingSignIn(ada), c).Require(401, "code_used")
		h.Clock.Advance(time.Hour) // past the backoff of the one before
	}

	again := h.SignedIn(ada, apptest.Code(p.phone.Code()))
	again.Do("PUT", "/api/v1/account/password", JSON{"new_password": apptest.NewPassword}, "Step-Up-Token", p.grant).Require(401, "step_up_required")
	if after := h.PublishedKIDs(); len(after) != 1 || slices.Contains(before, after[0]) || after[0] != done.SigningKey.KID {
		t.Errorf("the active key was %v before the fence and is %v after it; the fence reports %s", before, after, done.SigningKey.KID)
	}
	a := again.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if a.Int("recovery_codes", "remaining") != 0 || a.Value("recovery_codes", "retired") != true {
		t.Errorf("getMfa does not show that the codes were invalidated: %s", a.Body)
	}
	if !slices.ContainsFunc(h.Mails(ada), func(m apptest.Mail) bool { return strings.Contains(m.Subject, "recovery codes no longer work") }) {
		t.Error("no mail about the invalidated codes")
	}
	h.Clock.Advance(30 * time.Second)
	fresh := again.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", again.StepUpToken("mfa.recovery_codes", apptest.Code(p.phone.Code()))).Require(201, "")
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), fresh.RecoveryCodes()[0]).Require(201, "")
	if a := again.Do("GET", "/api/v1/mfa", nil).Require(200, ""); a.Value("recovery_codes", "retired") != nil {
		t.Errorf("the new codes are shown as invalidated: %s", a.Body)
	}
}

func TestT23_RestoredBackup_FenceAuditedAndRepeatable(t *testing.T) {
	t.Parallel()
	p, restore := newBackupFixture(t)
	h := restore()
	ctx := context.Background()
	first, err := h.App.RestoreFence.Fence(ctx)
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.App.RestoreFence.Fence(ctx)
	if err != nil || second.Number != first.Number+1 || second.RecoveryCodeSets != 0 || second.NoticesQueued != 0 || second.Revoked.Sessions != 0 {
		t.Errorf("the second fence reports %+v, %v, want nothing revoked", second, err)
	}
	h.Script("").SignIn(ada, apptest.Code(p.phone.CodeIn(1))).Require(401, "code_used") // a phone with a fast clock may have shown it
	h.Clock.Advance(time.Minute)
	h.SignedIn(ada, apptest.Code(p.phone.Code()))
	entries, err := h.App.RestoreFence.Audit.Entries(ctx, audit.System, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	fences := 0
	for _, e := range entries {
		if e.Kind == audit.DatabaseFenced {
			fences++
		}
	}
	if _, err := h.App.VerifyAudit(ctx); err != nil || fences != 2 {
		t.Errorf("%d fences are in the activity, want 2; verification: %v", fences, err)
	}
}

// If the notices of a fence cannot be kept, nothing is revoked.
func TestT23_RestoredBackup_FenceIsAtomic(t *testing.T) {
	t.Parallel()
	p, restore := newBackupFixture(t)
	h := restore()
	h.Heartbeat()
	allow := h.OpenDatabase(t).FailInserts(t, "outbox")
	before := h.PublishedKIDs()
	if _, err := h.App.RestoreFence.Fence(context.Background()); err == nil {
		t.Fatal("the fence succeeded without its notices")
	}
	p.alive.OnServer(h).Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	if after := h.PublishedKIDs(); !slices.Equal(before, after) {
		t.Errorf("the keys are %v, and were %v", after, before)
	}
	h.WantUnready("database_restored")
	allow()
	if _, err := h.App.RestoreFence.Fence(context.Background()); err != nil {
		t.Error(err)
	}
	p.alive.OnServer(h).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}
