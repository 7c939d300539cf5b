package app_test

import (
	"context"
	"encoding/base64"
	"testing"
	"time"

	"twofold/internal/admin"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/test/apptest"
)

// matrixFixture is who plays in the matrix: somebody with MFA, somebody without, and somebody else. Nobody is made before they
// are needed, and each is kept as long as they can be, since a password costs a hash.
type matrixFixture struct {
	h       *apptest.Server
	strong  *apptest.Client
	phone   *apptest.Phone
	weak    *apptest.Client
	pending map[*apptest.Client]*apptest.Phone // enrollments, by whose session began them

	halfBrowser *apptest.Client
	halfToken   string
}

func newCast(t *testing.T) *matrixFixture {
	h := apptest.StartWithMail(t, "TWOFOLD_MAX_METHODS=50")
	return &matrixFixture{h: h, pending: make(map[*apptest.Client]*apptest.Phone)}
}

// code is the phone's code, and time for the next one.
func (c *matrixFixture) code(p *apptest.Phone) JSON {
	code := p.Code()
	c.h.Clock.Advance(30 * time.Second)
	return JSON{"code": code}
}

func (c *matrixFixture) withMFA() *apptest.Client {
	if c.strong == nil {
		c.strong, c.phone = withMFA(c.h, ada)
	}
	return c.strong
}

func (c *matrixFixture) withoutMFA() *apptest.Client {
	if c.weak == nil {
		if _, err := c.h.App.Accounts.ByEmail(context.Background(), bob); err != nil {
			c.h.AddAccount(bob)
		}
		c.weak = c.another(bob, false)
	}
	return c.weak
}

// extraSession is a new session of an account, opened as a sign-in does, without its hash.
func (c *matrixFixture) another(email string, strong bool) *apptest.Client {
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

// disabled is somebody whose account is disabled while they are signed in.
func (c *matrixFixture) disabled() *apptest.Client {
	const zoe = "zoe@example.com"
	id := c.h.AddAccount(zoe)
	session := c.another(zoe, true)
	if _, err := c.h.App.Administration.Disable(context.Background(), admin.Action{Target: id, Reason: "for the matrix"}); err != nil {
		c.h.T.Fatal(err)
	}
	return session
}

// pendingSignIn is a sign-in that waits for its code, in a browser and in a script.
func (c *matrixFixture) half() (browser *apptest.Client, token string) {
	if c.halfBrowser == nil {
		c.withMFA()
		c.halfBrowser, c.halfToken = c.h.Browser(), pendingSignIn(c.h, ada)
		c.halfBrowser.SignIn(ada).Require(202, "")
	}
	return c.halfBrowser, c.halfToken
}

// credential is what a column presents to an operation of that purpose; any is as good where it has none.
func (c *matrixFixture) credential(t *testing.T, column, purpose string) (client *apptest.Client, headers []string) {
	anyone := c.h.Script("")
	with := func(token string) []string { return []string{"Step-Up-Token", token} }
	other := "mfa.remove"
	if purpose == other || purpose == "" {
		other = "mfa.enroll"
	}
	if purpose == "" {
		purpose = "mfa.remove"
	}
	if purpose == "admin.account" { // which they have no step-up for
		purpose = other
	}
	switch column {
	case "nothing":
		return anyone, nil
	case "a sign-in token as its cookie":
		browser, _ := c.half()
		return browser, nil
	case "a sign-in token as session cookie":
		browser, _ := c.half()
		return anyone, []string{"Cookie", "twofold_session=" + browser.Cookie("twofold_signin")}
	case "a sign-in token as bearer":
		_, token := c.half()
		return c.h.Script(token), nil
	case "a sign-in token as Basic":
		_, token := c.half()
		return anyone, []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(token+":"))}
	case "aal1":
		return c.withoutMFA(), nil
	case "aal2":
		return c.withMFA(), nil
	case "aal2 with a step-up":
		return c.withMFA(), with(stepUp(c.withMFA(), purpose, c.code(c.phone)))
	case "with another user's step-up":
		return c.withMFA(), with(stepUp(c.withoutMFA(), purpose))
	case "with another session's step-up":
		c.withMFA()
		return c.strong, with(stepUp(c.another(ada, true), purpose, c.code(c.phone)))
	case "with another purpose's step-up":
		return c.withMFA(), with(stepUp(c.withMFA(), other, c.code(c.phone)))
	case "an ended session":
		c.withMFA()
		ended := c.another(ada, true)
		ended.Do("DELETE", current, nil).Require(204, "")
		return ended, nil
	case "a session of a disabled account":
		c.withMFA()
		return c.disabled(), nil
	}
	t.Fatalf("who is %q?", column)
	return nil, nil
}

// request is what would succeed if the credential allowed it: the id in the path, and the body.
func (c *matrixFixture) request(op apptest.Operation, client *apptest.Client) (id string, body any) {
	switch op.ID {
	case "signIn":
		c.withMFA()
		return "", validCredentials(ada)
	case "completeSignIn":
		c.withMFA()
		return "", c.code(c.phone)
	case "stepUp":
		body := JSON{"purpose": "mfa.enroll", "password": apptest.Password}
		if client == c.strong {
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
	return unknownID, fitting(op)
}

// ownSession is another session of the client's account, or of the one with MFA where the client has none.
func (c *matrixFixture) ownSession(client *apptest.Client) string {
	email := ada
	if client == c.weak && client != nil {
		email = bob
	} else {
		c.withMFA()
	}
	return c.another(email, email == ada).Do("GET", current, nil).Require(200, "").Text("id")
}

// begun is an enrollment of the client's own session, or of the one with MFA where the client has none.
func (c *matrixFixture) begun(client *apptest.Client) *apptest.Phone {
	if client == nil || client != c.weak {
		client = c.withMFA()
	}
	if c.pending[client] == nil {
		var proofs []JSON
		if client == c.strong {
			proofs = append(proofs, c.code(c.phone))
		}
		c.pending[client] = client.Begin(proofs...)
	}
	return c.pending[client]
}

// after puts back what an operation that succeeded has used up or changed.
func (c *matrixFixture) after(op apptest.Operation, client *apptest.Client) {
	clear(c.pending)
	switch op.ID {
	case "completeSignIn":
		c.halfBrowser = nil
	case "signOut":
		if client == c.strong {
			c.strong = c.another(ada, true)
			return
		}
		c.weak = nil
	case "removeMfaMethod":
		c.phone = c.strong.Enroll()
	case "changePassword":
		a, err := c.h.App.Accounts.ByEmail(context.Background(), ada)
		if err != nil {
			c.h.T.Fatal(err)
		}
		if err := c.h.App.Passwords.Set(context.Background(), a.ID, secret.New(apptest.Password)); err != nil {
			c.h.T.Fatal(err)
		}
	case "confirmTotpEnrollment":
		if client == c.weak { // bob has MFA now: without it again
			if _, _, err := c.h.App.ResetMFA(context.Background(), bob, "for the next cell"); err != nil {
				c.h.T.Fatal(err)
			}
			c.weak = nil
		}
	}
}
