package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"twofold/internal/notify"
	"twofold/internal/test/apptest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"twofold": main})
}

// TestCommands runs the scripts of the directory with the real program. Each script has a directory and a free address of its
// own, with settings for both.
func TestCommands(t *testing.T) {
	t.Parallel()
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // otherwise programs ignore it if this test runs under nohup
	testscript.Run(t, testscript.Params{
		Dir:                 "internal/app/testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			address, err := freeAddress()
			if err != nil {
				return err
			}
			operations, err := freeAddress()
			env.Setenv("OPERATIONS", operations)
			env.Setenv("OUTSIDE", outsideAddress(address))
			env.Setenv("TWOFOLD_LISTEN", address)
			env.Setenv("TWOFOLD_PUBLIC_URL", "http://"+address)
			env.Setenv("TWOFOLD_OPS_LISTEN", "off")
			env.Setenv("TWOFOLD_SHUTDOWN_TIMEOUT", "5s")
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "await": await, "signal": sendSignal, "answers": answers, "publishes": publishes, "signs-in": signsIn, "hold": hold,
			"mailbox": mailbox, "mails": mails,
		},
	})
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// outsideAddress is a free address of this machine that is not loopback, or another one if it has none.
func outsideAddress(other string) string {
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() {
			_, port, _ := net.SplitHostPort(other)
			return net.JoinHostPort(ip.IP.String(), port)
		}
	}
	return other
}

// exits runs a program and checks its exit code: exits 2 twofold frobnicate.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exitErr *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exitErr) {
		got = exitErr.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s: exit code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// await waits until the server responds. With ! it waits until the server no longer listens. Both wait at most half a minute.
func await(ts *testscript.TestScript, stopped bool, _ []string) {
	address := ts.Getenv("TWOFOLD_LISTEN")
	deadline := time.Now().Add(30 * time.Second)
	for try := time.NewTicker(20 * time.Millisecond); ; <-try.C {
		response, err := http.Get("http://" + address + "/healthz")
		if err == nil {
			_ = response.Body.Close()
		}
		if stopped == errors.Is(err, syscall.ECONNREFUSED) && (stopped || err == nil) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("after half a minute /healthz returns %v", err)
		}
	}
}

// sendSignal sends a signal to the background processes: signal TERM.
func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": os.Interrupt, "HUP": syscall.SIGHUP}
	if neg || len(args) != 1 || signals[args[0]] == nil {
		ts.Fatalf("usage: signal TERM|INT|HUP")
	}
	for _, running := range ts.BackgroundCmds() {
		ts.Check(running.Process.Signal(signals[args[0]]))
	}
}

// answers implements a script command that requests a path and checks the status of the response: answers 503 /readyz.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: answers STATUS PATH")
	}
	response, err := http.Get("http://" + ts.Getenv("TWOFOLD_LISTEN") + args[1])
	ts.Check(err)
	defer func() { _ = response.Body.Close() }()
	if got := strconv.Itoa(response.StatusCode); got != args[0] {
		ts.Fatalf("%s: got status %s, want %s", args[1], got, args[0])
	}
}

// publishes waits until the server publishes the key whose id is in a file. The server notices changes by commands within a
// second.
func publishes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: publishes FILE")
	}
	kid := strings.TrimSpace(ts.ReadFile(args[0]))
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(20 * time.Millisecond) {
		response, err := http.Get("http://" + ts.Getenv("TWOFOLD_LISTEN") + "/.well-known/jwks.json")
		ts.Check(err)
		text, err := io.ReadAll(response.Body)
		ts.Check(errors.Join(err, response.Body.Close()))
		if strings.Contains(string(text), kid) {
			return
		}
	}
	ts.Fatalf("the server does not publish %s", kid)
}

// signsIn signs in with an address and the exact content of a file as the password. With ! the sign-in must be rejected.
func signsIn(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] signs-in EMAIL FILE")
	}
	status, err := signIn(ts.Getenv("TWOFOLD_LISTEN"), args[0], ts.ReadFile(args[1]))
	ts.Check(err)
	if want := map[bool]int{false: http.StatusCreated, true: http.StatusUnauthorized}[neg]; status != want {
		ts.Fatalf("sign-in as %s: got status %d, want %d", args[0], status, want)
	}
}

