package app_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/audit"
	"twofold/internal/test/apptest"
)

const jwks = "/.well-known/jwks.json"

// twoHouses are two processes over one database.
func twoHouses(t *testing.T, settings ...string) []*apptest.Server {
	t.Helper()
	one := apptest.Start(t, settings...)
	return []*apptest.Server{one, apptest.StartIn(t, one.Dir, one.Clock, append(settings, "TWOFOLD_PUBLIC_URL="+one.URL)...)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tick does what the processes do every few seconds.
func tick(t *testing.T, both []*apptest.Server) {
	t.Helper()
	for _, h := range both {
		must(t, h.App.Keys.Tick(context.Background()))
	}
}

// kidOf reads which key signed a token.
func kidOf(t *testing.T, token string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	must(t, err)
	var header struct{ KID string }
	must(t, json.Unmarshal(text, &header))
	return header.KID
}

// published are the ids of the public keys, and the keys as they are published.
func published(t *testing.T, h *apptest.Server) (kids []string, keys []JSON) {
	t.Helper()
	a := h.Script("").Do("GET", jwks, nil).Require(200, "")
	var set struct{ Keys []JSON }
	must(t, json.Unmarshal(a.Body, &set))
	for _, k := range set.Keys {
		kid, _ := k["kid"].(string)
		kids = append(kids, kid)
	}
	return kids, set.Keys
}

func TestT19_KeyRotation_OlderTokensUntilExpiry(t *testing.T) {
	t.Parallel()
	both := twoHouses(t, "TWOFOLD_SIGNING_KEY_LEAD=1m")
	both[0].AddAccount(ada)
	script := both[0].SignedIn(ada)
	_, err := both[0].App.Keys.PublishNext(context.Background())
	must(t, err)
	both[0].Clock.Advance(time.Minute - time.Second)
	tick(t, both)
	old := []string{stepUp(script, "mfa.enroll"), stepUp(script, "mfa.enroll"), stepUp(script, "mfa.enroll")}
	both[0].Clock.Advance(time.Second)
	tick(t, both)
	for i, h := range both {
		c := script.OnServer(h)
		fresh := stepUp(c, "mfa.enroll")
		if kidOf(t, fresh) == kidOf(t, old[0]) {
			t.Errorf("process %d signs with the old key when the next one's time has come", i)
		}
		c.Do("POST", enrollments, nil, "Step-Up-Token", old[i]).Require(201, "")
		script.OnServer(both[1-i]).Do("POST", enrollments, nil, "Step-Up-Token", fresh).Require(201, "")
	}
	both[0].Clock.Advance(5*time.Minute - 2*time.Second)
	script.Do("POST", enrollments, nil, "Step-Up-Token", old[2]).Require(201, "")
}

func TestT19_KeyRotation_RevokedKeyAtOnce(t *testing.T) {
	t.Parallel()
	for how, revoke := range revocations {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			revokeBesideOthers(t, twoHouses(t), revoke)
		})
	}
}

// revocations are the ways to revoke a key, at one process.
var revocations = map[string]func(h *apptest.Server, kid string) error{
	"by its id": func(h *apptest.Server, kid string) error {
		_, err := h.App.Keys.Revoke(context.Background(), kid)
		return err
	},
	"with all others": func(h *apptest.Server, _ string) error {
		_, err := h.App.Keys.RevokeAll(context.Background())
		return err
	},
}

