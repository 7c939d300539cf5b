package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// intrusion is what an attacker did who has the password of an account without MFA, with the dispute link of each notice.
type intrusion struct {
	*apptest.Server
	session *apptest.Client
	phones  []*apptest.Phone
	codes   []string // every recovery code that was shown
	links   []string
}

// note keeps the dispute link of the newest notice of a kind.
func (i *intrusion) note(kind string) { i.links = append(i.links, i.Queued(kind, ada).Token("not_me")) }

// first enrolls the first app, with the password alone.
func (i *intrusion) first() *apptest.Phone {
	phone := i.session.Begin()
	i.codes = append(i.codes, i.session.Confirm(phone, phone.Code()).Require(201, "").RecoveryCodes()...)
	return i.enrolled(phone, "method_added")
}

// later enrolls another app with a code of the latest one, or in its place.
func (i *intrusion) later(replace bool) {
	last, body, kind := i.phones[len(i.phones)-1], JSON{"name": "Another"}, "method_added"
	if replace {
		body, kind = JSON{"replaces": last.ID}, "method_replaced"
	}
	phone := i.session.BeginWith(body, apptest.Code(last.Code()))
	i.session.Confirm(phone, phone.Code()).Require(201, "")
	i.enrolled(phone, kind)
}

func (i *intrusion) enrolled(phone *apptest.Phone, kind string) *apptest.Phone {
	i.note(kind)
	i.phones = append(i.phones, phone)
	i.Clock.Advance(apptest.CodePeriod)
	return phone
}

// Whatever an attacker with the password alone made of MFA is undone when the owner disputes the notices, in any order.
func TestT36_Dispute_EverythingFromPasswordAloneUndone(t *testing.T) {
	t.Parallel()
	for attack, do := range map[string]func(i *intrusion){
		"an app":   func(i *intrusion) { i.first() },
		"two apps": func(i *intrusion) { i.first(); i.later(false) },
		"a replaced app": func(i *intrusion) {
			i.first()
			i.later(true)
		},
		"an app that removed the first": func(i *intrusion) {
			first := i.first()
			i.later(false)
			token := i.session.StepUpToken("mfa.remove", apptest.Code(i.phones[1].Code()))
			i.session.Do("DELETE", apptest.PathMethods+first.ID, nil, "Step-Up-Token", token).Require(200, "")
			i.note("method_removed")
		},
		"new recovery codes": func(i *intrusion) {
			phone := i.first()
			token := i.session.StepUpToken("mfa.recovery_codes", apptest.Code(phone.Code()))
			i.codes = append(i.codes, i.session.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", token).Require(201, "").RecoveryCodes()...)
			i.note("recovery_codes_generated")
		},
		"a used recovery code and a removal": func(i *intrusion) {
			i.first()
			i.session = i.SignedIn(ada, apptest.RecoveryCode(i.codes[0]))
			i.note("recovery_code_used")
			i.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": i.PendingSignIn(ada)}).Require(202, "")
		},
	} {
		for order, at := range map[string]func(n, i int) int{
			"oldest notice first": func(_, i int) int { return i },
			"newest notice first": func(n, i int) int { return n - 1 - i },
		} {
			t.Run(attack+", "+order, func(t *testing.T) {
				t.Parallel()
				h := apptest.StartWithMail(t)
				h.AddAccount(ada)
				h.SignedIn(ada) // the owner's script
				attacker := h.Browser()
				attacker.SignIn(ada).Require(201, "")
				i := &intrusion{Server: h, session: h.SignedIn(ada)}
				i.note("new_device")
				do(i)
				for n := range i.links {
					h.Clock.Advance(time.Minute)
					h.Script("").Do("POST", apptest.PathNotMe, JSON{"token": i.links[at(len(i.links), n)]}).Require(200, "")
				}

				i.session.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
				h.Script("").SignIn(ada).Require(401, "credentials_rejected")
				h.ResetPassword(h.Queued("password_reset_forced", ada).Token("reset_password"), apptest.NewPassword).Require(200, "")
				owner := h.Script(h.SignInWith(ada, apptest.NewPassword).Require(201, "").Text("session_token"))
				state := owner.Do("GET", "/api/v1/mfa", nil).Require(200, "")
				if state.Value("enabled") != false || state.Value("recovery_codes") != nil || state.Value("removal") != nil {
					t.Errorf("the account has %s", state.Body)
				}
			})
		}
	}
}

// A recovery code that the owner did not use shows that an attacker has the set.
func TestT36_Dispute_UsedRecoveryCodeInvalidatesSet(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	_, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	attacker := h.SignedIn(ada, apptest.RecoveryCode(codes[0]))
	done := h.Dispute("recovery_code_used", ada).Require(200, "")
	if done.Value("password_reset") != true || done.Value("method") != nil {
		t.Errorf("got %s, want the password removed and no method named", done.Body)
	}
	attacker.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	h.ResetPassword(h.Queued("password_reset_forced", ada).Token("reset_password"), apptest.NewPassword).Require(200, "")
	token := h.SignInWith(ada, apptest.NewPassword).Require(202, "").Text("sign_in_token")
	h.CompleteWithRecoveryCode(token, codes[1]).Require(401, "code_rejected")
	h.CompleteSignIn(token, phone.Code()).Require(201, "")
}

// A dispute revokes the reset link that an earlier one mailed, so it mails another, also if it only suspends an app.
func TestT36_Dispute_LinkMailedAgain(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	attacker, phone := h.NewUser(ada).WithTOTP().Session()
	attacker.Enroll(apptest.Code(phone.Code()))
	h.Browser().SignIn(ada, apptest.Code(phone.Code())).Require(201, "")
	h.Dispute("new_device", ada).Require(200, "")
	first := h.Queued("password_reset_forced", ada).Token("reset_password")
	done := h.Dispute("method_added", ada).Require(200, "")
	if done.Text("method") != "suspended" || done.Value("password_reset") != true {
		t.Errorf("got %s, want the method suspended and another link", done.Body)
	}
	second := h.Queued("password_reset_forced", ada).Token("reset_password")
	h.ResetPassword(first, apptest.NewPassword).Require(410, "link_expired")
	h.ResetPassword(second, apptest.NewPassword).Require(200, "")
}

// A reset that a dispute forced leaves the slow way open for an owner who lost the phone, also if the dispute cancelled a removal,
// which an attacker may have requested. A reset that the mailbox requested bars it, and a dispute does not change that.
func TestT36_Dispute_RemovalStaysPossible(t *testing.T) {
	t.Parallel()
	for cause, c := range map[string]struct {
		do     func(l *lostFactorFixture)
		status int
	}{
		"a new device and a removal": {func(l *lostFactorFixture) {
			l.Browser().SignIn(ada, apptest.Code(l.phone.Code())).Require(201, "")
			l.request().Require(202, "")
		}, 202},
		"a reset by mail": {func(l *lostFactorFixture) { l.resetPassword() }, 409},
	} {
		t.Run(cause, func(t *testing.T) {
			t.Parallel()
			l := newLostFactorFixture(t)
			c.do(l)
			l.Clock.Advance(time.Second)
			l.Script("").Do("POST", apptest.PathNotMe, JSON{"token": l.link(ada, "not-me")}).Require(200, "")
			if l.active() {
				t.Error("a removal is still in progress")
			}
			l.Clock.Advance(time.Second)
			const password = "nine otters and a lamp post"
			l.ResetPassword(l.link(ada, "reset-password"), password).Require(200, "")
			token := l.SignInWith(ada, password).Require(202, "").Text("sign_in_token")
			l.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token}).Require(c.status, "")
		})
	}
}
