package totp_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/totp"
	"twofold/internal/usertext"
)

var noon = time.Date(2026, 11, 2, 12, 0, 7, 0, time.UTC)

// TestRFC6238AppendixB checks the SHA-1 rows. They have eight digits. A code is a number modulo a power of ten, so the last
// six of them are the six-digit code.
func TestRFC6238AppendixB(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unix int64
		step totp.Step
		code string
	}{
		{59, 0x0000000000000001, "94287082"},
		{1111111109, 0x00000000023523EC, "07081804"},
		{1111111111, 0x00000000023523ED, "14050471"},
		{1234567890, 0x000000000273EF07, "89005924"},
		{2000000000, 0x0000000003F940AA, "69279037"},
		{20000000000, 0x0000000027BC86AA, "65353130"},
	} {
		t.Run(fmt.Sprint(c.unix), func(t *testing.T) {
			t.Parallel()
			at, want := time.Unix(c.unix, 0), c.code[2:]
			if got := totp.StepAt(at); got != c.step {
				t.Errorf("step %X, want %X", got, c.step)
			}
			if got := rfcKey(t).Code(c.step); got != want {
				t.Errorf("code %s, want %s", got, want)
			}
			if diff := cmp.Diff([]totp.Step{c.step}, rfcKey(t).Match(want, at)); diff != "" {
				t.Errorf("matched steps (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRFC4226AppendixD(t *testing.T) {
	t.Parallel()
	for count, want := range []string{
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
	} {
		if got := rfcKey(t).Code(totp.Step(count)); got != want {
			t.Errorf("count %d: got %s, want %s", count, got, want)
		}
	}
}

func TestCode_AgreesWithOathtool(t *testing.T) {
	t.Parallel()
	oathtool, err := exec.LookPath("oathtool")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("oathtool is missing: install it (Debian: apt-get install oathtool)")
	}
	if err != nil {
		t.Skip("oathtool is not installed, so the independent check is skipped")
	}
	for _, at := range []time.Time{
		time.Unix(30, 0), noon, noon.Add(30 * time.Second), time.Unix(math.MaxInt32, 0), time.Unix(math.MaxInt32+1, 0),
		time.Date(2100, 2, 28, 23, 59, 59, 0, time.UTC),
	} {
		for range 5 {
			key := newKey(t)
			out, err := exec.Command(oathtool, "--totp", "--base32", "--now", fmt.Sprintf("@%d", at.Unix()), key.Base32()).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if got, want := key.Code(totp.StepAt(at)), strings.TrimSpace(string(out)); got != want {
				t.Errorf("at %v: got %s, oathtool returns %s", at, got, want)
			}
		}
	}
}

func TestStepAt_ThirtySeconds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unix int64
		want totp.Step
	}{
		{0, 0}, {29, 0}, {30, 1}, {59, 1}, {60, 2}, {-1, -1}, {-30, -1}, {-31, -2}, {math.MaxInt32, 71582788}, {math.MaxInt32 + 1, 71582788},
		{1 << 33, 286331153},
	} {
		if got := totp.StepAt(time.Unix(c.unix, 999_999_999)); got != c.want {
			t.Errorf("second %d is in step %d, want %d", c.unix, got, c.want)
		}
	}
	for _, s := range []totp.Step{-2, -1, 0, 1, 2, 71582788, totp.StepAt(noon)} {
		if got := totp.StepAt(s.Time()); got != s {
			t.Errorf("step %d begins in step %d", s, got)
		}
		if got := totp.StepAt(s.Time().Add(-1)); got != s-1 {
			t.Errorf("just before step %d: got step %d", s, got)
		}
	}
	if got, want := totp.StepAt(noon).Time(), noon.Add(-7*time.Second); !got.Equal(want) || got.Location() != time.UTC {
		t.Errorf("the step began at %v, want %v", got, want)
	}
}

func TestStepAt_TimeZone(t *testing.T) {
	t.Parallel()
	if got, want := totp.StepAt(noon.In(time.FixedZone("", 5*3600+45*60))), totp.StepAt(noon); got != want {
		t.Errorf("got step %d, want %d", got, want)
	}
}

func TestMatch_CurrentStepAndOneEachWay(t *testing.T) {
	t.Parallel()
	key, now := rfcKey(t), totp.StepAt(noon)
	for distance, want := range map[totp.Step]bool{
		-20: false, -3: false, -2: false, -1: true, 0: true, 1: true, 2: false, 3: false, 20: false,
	} {
		t.Run(fmt.Sprintf("%+d steps", distance), func(t *testing.T) {
			t.Parallel()
			var steps []totp.Step
			if want {
				steps = []totp.Step{now + distance}
			}
			for _, at := range []time.Time{now.Time(), now.Time().Add(30*time.Second - 1)} { // first and last moment
				if diff := cmp.Diff(steps, key.Match(key.Code(now+distance), at)); diff != "" {
					t.Errorf("at %v, matched steps (-want +got):\n%s", at, diff)
				}
			}
		})
	}
}

func TestMatch_OtherKey(t *testing.T) {
	t.Parallel()
	mine, other, now := rfcKey(t), keyOf(t, []byte("09876543210987654321")), totp.StepAt(noon)
	if got := mine.Match(other.Code(now), noon); got != nil {
		t.Errorf("matched %v", got)
	}
}

// share checks that the RFC key has one code at all the given distances from a step, and returns that code. Such steps
// were found by search.
func share(t *testing.T, s totp.Step, distances ...totp.Step) string {
	t.Helper()
	code := rfcKey(t).Code(s + distances[0])
	for _, d := range distances[1:] {
		if other := rfcKey(t).Code(s + d); other != code {
			t.Fatalf("steps %d and %d have codes %s and %s, not one", s+distances[0], s+d, code, other)
		}
	}
	return code
}

func TestMatch_StepsSharingACode(t *testing.T) {
	t.Parallel()
	const s totp.Step = 153568
	got := rfcKey(t).Match(share(t, s, -1, 1), s.Time())
	if diff := cmp.Diff([]totp.Step{s - 1, s + 1}, got); diff != "" {
		t.Errorf("matched steps (-want +got):\n%s", diff)
	}
}

func TestMatch_ZeroKey(t *testing.T) {
	t.Parallel()
	// Anyone can compute an HMAC with an empty key.
	for n := range 1_000_000 {
		if n%997 != 0 {
			continue
		}
		if got := (totp.Key{}).Match(fmt.Sprintf("%06d", n), noon); got != nil {
			t.Fatalf("%06d matched %v", n, got)
		}
	}
	if got := (totp.Key{}).Match("", noon); got != nil {
		t.Errorf("the empty code matched %v", got)
	}
}

func TestMatch_ExtremeTimes(t *testing.T) {
	t.Parallel()
	key := rfcKey(t)
	for name, c := range map[string]struct {
		at      time.Time
		matches bool
	}{
		"the last second of 32 bits":  {time.Unix(math.MaxInt32, 0), true},
		"the first second beyond":     {time.Unix(math.MaxInt32+1, 0), true},
		"the end of unsigned 32 bits": {time.Unix(math.MaxUint32+1, 0), true},
		"the year 9999":               {time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), true},
		"the year 300000":             {time.Date(300_000, 1, 1, 0, 0, 0, 0, time.UTC), true},
		"the far end":                 {time.Unix(math.MaxInt64, 0), true},
		"step one":                    {time.Unix(30, 0), true},
		"step zero means never used":  {time.Unix(29, 0), false},
		"the second before 1970":      {time.Unix(-1, 0), false},
		"the year 1900":               {time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), false},
		"the zero time":               {time.Time{}, false},
		"the near end":                {time.Unix(math.MinInt64, 0), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := totp.StepAt(c.at)
			_, _ = key.ClockOffset("123456", c.at)
			got := slices.Contains(key.Match(key.Code(now), c.at), now)
			if got != c.matches {
				t.Errorf("its code matches: %v, want %v", got, c.matches)
			}
		})
	}
}