// revokeBesideOthers revokes the key that signs at the first process, and asks every process, none of which has been told.
func revokeBesideOthers(t *testing.T, houses []*apptest.Server, revoke func(h *apptest.Server, kid string) error) {
	t.Helper()
	houses[0].AddAccount(ada)
	script := houses[0].SignedIn(ada)
	last := len(houses) - 1
	old := []string{stepUp(script, "mfa.enroll"), stepUp(script.OnServer(houses[last]), "mfa.enroll")}
	must(t, revoke(houses[0], kidOf(t, old[0])))
	for i, h := range houses {
		for _, token := range old {
			script.OnServer(h).Do("POST", enrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
		}
		fresh := stepUp(script.OnServer(houses[last-i]), "mfa.enroll")
		script.OnServer(h).Do("POST", enrollments, nil, "Step-Up-Token", fresh).Require(201, "")
	}
	houses[0].Clock.Advance(time.Second)
	for i, h := range houses {
		if kids, _ := published(t, h); len(kids) != 1 || kids[0] == kidOf(t, old[0]) {
			t.Errorf("process %d publishes %v a second later, the revoked is %s", i, kids, kidOf(t, old[0]))
		}
	}
}

func TestT19_KeyRotation_RevokesTokensWithoutKID(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := stepUp(script, "mfa.enroll")
	execute(t, database(t, h), `UPDATE step_ups SET kid = NULL`) // as the release before keeps them
	next, err := h.App.Keys.PublishNext(context.Background())
	must(t, err)
	_, err = h.App.Keys.Revoke(context.Background(), next.KID)
	must(t, err)
	script.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
}

func TestT19_KeyRotation_StolenKey(t *testing.T) {
	t.Parallel()
	both := twoHouses(t)
	both[0].AddAccount(ada)
	script := both[0].SignedIn(ada)
	real := stepUp(script, "mfa.enroll")
	thief := newForger(t, both[0], real)
	forged := es256(thief.key, thief.header, but(thief.claims, JSON{"jti": unknownID}))
	for _, h := range both {
		script.OnServer(h).Do("POST", enrollments, nil, "Step-Up-Token", forged).Require(401, "step_up_required")
	}
	_, err := both[0].App.Keys.RevokeAll(context.Background())
	must(t, err)
	for _, h := range both {
		fresh := newForger(t, both[0], stepUp(script.OnServer(h), "mfa.enroll")).claims // of a token that is alive
		for name, header := range map[string]JSON{"its own id": thief.header, "the new key's id": but(thief.header, JSON{"kid": newForger(t, both[0], real).kid})} {
			t.Run("under "+name, func(t *testing.T) {
				script.OnServer(h).WithT(t).Do("POST", enrollments, nil, "Step-Up-Token", es256(thief.key, header, fresh)).Require(401, "step_up_required")
			})
		}
	}
}

func TestT19_KeyRotation_PublishedKeys(t *testing.T) {
	t.Parallel()
	both := twoHouses(t)
	keys := both[0].App.Keys
	first, _ := published(t, both[0])
	second, err := keys.PublishNext(context.Background())
	must(t, err)
	both[0].Clock.Advance(24 * time.Hour)
	tick(t, both)
	third, err := keys.PublishNext(context.Background())
	must(t, err)
	both[0].Clock.Advance(time.Second)
	want := []string{second.KID, first[0], third.KID}
	slices.Sort(want)
	for i, h := range both {
		got, set := published(t, h)
		if got[0] != second.KID {
			t.Errorf("process %d: the one that signs comes not first", i)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("process %d publishes %v, want %v", i, got, want)
		}
		for _, k := range set {
			if members := slices.Sorted(maps.Keys(k)); !slices.Equal(members, []string{"alg", "crv", "kid", "kty", "use", "x", "y"}) {
				t.Errorf("a public key has the members %v", members)
			}
		}
		if kept := h.Script("").Do("GET", jwks, nil).Header.Get("Cache-Control"); kept != "public, max-age=300" {
			t.Errorf("Cache-Control is %q", kept)
		}
	}
	both[0].Clock.Advance(24*time.Hour - time.Second)
	tick(t, both)
	if got, _ := published(t, both[1]); slices.Contains(got, first[0]) {
		t.Error("a day after it was retired the first is still published")
	}
}

func TestT19_KeyRotation_Audited(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	ctx := context.Background()
	next, err := h.App.Keys.PublishNext(ctx)
	must(t, err)
	h.Clock.Advance(24 * time.Hour)
	must(t, h.App.Keys.Tick(ctx))
	_, err = h.App.Keys.RotateSealing(ctx)
	must(t, err)
	_, err = h.App.Keys.Revoke(ctx, next.KID)
	must(t, err)
	rows, err := database(t, h).Query(`SELECT kind FROM activity WHERE account_id = ? ORDER BY number`, audit.System)
	must(t, err)
	defer func() { _ = rows.Close() }()
	var kinds []string
	for rows.Next() {
		var kind string
		must(t, rows.Scan(&kind))
		kinds = append(kinds, kind)
	}
	must(t, rows.Err())
	if want := []string{"key.published", "key.rotated", "key.rotated", "key.revoked", "key.rotated"}; !slices.Equal(kinds, want) {
		t.Errorf("recorded were %v, want %v", kinds, want)
	}
	if n, err := h.App.VerifyAudit(ctx); err != nil || n != len(kinds) {
		t.Errorf("%d entries, %v, want %d as they were recorded", n, err, len(kinds))
	}
	for _, kind := range kinds {
		if !strings.Contains(h.Log.String(), `"event":"`+kind+`"`) {
			t.Errorf("the log has no %s", kind)
		}
	}
}
