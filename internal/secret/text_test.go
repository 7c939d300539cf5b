package secret_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"twofold/internal/secret"
)

// canary is a secret that must never appear in output, in any encoding.
const canary = "correct-horse-canary"

type exported struct{ Password secret.Text }

type unexported struct {
	name     string
	password secret.Text
}

type embedded struct{ secret.Text }

type deep struct {
	inner   unexported
	pointer *unexported
	list    []secret.Text
	byName  map[string]secret.Text
	any     any
}

// holders returns values that contain a secret in every way in which code may hold one.
func holders() map[string]any {
	s := secret.New(canary)
	u := unexported{name: "ada", password: s}
	return map[string]any{
		"bare":                           s,
		"pointer":                        &s,
		"exported field":                 exported{s},
		"pointer to exported field":      &exported{s},
		"unexported field":               u,
		"pointer to an unexported field": &u,
		"embedded":                       embedded{s},
		"slice":                          []secret.Text{s, s},
		"array":                          [1]secret.Text{s},
		"map":                            map[string]secret.Text{"password": s},
		"slice of any":                   []any{s, &s, u, &u},
		"deep":                           deep{u, &u, []secret.Text{s}, map[string]secret.Text{"k": s}, s},
		"pointer to deep":                &deep{u, &u, []secret.Text{s}, map[string]secret.Text{"k": s}, &s},
		"wrapped error":                  fmt.Errorf("sign in with %v: %w", s, errors.New("refused")),
		"closure":                        func() secret.Text { return s },
	}
}

// discloses reports whether out contains the canary, in any encoding that fmt, JSON or slog can produce.
func discloses(out string) bool {
	lower := strings.ToLower(out)
	for _, encoded := range []string{
		canary,
		fmt.Sprintf("%x", canary),
		fmt.Sprintf("% x", canary),
		"0x63, 0x6f, 0x72, 0x72", // the first bytes by %#v
		strings.Trim(fmt.Sprint([]byte(canary)), "[]"),
		base64.StdEncoding.EncodeToString([]byte(canary))[:20],
	} {
		if strings.Contains(lower, strings.ToLower(encoded)) {
			return true
		}
	}
	return false
}

func TestCanary_IsDetectable(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"%v", "%q", "%x", "% X", "%#v"} {
		if out := fmt.Sprintf(format, canary); !discloses(out) {
			t.Errorf("%s of the plain text: %s was not detected", format, out)
		}
	}
	if out := fmt.Sprintf("%d", []byte(canary)); !discloses(out) {
		t.Errorf("%%d of the plain bytes: %s was not detected", out)
	}
}

func TestText_FmtHidesContent(t *testing.T) {
	t.Parallel()
	for name, holder := range holders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range "vTtbcdoOqxXUeEfFgGsp!" {
				for _, flags := range []string{"", "+", "#", " ", "-40", "040", ".3", "+#", "# "} {
					format := "%" + flags + string(verb)
					if out := fmt.Sprintf(format, holder); discloses(out) {
						t.Errorf("%s discloses the secret: %s", format, out)
					}
				}
			}
			if out := fmt.Sprint(holder) + fmt.Sprintln(holder); discloses(out) {
				t.Errorf("Sprint discloses the secret: %s", out)
			}
		})
	}
}

func TestText_FmtPrintsRedacted(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s", "%.2s"} {
		if got := fmt.Sprintf(verb, secret.New(canary)); got != "[redacted]" {
			t.Errorf("%s = %s, want [redacted]", verb, got)
		}
	}
	if got, want := fmt.Sprintf("%+v", exported{secret.New(canary)}), "{Password:[redacted]}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := secret.New(canary).String(); got != "[redacted]" {
		t.Errorf("String = %s", got)
	}
	if got := secret.New(canary).GoString(); got != "[redacted]" {
		t.Errorf("GoString = %s", got)
	}
	if got := fmt.Sprint(secret.Text{}); got != "[redacted]" {
		t.Errorf("an empty secret discloses that it is empty: %s", got)
	}
}

func TestText_PanicHidesContent(t *testing.T) {
	t.Parallel()
	defer func() {
		if out := fmt.Sprint(recover()); discloses(out) {
			t.Errorf("a recovered panic discloses the secret: %s", out)
		}
	}()
	panic(unexported{password: secret.New(canary)})
}

func TestText_SlogHidesContent(t *testing.T) {
	t.Parallel()
	handlers := map[string]func(*bytes.Buffer, *slog.HandlerOptions) slog.Handler{
		"json": func(b *bytes.Buffer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(b, o) },
		"text": func(b *bytes.Buffer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(b, o) },
	}
	for kind, open := range handlers {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for name, holder := range holders() {
				var out bytes.Buffer
				log := slog.New(open(&out, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
				log.Debug("sign in", "holder", holder)
				log.With("holder", holder).WithGroup("request").Error("sign in", slog.Any("holder", holder))
				log.Info("sign in", slog.Group("account", "holder", holder))
				if out.Len() == 0 {
					t.Fatalf("%s: nothing was logged", name)
				}
				if discloses(out.String()) {
					t.Errorf("%s: the log discloses the secret: %s", name, &out)
				}
			}
		})
	}
}

func TestText_SlogPrintsRedacted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("sign in", "password", secret.New(canary))
	if want := `"password":"[redacted]"`; !strings.Contains(out.String(), want) {
		t.Errorf("got %s, want it to contain %s", &out, want)
	}
}

func TestText_JSONHidesContent(t *testing.T) {
	t.Parallel()
	for name, holder := range holders() {
		out, err := json.Marshal(holder)
		if err != nil && name != "closure" {
			t.Errorf("%s: %v", name, err)
		}
		if discloses(string(out)) || discloses(fmt.Sprint(err)) {
			t.Errorf("%s: JSON discloses the secret: %s, %v", name, out, err)
		}
	}
	out, err := json.Marshal(exported{secret.New(canary)})
	if got, want := string(out), `{"Password":"[redacted]"}`; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestText_XMLHidesContent(t *testing.T) {
	t.Parallel()
	out, err := xml.Marshal(exported{secret.New(canary)})
	if got, want := string(out), "<exported><Password>[redacted]</Password></exported>"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestReveal_ReturnsContent(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", canary, " spaces stay ", "é", "e\u0301", "\x00\xff", "[redacted]"} {
		if got := secret.New(s).Reveal(); got != s {
			t.Errorf("got %q, want %q", got, s)
		}
	}
}

func TestIsZero(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text secret.Text
		want bool
	}{
		"zero value":   {secret.Text{}, true},
		"empty text":   {secret.New(""), true},
		"space":        {secret.New(" "), false},
		"NUL byte":     {secret.New("\x00"), false},
		"random token": {secret.Random(""), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.text.IsZero(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestRandom_Format(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		token := secret.Random("tfs_").Reveal()
		body, found := strings.CutPrefix(token, "tfs_")
		if !found {
			t.Fatalf("%s does not begin with its prefix", token)
		}
		raw, err := base64.RawURLEncoding.DecodeString(body)
		if err != nil || len(raw) != 32 {
			t.Fatalf("%s: %d bytes, %v, want 32", token, len(raw), err)
		}
		if seen[token] {
			t.Fatalf("%s was returned twice", token)
		}
		seen[token] = true
	}
}

func TestHash_IsSHA256(t *testing.T) {
	t.Parallel()
	// FIPS 180-2 appendix B.1.
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if got := fmt.Sprintf("%x", secret.New("abc").Hash()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := (secret.Text{}).Hash(), sha256.Sum256(nil); got != want {
		t.Errorf("hash of the empty text: got %x, want %x", got, want)
	}
}
