package cluster_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
	"twofold/internal/test/pgserver"
)

// previousRelease returns the path of a binary of the previous release, built from its commit. It skips the test if the clone
// is shallow and lacks the commit.
func previousRelease(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(apptest.Root(), ".ci/previous"))
	apptest.Must(t, err)
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	commit := lines[len(lines)-1]
	git := func(args ...string) (string, error) {
		command := exec.Command("git", args...)
		command.Dir = apptest.Root()
		output, err := command.CombinedOutput()
		return strings.TrimSpace(string(output)), err
	}
	if output, err := git("cat-file", "-e", commit+"^{commit}"); err != nil {
		if shallow, _ := git("rev-parse", "--is-shallow-repository"); shallow != "true" {
			t.Fatalf("commit %s of .ci/previous is not in this repository: %s", commit, output)
		}
		t.Skipf("the upgrade is not tested, because this shallow clone lacks commit %s of .ci/previous; run git fetch --unshallow", commit)
	}
	sources, out := t.TempDir(), t.TempDir()
	archive := filepath.Join(out, "sources.tar")
	if output, err := git("archive", "--output", archive, commit); err != nil {
		t.Fatalf("git archive: %v: %s", err, output)
	}
	if output, err := exec.Command("tar", "-x", "-C", sources, "-f", archive).CombinedOutput(); err != nil {
		t.Fatalf("tar: %v: %s", err, output)
	}
	apptest.Must(t, build(sources, out))
	return filepath.Join(out, "twofold")
}

// A process of the previous release serves. A process of this version starts and migrates the database under load, both serve,
// and the old process stops. Then it starts again, as in a rollback. No client gets an unexpected response.
func TestUpgrade_UnderLoad(t *testing.T) {
	apptest.Upgrade(t)
	t.Parallel()
	previous := previousRelease(t)
	w := newClusterFixture(t)
	w.launch(previous, 1)
	add := func(email string) {
		_, err := w.RunCommand(context.Background(), previous, apptest.Password, "account", "add", "--email", email, "--password-stdin")
		apptest.Must(t, err)
	}
	const newUsers = 16
	for i := range 2 {
		add(fmt.Sprintf("returning%d@example.com", i))
	}
	add("victim@example.com")
	for i := range newUsers {
		add(fmt.Sprintf("new%d@example.com", i))
	}
	for _, email := range []string{ada, bob} {
		add(email)
	}
	old := w.servers[0]
	victim := old.SignedIn("victim@example.com")
	phone := victim.Begin()
	victim.Confirm(phone, phone.Code()).Require(201, "")

	s := startBackgroundLoad(t, old)
	for i := range 2 {
		email := fmt.Sprintf("returning%d@example.com", i)
		s.repeat(email, func(int) error { return s.signInAndOut(email) })
	}
	s.repeat("attacker", func(int) error { return s.guessCode("victim@example.com", phone) })
	s.repeat("new user", func(i int) error {
		if i < newUsers {
			return s.enroll(fmt.Sprintf("new%d@example.com", i))
		}
		return s.signInAndOut("returning0@example.com")
	})
	s.awaitIterations("before the upgrade")
	credentials := issueCredentials(old, ada)
	newest := newestMigration(t)
	t.Logf("the previous release has migration %d: %v", newest, w.hasMigration(newest))
	w.launch(w.program, 1) // migrates the database
	if !w.hasMigration(newest) {
		t.Errorf("migration %d is missing after the start of the new process", newest)
	}
	current := w.servers[1]
	s.serve(old, current)
	s.awaitIterations("while both releases serve")
	credentials.requireAccepted(t, current, old)
	issueCredentials(current, bob).requireAccepted(t, old, current)
	s.awaitIterations("after the credentials were checked")
	s.serve(current)
	apptest.Must(t, w.Processes[0].Stop())
	s.awaitIterations("after the old process has stopped")
	apptest.Must(t, w.Processes[0].Start(t.Context()))
	s.serve(old, current)
	s.awaitIterations("after the old process has started again")
	s.close()
	t.Logf("iterations: %v", s.iterations)
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, `"status":5`) || strings.Contains(line, `"level":"ERROR"`) {
			t.Errorf("unexpected log line: %s", line)
		}
	}
}

