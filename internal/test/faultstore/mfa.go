package faultstore

import (
	"context"
	"time"

	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/notify"
	"twofold/internal/totp"
)

// The stores of this package override the calls that a test can make fail. Other calls go to the embedded store.

// Methods is a faulty mfa.Store.
type Methods struct {
	mfa.Store
	*Faults
}

func (s Methods) InTx(ctx context.Context, do func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, do)
}

func (s Methods) Methods(ctx context.Context, a string) ([]mfa.Method, error) {
	return get(s.Faults, func() ([]mfa.Method, error) { return s.Store.Methods(ctx, a) })
}

func (s Methods) InsertMethod(ctx context.Context, m mfa.Method) error {
	return s.do(func() error { return s.Store.InsertMethod(ctx, m) })
}

func (s Methods) RenameMethod(ctx context.Context, a, id, name string) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.RenameMethod(ctx, a, id, name) })
}

func (s Methods) SuspendMethod(ctx context.Context, a, id string, at time.Time) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.SuspendMethod(ctx, a, id, at) })
}

func (s Methods) DeleteMethod(ctx context.Context, a, id string) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.DeleteMethod(ctx, a, id) })
}

func (s Methods) DeleteMethods(ctx context.Context, a string) (int, error) {
	return get(s.Faults, func() (int, error) { return s.Store.DeleteMethods(ctx, a) })
}

func (s Methods) AdvanceStep(ctx context.Context, a, id string, step totp.Step, at time.Time) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.AdvanceStep(ctx, a, id, step, at) })
}

func (s Methods) ReplaceEnrollment(ctx context.Context, e mfa.Enrollment) error {
	return s.do(func() error { return s.Store.ReplaceEnrollment(ctx, e) })
}

func (s Methods) State(ctx context.Context, a string) (mfa.State, error) {
	return get(s.Faults, func() (mfa.State, error) { return s.Store.State(ctx, a) })
}

func (s Methods) IncrementTries(ctx context.Context, a, id string, limit int) (int, error) {
	return get(s.Faults, func() (int, error) { return s.Store.IncrementTries(ctx, a, id, limit) })
}

func (s Methods) MarkExpired(ctx context.Context, a, id string, at time.Time) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.MarkExpired(ctx, a, id, at) })
}

func (s Methods) DeleteEnrollment(ctx context.Context, a, id string) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.DeleteEnrollment(ctx, a, id) })
}

func (s Methods) DeleteEnrollments(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteEnrollments(ctx, a) })
}

func (s Methods) ExpiredEnrollments(ctx context.Context, before time.Time, limit int) ([]mfa.Enrollment, error) {
	return get(s.Faults, func() ([]mfa.Enrollment, error) { return s.Store.ExpiredEnrollments(ctx, before, limit) })
}

func (s Methods) RecoveryCodes(ctx context.Context, a string) ([]mfa.StoredRecoveryCode, error) {
	return get(s.Faults, func() ([]mfa.StoredRecoveryCode, error) { return s.Store.RecoveryCodes(ctx, a) })
}

func (s Methods) InsertRecoveryCodes(ctx context.Context, codes []mfa.StoredRecoveryCode) error {
	return s.do(func() error { return s.Store.InsertRecoveryCodes(ctx, codes) })
}

func (s Methods) ConsumeRecoveryCode(ctx context.Context, a, id string, at time.Time) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.ConsumeRecoveryCode(ctx, a, id, at) })
}

func (s Methods) DeleteRecoveryCodes(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteRecoveryCodes(ctx, a) })
}

// Removals is a faulty mfaremoval.Store.
type Removals struct {
	mfaremoval.Store
	*Faults
}

func (s Removals) InTx(ctx context.Context, do func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, do)
}

func (s Removals) Last(ctx context.Context, a string) (mfaremoval.Removal, error) {
	return get(s.Faults, func() (mfaremoval.Removal, error) { return s.Store.Last(ctx, a) })
}

func (s Removals) Open(ctx context.Context) ([]string, error) {
	return get(s.Faults, func() ([]string, error) { return s.Store.Open(ctx) })
}

func (s Removals) Begin(ctx context.Context, r mfaremoval.Removal) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.Begin(ctx, r) })
}

func (s Removals) Update(ctx context.Context, r mfaremoval.Removal) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.Update(ctx, r) })
}

func (s Removals) Cancel(ctx context.Context, a, id string, at time.Time) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.Cancel(ctx, a, id, at) })
}

func (s Removals) Delete(ctx context.Context, a, id string) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.Delete(ctx, a, id) })
}

// Notices is a faulty mfa.Notices.
type Notices struct {
	mfa.Notices
	*Faults
}

func (s Notices) Enqueue(ctx context.Context, n notify.Notice) (int, error) {
	return get(s.Faults, func() (int, error) { return s.Notices.Enqueue(ctx, n) })
}

// RemovalNotices is a faulty mfaremoval.Notices.
type RemovalNotices struct {
	mfaremoval.Notices
	*Faults
}

func (s RemovalNotices) Enqueue(ctx context.Context, n notify.Notice) (int, error) {
	return get(s.Faults, func() (int, error) { return s.Notices.Enqueue(ctx, n) })
}

func (s RemovalNotices) Delivered(ctx context.Context, topic string) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Notices.Delivered(ctx, topic) })
}

// Links is a faulty maillink.Store.
type Links struct {
	maillink.Store
	*Faults
}

func (s Links) Insert(ctx context.Context, l maillink.Link, token [32]byte) error {
	return s.do(func() error { return s.Store.Insert(ctx, l, token) })
}

func (s Links) ByToken(ctx context.Context, token [32]byte) (maillink.Link, error) {
	return get(s.Faults, func() (maillink.Link, error) { return s.Store.ByToken(ctx, token) })
}

func (s Links) Delete(ctx context.Context, id string) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.Delete(ctx, id) })
}

func (s Links) DeleteOf(ctx context.Context, a string, p maillink.Purpose, subject string) error {
	return s.do(func() error { return s.Store.DeleteOf(ctx, a, p, subject) })
}
