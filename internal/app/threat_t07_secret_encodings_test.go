package app_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"twofold/internal/notify"
	"twofold/internal/test/apptest"
	"twofold/internal/trace"
)

// ofHouse are the secrets of the house itself: the master key, the sealing keys under it, and the signing key's private part.
func ofHouse(t *testing.T, h *apptest.Server) secretMarkers {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.Dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	master, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	found := secretMarkers{"the master key": string(master)}

	var sealed []byte
	if err := database(t, h).QueryRow(`SELECT sealed FROM sealing_keysets`).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	aead, err := subtle.NewAESGCM(master)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(sealed)), aead, []byte("twofold sealing keyset"))
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range insecurecleartextkeyset.KeysetMaterial(handle).GetKey() {
		value := k.GetKeyData().GetValue()
		found[fmt.Sprintf("sealing key %d", i)] = string(value[len(value)-32:]) // AES-256, the last field of its message
	}

	_, private := ring(t, h).SigningKey()
	d, err := private.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	found["the signing key"], found["the signing key as it was sealed"] = string(d), string(der)
	return found
}

// files are what whoever stole the database would read, by name.
func files(t *testing.T, h *apptest.Server) map[string]string {
	t.Helper()
	read := make(map[string]string)
	for _, file := range database(t, h).Files(t) {
		text, err := os.ReadFile(file)
		if h.OnServer() && errors.Is(err, fs.ErrNotExist) { // of the log that it writes for all of its databases
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		read[filepath.Base(file)] = string(text)
	}
	return read
}

// dump is every value in every row. In the files a long one may lie in pieces, or compressed.
func dump(t *testing.T, h *apptest.Server) string {
	t.Helper()
	db := database(t, h)
	var all strings.Builder
	for _, table := range db.Tables(t) {
		rows, err := db.Query("SELECT * FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		dumpRows(t, &all, table, rows)
	}
	return all.String()
}

func dumpRows(t *testing.T, to io.Writer, table string, rows *sql.Rows) {
	t.Helper()
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, value := range values {
			if raw, ok := value.([]byte); ok {
				value = string(raw)
			}
			fmt.Fprintf(to, "%s.%s=%v\n", table, columns[i], value)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// wantNothingKept reads the database's files, and every row, as whoever stole them would.
func wantNothingKept(t *testing.T, h *apptest.Server, found secretMarkers) {
	t.Helper()
	for name, text := range files(t, h) {
		found.in(t, name, text)
	}
	found.in(t, "a row", dump(t, h))
}

// readings of a mail: as it came over the wire, and as a person sees it, who sees no zero-width space.
func readings(m apptest.Mail) string {
	return m.Raw + strings.ReplaceAll(strings.Join([]string{m.Subject, m.Text, html.UnescapeString(m.HTML)}, "\n"), "\u200b", "")
}

// The run finds nothing. Here is why that says something: in each place where it looks, a secret that lies there is found.
func TestT07_Secrets_PlantedSecretFound(t *testing.T) {
	t.Parallel()
	const planted = `tf_x_"A&secret"<that>/nobody+hid`
	found := secretMarkers{"the planted one": planted}
	box := apptest.NewMailbox(t)
	h := apptest.StartTraced(t, box.Setting())
	h.Mailbox = box
	id := h.AddAccount(ada)
	h.SignedIn(ada)

	slog.New(slog.NewJSONHandler(h.Log, nil)).Info("a line", "token", planted)
	execute(t, database(t, h), `UPDATE activity SET user_agent = ?`, planted)
	post(t, h, notify.Notice{Kind: notify.MethodAdded, AccountID: id, Subject: unknownID, Name: planted, To: []string{ada}})
	heard := recordResponses(h)
	h.Script("").Do("POST", "/api/v1/sessions", JSON{"email": ada, "password": apptest.Password, planted: 1}).Require(400, "invalid_request")

	registry, scrape := prometheus.NewRegistry(), httptest.NewRecorder()
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "planted", ConstLabels: prometheus.Labels{"who": planted}}))
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(scrape, httptest.NewRequest("GET", "/metrics", nil))

	traces, err := trace.NewExporter(context.Background(), h.Collector.URL+"/v1/traces", planted, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, request := traces.Request(context.Background(), "")
	request.End("page", 200, "", unknownID)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := traces.Close(ctx); err != nil {
		t.Fatal(err)
	}

	for where, text := range map[string]string{
		"the log": h.Log.String(), "a row": dump(t, h), "a mail": readings(h.Mail(ada)), "a scrape": scrape.Body.String(),
		"an exported span": h.Collector.Raw(),
	} {
		if len(found.found(text)) == 0 {
			t.Errorf("%s holds a secret, and nobody finds it: %s", where, text)
		}
	}
	inFiles := 0
	for _, text := range files(t, h) {
		inFiles += len(found.found(text))
	}
	if inFiles == 0 {
		t.Error("the database's files hold a secret, and nobody finds it")
	}
	if !strings.Contains(heard(), `"code":"invalid_request"`) {
		t.Errorf("no answer is overheard: %s", heard())
	}
}