// newestMigration returns the number of this version's newest migration.
func newestMigration(t *testing.T) (number int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(apptest.Root(), "internal/store/migrations/postgres/*.sql"))
	apptest.Must(t, err)
	_, err = fmt.Sscanf(filepath.Base(slices.Max(files)), "%d_", &number)
	apptest.Must(t, err)
	return number
}

// hasMigration reports whether a migration has been applied to the database.
func (w *clusterFixture) hasMigration(migration int) bool {
	// The statement fails by a division by zero if it has not.
	statement := fmt.Sprintf("SELECT 1 / count(*) FROM goose_db_version WHERE version_id = %d AND is_applied", migration)
	return pgserver.Shared(w.t).Exec(w.t.Context(), w.database, statement) == nil
}

const bob = "bob@example.com"

// issuedCredentials are credentials and tokens that a process of one release issued, for a process of the other to accept.
type issuedCredentials struct {
	email    string
	live     *apptest.Client
	phone    *apptest.Phone
	used     string         // a used code of phone
	codes    []string       // recovery codes
	remove   string         // step-up token for removing a method
	renew    string         // step-up token for new recovery codes
	pending  []string       // sign-in tokens
	newPhone *apptest.Phone // of a pending enrollment
}

// issueCredentials signs in, enrolls, steps up, and begins sign-ins and another enrollment.
func issueCredentials(h *apptest.Server, email string) issuedCredentials {
	h.T.Helper()
	m := issuedCredentials{email: email, live: h.SignedIn(email)}
	m.phone = m.live.Begin()
	m.codes = m.live.Confirm(m.phone, m.phone.Code()).Require(201, "").RecoveryCodes()
	m.newPhone = m.live.Begin(apptest.RecoveryCode(m.codes[0]))
	m.remove = m.live.StepUpToken("mfa.remove", apptest.RecoveryCode(m.codes[1]))
	m.used = m.phone.CodeIn(1)
	m.renew = m.live.StepUpToken("mfa.recovery_codes", apptest.Code(m.used))
	for range 3 {
		m.pending = append(m.pending, h.PendingSignIn(email))
	}
	return m
}

// requireAccepted checks that another process accepts everything as the issuer would, and that single-use credentials work once.
func (m issuedCredentials) requireAccepted(t *testing.T, other, issuer *apptest.Server) {
	t.Helper()
	elsewhere := m.live.OnServer(other)
	elsewhere.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	if got, want := other.PublishedKIDs(), issuer.PublishedKIDs(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("one release publishes the keys %v, the other %v", got, want)
	}
	other.SecondFactor(m.pending[0], apptest.Code(m.used)).Require(401, "code_used")
	other.SecondFactor(m.pending[0], apptest.RecoveryCode(m.codes[1])).Require(401, "code_used")
	other.SecondFactor(m.pending[0], apptest.RecoveryCode(m.codes[2])).Require(201, "")
	issuer.SecondFactor(m.pending[1], apptest.RecoveryCode(m.codes[2])).Require(401, "code_used")

	renewed := elsewhere.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", m.renew).Require(201, "")
	m.live.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", m.renew).Require(401, "step_up_required")
	issuer.SecondFactor(m.pending[1], apptest.RecoveryCode(m.codes[3])).Require(401, "code_rejected") // replaced
	issuer.SecondFactor(m.pending[1], apptest.RecoveryCode(renewed.RecoveryCodes()[0])).Require(201, "")

	elsewhere.Confirm(m.newPhone, m.newPhone.Code()).Require(201, "") // revokes older step-up tokens
	m.live.Do("DELETE", "/api/v1/mfa/methods/"+m.phone.ID, nil, "Step-Up-Token", m.remove).Require(401, "step_up_required")
	token := elsewhere.StepUpToken("mfa.remove", apptest.Code(m.newPhone.CodeIn(1)))
	m.live.Do("DELETE", "/api/v1/mfa/methods/"+m.phone.ID, nil, "Step-Up-Token", token).Require(200, "")
	other.SecondFactor(issuer.PendingSignIn(m.email), apptest.Code(m.newPhone.Wrong())).Require(401, "code_rejected")

	for _, h := range []*apptest.Server{other, issuer} {
		h.SignedIn(m.email, apptest.RecoveryCode(renewed.RecoveryCodes()[map[bool]int{true: 1, false: 2}[h == issuer]]))
	}
	elsewhere.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
	m.live.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}
