package cluster_test

import (
	"fmt"
	"testing"

	"twofold/internal/test/apptest"
)

func TestT08_BruteForceAcrossProcesses(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		_, phone, _ := w.withMFA(ada)
		tokens, wrong := w.halves(5), phone.Wrong()
		answers := apptest.Concurrently(60, func(i int) apptest.Response {
			return w.at(i).SecondFactor(tokens[i%len(tokens)], apptest.Code(wrong))
		})
		tally := apptest.CountByOutcome(answers) // who waited for the account too long is sent away unseen
		if tally["401 code_rejected"] != 5 || tally["429 too_many_attempts"]+tally["503 unavailable"] != 55 {
			t.Errorf("got %v, want 5 judged codes and 55 refused unseen", tally)
		}
		apptest.Must(t, w.Processes[0].Kill())
		apptest.Must(t, w.Processes[0].Start(t.Context()))
		for i := range w.servers {
			a := w.at(i).SecondFactor(tokens[0], apptest.Code(phone.CodeIn(1))).Require(429, "too_many_attempts")
			if wait := a.Int("retry_after"); wait < 1 || wait > 30 {
				t.Errorf("process %d says to wait for %d s, of 30", i, wait)
			}
		}
	}, patient...)
}

func TestT10_TOTPReplayAcrossProcesses(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		live, phone, _ := w.withMFA(ada)
		tokens, right := w.halves(10), phone.CodeIn(1)
		apptest.WantSingleSuccess(t, apptest.Concurrently(36, func(i int) apptest.Response {
			if i/len(w.servers)%3 == 0 {
				return live.OnServer(w.at(i)).StepUp("mfa.remove", apptest.Code(right))
			}
			return w.at(i).SecondFactor(tokens[i%len(tokens)], apptest.Code(right))
		}), "401 code_used", "410 sign_in_expired")
		for i := range w.servers {
			w.at(i).SecondFactor(w.halves(1)[0], apptest.Code(right)).Require(401, "code_used")
			live.OnServer(w.at(i)).StepUp("mfa.remove", apptest.Code(right)).Require(401, "code_used")
		}
	}, untiring...)
}

func TestT11_RecoveryCodeRaceAcrossProcesses(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		live, _, codes := w.withMFA(ada)
		tokens := w.halves(6)
		apptest.WantSingleSuccess(t, apptest.Concurrently(24, func(i int) apptest.Response {
			if i/len(w.servers)%3 == 0 {
				return live.OnServer(w.at(i)).StepUp("mfa.remove", apptest.RecoveryCode(codes[0]))
			}
			return w.at(i).SecondFactor(tokens[i%len(tokens)], apptest.RecoveryCode(codes[0]))
		}), "401 code_used", "410 sign_in_expired")
		for i := range w.servers {
			a := live.OnServer(w.at(i)).Do("GET", "/api/v1/mfa", nil).Require(200, "")
			if left := a.Int("recovery_codes", "remaining"); left != len(codes)-1 {
				t.Errorf("process %d says that %d codes are left of %d", i, left, len(codes))
			}
			live.OnServer(w.at(i)).StepUp("mfa.remove", apptest.RecoveryCode(codes[0])).Require(401, "code_used")
		}
	}, append(untiring, "TWOFOLD_RECOVERY_CODES=3")...)
}

func TestT17_StepUpReplayAcrossProcesses(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		live := w.at(0).SignedIn(ada)
		also := w.at(1).SignedIn(ada)
		for i := range w.servers { // made by each of them
			token := live.OnServer(w.at(i)).StepUpToken("mfa.enroll")
			also.OnServer(w.at(i+1)).BeginEnrollment(token).Require(401, "step_up_required") // of another session
			apptest.WantSingleSuccess(t, apptest.Concurrently(24, func(i int) apptest.Response {
				return live.OnServer(w.at(i)).BeginEnrollment(token)
			}), "401 step_up_required")
		}
		token := live.StepUpToken("mfa.enroll")
		live.OnServer(w.at(1)).Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
		for i := range w.servers {
			live.OnServer(w.at(i)).BeginEnrollment(token).Require(401, "session_required")
		}
	})
}

func TestT40_SessionEndsAcrossProcesses(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		sessions := make([]*apptest.Client, 6)
		for i := range sessions {
			sessions[i] = w.at(i).SignedIn(ada)
		}
		wantAll := func(c *apptest.Client, status int) {
			t.Helper()
			for i := range w.servers {
				if got := c.OnServer(w.at(i)).Do("GET", apptest.PathCurrentSession, nil).Status; got != status {
					t.Errorf("process %d answers %d, want %d", i, got, status)
				}
			}
		}
		for _, c := range sessions {
			wantAll(c, 200)
		}
		sessions[0].OnServer(w.at(1)).Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
		wantAll(sessions[0], 401)

		id := sessions[1].Do("GET", apptest.PathCurrentSession, nil).Require(200, "").Text("id")
		sessions[2].OnServer(w.at(2)).Do("DELETE", "/api/v1/sessions/"+id, nil).Require(204, "")
		wantAll(sessions[1], 401)

		live := sessions[2].OnServer(w.at(3))
		if ended := live.Do("POST", "/api/v1/sessions/end-others", nil).Require(200, "").Int("sessions_ended"); ended != 3 {
			t.Errorf("%d sessions were ended, want 3", ended)
		}
		for _, c := range sessions[3:] {
			wantAll(c, 401)
		}
		wantAll(sessions[2], 200)

		w.say("", "account", "reset-mfa", "--email", ada, "--reason", "seen in person")
		wantAll(sessions[2], 401)
	})
}

// Signing in at all processes at once leaves no more sessions than an account may have.
func TestT40_SessionLimitAcrossProcesses(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		answers := apptest.Concurrently(12, func(i int) apptest.Response {
			return w.at(i).Script("").SignIn(ada, JSON{"deliver": "token"})
		})
		alive := 0
		for i, a := range answers {
			token := a.Require(201, "").Text("session_token")
			if w.at(i+1).Script(token).Do("GET", apptest.PathCurrentSession, nil).Status == 200 {
				alive++
			}
		}
		if alive != 3 {
			t.Error(fmt.Sprint(alive) + " sessions are alive, want 3")
		}
	}, "TWOFOLD_SESSIONS_PER_ACCOUNT=3", "TWOFOLD_FREE_ATTEMPTS=1000")
}
