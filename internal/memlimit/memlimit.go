// Package memlimit finds out how much memory this process may use: the limit of its control group (container, systemd unit),
// GOMEMLIMIT, or what the machine has. A process that exceeds the first is killed without a message. The entry point is [Find].
package memlimit

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// Limit is a limit of memory. The zero value means that none is known.
type Limit struct {
	Bytes  int64
	Source string // for users, such as "GOMEMLIMIT"
	Usable int64  // bytes that the program should use at most
}

// String formats the limit for users.
func (l Limit) String() string {
	if l.Bytes == 0 {
		return "no memory limit"
	}
	return fmt.Sprintf("%d MiB, %s", l.Bytes>>20, l.Source)
}

// goLimit is the limit that GOMEMLIMIT sets, read before the program sets another.
var goLimit = debug.SetMemoryLimit(-1)

// Find returns the limit that leaves the least usable memory.
func Find() Limit { return find(os.DirFS("/"), goLimit) }

func find(root fs.FS, goLimit int64) Limit {
	var found Limit
	add := func(source string, size, usable int64) {
		if size > 0 && (found.Bytes == 0 || usable < found.Usable) {
			found = Limit{Bytes: size, Source: source, Usable: usable}
		}
	}
	if goLimit < math.MaxInt64 {
		add("GOMEMLIMIT", goLimit, goLimit)
	}
	// An eighth is for what the kernel counts besides the program's own memory: sockets, page tables, files being written.
	group := cgroupLimit(root)
	add("limit of the control group", group, group/8*7)
	machine := machineMemory(root)
	add("memory of the machine", machine, machine/2) // other programs need the rest
	return found
}

// unlimited is a value that cgroup v1 never reaches with a limit: without one, it reports nearly the maximum of 64 bits.
const unlimited = 1 << 60

// cgroupLimit returns the lowest limit of the process's control group and of the groups above it, or zero. In a container,
// the group's own path may not be visible, and the limit is that of the root.
func cgroupLimit(root fs.FS) (lowest int64) {
	own, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(own)) {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(rest, ":")
		folder, file := "sys/fs/cgroup", "memory.max" // version 2: 0::/path
		switch {
		case number == "0" && controllers == "":
		case controllers == "memory": // version 1: 5:memory:/path
			folder, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for group = path.Clean("/" + group); ; group = path.Dir(group) {
			limit := readInt(root, path.Join(folder, group, file))
			if limit > 0 && limit < unlimited && (lowest == 0 || limit < lowest) {
				lowest = limit
			}
			if group == "/" {
				break
			}
		}
	}
	return lowest
}

// readInt returns the number in a file, or zero if there is none, as in a file that contains "max".
func readInt(root fs.FS, file string) int64 {
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// machineMemory returns the memory of the machine, or zero.
func machineMemory(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var kib int64
		if n, _ := fmt.Sscanf(lines.Text(), "MemTotal: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}
