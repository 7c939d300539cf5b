package cli

import (
	"bytes"
	"os"
	"testing"
)

func TestSettings_MatchOperatorsPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := settings(page)
	if want := bytes.Count(page, []byte("| `TWOFOLD_")); len(rows) != want || want == 0 {
		t.Errorf("the command lists %d, the page %d", len(rows), want)
	}
	for _, s := range rows {
		if s.name == "" || s.defaultValue == "" {
			t.Errorf("cannot parse the row %+v", s)
		}
	}
}
