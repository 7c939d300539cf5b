// Package compose checks docker-compose.yml against the program that it starts. It is a separate module, so that the parser
// of such files stays out of the product's go.mod.
package compose

import (
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"twofold/internal/config"
)

const root = "../.."

// owner is the user and group of Twofold's image. The Dockerfile and the docs name the same numbers.
const owner = "65532:65532"

// load reads the file as `docker compose` does, with the given environment and profiles.
func load(t *testing.T, environment types.Mapping, profiles ...string) *types.Project {
	t.Helper()
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  root,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(root, "docker-compose.yml")}},
		Environment: environment,
	}, func(o *loader.Options) { o.SetProjectName("twofold", true) }, loader.WithProfiles(profiles))
	if err != nil {
		t.Fatal(err)
	}
	return project
}

var (
	allProfiles = []string{"single"}
	replicas    = []string{"twofold-1", "twofold-2"}
)

func TestServices_DefaultIsReplicated(t *testing.T) {
	t.Parallel()
	got := load(t, nil).ServiceNames()
	want := []string{"database", "mail", "proxy", "twofold-1", "twofold-2"}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the default profile starts %v, want %v", got, want)
	}
	if needs := load(t, nil, allProfiles...).Services["single"].GetDependencies(); len(needs) > 0 {
		t.Errorf("the profile single also starts %v", needs)
	}
}

// The environment contains only settings that exist, with values that the program accepts.
func TestSettings_Accepted(t *testing.T) {
	t.Parallel()
	for _, environment := range []types.Mapping{nil, {
		"TWOFOLD_PUBLIC_URL": "https://account.example.com", "TWOFOLD_ISSUER": "Example", "TWOFOLD_SUPPORT": "Call 123",
		"TWOFOLD_MAIL_FROM": "account@example.com", "TWOFOLD_TRUSTED_PROXIES": "172.16.0.0/12", "FRONT_SUBNET": "10.1.2.0/28",
	}} {
		project := load(t, environment, allProfiles...)
		for _, name := range append([]string{"single"}, replicas...) {
			given := settings(t, project.Services[name])
			if unknown := config.Unknown(pairs(given)); len(unknown) > 0 {
				t.Errorf("%s sets %v, which are not settings of this version", name, unknown)
			}
			c, err := config.FromMap(withSecretFiles(t, given))
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for setting, value := range environment {
				if mine, sets := given[setting]; sets && setting != "TWOFOLD_TRUSTED_PROXIES" && mine != value {
					t.Errorf("%s: %s is %q, want %q", name, setting, mine, value)
				}
			}
			if c.Mail.Enabled() == (name == "single") {
				t.Errorf("%s: mail enabled is %v", name, c.Mail.Enabled())
			}
			stopping := c.HTTP.Drain + c.HTTP.ShutdownTimeout + 5*time.Second
			if grace := project.Services[name].StopGracePeriod; grace == nil || time.Duration(*grace) < stopping {
				t.Errorf("%s: the grace period is shorter than a shutdown, which can take %v", name, stopping)
			}
		}
	}
}

// settings returns the settings of Twofold in the environment of a service.
func settings(t *testing.T, s types.ServiceConfig) map[string]string {
	t.Helper()
	given := make(map[string]string)
	for name, value := range s.Environment {
		if !strings.HasPrefix(name, "TWOFOLD_") {
			t.Errorf("%s: %s is not a setting", s.Name, name)
		}
		if value == nil {
			t.Errorf("%s: %s has no value, so it would come from the operator's environment", s.Name, name)
			continue
		}
		given[name] = *value
	}
	return given
}

func pairs(given map[string]string) (pairs []string) {
	for name, value := range given {
		pairs = append(pairs, name+"="+value)
	}
	return pairs
}

