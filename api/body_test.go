package api

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

func TestReadBody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, body string
		want       error
	}{
		"JSON":                                 {"application/json", `{}`, nil},
		"JSON in UTF-8":                        {"application/json; charset=utf-8", `{}`, nil},
		"JSON in UTF-8, in capitals":           {"Application/JSON; Charset=UTF-8", `{}`, nil},
		"JSON with another parameter":          {"application/json; profile=x", `{}`, nil},
		"empty, no type":                       {"", "", nil},
		"empty, form type":                     {"application/x-www-form-urlencoded", "", nil},
		"maximum size":                         {"application/json", strings.Repeat(" ", 100), nil},
		"above the maximum size":               {"application/json", strings.Repeat(" ", 101), errBodyTooLarge},
		"above the maximum size, other type":   {"text/plain", strings.Repeat(" ", 101), errBodyTooLarge},
		"no type":                              {"", `{}`, errUnsupportedMediaType},
		"form":                                 {"application/x-www-form-urlencoded", `a=b`, errUnsupportedMediaType},
		"multipart form":                       {"multipart/form-data; boundary=x", `{}`, errUnsupportedMediaType},
		"text":                                 {"text/plain", `{}`, errUnsupportedMediaType},
		"JSON in another encoding":             {"application/json; charset=utf-16", `{}`, errUnsupportedMediaType},
		"problem+json":                         {"application/problem+json", `{}`, errUnsupportedMediaType},
		"JSON as a parameter of a simple type": {"text/plain; application/json", `{}`, errUnsupportedMediaType},
		"two types":                            {"application/json, text/plain", `{}`, errUnsupportedMediaType},
		"malformed type":                       {"application/json; charset", `{}`, errUnsupportedMediaType},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.body))
			if c.kind != "" {
				r.Header.Set("Content-Type", c.kind)
			}
			got, err := readBody(httptest.NewRecorder(), r, 100)
			if !errors.Is(err, c.want) || (err == nil && string(got) != c.body) {
				t.Errorf("got %q, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestReadBody_Truncated(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader(`{"a"`), brokenReader{}))
	var invalidErr invalidError
	if _, err := readBody(httptest.NewRecorder(), r, 100); !errors.As(err, &invalidErr) {
		t.Errorf("got %v, want an invalid request", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestCheckBody_SignIn(t *testing.T) {
	t.Parallel()
	signIn := theContract(t).operations["POST /api/v1/sessions"]
	for body, want := range map[string][]string{ // the pointers of the errors; none if the body is valid
		`{"email":"ada@example.com","password":"x"}`:                              {},
		` {"password":"x","email":"a","code":"012345","deliver":"token"} ` + "\n": {},
		`{"email":"\ud83d\ude00","password":"\u0000"}`:                            {},
		``:                                    {""},
		` `:                                   {""},
		`null`:                                {""},
		`[]`:                                  {""},
		`"email"`:                             {""},
		`{}{}`:                                {""},
		`{"email":"a","password":"x"} x`:      {""},
		`{"email":"a","password":"x"`:         {""},
		`{"email":"a","password":"x",}`:       {""},
		`{"email":"a",/* c */"password":"x"}`: {""},
		`{'email':'a','password':'x'}`:        {""},
		"\ufeff" + `{"email":"a","password":"x"}`: {""},
		`{}`:            {"/email", "/password"},
		`{"email":"a"}`: {"/password"},
		`{"email":"a","password":"x","admin":true}`:                     {"/admin"},
		`{"email":"a","password":"x","a/b~c":1}`:                        {"/a~1b~0c"},
		`{"email":"a","Password":"x"}`:                                  {"/Password", "/password"},
		`{"email":"a","password":"x","EMAIL":"b"}`:                      {"/EMAIL"},
		`{"email":"a","password":"x","password":"y"}`:                   {"/password"},
		`{"email":"a","password":"x","p\u0061ssword":"y"}`:              {"/password"},
		`{"email":"a","password":"x","__proto__":{}}`:                   {"/__proto__"},
		`{"email":1,"password":["x"]}`:                                  {"/email", "/password"},
		`{"email":null,"password":null}`:                                {"/email", "/password"},
		`{"email":"","password":""}`:                                    {"/email", "/password"},
		`{"email":"a","password":"x","code":123456}`:                    {"/code"},
		`{"email":"a","password":"x","code":"12345"}`:                   {"/code"},
		`{"email":"a","password":"x","code":"1234567"}`:                 {"/code"},
		`{"email":"a","password":"x","code":" 123456"}`:                 {"/code"},
		`{"email":"a","password":"x","code":"123456\n"}`:                {"/code"},
		`{"email":"a","password":"x","code":"①②③④⑤⑥"}`:                  {"/code"},
		`{"email":"a","password":"x","code":"１２３４５６"}`:                  {},
		`{"email":"a","password":"x","code":"٤٧١٩٠٣"}`:                  {},
		`{"email":"a","password":"x","code":null}`:                      {"/code"},
		`{"email":"a","password":"x","deliver":"Token"}`:                {"/deliver"},
		`{"email":"a","password":"x","deliver":""}`:                     {"/deliver"},
		`{"email":"` + strings.Repeat("a", 321) + `","password":"x"}`:   {"/email"},
		`{"email":"` + strings.Repeat("é", 320) + `","password":"x"}`:   {},
		`{"email":"a` + "\xff" + `","password":"x"}`:                    {"/email"},
		`{"email":"\ud800","password":"x"}`:                             {"/email"},
		`{"email":"a","password":"` + "\x01" + `"}`:                     {"/password"},
		`{"email":{"a":{"a":1,"a":2}},"password":"x"}`:                  {"/email/a/a"},
		strings.Repeat(`{"a":`, 3000) + "1" + strings.Repeat("}", 3000): {"/a", "/email", "/password"},
		strings.Repeat(`[`, 16000):                                      {"", "any"},
	} {
		err := checkBody([]byte(body), signIn)
		got := []string{}
		var invalidErr invalidError
		if errors.As(err, &invalidErr) {
			for _, field := range invalidErr {
				got = append(got, field.Pointer)
			}
		} else if err != nil {
			t.Errorf("%.80q: got %v, want an invalid request", body, err)
		}
		if len(want) == 2 && want[1] == "any" && len(got) > 0 {
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.80q: %v, - want, + got:\n%s", body, invalidErr, diff)
		}
	}
}

func TestCheckBody_ErrorsNeverRepeatInput(t *testing.T) {
	t.Parallel()
	const canary = "canary"
	c := theContract(t)
	for route, op := range c.operations {
		if op.body == nil {
			continue
		}
		for name := range op.body.Properties {
			for _, body := range []string{
				`{"` + name + `":["` + canary + `"]}`, `{"` + name + `":{"` + name + `":"` + canary + `"}}`, `{"` + name + `":"` + canary,
				`{"` + name + `":"` + strings.Repeat(canary, 200) + "\x01" + `"}`, `{"` + name + `":` + canary + `}`, `{"` + name + `":"` + canary + `","` + name + `":1}`,
			} {
				err := checkBody([]byte(body), op)
				text, _ := stdjson.Marshal(err)
				if err == nil || strings.Contains(string(text)+err.Error(), canary) {
					t.Errorf("%s: %.60s: got %v %s", route, body, err, text)
				}
			}
		}
	}
}

func TestCheckBody_BodyNotAllowed(t *testing.T) {
	t.Parallel()
	for route, op := range theContract(t).operations {
		if op.body == nil && (checkBody(nil, op) != nil || checkBody([]byte("{}"), op) == nil) {
			t.Errorf("%s accepts a body, or requires one", route)
		}
	}
	begin := theContract(t).operations["POST /api/v1/mfa/totp/enrollments"]
	if err := checkBody(nil, begin); err != nil {
		t.Errorf("optional body: %v", err)
	}
}

// bodies returns the generated types of the request bodies, by operation.
var bodies = map[string]func() any{
	"signIn":                  func() any { return new(SignInJSONRequestBody) },
	"completeSignIn":          func() any { return new(CompleteSignInJSONRequestBody) },
	"renameMfaMethod":         func() any { return new(RenameMFAMethodJSONRequestBody) },
	"stepUp":                  func() any { return new(StepUpJSONRequestBody) },
	"beginTotpEnrollment":     func() any { return new(BeginTOTPEnrollmentJSONRequestBody) },
	"beginSignInEnrollment":   func() any { return new(BeginSignInEnrollmentJSONRequestBody) },
	"confirmSignInEnrollment": func() any { return new(ConfirmSignInEnrollmentJSONRequestBody) },
	"endAccountSessions":      func() any { return new(EndAccountSessionsJSONRequestBody) },
	"disableAccount":          func() any { return new(DisableAccountJSONRequestBody) },
	"enableAccount":           func() any { return new(EnableAccountJSONRequestBody) },
	"resetAccountMfa":         func() any { return new(ResetAccountMFAJSONRequestBody) },
	"resetAccountPassword":    func() any { return new(ResetAccountPasswordJSONRequestBody) },
	"inviteAccount":           func() any { return new(InviteAccountJSONRequestBody) },
	"confirmTotpEnrollment":   func() any { return new(ConfirmTOTPEnrollmentJSONRequestBody) },
	"updateAccount":           func() any { return new(UpdateAccountJSONRequestBody) },
	"changeEmail":             func() any { return new(ChangeEmailJSONRequestBody) },
	"setNoticeEmail":          func() any { return new(SetNoticeEmailJSONRequestBody) },
	"confirmAddress":          func() any { return new(ConfirmAddressJSONRequestBody) },
	"requestPasswordReset":    func() any { return new(RequestPasswordResetJSONRequestBody) },
	"resetPassword":           func() any { return new(ResetPasswordJSONRequestBody) },
	"changePassword":          func() any { return new(ChangePasswordJSONRequestBody) },

	"requestMfaRemoval":      func() any { return new(RequestMFARemovalJSONRequestBody) },
	"cancelMfaRemovalByCode": func() any { return new(CancelMFARemovalByCodeJSONRequestBody) },
	"cancelMfaRemovalByLink": func() any { return new(CancelMFARemovalByLinkJSONRequestBody) },
	"completeMfaRemoval":     func() any { return new(CompleteMFARemovalJSONRequestBody) },
	"reportNotMe":            func() any { return new(ReportNotMeJSONRequestBody) },
}

// FuzzBody checks that checkBody never panics, and that it accepts only a single JSON object in valid UTF-8, with known and
// unique members, that decodes into the generated type.
func FuzzBody(f *testing.F) {
	c := theContract(f)
	for _, seed := range []string{
		`{"email":"ada@example.com","password":"correct horse battery staple","code":"123456","deliver":"cookie"}`,
		`{"purpose":"mfa.enroll","password":"x"}`, `{"name":"Pixel 11"}`, `{"code":"123456","name":"Pixel","sign_in_token":"tf_i_x"}`,
		`{"code":"1","code":"2"}`, `{"Code":"123456"}`, `{"code":"\ud800"}`, "{\"name\":\"\xff\"}", `{"name":"\u0000"}`, `{"name":1e999}`,
		`{}`, `{}{}`, `[`, `null`, ``, ` `, "\ufeff{}", `{"a":{"a":{"a":[[[[]]]]}}}`, `{"":""}`, `{"na\u006de":"x"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for route, op := range c.operations {
			err := checkBody(body, op)
			var invalidErr invalidError
			switch {
			case err == nil && len(body) > 0:
				requireValid(t, route, op, body)
			case err != nil && (!errors.As(err, &invalidErr) || len(invalidErr) == 0):
				t.Errorf("%s: got %v, want an invalid request", route, err)
			}
			for _, field := range invalidErr {
				if field.Detail == "" || (field.Pointer != "" && field.Pointer[0] != '/') || !utf8.ValidString(field.Pointer) {
					t.Errorf("%s: %+v", route, field)
				}
			}
		}
	})
}

// requireValid checks an accepted body with another JSON decoder.
func requireValid(t *testing.T, route string, op *operation, body []byte) {
	t.Helper()
	if !utf8.Valid(body) {
		t.Errorf("%s: accepted invalid UTF-8", route)
	}
	d := stdjson.NewDecoder(bytes.NewReader(body))
	if first, err := d.Token(); err != nil || first != stdjson.Delim('{') {
		t.Fatalf("%s: accepted a body that begins with %v, %v", route, first, err)
	}
	seen := make(map[string]bool)
	for d.More() {
		name, err := d.Token()
		text, ok := name.(string)
		if err != nil || !ok || seen[text] || op.body.Properties[text] == nil {
			t.Fatalf("%s: accepted member %v, %v, seen before: %v", route, name, err, seen[text])
		}
		seen[text] = true
		var value any
		if err := d.Decode(&value); err != nil {
			t.Fatalf("%s: accepted invalid member %s: %v", route, text, err)
		}
		if _, isText := value.(string); !isText {
			t.Errorf("%s: accepted member %s that is a %T", route, text, value)
		}
	}
	if _, err := d.Token(); err != nil {
		t.Fatalf("%s: accepted an incomplete object: %v", route, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		t.Errorf("%s: accepted more than one value", route)
	}
	for _, name := range op.body.Required {
		if !seen[name] {
			t.Errorf("%s: accepted without %s", route, name)
		}
	}
	into := bodies[op.id]
	if into == nil {
		t.Fatalf("%s has a body, but no type in bodies", op.id)
	}
	if err := json.Unmarshal(body, into()); err != nil {
		t.Errorf("%s: accepted, but not decodable: %v", route, err)
	}
}
