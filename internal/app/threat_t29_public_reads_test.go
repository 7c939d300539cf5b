package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// Malformed requests for public resources get 400, and no 500.
func TestT29_PublicReads_Malformed(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	for _, op := range apptest.Operations(t) {
		if !op.PublicRead() {
			continue
		}
		t.Run(op.ID+" with a body", func(t *testing.T) {
			h.Script("").WithT(t).Do(op.Method, op.Path, JSON{}).Require(400, "invalid_request")
		})
		t.Run(op.ID+" with a cookie and a bearer token", func(t *testing.T) {
			a := browser.WithT(t).Do(op.Method, op.Path, nil, "Authorization", "Bearer nonsense").Require(400, "invalid_request")
			apptest.WantPointer(t, a, "#Authorization")
		})
	}
}
