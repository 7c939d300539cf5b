package apptest

import (
	"context"
	"strings"
)

// Heartbeat runs the restore detection once, as the server does every minute.
func (h *Server) Heartbeat() {
	h.T.Helper()
	h.must(h.App.RestoreFence.RunOnce(context.Background()))
}

// WantUnready checks that /readyz names this reason and nothing else, and that log and metrics do too.
func (h *Server) WantUnready(reason string) {
	h.T.Helper()
	a := h.Script("").Do("GET", "/readyz", nil).Require(503, "unavailable")
	reasons, _ := a.Value("reasons").([]any)
	if len(reasons) != 1 || reasons[0] != reason {
		h.T.Errorf("got reasons %v, want %s", reasons, reason)
	}
	for _, detail := range []string{"sql", "SQL", "table", "goose", "database is", "twofold.db"} {
		if strings.Contains(string(a.Body), detail) {
			h.T.Errorf("the response discloses %q: %s", detail, a.Body)
		}
	}
	if !strings.Contains(h.Log.String(), `"msg":"not ready","reason":"`+reason+`","error":"`) {
		h.T.Errorf("the log does not have the reason:\n%s", h.Log)
	}
	got, _ := h.Scrape()
	got.Want(h.T, Scrape{`twofold_unready{reason="` + reason + `"}`: 1, `twofold_unready{reason="stopping"}`: 0})
}

// WantReady checks that /readyz and the metrics report a ready server.
func (h *Server) WantReady() {
	h.T.Helper()
	h.Script("").Do("GET", "/readyz", nil).Require(200, "")
	got, _ := h.Scrape()
	got.Want(h.T, Scrape{`twofold_unready{reason="database_unreachable"}`: 0})
}

// WantRestoreReported runs the restore detection and checks that readiness and log report a restored database, with the
// reason and the command to run.
func (h *Server) WantRestoreReported(reason string) {
	h.T.Helper()
	h.Heartbeat()
	h.WantUnready("database_restored")
	if log := h.Log.String(); !strings.Contains(log, "run twofold restore-fence") || !strings.Contains(log, reason) {
		h.T.Errorf("the log does not have %q and the command:\n%s", reason, log)
	}
}
