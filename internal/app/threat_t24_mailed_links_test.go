package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

func TestT24_ResetKeepsMFA_NextSignInAsksForCode(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(t *testing.T, h *apptest.Server, id string) string{
		"asked for": func(t *testing.T, h *apptest.Server, _ string) string { return h.PasswordResetToken(ada) },
		"forced": func(t *testing.T, h *apptest.Server, id string) string {
			h.ForceReset(id)
			return h.Queued("password_reset_forced", ada).Token("reset_password")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := apptest.StartWithOutbox(t)
			script, phone := h.NewUser(ada).WithTOTP().Session()
			browser := h.Browser()
			token := begin(t, h, script.Do("GET", apptest.PathAccount, nil).Text("id"))
			a := browser.Do("POST", apptest.PathCompletePasswordReset, JSON{"token": token, "new_password": apptest.NewPassword}).Require(200, "")
			if len(a.SetCookies()) > 0 || strings.Contains(string(a.Body), "tf_") {
				t.Errorf("a reset returned a credential: %v %s", a.SetCookies(), a.Body)
			}
			browser.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
			script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
			pending := h.SignInWith(ada, apptest.NewPassword).Require(202, "")
			if got := pending.Value("methods"); !slices.Contains(got.([]any), any("totp")) {
				t.Errorf("the methods are %v", got)
			}
			session := h.CompleteSignIn(pending.Text("sign_in_token"), phone.Code()).Require(201, "")
			if acr := session.Text("acr"); acr != "aal2" {
				t.Errorf("the session is %s", acr)
			}
			weak := h.Script(session.Text("session_token")).StepUp("mfa.remove", JSON{"password": apptest.NewPassword})
			weak.Require(401, "code_required")
		})
	}
}

func TestT15_Enumeration_PasswordReset(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.NewUser(ada).WithTOTP()
	h.AddAccount(bob)
	var responses, left []string
	for _, address := range []string{"nil@example.com", "ada@example.com", "bob@example.com"} {
		before := h.RowCounts()
		responses = append(responses, h.Script("").Do("POST", apptest.PathPasswordResets, JSON{"email": address}).Require(202, "").Comparable())
		left = append(left, apptest.RowDifference(before, h.RowCounts()))
	}
	for i := range responses {
		if responses[i] != responses[0] || left[i] != "reset_requests +1" {
			t.Errorf("response %d: %s\nand left these rows: %s", i, responses[i], left[i])
		}
	}
	if sizes := h.Column(`SELECT length(sealed) FROM reset_requests`); len(sizes) != 3 || len(slices.Compact(sizes)) != 1 {
		t.Errorf("the stored requests have the sizes %v", sizes)
	}
	before := h.RowCounts()
	if got, want := h.QueuedKinds(), []string{ada + " method_added", ada + " password_reset_link", bob + " password_reset_link"}; !slices.Equal(got, want) {
		t.Errorf("queued: %v, want %v", got, want)
	}
	if got := apptest.RowDifference(before, h.RowCounts()); got != "activity +2, link_mails +2, links +2, outbox +2, reset_requests -3" {
		t.Errorf("resolving them changed %s", got)
	}
}

// The request does not read the accounts, so its time discloses nothing.
func TestT15_Enumeration_PasswordResetReadsNoAccount(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	db := h.OpenDatabase(t)
	db.MustExec(t, `ALTER TABLE accounts RENAME TO gone`)
	for _, address := range []string{ada, unknownEmail} {
		h.RequestPasswordReset(address)
	}
	db.MustExec(t, `ALTER TABLE gone RENAME TO accounts`)
	h.Queued("password_reset_link", ada)
}

func TestT15_Enumeration_ChangeEmail(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	h.AddAccount("bob@example.com")
	script := h.SignedIn(ada)
	var responses, left []string
	for _, address := range []string{"nil@example.com", "bob@example.com"} {
		token := script.StepUpToken("account.email")
		before := h.RowCounts()
		a := script.Do("PUT", apptest.PathEmail, JSON{"email": address}, "Step-Up-Token", token).Require(202, "")
		responses = append(responses, strings.ReplaceAll(a.Comparable(), address, "it"))
		left = append(left, apptest.RowDifference(before, h.RowCounts()))
		if got := script.Do("GET", apptest.PathAccount, nil).Text("pending_address", "email"); got != address {
			t.Errorf("the pending address is %s", got)
		}
		script.Do("DELETE", apptest.PathPendingAddress, nil).Require(204, "")
	}
	if responses[0] != responses[1] || left[0] != left[1] {
		t.Errorf("the responses are distinguishable: %v, %v", responses, left)
	}
	l := h.Queued("address_in_use", "bob@example.com")
	if len(l.Links) > 0 {
		t.Errorf("the owner's response is %v", l.Links)
	}
	for _, l := range h.Outbox() {
		if l.To == "bob@example.com" && l.Kind != "address_in_use" {
			t.Errorf("the owner received %s", l.Kind)
		}
	}
}

