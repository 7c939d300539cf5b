package cluster_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

func TestT08_BruteForceAcrossProcesses(t *testing.T) {
	t.Parallel()
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		_, phone, _ := w.addAccountWithMFA(ada)
		tokens, wrong := w.pendingSignIns(5), phone.Wrong()
		responses := apptest.Concurrently(60, func(i int) apptest.Response {
			return w.server(i).SecondFactor(tokens[i%len(tokens)], apptest.Code(wrong))
		})
		outcomes := apptest.CountByOutcome(responses) // 503: the attempt waited for the account's lock too long
		if outcomes["401 code_rejected"] != 5 || outcomes["429 too_many_attempts"]+outcomes["503 unavailable"] != 55 {
			t.Errorf("got %v, want 5 checked codes and 55 attempts rejected unchecked", outcomes)
		}
		apptest.Must(t, w.Processes[0].Kill())
		apptest.Must(t, w.Processes[0].Start(t.Context()))
		for i := range w.servers {
			a := w.server(i).SecondFactor(tokens[0], apptest.Code(phone.CodeIn(1))).Require(429, "too_many_attempts")
			if wait := a.Int("retry_after"); wait < 1 || wait > 30 {
				t.Errorf("process %d: retry_after is %d s, want 1 to 30", i, wait)
			}
		}
	}, longSignIns...)
}

func TestT10_TOTPReplayAcrossProcesses(t *testing.T) {
	t.Parallel()
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		live, phone, _ := w.addAccountWithMFA(ada)
		tokens, right := w.pendingSignIns(10), phone.CodeIn(1)
		apptest.WantSingleSuccess(t, apptest.Concurrently(36, func(i int) apptest.Response {
			if i/len(w.servers)%3 == 0 {
				return live.OnServer(w.server(i)).StepUp("mfa.remove", apptest.Code(right))
			}
			return w.server(i).SecondFactor(tokens[i%len(tokens)], apptest.Code(right))
		}), "401 code_used", "410 sign_in_expired")
		for i := range w.servers {
			w.server(i).SecondFactor(w.pendingSignIns(1)[0], apptest.Code(right)).Require(401, "code_used")
			live.OnServer(w.server(i)).StepUp("mfa.remove", apptest.Code(right)).Require(401, "code_used")
		}
	}, unlimitedAttempts...)
}

func TestT11_RecoveryCodeRaceAcrossProcesses(t *testing.T) {
	t.Parallel()
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		live, _, codes := w.addAccountWithMFA(ada)
		tokens := w.pendingSignIns(6)
		apptest.WantSingleSuccess(t, apptest.Concurrently(24, func(i int) apptest.Response {
			if i/len(w.servers)%3 == 0 {
				return live.OnServer(w.server(i)).StepUp("mfa.remove", apptest.RecoveryCode(codes[0]))
			}
			return w.server(i).SecondFactor(tokens[i%len(tokens)], apptest.RecoveryCode(codes[0]))
		}), "401 code_used", "410 sign_in_expired")
		for i := range w.servers {
			a := live.OnServer(w.server(i)).Do("GET", "/api/v1/mfa", nil).Require(200, "")
			if left := a.Int("recovery_codes", "remaining"); left != len(codes)-1 {
				t.Errorf("process %d reports %d remaining codes of %d, want one less", i, left, len(codes))
			}
			live.OnServer(w.server(i)).StepUp("mfa.remove", apptest.RecoveryCode(codes[0])).Require(401, "code_used")
		}
	}, append(unlimitedAttempts, "TWOFOLD_RECOVERY_CODES=3")...)
}

func TestT17_StepUpReplayAcrossProcesses(t *testing.T) {
	t.Parallel()
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		live := w.server(0).SignedIn(ada)
		other := w.server(1).SignedIn(ada)
		for i := range w.servers { // each process issues a token
			token := live.OnServer(w.server(i)).StepUpToken("mfa.enroll")
			other.OnServer(w.server(i+1)).BeginEnrollment(token).Require(401, "step_up_required") // of another session
			apptest.WantSingleSuccess(t, apptest.Concurrently(24, func(i int) apptest.Response {
				return live.OnServer(w.server(i)).BeginEnrollment(token)
			}), "401 step_up_required")
		}
		token := live.StepUpToken("mfa.enroll")
		live.OnServer(w.server(1)).Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
		for i := range w.servers {
			live.OnServer(w.server(i)).BeginEnrollment(token).Require(401, "session_required")
		}
	})
}

func TestT40_SessionEndsAcrossProcesses(t *testing.T) {
	t.Parallel()
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		sessions := make([]*apptest.Client, 6)
		for i := range sessions {
			sessions[i] = w.server(i).SignedIn(ada)
		}
		wantAll := func(c *apptest.Client, status int) {
			t.Helper()
			for i := range w.servers {
				if got := c.OnServer(w.server(i)).Do("GET", apptest.PathCurrentSession, nil).Status; got != status {
					t.Errorf("process %d: got status %d, want %d", i, got, status)
				}
			}
		}
		for _, c := range sessions {
			wantAll(c, 200)
		}
		sessions[0].OnServer(w.server(1)).Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
		wantAll(sessions[0], 401)

		id := sessions[1].Do("GET", apptest.PathCurrentSession, nil).Require(200, "").Text("id")
		sessions[2].OnServer(w.server(2)).Do("DELETE", "/api/v1/sessions/"+id, nil).Require(204, "")
		wantAll(sessions[1], 401)

		live := sessions[2].OnServer(w.server(3))
		if ended := live.Do("POST", "/api/v1/sessions/end-others", nil).Require(200, "").Int("sessions_ended"); ended != 3 {
			t.Errorf("%d sessions were ended, want 3", ended)
		}
		for _, c := range sessions[3:] {
			wantAll(c, 401)
		}
		wantAll(sessions[2], 200)

		w.run("", "account", "reset-mfa", "--email", ada, "--reason", "seen in person")
		wantAll(sessions[2], 401)
	})
}

// Concurrent sign-ins at all processes create no more sessions than the limit per account.
func TestT40_SessionLimitAcrossProcesses(t *testing.T) {
	t.Parallel()
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		responses := apptest.Concurrently(12, func(i int) apptest.Response {
			return w.server(i).Script("").SignIn(ada, JSON{"deliver": "token"})
		})
		active := 0
		for i, a := range responses {
			token := a.Require(201, "").Text("session_token")
			if w.server(i+1).Script(token).Do("GET", apptest.PathCurrentSession, nil).Status == 200 {
				active++
			}
		}
		if active != 3 {
			t.Errorf("%d sessions are active, want 3", active)
		}
	}, "TWOFOLD_SESSIONS_PER_ACCOUNT=3", "TWOFOLD_FREE_ATTEMPTS=1000")
}