// withSecretFiles returns the settings with the path of each secret replaced by that of a test file.
func withSecretFiles(t *testing.T, given map[string]string) map[string]string {
	t.Helper()
	contents := map[string]string{
		"database_url": "postgres://twofold:canary@database:5432/twofold?sslmode=disable\n",
		"smtp_url":     "smtp://mail:1025\n",
	}
	dir, replaced := t.TempDir(), make(map[string]string)
	for name, value := range given {
		if text, secret := contents[path.Base(value)]; secret {
			value = filepath.Join(dir, path.Base(value))
			if err := os.WriteFile(value, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		replaced[name] = value
	}
	return replaced
}

func TestSecrets_MountedFromFiles(t *testing.T) {
	t.Parallel()
	project := load(t, nil, allProfiles...)
	for name, s := range project.Services {
		var mounted []string
		for _, secret := range s.Secrets {
			if file := project.Secrets[secret.Source].File; !strings.Contains(filepath.ToSlash(file), "/secrets/") {
				t.Errorf("the secret %s is the file %s, want one in secrets/", secret.Source, file)
			}
			mounted = append(mounted, "/run/secrets/"+secret.Source)
		}
		for setting, value := range s.Environment {
			switch {
			case name == "single" && setting == "TWOFOLD_MASTER_KEY_FILE": // created in the volume
			case strings.HasSuffix(setting, "_FILE") && !slices.Contains(mounted, *value):
				t.Errorf("%s: %s is %s, want one of %v", name, setting, *value, mounted)
			case strings.Contains(setting, "PASSWORD") && !strings.HasSuffix(setting, "_FILE"), strings.Contains(*value, "@"):
				t.Errorf("%s: %s may hold a password", name, setting)
			}
		}
	}
	for _, name := range replicas {
		if got := len(project.Services[name].Secrets); got != 3 {
			t.Errorf("%s has %d secrets, want 3: the URLs of database and mail server, and the master key", name, got)
		}
	}
}

func TestContainers_HaveFewPrivileges(t *testing.T) {
	t.Parallel()
	number := regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`)
	for name, s := range load(t, nil, allProfiles...).Services {
		if !number.MatchString(s.User) || strings.Contains(s.Image, "twofold") && s.User != owner {
			t.Errorf("%s runs as %q", name, s.User)
		}
		if !s.ReadOnly || s.Privileged || !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 {
			t.Errorf("%s: the root file system is writable, or it has capabilities", name)
		}
		if !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s: no-new-privileges is not set", name)
		}
		if s.PidsLimit <= 0 {
			t.Errorf("%s: the number of processes is not limited", name)
		}
		for _, v := range s.Volumes {
			if v.Type != types.VolumeTypeVolume {
				t.Errorf("%s mounts %s from the host", name, v.Source)
			}
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is not limited to 127.0.0.1", name, port.Published)
			}
		}
		if s.HealthCheck == nil || len(s.HealthCheck.Test) < 2 || s.HealthCheck.Test[0] != "CMD" {
			t.Errorf("%s has no usable health check: %+v", name, s.HealthCheck)
		}
	}
}

func TestImages_HaveExactVersions(t *testing.T) {
	t.Parallel()
	exact := regexp.MustCompile(`^[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$`)
	for name, s := range load(t, nil, allProfiles...).Services {
		image := s.Image
		if from, inline := strings.CutPrefix(builtFrom(s), "FROM "); inline {
			image, _, _ = strings.Cut(from, "\n")
		}
		if ours := s.Build != nil && builtFrom(s) == ""; !ours && !exact.MatchString(image) {
			t.Errorf("%s: the image %s has no exact version", name, image)
		}
	}
}

func builtFrom(s types.ServiceConfig) string {
	if s.Build == nil {
		return ""
	}
	return s.Build.DockerfileInline
}

func TestReplicas_HaveTheSameSettings(t *testing.T) {
	t.Parallel()
	project := load(t, nil)
	one, two := project.Services[replicas[0]], project.Services[replicas[1]]
	if !slices.Equal(sorted(pairs(settings(t, one))), sorted(pairs(settings(t, two)))) {
		t.Errorf("the settings differ: %v, %v", settings(t, one), settings(t, two))
	}
	for _, s := range []types.ServiceConfig{one, two} {
		if len(s.Volumes) > 0 {
			t.Errorf("%s has volumes: %v", s.Name, s.Volumes)
		}
		if s.DependsOn["database"].Condition != types.ServiceConditionHealthy {
			t.Errorf("%s does not wait for the database", s.Name)
		}
		if upstream := s.Name + ":8080"; !strings.Contains(caddyfile(project), upstream) {
			t.Errorf("the proxy has no upstream %s", upstream)
		}
	}
	if !strings.Contains(caddyfile(project), "health_uri /readyz") {
		t.Error("the proxy does not check the readiness of the replicas")
	}
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}

func caddyfile(p *types.Project) string { return p.Configs["caddyfile"].Content }

func TestProxy_ServesThePublicURL(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "https://account.example.com"} {
		environment := types.Mapping{}
		if url != "" {
			environment["TWOFOLD_PUBLIC_URL"] = url
		}
		project := load(t, environment)
		public := *project.Services[replicas[0]].Environment["TWOFOLD_PUBLIC_URL"]
		if !strings.Contains(caddyfile(project), "\n"+public+" {\n") || url != "" && public != url {
			t.Errorf("the public URL is %s, and the Caddyfile:\n%s", public, caddyfile(project))
		}
	}
}

func TestTrustedProxies_OnlyTheNetworkOfTheProxy(t *testing.T) {
	t.Parallel()
	for _, environment := range []types.Mapping{nil, {"FRONT_SUBNET": "10.1.2.0/28"}} {
		project := load(t, environment, allProfiles...)
		subnet := project.Networks["front"].Ipam.Config[0].Subnet
		if _, err := netip.ParsePrefix(subnet); err != nil {
			t.Error(err)
		}
		for name, s := range project.Services {
			_, inFront := s.Networks["front"]
			if want := name == "proxy" || slices.Contains(replicas, name); inFront != want {
				t.Errorf("%s is in the network front: %v, want %v", name, inFront, want)
			}
			trusted := s.Environment["TWOFOLD_TRUSTED_PROXIES"]
			if slices.Contains(replicas, name) && (trusted == nil || *trusted != subnet) {
				t.Errorf("%s does not trust exactly %s", name, subnet)
			}
		}
	}
}

func TestDatabase_PersistentAndReachableByReplicasOnly(t *testing.T) {
	t.Parallel()
	project := load(t, nil)
	database := project.Services["database"]
	persistent := func(v types.ServiceVolumeConfig) bool { return v.Target == "/var/lib/postgresql/data" }
	if !slices.ContainsFunc(database.Volumes, persistent) {
		t.Errorf("its data is not in a volume: %v", database.Volumes)
	}
	if len(database.Ports) > 0 || len(database.Networks) != 1 || !project.Networks["back"].Internal {
		t.Error("it is reachable from outside")
	}
	if !slices.Contains(database.HealthCheck.Test, "pg_isready") {
		t.Errorf("its health check is %v", database.HealthCheck.Test)
	}
}

func TestSingle_DataInAVolume(t *testing.T) {
	t.Parallel()
	s := load(t, nil, allProfiles...).Services["single"]
	if len(s.Volumes) != 1 || s.Volumes[0].Target != "/data" || s.Volumes[0].Source != "data" {
		t.Errorf("it mounts %+v, want a volume at /data", s.Volumes)
	}
	for _, name := range []string{"TWOFOLD_DATABASE_URL", "TWOFOLD_MASTER_KEY_FILE"} {
		if value := s.Environment[name]; value == nil || !strings.Contains(*value, "/data/") {
			t.Errorf("%s is not in /data", name)
		}
	}
}
