package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// owner is who the server runs as in a container: a number, since the image has no list of users.
const owner = "65532:65532"

func TestImage(t *testing.T) {
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
			if said := last.one(t, name); !strings.Contains(said, `["`) {
				t.Errorf("%s %s needs a shell", name, said)
			}
		}
	})
	t.Run("is not root, and owns its volume", func(t *testing.T) {
		if got := last.one(t, "USER"); got != owner {
			t.Errorf("runs as %s, want %s", got, owner)
		}
		if got := last.one(t, "VOLUME"); got != "/data" {
			t.Errorf("its volume is %s, want /data", got)
		}
		copied := func(s string) bool {
			return strings.Contains(s, "--chown="+owner+" ") && strings.HasSuffix(s, " /data")
		}
		if !slices.ContainsFunc(last.all("COPY"), copied) {
			t.Errorf("nothing copies a /data that belongs to %s: a new volume would belong to root", owner)
		}
	})
	t.Run("says how to see that it lives", func(t *testing.T) {
		if got := last.one(t, "HEALTHCHECK"); !strings.HasSuffix(got, `CMD ["/twofold", "healthcheck"]`) {
			t.Errorf("got HEALTHCHECK %s", got)
		}
	})
	t.Run("is made from exact versions", func(t *testing.T) {
		exact := regexp.MustCompile(`^[a-z/.]+:\d+\.\d+\.\d+(-[a-z.-]+)?$`)
		for _, s := range stages[:len(stages)-1] {
			if !exact.MatchString(s.from) {
				t.Errorf("%s does not say one version", s.from)
			}
		}
	})
	t.Run("takes only settings that exist", func(t *testing.T) {
		known := settings(t)
		for _, pair := range strings.Fields(last.one(t, "ENV")) {
			if name, _, _ := strings.Cut(pair, "="); !slices.Contains(known, name) {
				t.Errorf("%s is not a setting", name)
			}
		}
	})
}

func TestCompose(t *testing.T) {
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  root,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(root, "docker-compose.yml")}},
		Environment: types.Mapping{},
	}, func(o *loader.Options) { o.SetProjectName("twofold", true) })
	if err != nil {
		t.Fatal(err)
	}
	if len(project.Services) != 1 {
		t.Fatalf("it has %d services, want the server alone", len(project.Services))
	}
	server := project.Services["twofold"]

	t.Run("takes only settings that exist", func(t *testing.T) {
		known := settings(t)
		for name := range server.Environment {
			if !slices.Contains(known, name) {
				t.Errorf("%s is not a setting", name)
			}
		}
	})
	t.Run("keeps what must be kept in a named volume", func(t *testing.T) {
		if _, named := project.Volumes["data"]; !named {
			t.Error("it has no volume named data")
		}
		if len(server.Volumes) != 1 || server.Volumes[0].Type != types.VolumeTypeVolume || server.Volumes[0].Target != "/data" {
			t.Errorf("it mounts %+v, want a volume at /data", server.Volumes)
		}
		for _, name := range []string{"TWOFOLD_DATABASE_URL", "TWOFOLD_MASTER_KEY_FILE"} {
			if value := server.Environment[name]; value == nil || !strings.Contains(*value, "/data/") {
				t.Errorf("%s is not in /data", name)
			}
		}
	})
	t.Run("may do little", func(t *testing.T) {
		if server.User != owner {
			t.Errorf("runs as %q, want %s", server.User, owner)
		}
		if !server.ReadOnly || server.Privileged || !reflect.DeepEqual(server.CapDrop, []string{"ALL"}) || server.CapAdd != nil {
			t.Error("its root is writable, or it keeps capabilities")
		}
		if !slices.Contains(server.SecurityOpt, "no-new-privileges:true") {
			t.Error("it may gain privileges")
		}
		for _, port := range server.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("port %s is open to the network, without TLS", port.Published)
			}
		}
	})
	t.Run("says how to see that it lives", func(t *testing.T) {
		want := types.HealthCheckTest{"CMD", "/twofold", "healthcheck"}
		if server.HealthCheck == nil || !slices.Equal(server.HealthCheck.Test, want) {
			t.Errorf("got %+v, want %v", server.HealthCheck, want)
		}
	})
}

// stage is one FROM of the Dockerfile and the instructions after it, each as its name and the rest of its line.
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

// settings are the names that internal/config reads from the environment, from its tags, so that this package need
// not import it.
func settings(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "internal/config/*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				tag, _ := strconv.Unquote(field.Tag.Value)
				name, _, _ := strings.Cut(reflect.StructTag(tag).Get("env"), ",")
				names = append(names, name)
			}
			return true
		})
	}
	if !slices.Contains(names, "TWOFOLD_PUBLIC_URL") {
		t.Fatalf("internal/config has no TWOFOLD_PUBLIC_URL among its tags: %v", names)
	}
	return names
}
