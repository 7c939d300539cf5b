package app_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// The beginnings of two requests, without the empty line after the headers.
const (
	rawGet  = "GET /healthz HTTP/1.1\r\nHost: x\r\n"
	rawPost = "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
)

// rawHTTP writes a text and then a last, valid request to one connection. It returns the statuses of all responses until
// the connection is closed. With a pace, the text is written byte by byte.
func rawHTTP(t *testing.T, address, text string, paced time.Duration) (statuses []int) {
	t.Helper()
	const lastRequest = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if err := connection.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() { // the server may close the connection
		for paced > 0 && len(text) > 0 {
			if _, err := io.WriteString(connection, text[:1]); err != nil {
				return
			}
			text = text[1:]
			time.Sleep(paced) // the pace of a slow sender
		}
		_, _ = io.WriteString(connection, text+lastRequest)
	}()
	responses := bufio.NewReader(connection)
	for {
		response, err := http.ReadResponse(responses, nil)
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("after %v the connection is still open", statuses)
			}
			return statuses
		}
		statuses = append(statuses, response.StatusCode)
		_, err = io.Copy(io.Discard, response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil {
			return statuses
		}
	}
}

// A request that a proxy and the server could parse differently is refused, and the connection is closed, so that nothing
// after it is taken for a request.
func TestT29_OddRequests_Smuggling(t *testing.T) {
	t.Parallel()
	h, address := apptest.StartServing(t)
	h.AddAccount(ada)
	before := h.RowCounts()
	// smuggled signs in, if it is taken for a request.
	const smuggled = rawPost + "Content-Length: 69\r\n\r\n" + `{"email":"ada@example.com","password":"correct horse battery staple"}`
	sameLength := fmt.Sprintf("Content-Length: %d\r\n", len(smuggled))
	chunked := rawPost + "Transfer-Encoding: chunked\r\n"
	for name, c := range map[string]struct {
		text string
		want []int // of every response on the connection
	}{
		"two requests at once":             {rawGet + "\r\n", []int{200, 200}},
		"a hundred requests at once":       {strings.Repeat(rawGet+"\r\n", 100), slices.Repeat([]int{200}, 101)},
		"a refusal does not stop the next": {rawPost + "Content-Length: 2\r\n\r\n{}", []int{400, 200}},
		"a body where there is none":       {rawGet + "Content-Length: 4\r\n\r\nGET ", []int{415, 200}},
		"a length and chunks":              {rawPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, []int{400}},
		"chunks and a length":              {chunked + "Content-Length: 5\r\n\r\n0\r\n\r\n" + smuggled, []int{400}},
		"two lengths":                      {rawPost + "Content-Length: 2\r\nContent-Length: 0\r\n\r\n{}" + smuggled, []int{400}},
		"a list of lengths":                {rawPost + "Content-Length: 2, 0\r\n\r\n{}" + smuggled, []int{400}},
		"a length with a sign":             {rawPost + "Content-Length: +2\r\n\r\n{}" + smuggled, []int{400}},
		"a negative length":                {rawPost + "Content-Length: -2\r\n\r\n{}" + smuggled, []int{400}},
		"a length in hexadecimal":          {rawPost + "Content-Length: 0x2\r\n\r\n{}" + smuggled, []int{400}},
		"chunked twice":                    {rawPost + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + smuggled, []int{501}},
		"two encodings":                    {chunked + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled, []int{501}},
		"an encoding with a space":         {rawPost + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled, []int{400}},
		"a line that goes on":              {rawPost + "X: y\r\n Content-Length: 2\r\n\r\n{}" + smuggled, []int{400, 400}},
		"a carriage return in a value":     {rawPost + "X: y\rContent-Length: 2\r\n\r\n{}" + smuggled, []int{400}},
		"a zero byte in a value":           {rawPost + "X: \x00\r\n\r\n" + smuggled, []int{400}},
		"a chunk of a wrong size":          {chunked + "\r\n1\r\n{}\r\n0\r\n\r\n" + smuggled, []int{400}},
		"a chunk with a negative size":     {chunked + "\r\n-1\r\n{}\r\n0\r\n\r\n" + smuggled, []int{400}},
		// These variants are valid (RFC 9112 §2.2, §5.2, §6.3), and do not move the end of a request.
		"a length twice":                {rawPost + sameLength + sameLength + "\r\n" + smuggled, []int{400, 200}},
		"a length on the next line":     {rawPost + strings.Replace(sameLength, " ", "\r\n ", 1) + "\r\n" + smuggled, []int{400, 200}},
		"a length with line feeds only": {strings.ReplaceAll(rawPost+sameLength+"\r\n", "\r\n", "\n") + smuggled, []int{400, 200}},
		"a line feed in a header":       {rawPost + "X: y\n" + sameLength + "\r\n" + smuggled, []int{400, 200}},
		"two hosts":                     {"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + smuggled, []int{400}},
		"two spaces":                    {"GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + smuggled, []int{400}},
		"the start of HTTP/2":           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + smuggled, []int{404}},
		"the start of TLS":              {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + smuggled, []int{400}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rawHTTP(t, address, c.text, 0); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if after := h.RowCounts(); !maps.Equal(before, after) {
		t.Errorf("the data changed: %v, was %v", after, before)
	}
	if got := rawHTTP(t, address, smuggled, 0); !slices.Equal(got, []int{201, 200}) {
		t.Errorf("the smuggled request alone does not sign in: got %v", got)
	}
}

// An oversized request is aborted at the limit, and nothing of it is stored.
func TestT29_OddRequests_Oversized(t *testing.T) {
	t.Parallel()
	h, address := apptest.StartServing(t)
	h.AddAccount(ada)
	session := h.SignedIn(ada).Bearer
	before := h.RowCounts()
	chunked := rawPost + "Transfer-Encoding: chunked\r\n\r\n"
	cookies := "GET /api/v1/sessions/current HTTP/1.1\r\nHost: x\r\nCookie: "
	for name, c := range map[string]struct {
		text string
		want []int // one of them is of the first response
	}{
		"a header that just fits":         {rawGet + "X: " + strings.Repeat("x", 16<<10-len(rawGet)-len("X: \r\n\r\n")) + "\r\n\r\n", []int{200}},
		"a header of a byte too many":     {rawGet + "X: " + strings.Repeat("x", 16<<10+1-len(rawGet)-len("X: \r\n\r\n")) + "\r\n\r\n", []int{431}},
		"a target of 32 KiB":              {"GET /" + strings.Repeat("x", 32<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", []int{431}},
		"three thousand cookies":          {cookies + strings.Repeat("a=b; ", 3000) + "twofold_session=" + session + "\r\n\r\n", []int{401}},
		"three thousand of one name":      {cookies + strings.Repeat("twofold_session=a; ", 800) + "\r\n\r\n", []int{401}},
		"three thousand lines of cookies": {cookies + "a=b\r\n" + strings.Repeat("Cookie: a=b\r\n", 3000) + "\r\n", []int{431}},
		"chunks of 8 MiB":                 {chunked + strings.Repeat("10000\r\n"+strings.Repeat(" ", 1<<16)+"\r\n", 128) + "0\r\n\r\n", []int{413}},
		"100,000 chunks of a byte":        {chunked + strings.Repeat("1\r\n \r\n", 100_000) + "0\r\n\r\n", []int{400, 413}},
		"chunk of maximum declared size":  {chunked + "ffffffffffffffff\r\n{}", []int{400, 413}},
		"a chunk of a longer number":      {chunked + "fffffffffffffffff\r\n{}", []int{400}},
		"a chunk with a long extension":   {chunked + "2;" + strings.Repeat("x", 1<<20) + "\r\n{}\r\n0\r\n\r\n", []int{400}},
		"a long trailer":                  {chunked + "2\r\n{}\r\n0\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", []int{400}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := rawHTTP(t, address, c.text, 0)
			if len(got) == 0 || !slices.Contains(c.want, got[0]) {
				t.Errorf("got %v, want one of %v first", got, c.want)
			}
		})
	}
	t.Cleanup(func() {
		if after := h.RowCounts(); !maps.Equal(before, after) {
			t.Errorf("the data changed: %v, was %v", after, before)
		}
	})
}

// A slow sender is disconnected when the time limit of a request has passed, however steadily the bytes come. Many of them
// at once do not hinder other requests.
func TestT29_OddRequests_SlowSenders(t *testing.T) {
	t.Parallel()
	h, address := apptest.StartServing(t, "TWOFOLD_READ_HEADER_TIMEOUT=200ms", "TWOFOLD_READ_TIMEOUT=400ms")
	before := h.RowCounts()
	const senders = 100
	got := make(chan string, 2*senders)
	for range senders {
		for text, what := range map[string]string{
			rawGet + "X: " + strings.Repeat("slow", 500) + "\r\n\r\n":            "header",
			rawPost + "Content-Length: 2000\r\n\r\n" + strings.Repeat(" ", 2000): "body",
		} {
			go func() { got <- fmt.Sprint(what, " ", rawHTTP(t, address, text, 5*time.Millisecond)) }()
		}
	}
	for range 5 {
		if statuses := rawHTTP(t, address, "", 0); !slices.Equal(statuses, []int{200}) {
			t.Errorf("a request during slow senders got %v", statuses)
		}
	}
	outcomes := map[string]int{}
	for range 2 * senders {
		outcomes[<-got]++
	}
	for got := range outcomes {
		if _, status, _ := strings.Cut(got, " "); !slices.Contains([]string{"[]", "[400]", "[408]"}, status) {
			t.Errorf("slow senders got %v", outcomes)
		}
	}
	if after := h.RowCounts(); !maps.Equal(before, after) {
		t.Errorf("the data changed: %v, was %v", after, before)
	}
}