func TestT30_MailInjection_InvalidAddresses(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := script.StepUpToken("account.email")
	before := h.RowCounts()
	for what, address := range map[string]string{
		"a header after it": "ada@new.example\r\nBcc: eve@evil.example", "a line feed": "ada@new.example\nBcc:eve@evil.example", "a bare CR": "ada\r@new.example",
		"a header before": "Bcc: eve@evil.example\r\nada@new.example", "a body after it": "ada@new.example\r\n\r\nHello", "a NUL": "ada\x00@new.example",
		"a line separator": "ada\u2028@new.example", "an ideographic space": "ada\u3000x@new.example", "letters from right to left": "ada\u202e@new.example", "no width": "ada\u200b@new.example", "a next line": "ada\u0085@new.example", "two": "ada@new.example, eve@evil.example",
		"two without a space": "ada@new.example,eve@evil.example", "two by a semicolon": "ada@new.example;eve@evil.example", "a name": "Ada <ada@new.example>",
		"angles": "<ada@new.example>", "a comment": "ada@new.example (Ada)", "a group": "all: ada@new.example;", "a quoted name": `"ada"@new.example`,
		"quoted header": "\"ada\r\n Bcc: eve\"@new.example", "an encoded word": "=?utf-8?q?ada?= <ada@new.example>", "two ats": "ada@eve@new.example",
		"a route": "<@evil.example:ada@new.example>", "no at": "ada", "no host": "ada@", "a tab": "ada\t@new.example", "a space": "ada @new.example",
		"nothing but space": "   ", "255 octets": strings.Repeat("a", 243) + "@new.example", "a URL": "https://evil.example/@new.example#", "a mailto": "mailto:ada@new.example",
	} {
		for _, take := range []func(c *apptest.Client) apptest.Response{
			func(c *apptest.Client) apptest.Response {
				return c.Do("POST", apptest.PathPasswordResets, JSON{"email": address})
			},
			func(c *apptest.Client) apptest.Response {
				return c.Do("PUT", apptest.PathEmail, JSON{"email": address}, "Step-Up-Token", token)
			},
			func(c *apptest.Client) apptest.Response {
				return c.Do("PUT", apptest.PathNoticeEmail, JSON{"email": address}, "Step-Up-Token", token)
			},
		} {
			t.Run(what, func(t *testing.T) {
				a := take(script.WithT(t)).Require(400, "invalid_request")
				apptest.WantPointer(t, a, "/email")
				if strings.Contains(string(a.Body), "evil") {
					t.Errorf("the response repeats it: %s", a.Body)
				}
			})
		}
	}
	if got := apptest.RowDifference(before, h.RowCounts()); got != "" {
		t.Errorf("it changed %s", got)
	}
	script.Do("PUT", apptest.PathEmail, JSON{"email": "zoë@bücher.example"}, "Step-Up-Token", token).Require(202, "") // no refusal consumed it
}

func TestT30_MailInjection_ForgedHostInRequest(t *testing.T) {
	t.Parallel()
	const public = "https://account.example.com"
	h := apptest.StartWithOutbox(t, "TWOFOLD_PUBLIC_URL="+public, "TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8")
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	forgedHeaders := []string{
		"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "http", "Forwarded", "host=evil.example;proto=http", "X-Original-Host", "evil.example",
		"X-Forwarded-Prefix", "//evil.example", "X-Original-URL", "https://evil.example/", "Content-Type", "application/json",
	}
	token := script.StepUpToken("account.email")
	for _, r := range []*http.Request{
		h.Script("").Request("POST", apptest.PathPasswordResets, apptest.Body(JSON{"email": ada}), forgedHeaders...),
		script.Request("PUT", apptest.PathEmail, apptest.Body(JSON{"email": newAddress}), append(forgedHeaders, "Step-Up-Token", token)...),
	} {
		r.Host = "evil.example"
		script.Send(r).Require(202, "")
	}
	links := 0
	for _, l := range h.Outbox() {
		for _, to := range l.Links {
			links++
			if !strings.HasPrefix(to, public+"/") || strings.Contains(to, "evil") {
				t.Errorf("%s links to %s", l.Kind, to)
			}
		}
	}
	if links < 3 {
		t.Errorf("%d links were checked, want those of a reset, a confirmation and a dispute", links)
	}
}

