package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// sessionList is a page of listSessions.
type sessionList []struct {
	ID        string
	Acr       string
	Current   bool
	IP        string
	CreatedAt string `json:"created_at"`
	LastUsed  string `json:"last_used_at"`
	ExpiresAt string `json:"expires_at"`
	Device    struct{ Browser, System string }
}

func (l sessionList) ids() (ids []string) {
	for _, s := range l {
		ids = append(ids, s.ID)
	}
	return ids
}

// listSessions reads one page and its cursor for the next.
func listSessions(c *apptest.Client, query string) (items sessionList, next string) {
	var page struct {
		Items      sessionList
		NextCursor string `json:"next_cursor"`
	}
	a := c.Do("GET", apptest.PathSessions+query, nil).Require(200, "")
	if err := json.Unmarshal(a.Body, &page); err != nil {
		panic(err)
	}
	return page.Items, page.NextCursor
}

func TestListSessions_NewestFirst(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8")
	script, phone := h.NewUser(ada).WithTOTP().Session()
	h.AddAccount(bob)
	h.SignedIn(bob)
	browser := h.Browser()
	body := apptest.Credentials(ada)
	body["code"] = phone.Code()
	a := browser.Do("POST", apptest.PathSessions, body, "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "X-Forwarded-For", "192.0.2.7").Require(201, "")

	got, next := listSessions(browser, "")
	if want := []string{a.Text("id"), script.SessionID()}; !slices.Equal(got.ids(), want) || next != "" {
		t.Fatalf("got %v and a next page %q, want %v", got.ids(), next, want)
	}
	mine, other := got[0], got[1]
	if !mine.Current || other.Current || mine.IP != "192.0.2.7" || mine.Device.Browser != "Firefox" || mine.Device.System != "Linux" || mine.Acr != "aal2" {
		t.Errorf("this browser is %+v, the other session %+v", mine, other)
	}
	now := h.Clock.Now()
	if mine.CreatedAt != now.Format(time.RFC3339) || mine.ExpiresAt != now.Add(30*time.Minute).Format(time.RFC3339) {
		t.Errorf("created %s, expires %s, want now, %s, and half an hour later", mine.CreatedAt, mine.ExpiresAt, now)
	}
	if other.Device.Browser != "" || strings.Contains(string(browser.Do("GET", apptest.PathSessions, nil).Body), "Go-http-client") {
		t.Errorf("the user agent is returned: %+v", other)
	}
	if got, _ := listSessions(script, ""); got[0].Current || !got[1].Current {
		t.Error("the script does not see which session is its own")
	}
}

func TestListSessions_Pages(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	want := []string{script.SessionID()}
	for range 6 {
		want = slices.Insert(want, 0, h.SignedIn(ada).SessionID())
	}
	var got []string
	for cursor := ""; ; {
		page, next := listSessions(script, "?limit=3"+cursor)
		got = append(got, page.ids()...)
		if next == "" {
			break
		}
		if len(page) != 3 || next != page[2].ID {
			t.Fatalf("page of %d, next cursor %s", len(page), next)
		}
		if h.SignedIn(ada); len(got) == 3 { // a new session does not shift the pages
			script.Do("DELETE", apptest.PathSessions+"/"+next, nil).Require(204, "") // nor does an ended one
		}
		cursor = "&cursor=" + next
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestListSessions_InvalidQuery(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	for query, pointer := range map[string]string{
		"?limit=0": "#limit", "?limit=101": "#limit", "?limit=x": "#limit", "?limit=1&limit=1": "#limit", "?cursor=x": "#cursor",
		"?cursor=" + strings.ToUpper(apptest.UnknownID): "#cursor", "?limit=%zz": "",
	} {
		apptest.WantPointer(t, script.Do("GET", apptest.PathSessions+query, nil).Require(400, "invalid_request"), pointer)
	}
	h.Script("").Do("GET", apptest.PathSessions+"?limit=0", nil).Require(401, "session_required")
	for _, query := range []string{"?limit=1", "?limit=100&other=x", "?cursor=ffffffff-ffff-7fff-bfff-ffffffffffff"} {
		if got, _ := listSessions(script, query); len(got) != 1 {
			t.Errorf("%s: got %d sessions, want 1", query, len(got))
		}
	}
	if got, next := listSessions(script, "?cursor=00000000-0000-7000-8000-000000000000"); len(got) != 0 || next != "" {
		t.Errorf("%d sessions before the first one", len(got))
	}
}

func TestListSessions_OmitsExpired(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.SignedIn(ada)
	h.Clock.Advance(30 * time.Minute)
	mine, other := h.SignedIn(ada), h.SignedIn(ada)
	if got, _ := listSessions(mine, ""); len(got) != 3 {
		t.Errorf("got %d sessions, want 3", len(got))
	}
	h.Clock.Advance(30 * time.Minute)
	other.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	if got, _ := listSessions(mine, ""); len(got) != 2 {
		t.Errorf("after an hour got %d sessions, want 2", len(got))
	}
	if got := mine.Do("POST", apptest.PathSessions+"/end-others", nil).Require(200, "").Int("sessions_ended"); got != 1 {
		t.Errorf("%d sessions ended, want 1, because the other had expired", got)
	}
}

func TestListSessions_ExtendsOwnSessionOnly(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	mine, other := h.SignedIn(ada), h.SignedIn(ada)
	begun := h.Clock.Now()
	for range 5 {
		h.Clock.Advance(11 * time.Minute)
		got, _ := listSessions(mine, "")
		want := []string{begun.Add(time.Hour).Format(time.RFC3339), h.Clock.Now().Add(time.Hour).Format(time.RFC3339)}
		if expires := []string{got[0].ExpiresAt, got[1].ExpiresAt}; !slices.Equal(expires, want) {
			t.Errorf("the other session and the caller's expire %v, want %v", expires, want)
		}
	}
	h.Clock.Advance(5 * time.Minute)
	other.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	mine.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
}

func TestEndSession_Other(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	mine, other := h.SignedIn(ada), h.SignedIn(ada)
	id := other.SessionID()
	before := strings.Count(h.Log.String(), `"session.ended"`)
	mine.Do("DELETE", apptest.PathSessions+"/"+id, nil).Require(204, "")
	other.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	mine.Do("DELETE", apptest.PathSessions+"/"+id, nil).Require(404, "not_found")
	mine.Do("DELETE", apptest.PathSessions+"/"+apptest.UnknownID, nil).Require(404, "not_found")
	for _, odd := range []string{"nonsense", strings.ToUpper(id), "end-others", "second-factor", id + "0", "%27"} {
		mine.Do("DELETE", apptest.PathSessions+"/"+odd, nil).Require(404, "not_found")
	}
	mine.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	if n := strings.Count(h.Log.String(), `"session.ended"`) - before; n != 1 {
		t.Errorf("%d log lines of the ended session, want 1", n)
	}
}

func TestEndSession_Current(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	a := browser.Do("DELETE", apptest.PathSessions+"/"+browser.SessionID(), nil).Require(204, "")
	if want := []string{"twofold_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"}; !slices.Equal(a.CookieLines(), want) {
		t.Errorf("set %q, want %q", a.CookieLines(), want)
	}
	if browser.Cookie("twofold_session") != "" || browser.Cookie("twofold_device") == "" {
		t.Error("want the session cookie deleted and the device cookie kept")
	}
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")

	browser.SignIn(ada).Require(201, "")
	script := h.SignedIn(ada)
	a = browser.Do("DELETE", apptest.PathSessions+"/"+script.SessionID(), nil).Require(204, "")
	if set := a.Header.Values("Set-Cookie"); len(set) > 0 {
		t.Errorf("ending another session set %q", set)
	}
	script = h.SignedIn(ada)
	if set := script.Do("DELETE", apptest.PathSessions+"/"+script.SessionID(), nil).Require(204, "").Header.Values("Set-Cookie"); len(set) > 0 {
		t.Errorf("a script got the cookies %q", set)
	}
}

func TestEndOtherSessions_KeepsCaller(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	h.AddAccount(bob)
	foreign := h.SignedIn(bob)
	others := []*apptest.Client{h.SignedIn(ada, JSON{"code": phone.Code()}), h.Browser()}
	h.Clock.Advance(30 * time.Second)
	others[1].SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	h.Clock.Advance(30 * time.Second)
	token := others[0].StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	a := script.Do("POST", apptest.PathSessions+"/end-others", nil).Require(200, "")
	if got := a.Int("sessions_ended"); got != 2 {
		t.Errorf("%d sessions ended, want 2", got)
	}
	for _, other := range others {
		other.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	}
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	foreign.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	if got := script.Do("POST", apptest.PathSessions+"/end-others", nil).Require(200, "").Int("sessions_ended"); got != 0 {
		t.Errorf("the second call ended %d sessions", got)
	}
	if n := strings.Count(h.Log.String(), "all others: 2"); n != 1 {
		t.Errorf("%d log lines of the two ended sessions, want 1", n)
	}
}

func TestT17_StepUpReplay_SessionEndedByAnother(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	mine, other := h.SignedIn(ada), h.SignedIn(ada)
	token := other.StepUpToken("mfa.enroll")
	mine.Do("DELETE", apptest.PathSessions+"/"+other.SessionID(), nil).Require(204, "")
	other.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "session_required")
	mine.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	db := h.OpenDatabase(t)
	var left int
	if err := db.QueryRow(`SELECT count(*) FROM step_ups`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d step-up tokens are left, %v, want none", left, err)
	}
}

func TestT39_ForeignIDs_Session(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	adas, bobs := h.SignedIn(ada), h.SignedIn(bob)
	id := bobs.SessionID()
	unknown := adas.Do("DELETE", apptest.PathSessions+"/"+apptest.UnknownID, nil).Require(404, "not_found")
	theirs := adas.Do("DELETE", apptest.PathSessions+"/"+id, nil).Require(404, "not_found")
	if fmt.Sprint(string(unknown.Body)) != string(theirs.Body) {
		t.Errorf("a foreign session is distinguishable: %s, %s", unknown.Body, theirs.Body)
	}
	for _, cursor := range []string{id, adas.SessionID()} {
		if got, _ := listSessions(adas, "?cursor="+cursor); slices.Contains(got.ids(), id) {
			t.Errorf("after %s a foreign session is listed", cursor)
		}
	}
	if got := adas.Do("POST", apptest.PathSessions+"/end-others", nil).Require(200, "").Int("sessions_ended"); got != 0 {
		t.Errorf("%d sessions ended", got)
	}
	bobs.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
}
