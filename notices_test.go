package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"twofold/internal/app/apptest"
	"twofold/internal/notify"
)

// server is the program itself, serving a folder that a house in this process writes to.
type server struct {
	t       *testing.T
	command *exec.Cmd
	log     bytes.Buffer
}

// serveIn starts the program. It has its own clock, the machine's.
func serveIn(t *testing.T, dir string, box *apptest.Mailbox) *server {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, command: exec.Command(self, "serve")}
	s.command.Args[0] = "twofold" // TestMain runs the program under this name
	s.command.Env = append(os.Environ(),
		"TWOFOLD_LISTEN=127.0.0.1:0", "TWOFOLD_DATABASE_URL=sqlite:"+filepath.Join(dir, "twofold.db"), "TWOFOLD_MASTER_KEY_FILE="+filepath.Join(dir, "master.key"),
		"TWOFOLD_SMTP_TIMEOUT=1s", box.Setting())
	s.command.Stderr = &s.log
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

// kill ends it as a power cut would. Killing twice is fine.
func (s *server) kill() {
	if s.command.ProcessState == nil {
		_ = s.command.Process.Kill()
		_ = s.command.Wait()
	}
}

// arrival is the next mail.
func (s *server) arrival(mails <-chan apptest.Mail) apptest.Mail {
	s.t.Helper()
	select {
	case m := <-mails:
		return m
	case <-time.After(30 * time.Second):
		s.kill()
		s.t.Fatalf("no mail has arrived\n%s", s.log.String())
		return apptest.Mail{}
	}
}

// committed is a folder in which a change with its notice was committed by a process that is gone.
func committed(t *testing.T, box *apptest.Mailbox) (dir string) {
	t.Helper()
	clock := apptest.NewClock()
	clock.Advance(time.Since(clock.Now()))
	h := apptest.StartIn(t, t.TempDir(), clock, box.Setting())
	id := h.AddAccount("ada@example.com")
	if _, err := h.App.Notices.Post(context.Background(), notify.Notice{Kind: notify.PasswordChanged, AccountID: id}); err != nil {
		t.Fatal(err)
	}
	h.Stop()
	return h.Dir
}

func TestT37_AProcessThatDiesBeforeItSendsLeavesTheMailToTheNext(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	dir := committed(t, box)
	held := box.Hang()
	first := serveIn(t, dir, box)
	first.arrival(held) // it is on its way, and not taken
	first.kill()
	box.Take() // what comes from now on
	arrived := make(chan apptest.Mail, 10)
	box.Took(func(m apptest.Mail) { arrived <- m })
	if m := serveIn(t, dir, box).arrival(arrived); m.Subject != "The password of your account was changed" {
		t.Errorf("got %q", m.Subject)
	}
}

func TestT37_AProcessThatDiesBeforeItSaysSoSendsTheMailAgain(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	dir := committed(t, box)
	arrived := make(chan apptest.Mail, 10)
	died := make(chan struct{})
	box.Took(func(m apptest.Mail) {
		arrived <- m
		<-died // the server has the mail, and the sender never learns
	})
	first := serveIn(t, dir, box)
	sent := first.arrival(arrived)
	first.kill()
	close(died)
	again := serveIn(t, dir, box).arrival(arrived)
	if sent.Header.Get("Message-Id") != again.Header.Get("Message-Id") || again.Text != sent.Text {
		t.Errorf("the mail that came again is another:\n%s\n%s", sent.Raw, again.Raw)
	}
}
