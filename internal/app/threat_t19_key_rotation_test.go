package app_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/audit"
	"twofold/internal/test/apptest"
)

func TestT19_KeyRotation_OlderTokensUntilExpiry(t *testing.T) {
	t.Parallel()
	servers := apptest.TwoProcesses(t, "TWOFOLD_SIGNING_KEY_LEAD=1m")
	servers[0].AddAccount(ada)
	script := servers[0].SignedIn(ada)
	_, err := servers[0].App.Keys.PublishNext(context.Background())
	apptest.Must(t, err)
	servers[0].Clock.Advance(time.Minute - time.Second)
	apptest.TickKeys(t, servers)
	old := []string{script.StepUpToken("mfa.enroll"), script.StepUpToken("mfa.enroll"), script.StepUpToken("mfa.enroll")}
	servers[0].Clock.Advance(time.Second)
	apptest.TickKeys(t, servers)
	for i, h := range servers {
		c := script.OnServer(h)
		fresh := c.StepUpToken("mfa.enroll")
		if apptest.KIDOf(t, fresh) == apptest.KIDOf(t, old[0]) {
			t.Errorf("process %d signs with the old key after the next one is due", i)
		}
		c.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", old[i]).Require(201, "")
		script.OnServer(servers[1-i]).Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", fresh).Require(201, "")
	}
	servers[0].Clock.Advance(5*time.Minute - 2*time.Second)
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", old[2]).Require(201, "")
}

func TestT19_KeyRotation_RevokedKeyAtOnce(t *testing.T) {
	t.Parallel()
	for how, revoke := range keyRevocations {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			checkRevocation(t, apptest.TwoProcesses(t), revoke)
		})
	}
}

// keyRevocations are the ways to revoke a key.
var keyRevocations = map[string]func(h *apptest.Server, kid string) error{
	"by its id": func(h *apptest.Server, kid string) error {
		_, err := h.App.Keys.Revoke(context.Background(), kid)
		return err
	},
	"with all other keys": func(h *apptest.Server, _ string) error {
		_, err := h.App.Keys.RevokeAll(context.Background())
		return err
	},
}

// checkRevocation revokes the signing key at one server and checks that all servers refuse its tokens at once.
func checkRevocation(t *testing.T, servers []*apptest.Server, revoke func(h *apptest.Server, kid string) error) {
	t.Helper()
	servers[0].AddAccount(ada)
	script := servers[0].SignedIn(ada)
	last := len(servers) - 1
	old := []string{script.StepUpToken("mfa.enroll"), script.OnServer(servers[last]).StepUpToken("mfa.enroll")}
	apptest.Must(t, revoke(servers[0], apptest.KIDOf(t, old[0])))
	for i, h := range servers {
		for _, token := range old {
			script.OnServer(h).Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
		}
		fresh := script.OnServer(servers[last-i]).StepUpToken("mfa.enroll")
		script.OnServer(h).Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", fresh).Require(201, "")
	}
	servers[0].Clock.Advance(time.Second)
	for i, h := range servers {
		if kids := h.PublishedKIDs(); len(kids) != 1 || kids[0] == apptest.KIDOf(t, old[0]) {
			t.Errorf("process %d still publishes %v a second later, including the revoked key %s", i, kids, apptest.KIDOf(t, old[0]))
		}
	}
}

func TestT19_KeyRotation_RevokesTokensWithoutKID(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := script.StepUpToken("mfa.enroll")
	h.OpenDatabase(t).MustExec(t, `UPDATE step_ups SET kid = NULL`) // as the previous release stores them
	next, err := h.App.Keys.PublishNext(context.Background())
	apptest.Must(t, err)
	_, err = h.App.Keys.Revoke(context.Background(), next.KID)
	apptest.Must(t, err)
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
}