func TestClockOffset_Ahead(t *testing.T) {
	t.Parallel()
	key, now := rfcKey(t), totp.StepAt(noon)
	for distance, want := range map[totp.Step]time.Duration{
		-21: 0, -20: -10 * time.Minute, -4: -2 * time.Minute, -2: -time.Minute,
		-1: 0, 0: 0, 1: 0, // inside the window
		2: time.Minute, 3: 90 * time.Second, 4: 2 * time.Minute, 20: 10 * time.Minute, 21: 0,
	} {
		t.Run(fmt.Sprintf("%+d steps", distance), func(t *testing.T) {
			t.Parallel()
			got, ok := key.ClockOffset(key.Code(now+distance), noon)
			if got != want || ok != (want != 0) {
				t.Errorf("got %v, %v, want %v", got, ok, want)
			}
		})
	}
}

func TestClockOffset_WrongCode(t *testing.T) {
	t.Parallel()
	other := keyOf(t, []byte("09876543210987654321"))
	if got, ok := rfcKey(t).ClockOffset(other.Code(totp.StepAt(noon)), noon); ok || got != 0 {
		t.Errorf("got %v, want none", got)
	}
}

func TestClockOffset_NearestStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step      totp.Step
		distances []totp.Step
		want      time.Duration
	}{
		"the nearer is behind":               {2357794, []totp.Step{-2, 5}, -time.Minute},
		"the nearer is ahead":                {296907, []totp.Step{-9, 3}, 90 * time.Second},
		"equally near: the later":            {2390, []totp.Step{-4, 4}, 2 * time.Minute},
		"one inside the window: none wanted": {1217264, []totp.Step{1, 6}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := rfcKey(t).ClockOffset(share(t, c.step, c.distances...), c.step.Time())
			if got != c.want || ok != (c.want != 0) {
				t.Errorf("got %v, %v, want %v", got, ok, c.want)
			}
		})
	}
}

