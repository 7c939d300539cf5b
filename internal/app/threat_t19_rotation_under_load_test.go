package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// whileBusy changes keys while people at all processes sign in, step up, enroll and confirm, and fails the test where
// anything of that fails. A token may be refused where the keys are revoked: then its owner steps up once more.
func whileBusy(t *testing.T, both []*apptest.Server, revoked bool, change func()) {
	t.Helper()
	busyUntil, stop := context.WithCancel(context.Background())
	enrolled := make(chan struct{})
	var busy sync.WaitGroup
	for p := range 3 {
		busy.Go(func() {
			for i := 0; ; i++ {
				if !comeAndEnroll(t, both, fmt.Sprintf("person%d-%d@example.com", p, i), revoked) {
					stop()
					return
				}
				select {
				case enrolled <- struct{}{}:
				case <-busyUntil.Done():
					return
				}
			}
		})
	}
	for range 4 { // each in the middle of what two others do
		select {
		case <-enrolled:
			change()
		case <-busyUntil.Done():
		}
	}
	stop()
	busy.Wait()
}

// comeAndEnroll is somebody's first visit, each request at the other process.
func comeAndEnroll(t *testing.T, both []*apptest.Server, email string, revoked bool) bool {
	both[0].AddAccount(email)
	a := both[len(both)-1].Script("").SignIn(email, JSON{"deliver": "token"})
	if a.Status != 201 {
		t.Errorf("signing in answers %d %s", a.Status, a.Code())
		return false
	}
	c := both[0].Script(a.Text("session_token"))
	for {
		step := c.StepUp("mfa.enroll")
		if step.Status != 201 {
			t.Errorf("stepping up answers %d %s", step.Status, step.Code())
			return false
		}
		a = c.OnServer(both[len(both)-1]).Do("POST", enrollments, nil, "Step-Up-Token", step.Text("step_up_token"))
		if a.Status != 401 || !revoked {
			break
		}
	}
	if a.Status != 201 {
		t.Errorf("beginning answers %d %s", a.Status, a.Code())
		return false
	}
	phone := both[0].PhoneFrom(a)
	if a = c.Confirm(phone, phone.Code()); a.Status != 200 && a.Status != 201 {
		t.Errorf("confirming answers %d %s", a.Status, a.Code())
		return false
	}
	return true
}

// rotations are the ways to change keys, at the first of the processes.
var rotations = map[string]struct {
	revoked bool
	change  func(t *testing.T, h *apptest.Server)
}{
	"of the key that signs": {change: func(t *testing.T, h *apptest.Server) {
		t.Helper()
		_, err := h.App.Keys.PublishNext(context.Background())
		must(t, err)
		h.Clock.Advance(time.Second)
		must(t, h.App.Keys.Tick(context.Background())) // the others learn of it by what they meet
	}},
	"of the key that signs, by revocation": {revoked: true, change: func(t *testing.T, h *apptest.Server) {
		t.Helper()
		_, err := h.App.Keys.RevokeAll(context.Background())
		must(t, err)
	}},
	"of the key that seals": {change: func(t *testing.T, h *apptest.Server) {
		t.Helper()
		_, err := h.App.Keys.RotateSealing(context.Background())
		must(t, err)
	}},
}

func TestT19_NobodyBesideARotationNoticesIt(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	for what, r := range rotations {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			both := twoHouses(t, "TWOFOLD_SIGNING_KEY_LEAD=1s")
			whileBusy(t, both, r.revoked, func() { r.change(t, both[0]) })
		})
	}
}

func TestT19_WhatWasSealedBeforeARotationStillSignsIn(t *testing.T) {
	t.Parallel()
	both := twoHouses(t)
	script, phone := withMFA(both[0], ada)
	both[0].AddAccount(bob)
	bobs := both[len(both)-1].SignedIn(bob)
	pending := bobs.Begin()
	n, err := both[0].App.Keys.RotateSealing(context.Background())
	must(t, err)
	if n < 3 { // the key that signs, a method, an enrollment
		t.Errorf("%d things were sealed anew", n)
	}
	bobs.Confirm(pending, pending.Code()).Require(201, "")
	for _, h := range both {
		completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(201, "")
		both[0].Clock.Advance(30 * time.Second)
		stepUp(script.OnServer(h), "mfa.remove", JSON{"code": phone.Code()})
		both[0].Clock.Advance(30 * time.Second)
	}
	again := apptest.StartIn(t, both[0].Dir, both[0].Clock, "TWOFOLD_PUBLIC_URL="+both[0].URL)
	completeSignIn(again, pendingSignIn(again, ada), phone.Code()).Require(201, "")
}
