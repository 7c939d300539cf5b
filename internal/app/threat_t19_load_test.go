package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"twofold/internal/app/apptest"
)

// whileBusy changes keys while people of both processes sign in, step up, enroll and confirm, and fails the test where
// anything of that fails. A token may be refused where the keys are revoked: then its owner steps up once more.
func whileBusy(t *testing.T, both [2]*apptest.House, revoked bool, change func()) {
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
func comeAndEnroll(t *testing.T, both [2]*apptest.House, email string, revoked bool) bool {
	both[0].AddAccount(email)
	a := both[1].Script("").SignIn(email, JSON{"deliver": "token"})
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
		a = c.At(both[1]).Do("POST", enrollments, nil, "Step-Up-Token", step.Text("step_up_token"))
		if a.Status != 401 || !revoked {
			break
		}
	}
	if a.Status != 201 {
		t.Errorf("beginning answers %d %s", a.Status, a.Code())
		return false
	}
	phone := both[0].Scan(a)
	if a = c.Confirm(phone, phone.Code()); a.Status != 200 && a.Status != 201 {
		t.Errorf("confirming answers %d %s", a.Status, a.Code())
		return false
	}
	return true
}

func TestT19_NobodyBesideARotationNoticesIt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for what, c := range map[string]struct {
		revoked bool
		change  func(t *testing.T, both [2]*apptest.House)
	}{
		"of the key that signs": {change: func(t *testing.T, both [2]*apptest.House) {
			t.Helper()
			_, err := both[0].App.Keys.Prepare(ctx)
			must(t, err)
			both[0].Clock.Advance(time.Second)
			must(t, both[0].App.Keys.Tick(ctx)) // the second learns of it by what it meets
		}},
		"of the key that signs, by revocation": {revoked: true, change: func(t *testing.T, both [2]*apptest.House) {
			t.Helper()
			_, err := both[0].App.Keys.Replace(ctx)
			must(t, err)
		}},
		"of the key that seals": {change: func(t *testing.T, both [2]*apptest.House) {
			t.Helper()
			_, err := both[0].App.Keys.RotateSealing(ctx)
			must(t, err)
		}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			both := houses(t, "TWOFOLD_SIGNING_KEY_LEAD=1s")
			whileBusy(t, both, c.revoked, func() { c.change(t, both) })
		})
	}
}

func TestT19_WhatWasSealedBeforeARotationStillSignsIn(t *testing.T) {
	t.Parallel()
	both := houses(t)
	script, phone := withMFA(both[0], ada)
	both[0].AddAccount(bob)
	bobs := both[1].SignedIn(bob)
	pending := bobs.Begin()
	n, err := both[0].App.Keys.RotateSealing(context.Background())
	must(t, err)
	if n < 3 { // the key that signs, a method, an enrollment
		t.Errorf("%d things were sealed anew", n)
	}
	bobs.Confirm(pending, pending.Code()).Want(201, "")
	for _, h := range both {
		finish(h, half(h, ada), phone.Code()).Want(201, "")
		both[0].Clock.Advance(30 * time.Second)
		stepUp(script.At(h), "mfa.remove", JSON{"code": phone.Code()})
		both[0].Clock.Advance(30 * time.Second)
	}
	again := apptest.StartIn(t, both[0].Dir, both[0].Clock, "TWOFOLD_PUBLIC_URL="+both[0].URL)
	finish(again, half(again, ada), phone.Code()).Want(201, "")
}
