package app_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"fmt"
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

// serverSecrets returns the secrets of the server itself: the master key, the sealing keys, and the private signing key.
func serverSecrets(t *testing.T, h *apptest.Server) apptest.Secrets {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.Dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	master, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	found := apptest.Secrets{"the master key": string(master)}

	var sealed []byte
	if err := h.OpenDatabase(t).QueryRow(`SELECT sealed FROM sealing_keysets`).Scan(&sealed); err != nil {
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

	_, private := h.Keyring().SigningKey()
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

// The other tests find no secret. This one shows that they would: a planted secret is found in every place where they look.
func TestT07_Secrets_PlantedSecretFound(t *testing.T) {
	t.Parallel()
	const planted = `tf_x_"A&secret"<that>/planted+here`
	found := apptest.Secrets{"the planted secret": planted}
	box := apptest.NewMailbox(t)
	h := apptest.StartTraced(t, box.Setting())
	h.Mailbox = box
	id := h.AddAccount(ada)
	h.SignedIn(ada)

	slog.New(slog.NewJSONHandler(h.Log, nil)).Info("a line", "token", planted)
	h.OpenDatabase(t).MustExec(t, `UPDATE activity SET user_agent = ?`, planted)
	h.Enqueue(notify.Notice{Kind: notify.MethodAdded, AccountID: id, Subject: apptest.UnknownID, Name: planted, To: []string{ada}})
	recorded := h.RecordResponses()
	h.Script("").Do("POST", "/api/v1/sessions", JSON{"email": ada, "password": apptest.Password, planted: 1}).Require(400, "invalid_request")

	registry, scrape := prometheus.NewRegistry(), httptest.NewRecorder()
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "planted", ConstLabels: prometheus.Labels{"label": planted}}))
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(scrape, httptest.NewRequest("GET", "/metrics", nil))

	traces, err := trace.NewExporter(context.Background(), h.Collector.URL+"/v1/traces", planted, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, request := traces.Request(context.Background(), "")
	request.End("page", 200, "", apptest.UnknownID)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := traces.Close(ctx); err != nil {
		t.Fatal(err)
	}

	for where, text := range map[string]string{
		"the log": h.Log.String(), "a row": h.OpenDatabase(t).Dump(t), "a mail": h.Mail(ada).Readable(), "a scrape": scrape.Body.String(),
		"an exported span": h.Collector.Raw(),
	} {
		if len(found.Find(text)) == 0 {
			t.Errorf("the secret in %s is not found: %s", where, text)
		}
	}
	inFiles := 0
	for _, text := range h.OpenDatabase(t).FileContents(t) {
		inFiles += len(found.Find(text))
	}
	if inFiles == 0 {
		t.Error("the secret in the database's files is not found")
	}
	if !strings.Contains(recorded(), `"code":"invalid_request"`) {
		t.Errorf("the response was not recorded: %s", recorded())
	}
}
