package app_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// samples are what a member could really be, in secrets that can be searched for.
var samples = map[string]any{
	"email": ada, "password": apptest.Password, "code": "735918", "deliver": "token", "purpose": "mfa.enroll",
	"sign_in_token": "tf_i_Y2FuYXJ5", "name": "Pixel 11", "recovery_code": "0A1B-2C3D-4E5F-6G7H", "replaces": unknownID,
	"token": "tf_l_Y2FuYXJ5", "new_password": "an otter counts nine lamps", "display_name": "Ada", "language": "de",
	"reason": "Ticket 4711",
}

// odd are members that fit some values of another and not all.
var odd = []string{"target"}

// fitting is a body that fits an operation, or none where it takes none.
func fitting(op apptest.Operation, more ...JSON) any {
	if len(op.Members) == 0 {
		return nil
	}
	body := JSON{}
	for _, member := range op.Members {
		if !slices.Contains(odd, member) {
			body[member] = samples[member]
		}
	}
	for _, m := range more {
		for name, value := range m {
			if _, takes := body[name]; takes {
				body[name] = value
			}
		}
	}
	return body
}

// withBody are the operations that take a body, each with one that fits.
func withBody(t *testing.T) map[string]struct {
	apptest.Operation
	fits JSON
} {
	t.Helper()
	all := make(map[string]struct {
		apptest.Operation
		fits JSON
	})
	for _, op := range apptest.Operations(t) {
		if len(op.Members) == 0 {
			continue
		}
		fits := JSON{}
		for _, member := range op.Members {
			if slices.Contains(odd, member) {
				continue
			}
			sample, known := samples[member]
			if !known {
				t.Fatalf("%s takes %s: give a sample of it", op.ID, member)
			}
			fits[member] = sample
		}
		all[op.ID] = struct {
			apptest.Operation
			fits JSON
		}{op, fits}
	}
	return all
}

// misshapen are bodies that are not what they claim, made from one that fits; each with where the problem points.
func misshapen(t *testing.T, op apptest.Operation, fits JSON) map[string][2]string {
	t.Helper()
	text, err := json.Marshal(fits)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	member := func(name, value string) string { // the body with one member spelled otherwise
		rest, _ := json.Marshal(but(fits, JSON{name: nil}))
		inside := strings.TrimSuffix(strings.TrimPrefix(string(rest), "{"), "}")
		if inside != "" {
			inside += ","
		}
		return "{" + inside + `"` + name + `":` + value + "}"
	}
	bodies := map[string][2]string{
		"two values":          {whole + whole, ""},
		"two values, apart":   {whole + "\n" + whole, ""},
		"a tail":              {whole + " x", ""},
		"a closing brace":     {whole + "}", ""},
		"cut short":           {whole[:len(whole)-1], ""},
		"a list":              {"[" + whole + "]", ""},
		"a string":            {`"` + apptest.Password + `"`, ""},
		"a number":            {"735918", ""},
		"null":                {"null", ""},
		"spaces":              {"   ", ""},
		"a byte-order mark":   {"\xef\xbb\xbf" + whole, ""},
		"UTF-16":              {"{\x00\"\x00c\x00", ""},
		"a comment":           {"/* */" + whole, ""},
		"a comma too many":    {strings.TrimSuffix(whole, "}") + ",}", ""},
		"single quotes":       {strings.ReplaceAll(whole, `"`, "'"), ""},
		"a form":              {"password=" + apptest.Password + "&code=735918", ""},
		"ten thousand braces": {strings.Repeat(`{"a":`, 3000), ""},
		"an unknown member":   {member("extra", `"735918"`), "/extra"},
		"an empty name":       {member("", `"735918"`), "/"},
		"a name with a slash": {member("a/b~c", `"735918"`), "/a~1b~0c"},
		"a deep member":       {member("extra", strings.Repeat("[", 3000)+strings.Repeat("]", 3000)), "/extra"},
	}
	for _, name := range op.Members {
		value, _ := json.Marshal(fits[name])
		put := func(how, body, pointer string) { bodies[name+" "+how] = [2]string{body, pointer} }
		put("twice", member(name, string(value)+`,"`+name+`":`+string(value)), "/"+name)
		put("twice, once escaped", member(name, string(value)+`,"\u00`+hexOf(name[0])+name[1:]+`":`+string(value)), "/"+name)
		put("in another case", member(strings.ToUpper(name[:1])+name[1:], string(value)), "/"+strings.ToUpper(name[:1])+name[1:])
		put("in capitals too", member(name, string(value)+`,"`+strings.ToUpper(name)+`":`+string(value)), "/"+strings.ToUpper(name))
		for how, wrong := range map[string]string{
			"null": "null", "a number": "735918", "true": "true", "a list of it": "[" + string(value) + "]", "an object": `{"a":1}`, "empty": `""`,
		} {
			if name == "display_name" && how == "empty" { // that is no name
				continue
			}
			put("as "+how, member(name, wrong), "/"+name)
		}
		put("that is not UTF-8", member(name, "\"735918\xff\""), "")
		put("with half a pair", member(name, `"735918\ud800"`), "")
		put("with a raw line break", member(name, "\"735918\n\""), "")
	}
	for _, name := range op.Needs {
		rest, _ := json.Marshal(but(fits, JSON{name: nil}))
		bodies["no "+name] = [2]string{string(rest), "/" + name}
	}
	if slices.Contains(op.Members, "code") {
		for _, code := range wrongCodes {
			value, _ := json.Marshal(code)
			bodies["the code "+string(value)] = [2]string{member("code", string(value)), "/code"}
		}
	}
	return bodies
}

