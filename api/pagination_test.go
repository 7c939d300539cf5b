package api

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
)

func TestParsePage_DefaultLimit(t *testing.T) {
	t.Parallel()
	lists := 0
	for _, o := range theContract(t).operations {
		for _, p := range o.params {
			if p.Value.Name == "limit" {
				lists++
				if got := p.Value.Schema.Value.Default; got != float64(defaultLimit) {
					t.Errorf("%s: the default is %v in the contract and %d in the code", o.id, got, defaultLimit)
				}
			}
		}
	}
	if lists == 0 {
		t.Error("no operation has a limit")
	}
	if got := parsePage(nil, nil); got != (page{limit: defaultLimit}) {
		t.Errorf("got %+v", got)
	}
}

func TestPaginate(t *testing.T) {
	t.Parallel()
	const ids = "01980f5e-9a3c-7b61-8a4e-2f4b6f0c9d1"
	all := []string{ids + "3", ids + "2", ids + "1"}
	for name, c := range map[string]struct {
		limit, found, want int
		cursor             string
	}{
		"none":              {2, 0, 0, ""},
		"fewer than a page": {2, 1, 1, ""},
		"a page":            {2, 2, 2, ""},
		"a page and one":    {2, 3, 2, ids + "2"},
		"pages of one":      {1, 2, 1, ids + "3"},
	} {
		got, next := paginate(page{limit: c.limit}, all[:c.found], func(s string) string { return s })
		if !slices.Equal(got, all[:c.want]) || (next == nil) != (c.cursor == "") || next != nil && next.String() != c.cursor {
			t.Errorf("%s: got %v and %v", name, got, next)
		}
	}
}

func TestCheckQuery(t *testing.T) {
	t.Parallel()
	const id = "01980f5e-9a3c-7b61-8a4e-2f4b6f0c9d11"
	op := &operation{params: openapi3.Parameters{
		{Value: openapi3.NewQueryParameter("limit").WithSchema(openapi3.NewIntegerSchema().WithMin(1).WithMax(100))},
		{Value: openapi3.NewQueryParameter("cursor").WithSchema(&openapi3.Schema{Type: &openapi3.Types{"string"}, Format: "uuid"})},
	}}
	for query, want := range map[string]string{
		"": "", "limit=1": "", "limit=100": "", "cursor=" + id: "", "limit=7&cursor=" + id: "", "other=1&other=2&limit=3": "", "LIMIT=x": "", "?": "",
		"limit=0": "#limit", "limit=101": "#limit", "limit=-1": "#limit", "limit=": "#limit", "limit": "#limit", "limit=1.5": "#limit", "limit=1e1": "#limit",
		"limit=05": "#limit", "limit=%2B5": "#limit", "limit=+5": "#limit", "limit=0x5": "#limit", "limit=99999999999999999999": "#limit", "limit=five": "#limit",
		"limit=5&limit=5": "#limit", "limit=5&limit=6": "#limit", "cursor=": "#cursor", "cursor=x": "#cursor", "cursor=" + strings.ToUpper(id): "#cursor",
		"cursor={" + id + "}": "#cursor", "cursor=urn:uuid:" + id: "#cursor", "cursor=" + strings.ReplaceAll(id, "-", ""): "#cursor",
		"cursor=" + id + "&cursor=" + id: "#cursor", "cursor=' OR 1=1 --": "#cursor", "limit=0&cursor=x": "#limit #cursor", "limit=5;cursor=x": "", "limit=%zz": "",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = query
		err := checkQuery(echo.New().NewContext(r, httptest.NewRecorder()), op)
		var pointers []string
		var invalidErr invalidError
		if errors.As(err, &invalidErr) {
			for _, f := range invalidErr {
				pointers = append(pointers, f.Pointer)
			}
		}
		unreadable := strings.ContainsAny(query, ";") || strings.Contains(query, "%zz")
		if got := strings.Join(pointers, " "); got != want || (err != nil) != (want != "" || unreadable) {
			t.Errorf("%q: got %v, want %q", query, err, want)
		}
	}
}
