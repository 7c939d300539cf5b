package cluster_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"twofold/internal/test/apptest"
	"twofold/internal/test/pgserver"
)

// poolerDocs is what docs/install.md says about PgBouncer.
type poolerDocs struct{ config, sql, url string }

func readPoolerDocs(t *testing.T) (d poolerDocs) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(apptest.Root(), "docs", "install.md"))
	apptest.Must(t, err)
	_, section, _ := strings.Cut(string(text), "**PgBouncer.**")
	for pattern, into := range map[string]*string{"(?s)```ini\n(.*?)```": &d.config, "(?s)```sql\n(.*?)```": &d.sql, "TWOFOLD_DATABASE_URL=([^`]+)`": &d.url} {
		found := regexp.MustCompile(pattern).FindStringSubmatch(section)
		if found == nil {
			t.Fatalf("docs/install.md has no %s after **PgBouncer.**", pattern)
		}
		*into = found[1]
	}
	return d
}

// replaced replaces what differs in a test from the documents, each of which they must have once.
func replaced(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if n := strings.Count(text, pairs[i]); n != 1 {
			t.Fatalf("docs/install.md has %q %d times, want once, in:\n%s", pairs[i], n, text)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// Two processes serve through PgBouncer, configured as docs/install.md shows.
func TestPgBouncer_ConfigurationOfTheDocs(t *testing.T) {
	t.Parallel()
	const password, query = `p@ss/w#rd? 100%:"&`, "?default_query_exec_mode=exec"
	docs := readPoolerDocs(t)
	for _, mode := range []string{"transaction", "session"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			program(t)
			ctx := context.Background()
			server, err := pgserver.Start(ctx, pgserver.UnsafeSettings...)
			pgserver.RequireBinaries(t, err)
			t.Cleanup(func() { _ = server.Close() })
			apptest.Must(t, server.Create(ctx, "twofold", ""))
			host, port, _ := strings.Cut(server.Address(), ":")
			start := func(config string) *clusterFixture {
				pooler, err := pgserver.StartPooler(ctx, `"twofold" "`+strings.ReplaceAll(password, `"`, `""`)+`"`, func(listen, usersFile string) string {
					return replaced(t, config, "host=db.example.com port=5432", "host="+host+" port="+port, "listen_port = 6432", "listen_port = "+listen,
						"/etc/pgbouncer/userlist.txt", usersFile, "pool_mode = transaction", "pool_mode = "+mode) + "unix_socket_dir =\n"
				})
				pgserver.RequireBinaries(t, err)
				t.Cleanup(func() { _ = pooler.Close() })
				at := replaced(t, docs.url, "…", strings.ReplaceAll(url.QueryEscape(password), "+", "%20"), "127.0.0.1:6432", pooler.Address)
				if mode == "session" {
					at = replaced(t, at, query, "")
				}
				return clusterOver(t, at, append(longSignIns[:len(longSignIns):len(longSignIns)], "TWOFOLD_DATABASE_CONNECTIONS=6", "TWOFOLD_LISTEN=127.0.0.1:0")...)
			}
			strict := start(replaced(t, docs.config, "ignore_startup_parameters", ";ignore_startup_parameters"))
			if err := strict.Launch(ctx, strict.program, 1); err == nil || !strings.Contains(err.Error(), "configure it as docs/install.md shows") {
				t.Errorf("with parameters that PgBouncer rejects, the start returned %v", err)
			}

			w := start(docs.config)
			w.run("", "migrate")
			if output := w.run("", "doctor"); !strings.Contains(output, "warning  time limits") {
				t.Errorf("without time limits doctor prints %s", output)
			}
			for statement := range strings.SplitSeq(strings.TrimSpace(docs.sql), "\n") {
				apptest.Must(t, server.Exec(ctx, "twofold", statement))
			}
			apptest.Must(t, server.Exec(ctx, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'twofold'"))
			w.launch(w.program, 2)
			w.signInsThroughPooler()
			w.run("", "migrate")
			w.run("", "audit", "verify")
			if output := w.run("", "doctor"); !strings.Contains(output, "ok       time limits") || !strings.Contains(output, "ok       writing") {
				t.Errorf("doctor prints %s", output)
			}
		})
	}
}

// signInsThroughPooler uses a code many times at once, at both processes.
func (w *clusterFixture) signInsThroughPooler() {
	w.t.Helper()
	_, phone, recovery := w.addAccountWithMFA(ada)
	tokens := w.pendingSignIns(10)
	responses := make([]apptest.Response, len(tokens))
	code := phone.CodeIn(1)
	var all sync.WaitGroup
	for i, token := range tokens {
		all.Go(func() { responses[i] = w.server(i).CompleteSignIn(token, code) })
	}
	all.Wait()
	apptest.WantSingleSuccess(w.t, responses)
	token := w.server(0).PendingSignIn(ada)
	w.server(1).CompleteWithRecoveryCode(token, recovery[0]).Require(201, "")
}