func TestT31_OpenRedirect_Operations(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	fits := apptest.OperationsWithBody(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	const wishes = "?next=//evil.example&return=https://evil.example&return_to=%2F%2Fevil.example&redirect_uri=https:evil.example&url=evil.example"
	for _, op := range apptest.Operations(t) {
		for _, signedIn := range []bool{false, true} {
			script := h.Script("")
			if signedIn {
				script = h.SignedIn(ada)
			}
			r := script.Request(op.Method, op.PathWith(apptest.UnknownID)+wishes, nil)
			if len(op.Members) > 0 {
				r = script.Request(op.Method, op.PathWith(apptest.UnknownID)+wishes, apptest.Body(fits[op.ID].Sample), "Content-Type", "application/json")
			}
			for _, lie := range []string{"X-Forwarded-Host", "X-Original-Host", "X-Original-URL", "Referer"} {
				r.Header.Set(lie, "https://evil.example")
			}
			r.Host = "evil.example"
			response, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			for _, name := range []string{"Location", "Refresh", "Content-Location", "Link"} {
				if to := response.Header.Get(name); to != "" {
					t.Errorf("%s, signed in %v: %s is %q", op.ID, signedIn, name, to)
				}
			}
			if response.StatusCode/100 == 3 {
				t.Errorf("%s, signed in %v: got %d", op.ID, signedIn, response.StatusCode)
			}
		}
	}
}

func TestT39_ForeignIDs_LinkPurpose(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	tokens := map[string]string{"reset_password": h.PasswordResetToken(ada), "confirm_address": script.AddressToken(apptest.PathEmail, newAddress)}
	tokens["not_me"] = h.Queued("email_change_asked", ada).Token("not_me")
	session := script.Bearer
	for purpose, token := range tokens {
		if !strings.HasPrefix(token, "tf_l_") {
			t.Fatalf("%s is %q", purpose, token)
		}
		if purpose != "reset_password" {
			h.ResetPassword(token, apptest.NewPassword).Require(410, "link_expired")
		}
		if purpose != "confirm_address" {
			h.ConfirmAddress(token).Require(410, "link_expired")
		}
		h.Script(token).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
		h.CompleteSignIn(token, "123456").Require(410, "sign_in_expired")
		script.Do("PUT", apptest.PathEmail, JSON{"email": newAddress}, "Step-Up-Token", token).Require(401, "step_up_required")
	}
	h.ResetPassword(session, apptest.NewPassword).Require(410, "link_expired")
	h.ConfirmAddress(session).Require(410, "link_expired")
	h.ConfirmAddress(tokens["confirm_address"]).Require(200, "") // the refusals consumed none
}

func TestT39_ForeignIDs_LinkAccount(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	adas, bobs := h.SignedIn(ada), h.SignedIn(bob)
	adaAddress := adas.AddressToken(apptest.PathEmail, newAddress)
	bobAddress := bobs.AddressToken(apptest.PathNoticeEmail, "bob@second.example")
	bobReset := h.PasswordResetToken(bob)
	bobs.Do("DELETE", apptest.PathPendingAddress, nil).Require(204, "")
	h.ConfirmAddress(bobAddress).Require(410, "link_expired")

	a := bobs.Do("POST", apptest.PathConfirmAddress, JSON{"token": adaAddress}).Require(200, "") // bob is signed in
	if a.Text("email") != newAddress {
		t.Errorf("got %s", a.Body)
	}
	if got := adas.Do("GET", apptest.PathAccount, nil).Text("email"); got != newAddress {
		t.Errorf("ada's address is %s", got)
	}
	if got := bobs.Do("GET", apptest.PathAccount, nil); got.Text("email") != bob || got.Value("pending_address") != nil {
		t.Errorf("bob's account is %s", got.Body)
	}
	adas.Do("POST", apptest.PathCompletePasswordReset, JSON{"token": bobReset, "new_password": apptest.NewPassword}).Require(200, "")
	adas.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	bobs.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	h.SignedIn(newAddress)
	h.SignInWith(bob, apptest.NewPassword).Require(201, "")
}
