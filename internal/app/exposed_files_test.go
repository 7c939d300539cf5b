package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

// cp creates its copy with the mode that the umask permits.
func TestServe_WarnsOfExposedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := apptest.StartIn(t, dir, apptest.NewClock(), "TWOFOLD_DATABASE_URL=sqlite:"+filepath.Join(dir, "twofold.db"))
	serve := func() (log string) {
		t.Helper()
		before := len(h.Log.String())
		stopped, stop := context.WithCancel(context.Background())
		stop()
		apptest.Must(t, h.App.Serve(stopped, apptest.FreeListener(t)))
		return h.Log.String()[before:]
	}
	if log := serve(); strings.Contains(log, "accessible to other users") {
		t.Errorf("with the modes that Twofold creates, the log is %s", log)
	}
	for _, name := range []string{"twofold.db", "twofold.db-wal", "master.key"} {
		file := filepath.Join(dir, name)
		apptest.Must(t, os.Chmod(file, 0o644))
		if log := serve(); !strings.Contains(log, "chmod 600 "+file+`"`) || !strings.Contains(log, `"mode":"0644"`) {
			t.Errorf("%s: no warning in %s", name, log)
		}
		apptest.Must(t, os.Chmod(file, 0o600))
	}
}