func signIn(address, email, password string) (int, error) {
	body, err := json.Marshal(map[string]string{"email": email, "password": password, "deliver": "token"})
	if err != nil {
		return 0, err
	}
	response, err := http.Post("http://"+address+"/api/v1/sessions", "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// hold begins a request and never completes it.
func hold(ts *testscript.TestScript, _ bool, _ []string) {
	address := ts.Getenv("TWOFOLD_LISTEN")
	c, err := net.Dial("tcp", address)
	ts.Check(err)
	ts.Defer(func() { _ = c.Close() })
	_, err = fmt.Fprintf(c, "POST /api/v1/sessions HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n", address)
	ts.Check(err)
	_, err = c.Read(make([]byte, 1)) // the server has read the headers and asks for the body
	ts.Check(err)
}

// mailbox starts a mail server for the script and adds it to the settings.
func mailbox(ts *testscript.TestScript, _ bool, _ []string) {
	box, err := apptest.OpenMailbox()
	ts.Check(err)
	ts.Defer(box.Close)
	ts.Setenv("TWOFOLD_SMTP_URL", box.URL())
	boxes.Store(box.URL(), box)
}

// boxes holds the mail servers of the scripts, by URL.
var boxes sync.Map

// mails checks the number of received mails: mails 1.
func mails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mails NUMBER")
	}
	value, _ := boxes.Load(ts.Getenv("TWOFOLD_SMTP_URL"))
	box, ok := value.(*apptest.Mailbox)
	if !ok {
		ts.Fatalf("the script has no mailbox")
	}
	if got := strconv.Itoa(len(box.All())); got != args[0] {
		ts.Fatalf("%s mails have arrived, want %s", got, args[0])
	}
}

// server is a process of the real program, on the database of a directory.
type server struct {
	t       *testing.T
	command *exec.Cmd
	log     bytes.Buffer
}

// serveIn starts the program. It uses the system clock.
func serveIn(t *testing.T, dir string, box *apptest.Mailbox, settings ...string) *server {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, command: exec.Command(self, "serve")}
	s.command.Args[0] = "twofold" // TestMain runs the program under this name
	s.command.Env = append(os.Environ(),
		"TWOFOLD_LISTEN=127.0.0.1:0", "TWOFOLD_OPS_LISTEN=off", "TWOFOLD_DATABASE_URL=sqlite:"+filepath.Join(dir, "twofold.db"), "TWOFOLD_MASTER_KEY_FILE="+filepath.Join(dir, "master.key"),
		"TWOFOLD_SMTP_TIMEOUT=1s", box.Setting())
	s.command.Env = append(s.command.Env, settings...)
	s.command.Stderr = &s.log
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

// kill kills the process. A second call does nothing.
func (s *server) kill() {
	if s.command.ProcessState == nil {
		_ = s.command.Process.Kill()
		_ = s.command.Wait()
	}
}

// arrival waits for the next mail.
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

// committed returns the directory of a database in which a stopped process has committed a notice that is not sent yet.
func committed(t *testing.T, box *apptest.Mailbox) (dir string) {
	t.Helper()
	clock := apptest.NewClock()
	clock.Advance(time.Since(clock.Now()))
	h := apptest.StartIn(t, t.TempDir(), clock, box.Setting())
	id := h.AddAccount("ada@example.com")
	if _, err := h.App.Notices.Enqueue(context.Background(), notify.Notice{Kind: notify.PasswordChanged, AccountID: id}); err != nil {
		t.Fatal(err)
	}
	h.Stop()
	return h.Dir
}

func TestT37_CrashBeforeSend(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	dir := committed(t, box)
	held := box.Stall()
	first := serveIn(t, dir, box)
	first.arrival(held) // the mail was sent but not accepted
	first.kill()
	box.Accept() // mails from now on
	arrived := make(chan apptest.Mail, 10)
	box.OnDelivery(func(m apptest.Mail) { arrived <- m })
	if m := serveIn(t, dir, box).arrival(arrived); m.Subject != "Your password was changed" {
		t.Errorf("got %q", m.Subject)
	}
}

func TestT37_CrashAfterSend(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	dir := committed(t, box)
	arrived := make(chan apptest.Mail, 10)
	killed := make(chan struct{})
	box.OnDelivery(func(m apptest.Mail) {
		arrived <- m
		<-killed // the mail server has the mail, but the sender gets no reply
	})
	first := serveIn(t, dir, box)
	sent := first.arrival(arrived)
	first.kill()
	close(killed)
	again := serveIn(t, dir, box).arrival(arrived)
	if sent.Header.Get("Message-Id") != again.Header.Get("Message-Id") || again.Text != sent.Text {
		t.Errorf("the repeated mail differs:\n%s\n%s", sent.Raw, again.Raw)
	}
}

func TestTraces_ExportToCollector(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	dir := committed(t, box)
	arrived := make(chan apptest.Mail, 10)
	box.OnDelivery(func(m apptest.Mail) { arrived <- m })
	traced := apptest.NewCollector(t)
	s := serveIn(t, dir, box, "OTEL_EXPORTER_OTLP_ENDPOINT="+traced.URL, "OTEL_SERVICE_NAME=canary")
	s.arrival(arrived)
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.command.Wait(); err != nil {
		t.Errorf("the server stopped with %v\n%s", err, s.log.String())
	}
	spans, resources := traced.Spans(), traced.Resources()
	if len(spans) != 1 || spans[0].Name != "mail.send" || !strings.Contains(resources[0].Resource.String(), `"canary"`) {
		t.Errorf("got %v of %v, want one span of the mail, with the service name from the environment", spans, resources)
	}
}