var wrongCodes = []any{
	"73591", "7359180", "73591x", " 735918", "735918 ", "735 918", "735918\n", "７３５９１８", "٧٣٥٩١٨", "+35918", "-35918", "0x3591", "7e5918",
	"73591８", "735918\x00", 735918, 7359.18, "1e5", strings.Repeat("7", 15000),
}

func hexOf(b byte) string { return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]) }

// state is what must not change.
func state(t *testing.T, h *apptest.Server) map[string]int {
	t.Helper()
	db, counts := database(t, h), make(map[string]int)
	for _, table := range []string{"accounts", "sessions", "sign_ins", "step_ups", "mfa_methods", "enrollments", "attempts", "activity", "outbox", "links"} {
		var n int
		if err := db.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		counts[table] = n
	}
	return counts
}

func TestT29_MalformedRequests_Bodies(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := withMFA(h, ada)
	grantAdmin(h, ada) // so that every body is looked at
	pending := script.Begin(JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)
	token := stepUp(script, "mfa.enroll", JSON{"code": phone.Code()})
	before := state(t, h)
	for id, op := range withBody(t) {
		client := h.Script("")
		if op.Session {
			client = script
		}
		for name, c := range misshapen(t, op.Operation, op.fits) {
			t.Run(id+"/"+name, func(t *testing.T) {
				a := client.WithT(t).Do(op.Method, op.OnServer(pending.ID), apptest.Raw(c[0]), "Step-Up-Token", token).Require(400, "invalid_request")
				pointsAt(t, a, c[1])
				for _, secret := range []string{apptest.Password, "735918", ada} {
					if strings.Contains(string(a.Body), secret) {
						t.Errorf("the problem repeats %q: %s", secret, a.Body)
					}
				}
			})
		}
	}
	if after := state(t, h); !maps.Equal(before, after) {
		t.Errorf("something changed: %v, was %v", after, before)
	}
	if left := script.Confirm(pending, pending.Wrong()).Require(422, "code_rejected").Int("attempts_left"); left != 4 {
		t.Errorf("attempts_left is %d, want 4: what has no shape is no try", left)
	}
}

// pointsAt wants the place, and for a body that is no JSON at all at least an error.
func pointsAt(t *testing.T, a apptest.Response, pointer string) {
	t.Helper()
	if pointer != "" {
		wantPointer(t, a, pointer)
		return
	}
	if errors, _ := a.Value("errors").([]any); len(errors) != 1 {
		t.Errorf("got the errors %v, want one", errors)
	}
}
