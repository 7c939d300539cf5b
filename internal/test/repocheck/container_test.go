package repocheck

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// owner is the user of the server in a container. It is numeric, because the image has no user database.
const owner = "65532:65532"

func TestDockerfile(t *testing.T) {
	stages := dockerfile(t)
	last := stages[len(stages)-1]

	t.Run("has no shell", func(t *testing.T) {
		if last.from != "scratch" {
			t.Errorf("the last stage is from %s, want scratch", last.from)
		}
		if runs := last.all("RUN"); len(runs) > 0 {
			t.Errorf("the last stage runs %v", runs)
		}
		for _, name := range []string{"HEALTHCHECK", "ENTRYPOINT", "CMD"} {
			if arguments := last.one(t, name); !strings.Contains(arguments, `["`) {
				t.Errorf("%s %s needs a shell", name, arguments)
			}
		}
	})
	t.Run("is not root and owns its volume", func(t *testing.T) {
		if got := last.one(t, "USER"); got != owner {
			t.Errorf("runs as %s, want %s", got, owner)
		}
		if got := last.one(t, "VOLUME"); got != "/data" {
			t.Errorf("the volume is %s, want /data", got)
		}
		copied := func(s string) bool {
			return strings.Contains(s, "--chown="+owner+" ") && strings.HasSuffix(s, " /data")
		}
		if !slices.ContainsFunc(last.all("COPY"), copied) {
			t.Errorf("no COPY creates /data with the owner %s, so a new volume would belong to root", owner)
		}
	})
	t.Run("has a health check", func(t *testing.T) {
		if got := last.one(t, "HEALTHCHECK"); !strings.HasSuffix(got, `CMD ["/twofold", "healthcheck"]`) {
			t.Errorf("got HEALTHCHECK %s", got)
		}
	})
	t.Run("has exact base images", func(t *testing.T) {
		exact := regexp.MustCompile(`^[a-z/.]+:\d+\.\d+\.\d+(-[a-z.-]+)?$`)
		for _, s := range stages[:len(stages)-1] {
			if !exact.MatchString(s.from) {
				t.Errorf("base image %s has no exact version", s.from)
			}
		}
	})
	t.Run("has no settings and starts in /", func(t *testing.T) {
		if got := last.all("ENV"); len(got) > 0 {
			t.Errorf("ENV %v: a setting in the image would conflict with its _FILE variant", got)
		}
		if got := last.one(t, "WORKDIR"); got != "/" {
			t.Errorf("the working directory is %s, want /, so that the default paths are in the volume", got)
		}
	})
}

// stage is a stage of the Dockerfile, with its instructions split into name and arguments.
type stage struct {
	from  string
	lines [][2]string
}

func (s stage) all(name string) (rest []string) {
	for _, line := range s.lines {
		if line[0] == name {
			rest = append(rest, line[1])
		}
	}
	return rest
}

func (s stage) one(t *testing.T, name string) string {
	t.Helper()
	rest := s.all(name)
	if len(rest) != 1 {
		t.Fatalf("the stage from %s has %d lines %s, want one", s.from, len(rest), name)
	}
	return rest[0]
}

func dockerfile(t *testing.T) (stages []stage) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`(?m)^#.*\n`).ReplaceAll(text, nil)
	text = bytes.ReplaceAll(text, []byte("\\\n"), []byte(" "))
	for line := range strings.Lines(string(text)) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case !ok:
		case name == "FROM":
			image := strings.Fields(regexp.MustCompile(`--\S+ `).ReplaceAllString(rest, ""))[0]
			stages = append(stages, stage{from: image})
		case len(stages) > 0:
			last := &stages[len(stages)-1]
			last.lines = append(last.lines, [2]string{name, rest})
		}
	}
	if len(stages) == 0 {
		t.Fatal("the Dockerfile has no stage")
	}
	return stages
}
