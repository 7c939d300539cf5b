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

// previous is the file of the program of the release before, built from its commit. A shallow clone may not have that: then
// the test is skipped; anywhere else it fails.
func previous(t *testing.T) string {
	t.Helper()
	named, err := os.ReadFile(filepath.Join(apptest.Root(), ".ci/previous"))
	apptest.Must(t, err)
	lines := strings.Split(strings.TrimSpace(string(named)), "\n")
	commit := lines[len(lines)-1]
	git := func(args ...string) (string, error) {
		command := exec.Command("git", args...)
		command.Dir = apptest.Root()
		said, err := command.CombinedOutput()
		return strings.TrimSpace(string(said)), err
	}
	if said, err := git("cat-file", "-e", commit+"^{commit}"); err != nil {
		if shallow, _ := git("rev-parse", "--is-shallow-repository"); shallow != "true" {
			t.Fatalf("%s, which .ci/previous names, is not in this repository: %s", commit, said)
		}
		t.Skipf("NOT TESTED: an upgrade. This clone is shallow and has no %s, which .ci/previous names: git fetch --unshallow", commit)
	}
	sources, into := t.TempDir(), t.TempDir()
	archive := filepath.Join(into, "sources.tar")
	if said, err := git("archive", "--output", archive, commit); err != nil {
		t.Fatalf("git archive: %v: %s", err, said)
	}
	if said, err := exec.Command("tar", "-x", "-C", sources, "-f", archive).CombinedOutput(); err != nil {
		t.Fatalf("tar: %v: %s", err, said)
	}
	apptest.Must(t, build(sources, into))
	return filepath.Join(into, "twofold")
}

// The release before serves, this one starts beside it and migrates the database under a load, both serve, and the old one
// is stopped. Then it is started again, as for a rollback. No client sees an error.
func TestUpgrade_UnderLoad(t *testing.T) {
	apptest.Upgrade(t)
	t.Parallel()
	before := previous(t)
	w := newClusterFixture(t)
	w.launch(before, 1)
	add := func(email string) {
		_, err := w.RunCommand(context.Background(), before, apptest.Password, "account", "add", "--email", email, "--password-stdin")
		apptest.Must(t, err)
	}
	const people = 16
	for i := range 2 {
		add(fmt.Sprintf("walker%d@example.com", i))
	}
	add("victim@example.com")
	for i := range people {
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
		email := fmt.Sprintf("walker%d@example.com", i)
		s.let(email, func(int) error { return s.churnUsers(email) })
	}
	s.let("a guesser", func(int) error { return s.guess("victim@example.com", phone) })
	s.let("new user", func(i int) error {
		if i < people {
			return s.enroll(fmt.Sprintf("new%d@example.com", i))
		}
		return s.churnUsers("walker0@example.com")
	})
	s.seen("before")
	marks := leaveMarks(old, ada)
	newest := newestMigration(t)
	t.Logf("the release before has migration %d: %v", newest, w.has(newest))
	w.launch(w.program, 1) // it migrates
	if !w.has(newest) {
		t.Errorf("the new process has started, and migration %d is missing", newest)
	}
	now := w.servers[1]
	s.serve(old, now)
	s.seen("while both serve")
	marks.honored(t, now, old)
	leaveMarks(now, bob).honored(t, old, now)
	s.seen("still")
	s.serve(now)
	apptest.Must(t, w.Processes[0].Stop())
	s.seen("after the old one has gone")
	apptest.Must(t, w.Processes[0].Start(t.Context()))
	s.serve(old, now)
	s.seen("after it has come back")
	s.close()
	t.Logf("visits: %v", s.visits)
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, `"status":5`) || strings.Contains(line, `"level":"ERROR"`) {
			t.Errorf("logged was %s", line)
		}
	}
}

