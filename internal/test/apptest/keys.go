package apptest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"twofold/internal/keyring"
	"twofold/internal/store"
)

// TwoProcesses starts two servers over one database, behind one public URL.
func TwoProcesses(t testing.TB, settings ...string) []*Server {
	t.Helper()
	return Processes(t, 2, settings...)
}

// Processes starts n servers over one database, behind one public URL.
func Processes(t testing.TB, n int, settings ...string) []*Server {
	t.Helper()
	servers := []*Server{Start(t, settings...)}
	for range n - 1 {
		servers = append(servers, servers[0].Another(settings...))
	}
	return servers
}

// Another starts a second server over the same database, behind the same public URL.
func (h *Server) Another(settings ...string) *Server {
	h.T.Helper()
	return StartIn(h.T, h.Dir, h.Clock, append(settings[:len(settings):len(settings)], "TWOFOLD_PUBLIC_URL="+h.URL)...)
}

// Keyring opens the server's keys, as an attacker with the database and the master key could.
func (h *Server) Keyring() *keyring.Ring {
	h.T.Helper()
	db, err := store.Open(h.Database, store.Options{}, slog.New(slog.DiscardHandler))
	h.must(err)
	h.T.Cleanup(func() { _ = db.Close() })
	master, err := keyring.ReadMaster(filepath.Join(h.Dir, "master.key"))
	h.must(err)
	keys, err := keyring.Open(context.Background(), store.Keys{DB: db}, master, h.Clock.Now)
	h.must(err)
	return keys
}

// KIDOf returns the id of the key that signed a token.
func KIDOf(t testing.TB, token string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	Must(t, err)
	var header struct{ KID string }
	Must(t, json.Unmarshal(text, &header))
	return header.KID
}

// PublishedKeys returns the public signing keys and their ids, in the order of the response.
func (h *Server) PublishedKeys() (kids []string, keys []JSON) {
	h.T.Helper()
	var set struct{ Keys []JSON }
	h.must(json.Unmarshal(h.Script("").Do("GET", PathJWKS, nil).Require(200, "").Body, &set))
	for _, k := range set.Keys {
		kid, _ := k["kid"].(string)
		kids = append(kids, kid)
	}
	return kids, set.Keys
}

// TickKeys runs the key rotation of each server once, as they do every minute.
func TickKeys(t testing.TB, servers []*Server) {
	t.Helper()
	for _, h := range servers {
		Must(t, h.App.Keys.Tick(context.Background()))
	}
}

// PublishedKIDs returns the ids of the public signing keys.
func (h *Server) PublishedKIDs() []string {
	h.T.Helper()
	kids, _ := h.PublishedKeys()
	return kids
}
