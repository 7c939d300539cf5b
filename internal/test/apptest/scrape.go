package apptest

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Operations serves the operations of the house until the test is over, and answers where.
func (h *Server) Operations() (url string) {
	server := httptest.NewServer(h.App.Operations)
	h.T.Cleanup(server.Close)
	return server.URL
}

// Scrape is what Prometheus reads: the values by series, which are written name{label="value",…} with sorted labels.
type Scrape map[string]float64

// Scrape reads the metrics of the house. They come as they would to Prometheus.
func (h *Server) Scrape() (Scrape, string) {
	h.T.Helper()
	answer, err := http.Get(h.Operations() + "/metrics")
	if err != nil {
		h.T.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		h.T.Fatalf("a scrape answers %d, %v\n%s", answer.StatusCode, err, text)
	}
	return readScrape(h.T, string(text)), string(text)
}

func readScrape(t testing.TB, text string) Scrape {
	t.Helper()
	found := make(Scrape)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.TrimSpace(line)
		space := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(line[space+1:], 64)
		if err != nil {
			t.Fatalf("no value in %q", line)
		}
		found[line[:space]] = value
	}
	return found
}

// Series are the names, with their labels.
func (s Scrape) Series() map[string]map[string]string {
	all := make(map[string]map[string]string, len(s))
	for series := range s {
		_, list, _ := strings.Cut(strings.TrimSuffix(series, "}"), "{")
		labels := make(map[string]string)
		for list != "" {
			name, rest, _ := strings.Cut(list, "=")
			value, err := strconv.QuotedPrefix(rest)
			if err != nil {
				panic("labels of " + series)
			}
			labels[name], _ = strconv.Unquote(value)
			list = strings.TrimPrefix(rest[len(value):], ",")
		}
		all[series] = labels
	}
	return all
}

// Want checks that series have exactly these values.
func (s Scrape) Want(t testing.TB, want Scrape) {
	t.Helper()
	for _, series := range slices.Sorted(maps.Keys(want)) {
		if value, there := s[series]; !there || value != want[series] {
			t.Errorf("%s is %v (present: %v), want %v", series, value, there, want[series])
		}
	}
}