// FuzzMatch checks that Match returns only steps of the window, in ascending order, and only for six digits, whatever the
// input and the time.
func FuzzMatch(f *testing.F) {
	key := rfcKey(f)
	f.Add("287082", int64(59))
	f.Add("081804", int64(1111111109))
	f.Add("353130", int64(20000000000))
	f.Add("755224", int64(0))
	f.Add("", int64(-1))
	f.Add(" 28708", int64(59))
	f.Add("１１", int64(59))
	f.Add("٢٨٧٠٨٢", int64(59))
	f.Add("\xff\x00", int64(math.MinInt64))
	f.Add("000000", int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, code string, unix int64) {
		at := time.Unix(unix, 0)
		now := totp.StepAt(at)
		steps := key.Match(code, at)
		plain := usertext.ASCIIDigits(code)
		digits := len(plain) == 6 && strings.Trim(plain, "0123456789") == ""
		if len(steps) > 0 && !digits {
			t.Errorf("%q is not six digits and matched %v", code, steps)
		}
		if !slices.IsSorted(steps) || len(slices.Compact(slices.Clone(steps))) != len(steps) {
			t.Errorf("%v is not ascending", steps)
		}
		for _, s := range steps {
			if s < now-totp.Window || s > now+totp.Window || s < 1 || key.Code(s) != plain {
				t.Errorf("%q matched step %d while the current one is %d", code, s, now)
			}
		}
		if own := key.Code(now); now > 0 && !slices.Contains(key.Match(own, at), now) {
			t.Errorf("%q does not match its own step %d", own, now)
		}
		if offset, ok := key.ClockOffset(code, at); ok && (offset.Abs() > 10*time.Minute || offset.Abs() <= totp.Window*totp.Period*time.Second || !digits) {
			t.Errorf("%q has offset %v", code, offset)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	key, now := rfcKey(b), totp.StepAt(noon)
	for name, code := range map[string]string{"right": key.Code(now), "wrong": "000000"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				key.Match(code, noon)
			}
		})
	}
}
