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

// malformedBodies returns malformed variants of a valid body, each with the pointer that the problem must have.
func malformedBodies(t *testing.T, op apptest.Operation, fits JSON) map[string][2]string {
	t.Helper()
	text, err := json.Marshal(fits)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	member := func(name, value string) string { // the body with another value of one member
		rest, _ := json.Marshal(fits.With(JSON{name: nil}))
		inside := strings.TrimSuffix(strings.TrimPrefix(string(rest), "{"), "}")
		if inside != "" {
			inside += ","
		}
		return "{" + inside + `"` + name + `":` + value + "}"
	}
	hexOf := func(b byte) string { return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]) }
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
			if name == "display_name" && how == "empty" { // an empty display name is valid
				continue
			}
			put("as "+how, member(name, wrong), "/"+name)
		}
		put("that is not UTF-8", member(name, "\"735918\xff\""), "")
		put("with half a pair", member(name, `"735918\ud800"`), "")
		put("with a raw line break", member(name, "\"735918\n\""), "")
	}
	for _, name := range op.Needs {
		rest, _ := json.Marshal(fits.With(JSON{name: nil}))
		bodies["no "+name] = [2]string{string(rest), "/" + name}
	}
	if slices.Contains(op.Members, "code") {
		for _, code := range []any{
			"73591", "7359180", "73591x", " 735918", "735918 ", "735 918", "735918\n", "①②③④⑤⑥", "٧٣٥٩١", "七三五九一八", "+35918", "-35918", "0x3591", "7e5918",
			"73591⑧", "735918\x00", 735918, 7359.18, "1e5", strings.Repeat("7", 15000),
		} {
			value, _ := json.Marshal(code)
			bodies["the code "+string(value)] = [2]string{member("code", string(value)), "/code"}
		}
	}
	return bodies
}

func TestT29_MalformedRequests_Bodies(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	h.GrantAdmin(ada) // so that every body is parsed
	pending := script.Begin(JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)
	token := script.StepUpToken("mfa.enroll", JSON{"code": phone.Code()})
	before := h.RowCounts()
	for id, op := range apptest.OperationsWithBody(t) {
		client := h.Script("")
		if op.Session {
			client = script
		}
		for name, c := range malformedBodies(t, op.Operation, op.Sample) {
			t.Run(id+"/"+name, func(t *testing.T) {
				a := client.WithT(t).Do(op.Method, op.PathWith(pending.ID), apptest.Raw(c[0]), "Step-Up-Token", token).Require(400, "invalid_request")
				if c[1] != "" {
					apptest.WantPointer(t, a, c[1])
				} else if errors, _ := a.Value("errors").([]any); len(errors) != 1 { // not JSON at all
					t.Errorf("got the errors %v, want one", errors)
				}
				for _, secret := range []string{apptest.Password, "735918", ada} {
					if strings.Contains(string(a.Body), secret) {
						t.Errorf("the problem repeats %q: %s", secret, a.Body)
					}
				}
			})
		}
	}
	if after := h.RowCounts(); !maps.Equal(before, after) {
		t.Errorf("the data changed: %v, was %v", after, before)
	}
	if left := script.Confirm(pending, pending.Wrong()).Require(422, "code_rejected").Int("attempts_left"); left != 4 {
		t.Errorf("attempts_left is %d, want 4, because malformed requests are not counted", left)
	}
}
