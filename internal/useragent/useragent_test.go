package useragent_test

import (
	"strings"
	"testing"

	"twofold/internal/useragent"
)

func TestOf(t *testing.T) {
	t.Parallel()
	const webkit = "AppleWebKit/537.36 (KHTML, like Gecko) "
	for agent, want := range map[string][2]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                                         {"Firefox", "Linux"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                               {"Firefox", "Windows"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/142.0.0.0 Safari/537.36":                                                         {"Chrome", "Windows"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":                                           {"Edge", "Windows"},
		"Mozilla/5.0 (Linux; Android 10; K) " + webkit + "Chrome/142.0.0.0 Mobile Safari/537.36":                                                         {"Chrome", "Android"},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " + webkit + "Chrome/142.0.0.0 Safari/537.36":                                                          {"Chrome", "ChromeOS"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15":                          {"Safari", "macOS"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1":        {"Safari", "iOS"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1": {"Chrome", "iOS"},
		"Mozilla/5.0 (X11; Linux x86_64) " + webkit + "HeadlessChrome/142.0.0.0 Safari/537.36":                                                           {"Headless Chrome", "Linux"},
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                                                                       {"", ""},
		"curl/8.14.1":        {"", ""},
		"Go-http-client/1.1": {"", ""},
		"":                   {"", ""},
	} {
		if browser, system := useragent.Of(agent); [2]string{browser, system} != want {
			t.Errorf("%s: got %q on %q, want %q", agent, browser, system, want)
		}
	}
}

func TestOf_NeverRepeatsHeader(t *testing.T) {
	t.Parallel()
	for _, agent := range []string{
		"<script>alert(1)</script>", "Visit-evil.example/1.0 (<b>evil</b>)", "Mozilla/5.0 (evil; evil) evil/1.0", "evil\r\nBcc: evil",
		strings.Repeat("evil/1.0 ", 10000), "Firefox\x00evil/1", "Mozilla/5.0 (evil; Linux x86_64; \u202eevil) Gecko/1 Firefox/1",
	} {
		if browser, system := useragent.Of(agent); strings.Contains(browser+system, "evil") || strings.ContainsAny(browser+system, "<>\r\n") {
			t.Errorf("%q: got %q on %q", agent, browser, system)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
	f.Add("(((((;;;;/////")
	f.Fuzz(func(t *testing.T, agent string) { useragent.Of(agent) })
}
