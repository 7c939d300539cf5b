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

// Operations serves the operations listener until the test ends and returns its URL.
func (h *Server) Operations() (url string) {
	server := httptest.NewServer(h.App.Operations)
	h.T.Cleanup(server.Close)
	return server.URL
}

// Scrape holds the metrics by series, as in name{label="value",…}, with sorted labels.
type Scrape map[string]float64

// Scrape reads the server's metrics over HTTP, as Prometheus does. It returns the text too.
func (h *Server) Scrape() (Scrape, string) {
	h.T.Helper()
	response, err := http.Get(h.Operations() + "/metrics")
	if err != nil {
		h.T.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		h.T.Fatalf("a scrape returned %d, %v\n%s", response.StatusCode, err, text)
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

// Series returns the labels of each series.
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
		if value, present := s[series]; !present || value != want[series] {
			t.Errorf("%s is %v (present: %v), want %v", series, value, present, want[series])
		}
	}
}
