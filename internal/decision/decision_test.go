package decision_test

import (
	"context"
	"errors"
	"testing"

	"twofold/internal/decision"
)

var (
	errRefused = errors.New("refused")
	errFailed  = errors.New("failed")
)

// transactions records whether the last transaction committed, and can fail to commit.
type transactions struct {
	commit    error
	committed bool
}

func (s *transactions) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	err := errors.Join(do(ctx), s.commit)
	s.committed = err == nil
	return err
}

func TestInTx_Outcomes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refusal     *decision.Refusal
		err, commit error
		wantReason  error
		wantErr     error
		wantCommit  bool
	}{
		"accepted commits":                 {wantCommit: true},
		"refused commits":                  {refusal: decision.Refuse(errRefused), wantReason: errRefused, wantCommit: true},
		"an error rolls back":              {err: errFailed, wantErr: errFailed},
		"an error wins over a refusal":     {refusal: decision.Refuse(errRefused), err: errFailed, wantErr: errFailed},
		"no refusal without its commit":    {refusal: decision.Refuse(errRefused), commit: errFailed, wantErr: errFailed},
		"no acceptance without its commit": {commit: errFailed, wantErr: errFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &transactions{commit: c.commit}
			refusal, err := decision.InTx(context.Background(), s, func(context.Context) (*decision.Refusal, error) {
				return c.refusal, c.err
			})
			if !errors.Is(err, c.wantErr) || !errors.Is(refusal.Reason(), c.wantReason) || s.committed != c.wantCommit {
				t.Errorf("got refusal %v, error %v, committed %v", refusal.Reason(), err, s.committed)
			}
		})
	}
}
