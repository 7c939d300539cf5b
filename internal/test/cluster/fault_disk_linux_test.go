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

// disk is where a process keeps its database, and how it fills up.
type disk struct {
	mount      string // what makes it, in the shell that becomes the process
	seal       string // what is done to it before that
	fill, free func(t *testing.T, pid int, dir string)
}

var disks = map[string]disk{
	// A file system of the process's own, which is full.
	"no space left on the disk": {
		mount: "mount -t tmpfs -o size=4m none %s &&",
		fill: func(t *testing.T, pid int, dir string) {
			t.Helper()
			ballast, err := os.Create(ballastIn(pid, dir))
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
			apptest.Must(t, os.Remove(ballastIn(pid, dir)))
		},
	},
	// Files that may not grow any more, as by a quota.
	"no larger file is allowed": {
		fill: func(t *testing.T, pid int, _ string) { limit(t, pid, 4096) },
		free: func(t *testing.T, pid int, _ string) { limit(t, pid, unix.RLIM_INFINITY) },
	},
}

// ballastIn is a file in a folder as a process sees it.
func ballastIn(pid int, dir string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), "root", dir, "ballast")
}

func limit(t *testing.T, pid int, size uint64) {
	t.Helper()
	apptest.Must(t, unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}, nil))
}

func TestFault_FullDisk(t *testing.T) {
	t.Parallel()
	for name, d := range disks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, pid, dir := d.serve(t)
			person := h.SignedIn(ada)
			tried, acked := 0, 0
			write := func() int {
				tried++
				status := person.Do("PATCH", apptest.PathAccount, JSON{"display_name": fmt.Sprint(tried)}).Status
				if status == 200 {
					acked = tried
				}
				return status
			}
			if got := write(); got != 200 {
				t.Fatalf("a write on an empty disk answers %d", got)
			}
			d.fill(t, pid, dir)
			apptest.Eventually(t, "a write is refused", func() bool { return write() == 503 })
			h.Script("").Do("GET", "/readyz", nil).Require(503, "unavailable")
			if a := h.Script("").Do("GET", "/readyz", nil); !strings.Contains(string(a.Body), "database_read_only") {
				t.Errorf("readiness says %s", a.Body)
			}
			for range 3 { // no sign-in succeeds, and no attempt is free
				h.Script("").SignIn(ada).Require(503, "unavailable")
				h.Script("").SignIn(ada, JSON{"password": "a wrong guess"}).Require(503, "unavailable")
			}
			person.Do("GET", apptest.PathAccount, nil).Require(200, "")
			d.free(t, pid, dir)
			h.Script("").Do("GET", "/readyz", nil).Require(200, "")
			kept := 0
			if _, err := fmt.Sscan(person.Do("GET", apptest.PathAccount, nil).Text("display_name"), &kept); err != nil || kept != acked {
				t.Errorf("%d is kept, %v, and %d was acknowledged", kept, err, acked)
			}
			if got := write(); got != 200 {
				t.Errorf("a write answers %d when there is room again", got)
			}
			h.SignedIn(ada)
		})
	}
}

// A file system that takes no change is found out at the start, which ends, and says so.
func TestFault_ReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	d := disk{mount: "mount --bind %[1]s %[1]s &&", seal: "mount -o remount,bind,ro %s &&"}
	c, wrapper, _ := d.wrapped(t, t.TempDir())
	err := c.Launch(t.Context(), wrapper, 1)
	d.need(t, err)
	if err == nil || !strings.Contains(err.Error(), "TWOFOLD_DATABASE_URL") || !strings.Contains(err.Error(), "file and folder must be writable") {
		t.Errorf("the start says %v", err)
	}
}

// serve starts a process over a file on the disk, in which Ada has an account.
func (d disk) serve(t *testing.T) (h *apptest.Server, pid int, dir string) {
	t.Helper()
	dir = t.TempDir()
	c, wrapper, pidFile := d.wrapped(t, dir)
	err := c.Launch(t.Context(), wrapper, 1)
	d.need(t, err)
	apptest.Must(t, err)
	text, err := os.ReadFile(pidFile)
	apptest.Must(t, err)
	pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
	apptest.Must(t, err)
	return apptest.Remote(t, c.Processes[0].URL(), time.Now), pid, dir
}

// need stops the test where the disk cannot be made.
func (d disk) need(t *testing.T, err error) {
	t.Helper()
	if d.mount != "" && err != nil && (strings.Contains(err.Error(), "unshare") || strings.Contains(err.Error(), "mount:")) {
		t.Skipf("this system does not allow mounting a file system: %v", err)
	}
}

// wrapped is a cluster over a file on the disk, and a program that makes the disk, adds Ada's account, and becomes ours.
func (d disk) wrapped(t *testing.T, dir string) (c *cluster.Cluster, wrapper, pidFile string) {
	t.Helper()
	beside := t.TempDir()
	wrapper, pidFile = filepath.Join(beside, "twofold"), filepath.Join(beside, "pid")
	enter, mount := "sh -c", ""
	if d.mount != "" {
		enter, mount = "unshare --user --map-root-user --mount sh -c", fmt.Sprintf(d.mount, dir)
	}
	add := fmt.Sprintf("echo \"%s\" | %s account add --email %s --password-stdin >&2 &&", apptest.Password, program(t), ada)
	script := fmt.Sprintf("#!/bin/sh\necho $$ >%s\nexec %s '%s %s %s exec %s \"$@\"' sh \"$@\"\n", pidFile, enter, mount, add, d.then(dir), program(t))
	apptest.Must(t, os.WriteFile(wrapper, []byte(script), 0o700))
	c, err := cluster.Prepare(t.Context(), cluster.Options{
		PublicURL: "http://localhost:8080", Database: "sqlite:" + filepath.Join(dir, "twofold.db"), Settings: cheap,
	})
	apptest.Must(t, err)
	t.Cleanup(func() { apptest.Must(t, c.Close()) })
	return c, wrapper, pidFile
}

// then is what the shell does with the disk before it becomes the process.
func (d disk) then(dir string) string {
	if d.seal == "" {
		return ""
	}
	return fmt.Sprintf(d.seal, dir)
}
