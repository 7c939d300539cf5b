package config

import (
	"os"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"
)

func TestDocs_OperateListsEverySetting(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	params, err := env.GetFieldParams(&Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range params {
		shown := "`" + p.DefaultValue + "`"
		if p.DefaultValue == "" {
			shown = "none"
		}
		if row := "| `" + p.Key + "` | " + shown + " |"; !strings.Contains(string(text), row) {
			t.Errorf("docs/operate.md has no row %s", row)
		}
	}
	if rows := strings.Count(string(text), "| `TWOFOLD_"); rows != len(params) {
		t.Errorf("docs/operate.md has %d settings, the program %d", rows, len(params))
	}
}
