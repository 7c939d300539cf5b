package app_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"twofold/internal/admin"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/test/apptest"
)

// matrixFixture holds the users of the matrix: ada, who has MFA, and bob, who has not. They are created when first needed
// and kept, because every sign-in costs a hash.
type matrixFixture struct {
	h            *apptest.Server
	withTOTP     *apptest.Client // a session of ada
	phone        *apptest.Phone
	passwordOnly *apptest.Client                    // a session of bob
	pending      map[*apptest.Client]*apptest.Phone // enrollments, by the session that began them

	pendingBrowser *apptest.Client
	pendingToken   string
}

func newMatrixFixture(t *testing.T) *matrixFixture {
	h := apptest.StartWithMail(t, "TWOFOLD_MAX_METHODS=50")
	return &matrixFixture{h: h, pending: make(map[*apptest.Client]*apptest.Phone)}
}

// code returns the phone's code and advances the clock to the next one.
func (c *matrixFixture) code(p *apptest.Phone) JSON {
	code := p.Code()
	c.h.Clock.Advance(30 * time.Second)
	return JSON{"code": code}
}

func (c *matrixFixture) withMFA() *apptest.Client {
	if c.withTOTP == nil {
		c.withTOTP, c.phone = c.h.NewUser(ada).WithTOTP().Session()
	}
	return c.withTOTP
}

func (c *matrixFixture) withoutMFA() *apptest.Client {
	if c.passwordOnly == nil {
		if _, err := c.h.App.Accounts.ByEmail(context.Background(), bob); err != nil {
			c.h.AddAccount(bob)
		}
		c.passwordOnly = c.session(bob, false)
	}
	return c.passwordOnly
}

// session creates a session of an account, without the hash that a sign-in costs.
func (c *matrixFixture) session(email string, strong bool) *apptest.Client {
	a, err := c.h.App.Accounts.ByEmail(context.Background(), email)
	if err != nil {
		c.h.T.Fatal(err)
	}
	o := session.CreateParams{AccountID: a.ID, Delivery: session.Token, AMR: session.AMRFor(strong)}
	_, token, err := c.h.App.Sessions.Create(context.Background(), o)
	if err != nil {
		c.h.T.Fatal(err)
	}
	return c.h.Script(token.Reveal())
}

// disabled returns a session of a user whose account was disabled afterwards.
func (c *matrixFixture) disabled() *apptest.Client {
	const zoe = "zoe@example.com"
	id := c.h.AddAccount(zoe)
	client := c.session(zoe, true)
	if _, err := c.h.App.Administration.Disable(context.Background(), admin.Action{Target: id, Reason: "for the matrix"}); err != nil {
		c.h.T.Fatal(err)
	}
	return client
}

// pendingSignIn returns pending sign-ins of ada, one in a browser and one in a script.
func (c *matrixFixture) pendingSignIn() (browser *apptest.Client, token string) {
	if c.pendingBrowser == nil {
		c.withMFA()
		c.pendingBrowser, c.pendingToken = c.h.Browser(), c.h.PendingSignIn(ada)
		c.pendingBrowser.SignIn(ada).Require(202, "")
	}
	return c.pendingBrowser, c.pendingToken
}

// credential returns the client and the headers of a column, for an operation with this step-up purpose or none.
func (c *matrixFixture) credential(t *testing.T, column, purpose string) (client *apptest.Client, headers []string) {
	anonymous := c.h.Script("")
	with := func(token string) []string { return []string{"Step-Up-Token", token} }
	other := "mfa.remove"
	if purpose == other || purpose == "" {
		other = "mfa.enroll"
	}
	if purpose == "" {
		purpose = "mfa.remove"
	}
	if strings.HasPrefix(purpose, "admin.") { // for which users without the role get no step-up
		purpose = other
	}
	switch column {
	case "nothing":
		return anonymous, nil
	case "a sign-in token as its cookie":
		browser, _ := c.pendingSignIn()
		return browser, nil
	case "a sign-in token as session cookie":
		browser, _ := c.pendingSignIn()
		return anonymous, []string{"Cookie", "twofold_session=" + browser.Cookie("twofold_signin")}
	case "a sign-in token as bearer":
		_, token := c.pendingSignIn()
		return c.h.Script(token), nil
	case "a sign-in token as Basic":
		_, token := c.pendingSignIn()
		return anonymous, []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(token+":"))}
	case "aal1":
		return c.withoutMFA(), nil
	case "aal2":
		return c.withMFA(), nil
	case "aal2 with a step-up":
		return c.withMFA(), with(c.withMFA().StepUpToken(purpose, c.code(c.phone)))
	case "with another user's step-up":
		return c.withMFA(), with(c.withoutMFA().StepUpToken(purpose))
	case "with another session's step-up":
		c.withMFA()
		return c.withTOTP, with(c.session(ada, true).StepUpToken(purpose, c.code(c.phone)))
	case "with another purpose's step-up":
		return c.withMFA(), with(c.withMFA().StepUpToken(other, c.code(c.phone)))
	case "an ended session":
		c.withMFA()
		ended := c.session(ada, true)
		ended.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
		return ended, nil
	case "a session of a disabled account":
		c.withMFA()
		return c.disabled(), nil
	}
	t.Fatalf("unknown column %q", column)
	return nil, nil
}