// newestMigration is the number of this release's last.
func newestMigration(t *testing.T) (number int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(apptest.Root(), "internal/store/migrations/postgres/*.sql"))
	apptest.Must(t, err)
	_, err = fmt.Sscanf(filepath.Base(slices.Max(files)), "%d_", &number)
	apptest.Must(t, err)
	return number
}

// has reports whether the database has a migration.
func (w *clusterFixture) has(migration int) bool {
	// What has none is divided by zero.
	statement := fmt.Sprintf("SELECT 1 / count(*) FROM goose_db_version WHERE version_id = %d AND is_applied", migration)
	return pgserver.Shared(w.t).Exec(w.t.Context(), w.database, statement) == nil
}

const bob = "bob@example.com"

// marks are what a process of one release has given out, for a process of another to honor.
type marks struct {
	email   string
	live    *apptest.Client
	phone   *apptest.Phone
	used    string // of its codes
	codes   []string
	remove  string // a step-up token
	renew   string // another
	waiting []string
	second  *apptest.Phone // an enrollment that waits
}

func leaveMarks(h *apptest.Server, email string) marks {
	h.T.Helper()
	m := marks{email: email, live: h.SignedIn(email)}
	m.phone = m.live.Begin()
	m.codes = m.live.Confirm(m.phone, m.phone.Code()).Require(201, "").RecoveryCodes()
	m.second = m.live.Begin(apptest.RecoveryCode(m.codes[0]))
	m.remove = m.live.StepUpToken("mfa.remove", apptest.RecoveryCode(m.codes[1]))
	m.used = m.phone.CodeIn(1)
	m.renew = m.live.StepUpToken("mfa.recovery_codes", apptest.Code(m.used))
	for range 3 {
		m.waiting = append(m.waiting, h.PendingSignIn(email))
	}
	return m
}

// honored fails the test unless another process takes everything as the one that gave it would, each thing once.
func (m marks) honored(t *testing.T, other, giver *apptest.Server) {
	t.Helper()
	there := m.live.OnServer(other)
	there.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	if ours, theirs := other.PublishedKIDs(), giver.PublishedKIDs(); fmt.Sprint(ours) != fmt.Sprint(theirs) {
		t.Errorf("one release publishes the keys %v, the other %v", ours, theirs)
	}
	other.SecondFactor(m.waiting[0], apptest.Code(m.used)).Require(401, "code_used")
	other.SecondFactor(m.waiting[0], apptest.RecoveryCode(m.codes[1])).Require(401, "code_used")
	other.SecondFactor(m.waiting[0], apptest.RecoveryCode(m.codes[2])).Require(201, "")
	giver.SecondFactor(m.waiting[1], apptest.RecoveryCode(m.codes[2])).Require(401, "code_used")

	renewed := there.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", m.renew).Require(201, "")
	m.live.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", m.renew).Require(401, "step_up_required")
	giver.SecondFactor(m.waiting[1], apptest.RecoveryCode(m.codes[3])).Require(401, "code_rejected") // of the set that was replaced
	giver.SecondFactor(m.waiting[1], apptest.RecoveryCode(renewed.RecoveryCodes()[0])).Require(201, "")

	there.Confirm(m.second, m.second.Code()).Require(201, "") // ends older tokens
	m.live.Do("DELETE", "/api/v1/mfa/methods/"+m.phone.ID, nil, "Step-Up-Token", m.remove).Require(401, "step_up_required")
	token := there.StepUpToken("mfa.remove", apptest.Code(m.second.CodeIn(1)))
	m.live.Do("DELETE", "/api/v1/mfa/methods/"+m.phone.ID, nil, "Step-Up-Token", token).Require(200, "")
	other.SecondFactor(giver.PendingSignIn(m.email), apptest.Code(m.second.Wrong())).Require(401, "code_rejected")

	for _, h := range []*apptest.Server{other, giver} {
		h.SignedIn(m.email, apptest.RecoveryCode(renewed.RecoveryCodes()[map[bool]int{true: 1, false: 2}[h == giver]]))
	}
	there.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
	m.live.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}
