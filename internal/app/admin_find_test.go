package app_test

import (
	"net/url"
	"slices"
	"testing"

	"twofold/internal/test/apptest"
)

func TestFindAccounts_ByPrefix(t *testing.T) {
	t.Parallel()
	o := newAdminFixture(t, apptest.Start(t))
	for _, email := range []string{ada, "adam@example.com", "bob@example.com", "ad.hoc@example.com", "ädele@example.com", "a_a@example.com", "a%a@example.com", "zoe@bücher.example"} {
		o.AddAccount(email)
	}
	find := func(query string) []string {
		t.Helper()
		var emails []string
		for cursor := ""; ; {
			page := o.grace.Do("GET", apptest.PathAdminAccounts+"?limit=2"+query+cursor, nil).Require(200, "")
			items, _ := page.Value("items").([]any)
			for _, item := range items {
				emails = append(emails, item.(map[string]any)["email"].(string))
			}
			if page.Value("next_cursor") == nil {
				return emails
			}
			cursor = "&cursor=" + page.Text("next_cursor")
		}
	}
	for prefix, want := range map[string][]string{
		"ad":                {"ad.hoc@example.com", ada, "adam@example.com"},
		" ADA":              {ada, "adam@example.com"},
		ada:                 {ada},
		"a%":                {"a%a@example.com"}, // not a wildcard
		"a_":                {"a_a@example.com"},
		"a\u0308dele":       {"ädele@example.com"}, // decomposed
		"zoe@büch":          {"zoe@bücher.example"},
		"zoe@xn--bcher":     {"zoe@bücher.example"},
		"nosuch":            nil,
		"' OR 1=1 --":       nil,
		"zoe@example.com\n": nil,
	} {
		if got := find("&email=" + url.QueryEscape(prefix)); !slices.Equal(got, want) {
			t.Errorf("query %q: got %v, want %v", prefix, got, want)
		}
	}
	if got := find(""); len(got) != 9 || !slices.IsSorted(got) {
		t.Errorf("all accounts: got %v", got)
	}
	o.grace.Do("GET", apptest.PathAdminAccounts+"?email=", nil).Require(400, "invalid_request")
	o.grace.Do("GET", apptest.PathAdminAccounts+"/"+apptest.UnknownID, nil).Require(404, "not_found")
	o.grace.Do("GET", apptest.PathAdminAccounts+"/"+apptest.UnknownID+"/activity", nil).Require(404, "not_found")
	token := o.grace.StepUpToken("admin.account", JSON{"code": o.phone.Code(), "target": apptest.UnknownID})
	o.grace.Do("POST", apptest.PathAdminAccounts+"/"+apptest.UnknownID+"/disable", adminReason, "Step-Up-Token", token).Require(404, "not_found")
}

func TestGetAccount_Role(t *testing.T) {
	t.Parallel()
	o := newAdminFixture(t, apptest.Start(t))
	o.AddAccount(ada)
	if got := o.grace.Do("GET", apptest.PathAccount, nil).Require(200, "").Text("role"); got != "admin" {
		t.Errorf("the role is %q", got)
	}
	if got := o.SignedIn(ada).Do("GET", apptest.PathAccount, nil).Require(200, "").Value("role"); got != nil {
		t.Errorf("filter without a role: got %v", got)
	}
}
