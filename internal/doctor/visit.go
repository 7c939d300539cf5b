package doctor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// minCertificateLifetime is the remaining lifetime at which a certificate should have been renewed.
const minCertificateLifetime = 14 * 24 * time.Hour

// publicURL fetches the public URL as a visitor would, without following redirects to other hosts.
func (d Doctor) publicURL(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	address := d.config.PublicURL + "/healthz"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		d.fail("visit", "%v.", err)
		return
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		d.fail("visit", "%v. %s", err, visitAdvice(err))
		return
	}
	defer func() { _ = response.Body.Close() }()
	var health struct {
		Status string `json:"status"`
	}
	err = json.NewDecoder(io.LimitReader(response.Body, 1024)).Decode(&health)
	if response.StatusCode != http.StatusOK || err != nil || health.Status != "ok" {
		d.fail("visit", "%s responds with %s, unlike Twofold. Let the proxy forward every path of that host to Twofold unchanged.", address, response.Status)
		return
	}
	if response.TLS != nil && len(response.TLS.PeerCertificates) > 0 {
		if left := response.TLS.PeerCertificates[0].NotAfter.Sub(d.Now()); left < minCertificateLifetime {
			d.warn("visit", "%s responds, but its certificate expires in %d hours. Renew it.", address, int(left.Hours()))
			return
		}
	}
	d.ok("visit", "%s responds as Twofold", address)
}

func visitAdvice(err error) string {
	if bad := (*tls.CertificateVerificationError)(nil); errors.As(err, &bad) {
		return "Give the proxy a certificate for that name that browsers trust."
	}
	return "Let the name resolve to the proxy and the proxy forward to Twofold, or correct TWOFOLD_PUBLIC_URL."
}
