//go:build unix

package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"twofold/internal/config"
)

func TestPassedListener(t *testing.T) {
	t.Parallel()
	opened, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "x.sock")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	pid := os.Getpid()
	for name, c := range map[string]struct {
		pid, fds string
		ok       bool
	}{
		"one socket":         {strconv.Itoa(pid), "1", true},
		"two":                {strconv.Itoa(pid), "2", false},
		"none":               {strconv.Itoa(pid), "0", false},
		"of another process": {strconv.Itoa(pid + 1), "1", false},
		"without systemd":    {"", "", false},
	} {
		file, err := opened.File()
		if err != nil {
			t.Fatal(err)
		}
		fd, err := syscall.Dup(int(file.Fd())) // passedListener closes it
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
		getenv := func(name string) string { return map[string]string{"LISTEN_PID": c.pid, "LISTEN_FDS": c.fds}[name] }
		listener, err := passedListener(getenv, pid, uintptr(fd))
		if (err == nil) != c.ok || c.ok && listener.Addr().String() != opened.Addr().String() {
			t.Errorf("%s: got %v, %v", name, listener, err)
		}
		if c.ok {
			_ = listener.Close()
		} else {
			_ = syscall.Close(fd)
		}
	}
	if _, err := os.Stat(opened.Addr().String()); err != nil {
		t.Errorf("closing removes the socket of systemd: %v", err)
	}
}

func TestListen_SocketMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.sock")
	for _, mode := range []config.FileMode{0o600, 0o660, 0o666} {
		listener, err := Listen(t.Context(), "unix:"+path, mode)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != os.FileMode(mode) {
			t.Errorf("got %v, %v, want %o", info, err, mode)
		}
		if _, err := Listen(t.Context(), "unix:"+path, mode); err == nil {
			t.Error("two listen at one socket")
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHealthcheck_UnixSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.sock")
	listener, err := Listen(t.Context(), "unix:"+path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	status := http.StatusOK
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" || r.Host != "localhost:80" {
			t.Errorf("asked for %s of %s", r.URL, r.Host)
		}
		w.WriteHeader(status)
	}))
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	defer server.Close()
	for _, c := range []config.Config{{Listen: "unix:" + path}, {Listen: config.Systemd, OpsListen: "unix:" + path}} {
		if err := Healthcheck(context.Background(), c); err != nil {
			t.Error(err)
		}
	}
	status = http.StatusServiceUnavailable
	if err := Healthcheck(context.Background(), config.Config{Listen: "unix:" + path}); err == nil {
		t.Error("503 counts as healthy")
	}
}