// request returns the id and the body of a request that succeeds if the credential allows it.
func (c *matrixFixture) request(op apptest.Operation, client *apptest.Client) (id string, body any) {
	switch op.ID {
	case "signIn":
		c.withMFA()
		return "", apptest.Credentials(ada)
	case "completeSignIn":
		c.withMFA()
		return "", c.code(c.phone)
	case "stepUp":
		body := JSON{"purpose": "mfa.enroll", "password": apptest.Password}
		if client == c.withTOTP {
			body["code"] = c.code(c.phone)["code"]
		}
		return "", body
	case "confirmTotpEnrollment":
		pending := c.begun(client)
		return pending.ID, JSON{"code": pending.Code()}
	case "cancelTotpEnrollment":
		return c.begun(client).ID, nil
	case "removeMfaMethod":
		c.withMFA()
		return c.phone.ID, nil
	case "renameMfaMethod":
		c.withMFA()
		return c.phone.ID, JSON{"name": "Old phone"}
	case "endSession":
		return c.ownSession(client), nil
	case "requestMfaRemoval", "beginTotpEnrollment":
		return "", nil
	case "cancelMfaRemovalByCode":
		c.withMFA()
		return "", c.code(c.phone)
	case "changeEmail", "setNoticeEmail":
		return "", JSON{"email": "new@example.com"}
	}
	return apptest.UnknownID, op.SampleBody()
}

// ownSession returns the id of another session of the client's account, or of ada if the client is not signed in.
func (c *matrixFixture) ownSession(client *apptest.Client) string {
	email := ada
	if client == c.passwordOnly && client != nil {
		email = bob
	} else {
		c.withMFA()
	}
	return c.session(email, email == ada).Do("GET", apptest.PathCurrentSession, nil).Require(200, "").Text("id")
}

// begun returns an enrollment of the client's session, or of ada's if the client is not signed in.
func (c *matrixFixture) begun(client *apptest.Client) *apptest.Phone {
	if client == nil || client != c.passwordOnly {
		client = c.withMFA()
	}
	if c.pending[client] == nil {
		var factors []JSON
		if client == c.withTOTP {
			factors = append(factors, c.code(c.phone))
		}
		c.pending[client] = client.Begin(factors...)
	}
	return c.pending[client]
}

// restore undoes what an operation that succeeded has used up or changed.
func (c *matrixFixture) restore(op apptest.Operation, client *apptest.Client) {
	clear(c.pending)
	switch op.ID {
	case "completeSignIn":
		c.pendingBrowser = nil
	case "signOut":
		if client == c.withTOTP {
			c.withTOTP = c.session(ada, true)
			return
		}
		c.passwordOnly = nil
	case "removeMfaMethod":
		c.phone = c.withTOTP.Enroll()
	case "changePassword":
		a, err := c.h.App.Accounts.ByEmail(context.Background(), ada)
		if err != nil {
			c.h.T.Fatal(err)
		}
		if err := c.h.App.Passwords.Set(context.Background(), a.ID, secret.New(apptest.Password)); err != nil {
			c.h.T.Fatal(err)
		}
	case "confirmTotpEnrollment":
		if client == c.passwordOnly { // bob has MFA now
			if _, _, err := c.h.App.ResetMFA(context.Background(), bob, "for the next cell"); err != nil {
				c.h.T.Fatal(err)
			}
			c.passwordOnly = nil
		}
	}
}
