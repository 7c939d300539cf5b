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

// backupFixture is what Ada had when the backup was made, and what became of it until the backup was restored.
type backupFixture struct {
	account      string
	phone        *apptest.Phone
	codes        []string
	ended, alive *apptest.Client // sessions: one was signed out since
	half         string          // a sign-in that waited for its code
	grant        string          // a step-up token of the one alive
	device       *apptest.Client // a browser that was known
	reset        string          // a mailed link
	code, used   string          // a code, and a recovery code, that were used since
}

// oldBackupFixture lets Ada live through a backup and what comes after it, and answers how to restore that.
func oldBackupFixture(t *testing.T) (*backupFixture, func(...string) *apptest.Server) {
	t.Helper()
	h := apptest.StartWithMail(t)
	p := &backupFixture{account: h.AddAccount(ada)}
	p.ended = h.SignedIn(ada)
	p.phone = p.ended.Begin()
	p.codes = shownCodes(t, p.ended.Confirm(p.phone, p.phone.Code()).Require(201, ""))
	h.Clock.Advance(30 * time.Second)
	p.device = h.Browser()
	p.device.SignIn(ada, code(p.phone.Code())).Require(201, "")
	h.Clock.Advance(30 * time.Second)
	p.alive = h.SignedIn(ada, code(p.phone.Code()))
	h.Clock.Advance(30 * time.Second)
	p.grant = stepUp(p.alive, "account.password", code(p.phone.Code()))
	p.half = pendingSignIn(h, ada)
	askReset(h, ada)
	p.reset = apptest.Token(h.Mail(ada).Link("/reset-password"))
	beat(t, h)

	restore := h.Backup()
	h.Clock.Advance(30 * time.Second)
	p.code, p.used = p.phone.Code(), p.codes[0]
	h.SignedIn(ada, code(p.code))
	recovering(h, pendingSignIn(h, ada), p.used).Require(201, "")
	p.ended.Do("DELETE", current, nil).Require(204, "")
	return p, restore
}

// code is a proof beside the password.
func code(c string) JSON { return JSON{"code": c} }

func beat(t *testing.T, h *apptest.Server) {
	t.Helper()
	if err := h.App.RestoreFence.RunOnce(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestT23_RestoredBackup_FenceRevokesEverything(t *testing.T) {
	t.Parallel()
	p, restore := oldBackupFixture(t)
	h := restore()
	before := kidsOf(h)
	done, err := h.App.RestoreFence.Fence(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if e := done.Revoked; e.Sessions != 3 || e.SignIns != 1 || e.StepUps != 1 || e.Links == 0 || e.Devices == 0 || e.Methods != 1 || done.RecoveryCodeSets != 1 || done.MailsHeld != 1 {
		t.Errorf("the fence says %+v", done)
	}
	for _, c := range []*apptest.Client{p.ended, p.alive, p.device} {
		c.OnServer(h).Do("GET", current, nil).Require(401, "session_required")
	}
	completeSignIn(h, p.half, p.phone.CodeIn(2)).Require(410, "sign_in_expired")
	reset(h, p.reset, extraSession).Require(410, "link_expired")
	h.Script("").SignIn(ada, code(p.code)).Require(401, "code_used")
	for _, c := range p.codes {
		recovering(h, pendingSignIn(h, ada), c).Require(401, "code_used")
		h.Clock.Advance(time.Hour) // no wait of an earlier one answers instead
	}

	again := h.SignedIn(ada, code(p.phone.Code()))
	again.Do("PUT", "/api/v1/account/password", JSON{"new_password": extraSession}, "Step-Up-Token", p.grant).Require(401, "step_up_required")
	if after := kidsOf(h); len(after) != 1 || slices.Contains(before, after[0]) || after[0] != done.SigningKID.KID {
		t.Errorf("before the fence %v signed, after it %v do, and it says %s", before, after, done.SigningKID.KID)
	}
	a := again.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if a.Int("recovery_codes", "remaining") != 0 || a.Value("recovery_codes", "retired") != true {
		t.Errorf("getMfa does not say that the codes were retired: %s", a.Body)
	}
	if !slices.ContainsFunc(h.Mails(ada), func(m apptest.Mail) bool { return strings.Contains(m.Subject, "recovery codes do not work") }) {
		t.Error("no mail says that the codes were retired")
	}
	h.Clock.Advance(30 * time.Second)
	fresh := again.Do("POST", recoveryCodes, nil, "Step-Up-Token", stepUp(again, "mfa.recovery_codes", code(p.phone.Code()))).Require(201, "")
	recovering(h, pendingSignIn(h, ada), shownCodes(t, fresh)[0]).Require(201, "")
	if a := again.Do("GET", "/api/v1/mfa", nil).Require(200, ""); a.Value("recovery_codes", "retired") != nil {
		t.Errorf("the new codes pass for retired: %s", a.Body)
	}
}

// kidsOf are the ids of the published keys.
func kidsOf(h *apptest.Server) (kids []string) {
	keys, _ := h.Script("").Do("GET", "/.well-known/jwks.json", nil).Require(200, "").Value("keys").([]any)
	for _, k := range keys {
		key, _ := k.(map[string]any)
		kid, _ := key["kid"].(string)
		kids = append(kids, kid)
	}
	return kids
}

func TestT23_RestoredBackup_FenceAuditedAndRepeatable(t *testing.T) {
	t.Parallel()
	p, restore := oldBackupFixture(t)
	h := restore()
	ctx := context.Background()
	first, err := h.App.RestoreFence.Fence(ctx)
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.App.RestoreFence.Fence(ctx)
	if err != nil || second.Number != first.Number+1 || second.RecoveryCodeSets != 0 || second.MailsHeld != 0 || second.Revoked.Sessions != 0 {
		t.Errorf("the second fence says %+v, %v, want nothing more to end", second, err)
	}
	h.Script("").SignIn(ada, code(p.phone.CodeIn(1))).Require(401, "code_used") // a phone that is ahead may have shown it
	h.Clock.Advance(time.Minute)
	h.SignedIn(ada, code(p.phone.Code()))
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
		t.Errorf("%d fences are on the record, want 2; it verifies: %v", fences, err)
	}
}

// A fence that cannot tell people is none at all.
func TestT23_RestoredBackup_FenceIsAtomic(t *testing.T) {
	t.Parallel()
	p, restore := oldBackupFixture(t)
	h := restore()
	beat(t, h)
	allow := h.Disk(t).FailInserts(t, "outbox")
	before := kidsOf(h)
	if _, err := h.App.RestoreFence.Fence(context.Background()); err == nil {
		t.Fatal("it stands, and nobody can be told")
	}
	p.alive.OnServer(h).Do("GET", current, nil).Require(200, "")
	if after := kidsOf(h); !slices.Equal(before, after) {
		t.Errorf("the keys are %v, and were %v", after, before)
	}
	wantUnready(t, h, "database_restored")
	allow()
	if _, err := h.App.RestoreFence.Fence(context.Background()); err != nil {
		t.Error(err)
	}
	p.alive.OnServer(h).Do("GET", current, nil).Require(401, "session_required")
}
