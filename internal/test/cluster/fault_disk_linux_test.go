package cluster_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"twofold/internal/test/apptest"
	"twofold/internal/test/cluster"
)

// disk describes a file system for the database of a process, and how to fill it. The formats get the database's directory.
type disk struct {
	mount      string // format of a shell command that mounts the file system, if any
	seal       string // format of a shell command that runs after the account was added, if any
	fill, free func(t *testing.T, pid int, dir string)
}

var disks = map[string]disk{
	// A file system in the mount namespace of the process, which the test fills.
	"no space left on the disk": {
		mount: "mount -t tmpfs -o size=4m none %s &&",
		fill: func(t *testing.T, pid int, dir string) {
			t.Helper()
			ballast, err := os.Create(ballastPath(pid, dir))
			apptest.Must(t, err)
			defer func() { _ = ballast.Close() }()
			for err == nil {
				_, err = ballast.Write(make([]byte, 1024))
			}
			if !errors.Is(err, unix.ENOSPC) {
				t.Fatal(err)
			}
		},
		free: func(t *testing.T, pid int, dir string) {
			t.Helper()
			apptest.Must(t, os.Remove(ballastPath(pid, dir)))
		},
	},
	// A limit on the size of files, as by a quota.
	"no larger file is allowed": {
		fill: func(t *testing.T, pid int, _ string) { limitFileSize(t, pid, 4096) },
		free: func(t *testing.T, pid int, _ string) { limitFileSize(t, pid, unix.RLIM_INFINITY) },
	},
}

// ballastPath returns the path of a file in a directory of the mount namespace of a process.
func ballastPath(pid int, dir string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), "root", dir, "ballast")
}

func limitFileSize(t *testing.T, pid int, size uint64) {
	t.Helper()
	apptest.Must(t, unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}, nil))
}

func TestFault_FullDisk(t *testing.T) {
	t.Parallel()
	for name, d := range disks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, pid, dir := d.serve(t)
			client := h.SignedIn(ada)
			tried, acked := 0, 0
			write := func() int {
				tried++
				status := client.Do("PATCH", apptest.PathAccount, JSON{"display_name": fmt.Sprint(tried)}).Status
				if status == 200 {
					acked = tried
				}
				return status
			}
			if got := write(); got != 200 {
				t.Fatalf("a write before the disk is full got status %d", got)
			}
			d.fill(t, pid, dir)
			apptest.Eventually(t, "a write is rejected", func() bool { return write() == 503 })
			h.Script("").Do("GET", "/readyz", nil).Require(503, "unavailable")
			if a := h.Script("").Do("GET", "/readyz", nil); !strings.Contains(string(a.Body), "database_read_only") {
				t.Errorf("readiness response: %s", a.Body)
			}
			for range 3 { // attempts cannot be counted, so no credential is accepted
				h.Script("").SignIn(ada).Require(503, "unavailable")
				h.Script("").SignIn(ada, JSON{"password": "a wrong password"}).Require(503, "unavailable")
			}
			client.Do("GET", apptest.PathAccount, nil).Require(200, "")
			d.free(t, pid, dir)
			h.Script("").Do("GET", "/readyz", nil).Require(200, "")
			stored := 0
			if _, err := fmt.Sscan(client.Do("GET", apptest.PathAccount, nil).Text("display_name"), &stored); err != nil || stored != acked {
				t.Errorf("stored is %d, %v, want the acknowledged %d", stored, err, acked)
			}
			if got := write(); got != 200 {
				t.Errorf("a write after space was freed got status %d", got)
			}
			h.SignedIn(ada)
		})
	}
}

// The server detects a read-only file system when it starts, and exits with an error that names the setting.
func TestFault_ReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	d := disk{mount: "mount --bind %[1]s %[1]s &&", seal: "mount -o remount,bind,ro %s &&"}
	c, wrapper, _ := d.prepare(t, t.TempDir())
	err := c.Launch(t.Context(), wrapper, 1)
	d.skipIfUnavailable(t, err)
	if err == nil || !strings.Contains(err.Error(), "TWOFOLD_DATABASE_URL") || !strings.Contains(err.Error(), "file and folder must be writable") {
		t.Errorf("starting returns %v", err)
	}
}

// serve starts a process whose SQLite database is on the disk and has an account for Ada.
func (d disk) serve(t *testing.T) (h *apptest.Server, pid int, dir string) {
	t.Helper()
	dir = t.TempDir()
	c, wrapper, pidFile := d.prepare(t, dir)
	err := c.Launch(t.Context(), wrapper, 1)
	d.skipIfUnavailable(t, err)
	apptest.Must(t, err)
	text, err := os.ReadFile(pidFile)
	apptest.Must(t, err)
	pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
	apptest.Must(t, err)
	return apptest.Remote(t, c.Processes[0].URL(), time.Now), pid, dir
}

// skipIfUnavailable skips the test if err means that the system does not allow mounting the file system.
func (d disk) skipIfUnavailable(t *testing.T, err error) {
	t.Helper()
	if d.mount != "" && err != nil && (strings.Contains(err.Error(), "unshare") || strings.Contains(err.Error(), "mount:")) {
		t.Skipf("this system does not allow mounting a file system: %v", err)
	}
}

// prepare returns a cluster with an SQLite database on the disk, and the path of a script to launch. The script mounts the disk,
// adds Ada's account, and replaces itself by the server. It writes its process id to pidFile.
func (d disk) prepare(t *testing.T, dir string) (c *cluster.Cluster, wrapper, pidFile string) {
	t.Helper()
	scripts := t.TempDir()
	wrapper, pidFile = filepath.Join(scripts, "twofold"), filepath.Join(scripts, "pid")
	shell, mount := "sh -c", ""
	if d.mount != "" {
		shell, mount = "unshare --user --map-root-user --mount sh -c", fmt.Sprintf(d.mount, dir)
	}
	add := fmt.Sprintf("echo \"%s\" | %s account add --email %s --password-stdin >&2 &&", apptest.Password, program(t), ada)
	script := fmt.Sprintf("#!/bin/sh\necho $$ >%s\nexec %s '%s %s %s exec %s \"$@\"' sh \"$@\"\n", pidFile, shell, mount, add, d.sealCommand(dir), program(t))
	apptest.Must(t, os.WriteFile(wrapper, []byte(script), 0o700))
	c, err := cluster.Prepare(t.Context(), cluster.Options{
		PublicURL: "http://localhost:8080", Database: "sqlite:" + filepath.Join(dir, "twofold.db"), Settings: cheapHashes,
	})
	apptest.Must(t, err)
	t.Cleanup(func() { apptest.Must(t, c.Close()) })
	return c, wrapper, pidFile
}

func (d disk) sealCommand(dir string) string {
	if d.seal == "" {
		return ""
	}
	return fmt.Sprintf(d.seal, dir)
}
