package memlimit

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestFind(t *testing.T) {
	t.Parallel()
	const none = math.MaxInt64
	for name, c := range map[string]struct {
		files   map[string]string
		goLimit int64
		want    Limit
		text    string
	}{
		"container, version 2": {
			map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "268435456\n", "proc/meminfo": "MemTotal:       65536000 kB\n"},
			none, Limit{256 << 20, "limit of the control group", 224 << 20}, "256 MiB, limit of the control group",
		},
		"systemd unit": {
			map[string]string{
				"proc/self/cgroup": "0::/system.slice/twofold.service\n",
				"sys/fs/cgroup/system.slice/twofold.service/memory.max": "max\n",
				"sys/fs/cgroup/system.slice/memory.max":                 "536870912\n",
			},
			none, Limit{512 << 20, "limit of the control group", 448 << 20}, "512 MiB, limit of the control group",
		},
		"container, version 2, path of the host": {
			map[string]string{"proc/self/cgroup": "0::/docker/4711\n", "sys/fs/cgroup/memory.max": "134217728\n"},
			none, Limit{128 << 20, "limit of the control group", 112 << 20}, "128 MiB, limit of the control group",
		},
		"version 1": {
			map[string]string{
				"proc/self/cgroup": "12:cpu,cpuacct:/a\n5:memory:/docker/4711\n0::/\n",
				"sys/fs/cgroup/memory/docker/4711/memory.limit_in_bytes": "134217728\n",
				"sys/fs/cgroup/memory/memory.limit_in_bytes":             "9223372036854771712\n",
			},
			none, Limit{128 << 20, "limit of the control group", 112 << 20}, "128 MiB, limit of the control group",
		},
		"version 1 without a limit": {
			map[string]string{"proc/self/cgroup": "5:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"},
			none, Limit{}, "no memory limit",
		},
		"GOMEMLIMIT below the control group": {
			map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "268435456\n"},
			200 << 20, Limit{200 << 20, "GOMEMLIMIT", 200 << 20}, "200 MiB, GOMEMLIMIT",
		},
		"a small machine": {
			map[string]string{"proc/self/cgroup": "0::/\n", "proc/meminfo": "MemTotal:        1048576 kB\nMemFree: 1 kB\n"},
			none, Limit{1 << 30, "memory of the machine", 512 << 20}, "1024 MiB, memory of the machine",
		},
		"another system": {nil, none, Limit{}, "no memory limit"},
	} {
		root := fstest.MapFS{}
		for path, text := range c.files {
			root[path] = &fstest.MapFile{Data: []byte(text)}
		}
		got := find(root, c.goLimit)
		if got != c.want || got.String() != c.text {
			t.Errorf("%s: got %+v, %q, want %+v, %q", name, got, got, c.want, c.text)
		}
	}
}
