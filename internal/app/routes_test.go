package app_test

import (
	"maps"
	pathpkg "path"
	"slices"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

func TestRoutes_MethodNotAllowed(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	own := make(map[string][]string)
	for _, op := range apptest.Operations(t) {
		own[op.Path] = append(own[op.Path], op.Method)
	}
	readsAsID := func(path, verb string) bool { // the last segment of the path is taken for an id by another operation
		above, name := pathpkg.Split(path)
		return name != "{id}" && slices.Contains(own[above+"{id}"], verb)
	}
	for _, path := range slices.Sorted(maps.Keys(own)) {
		for _, verb := range apptest.HTTPMethods {
			reads := slices.Contains(own[path], "GET")
			if slices.Contains(own[path], verb) || verb == "HEAD" && reads || verb == "CONNECT" || readsAsID(path, verb) {
				continue
			}
			t.Run(verb+" "+path, func(t *testing.T) {
				a := script.WithT(t).Do(verb, strings.ReplaceAll(path, "{id}", apptest.UnknownID), nil)
				if verb != "HEAD" && verb != "OPTIONS" {
					a.Require(405, "method_not_allowed")
				}
				if verb == "HEAD" && a.Status != 405 {
					t.Errorf("got %d, want 405", a.Status)
				}
				allowed := strings.Split(a.Header.Get("Allow"), ", ")
				for _, method := range own[path] {
					if !slices.Contains(allowed, method) {
						t.Errorf("Allow is %q, want %s included", a.Header.Get("Allow"), method)
					}
				}
				for _, method := range allowed {
					if !slices.Contains(own[path], method) && method != "OPTIONS" && method != "HEAD" {
						t.Errorf("Allow is %q, but the contract does not have %s", a.Header.Get("Allow"), method)
					}
				}
			})
		}
	}
}

func TestRoutes_UnknownAPIPath(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	for _, path := range []string{
		"/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/mfa", "/api/v1/mfa/", "/api/v1/nothing", "/api/v1/mfa/totp", "/api/v1/mfa/methods",
		"/api/v1/mfa/methods/", "/api/v1/mfa/totp/enrollments/" + apptest.UnknownID + "/", "/api/v1/sessions/current/", "/api/v1/../v1/nothing",
		"/api/index.html", "/api/v1/debug/pprof", "/.well-known/", "/.well-known/openid-configuration", "/.well-known/jwks.json/",
	} {
		for _, verb := range apptest.HTTPMethods {
			if verb == "CONNECT" {
				continue
			}
			t.Run(verb+" "+path, func(t *testing.T) {
				a := script.WithT(t).Do(verb, path, nil)
				if verb == "HEAD" && a.Status == 404 {
					return
				}
				a.Require(404, "not_found")
			})
		}
	}
}

func TestRoutes_UnknownPathBelowID(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	for _, verb := range []string{"GET", "POST", "DELETE"} {
		h.Script("").Do(verb, apptest.PathMethods+apptest.UnknownID+"/more", nil).Require(404, "not_found")
	}
}

func TestRoutes_HEAD(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	paths := []string{"/", "/settings/account", "/assets/app-1234.js", "/api/v1/nothing"}
	for _, op := range apptest.Operations(t) {
		if op.Method == "GET" {
			paths = append(paths, op.Path)
		}
	}
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			for _, c := range []*apptest.Client{script.WithT(t), h.Script("").WithT(t)} {
				get, head := c.Do("GET", path, nil), c.Do("HEAD", path, nil)
				for _, own := range []string{"Date", "X-Request-Id"} {
					get.Header.Del(own)
					head.Header.Del(own)
				}
				if get.Status != head.Status || !maps.EqualFunc(get.Header, head.Header, slices.Equal[[]string]) {
					t.Errorf("HEAD returned %d %v, GET %d %v", head.Status, head.Header, get.Status, get.Header)
				}
			}
		})
	}
}

func TestRoutes_ReadsChangeNothing(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	script.Begin(JSON{"code": phone.Code()})
	before := h.RowCounts()
	for _, op := range apptest.Operations(t) {
		for _, verb := range []string{"GET", "HEAD", "OPTIONS"} {
			script.Do(verb, op.PathWith(phone.ID), nil)
			script.Do(verb, op.PathWith(phone.ID)+"?_method=DELETE", nil, "X-HTTP-Method-Override", "DELETE", "X-HTTP-Method", "DELETE")
		}
	}
	if after := h.RowCounts(); !maps.Equal(before, after) {
		t.Errorf("the data changed: %v, was %v", after, before)
	}
}