func TestT19_KeyRotation_StolenKey(t *testing.T) {
	t.Parallel()
	servers := apptest.TwoProcesses(t)
	servers[0].AddAccount(ada)
	script := servers[0].SignedIn(ada)
	real := script.StepUpToken("mfa.enroll")
	attacker := apptest.NewTokenForger(t, servers[0], real)
	forged := apptest.SignECDSA(attacker.Key, attacker.Header, attacker.Claims.With(JSON{"jti": apptest.UnknownID}))
	for _, h := range servers {
		script.OnServer(h).Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", forged).Require(401, "step_up_required")
	}
	_, err := servers[0].App.Keys.RevokeAll(context.Background())
	apptest.Must(t, err)
	for _, h := range servers {
		fresh := apptest.NewTokenForger(t, servers[0], script.OnServer(h).StepUpToken("mfa.enroll")).Claims // of a valid token
		for name, header := range map[string]JSON{"its own id": attacker.Header, "the new key's id": attacker.Header.With(JSON{"kid": apptest.NewTokenForger(t, servers[0], real).KID})} {
			t.Run("under "+name, func(t *testing.T) {
				script.OnServer(h).WithT(t).Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", apptest.SignECDSA(attacker.Key, header, fresh)).Require(401, "step_up_required")
			})
		}
	}
}

func TestT19_KeyRotation_PublishedKeys(t *testing.T) {
	t.Parallel()
	servers := apptest.TwoProcesses(t)
	keys := servers[0].App.Keys
	first := servers[0].PublishedKIDs()
	second, err := keys.PublishNext(context.Background())
	apptest.Must(t, err)
	servers[0].Clock.Advance(24 * time.Hour)
	apptest.TickKeys(t, servers)
	third, err := keys.PublishNext(context.Background())
	apptest.Must(t, err)
	servers[0].Clock.Advance(time.Second)
	want := []string{second.KID, first[0], third.KID}
	slices.Sort(want)
	for i, h := range servers {
		got, set := h.PublishedKeys()
		if got[0] != second.KID {
			t.Errorf("process %d: the signing key is not first", i)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("process %d publishes %v, want %v", i, got, want)
		}
		for _, k := range set {
			if members := slices.Sorted(maps.Keys(k)); !slices.Equal(members, []string{"alg", "crv", "kid", "kty", "use", "x", "y"}) {
				t.Errorf("a public key has the members %v", members)
			}
		}
		if cacheControl := h.Script("").Do("GET", apptest.PathJWKS, nil).Header.Get("Cache-Control"); cacheControl != "public, max-age=300" {
			t.Errorf("Cache-Control is %q", cacheControl)
		}
	}
	servers[0].Clock.Advance(24*time.Hour - time.Second)
	apptest.TickKeys(t, servers)
	if got := servers[1].PublishedKIDs(); slices.Contains(got, first[0]) {
		t.Error("the first key is still published a day after it was retired")
	}
}

func TestT19_KeyRotation_Audited(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	ctx := context.Background()
	next, err := h.App.Keys.PublishNext(ctx)
	apptest.Must(t, err)
	h.Clock.Advance(24 * time.Hour)
	apptest.Must(t, h.App.Keys.Tick(ctx))
	_, err = h.App.Keys.RotateSealing(ctx)
	apptest.Must(t, err)
	_, err = h.App.Keys.Revoke(ctx, next.KID)
	apptest.Must(t, err)
	rows, err := h.OpenDatabase(t).Query(`SELECT kind FROM activity WHERE account_id = ? ORDER BY number`, audit.System)
	apptest.Must(t, err)
	defer func() { _ = rows.Close() }()
	var kinds []string
	for rows.Next() {
		var kind string
		apptest.Must(t, rows.Scan(&kind))
		kinds = append(kinds, kind)
	}
	apptest.Must(t, rows.Err())
	if want := []string{"key.published", "key.rotated", "key.rotated", "key.revoked", "key.rotated"}; !slices.Equal(kinds, want) {
		t.Errorf("recorded kinds: %v, want %v", kinds, want)
	}
	if n, err := h.App.VerifyAudit(ctx); err != nil || n != len(kinds) {
		t.Errorf("%d entries, %v, want %d unchanged entries", n, err, len(kinds))
	}
	for _, kind := range kinds {
		if !strings.Contains(h.Log.String(), `"event":"`+kind+`"`) {
			t.Errorf("the log has no %s", kind)
		}
	}
}
