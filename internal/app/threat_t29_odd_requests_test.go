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
)

// lastRequest is the last request of a conversation: whoever still listens answers it.
const lastRequest = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

// rawHTTP writes a text and then a plea to one connection, and answers the statuses of all that comes back before it is
// closed. Where paced, the text comes byte by byte.
func rawHTTP(t *testing.T, address, text string, paced time.Duration) (statuses []int) {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if err := connection.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() { // it may be cut off: that is an answer too
		for paced > 0 && len(text) > 0 {
			if _, err := io.WriteString(connection, text[:1]); err != nil {
				return
			}
			text = text[1:]
			time.Sleep(paced) // a slow sender is slow
		}
		_, _ = io.WriteString(connection, text+lastRequest)
	}()
	answers := bufio.NewReader(connection)
	for {
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("after %v the connection is still open", statuses)
			}
			return statuses
		}
		statuses = append(statuses, answer.StatusCode)
		_, err = io.Copy(io.Discard, answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			return statuses
		}
	}
}

const (
	oddGet  = "GET /healthz HTTP/1.1\r\nHost: x\r\n"
	oddPost = "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	// smuggled would sign in, if anybody took it for a request.
	smuggled = oddPost + "Content-Length: 69\r\n\r\n" + `{"email":"ada@example.com","password":"correct horse battery staple"}`
)

// What two servers in a row could read differently is refused, and the connection closed, so that nothing that follows
// it is taken for a request.
func TestT29_OddRequests_Smuggling(t *testing.T) {
	t.Parallel()
	h, address := serveHouse(t)
	h.AddAccount(ada)
	before := state(t, h)
	chunked := oddPost + "Transfer-Encoding: chunked\r\n"
	for name, c := range map[string]struct {
		text string
		want []int // of every answer on the connection
	}{
		"two requests at once":             {oddGet + "\r\n", []int{200, 200}},
		"a hundred requests at once":       {strings.Repeat(oddGet+"\r\n", 100), slices.Repeat([]int{200}, 101)},
		"a refusal does not stop the next": {oddPost + "Content-Length: 2\r\n\r\n{}", []int{400, 200}},
		"a body where there is none":       {oddGet + "Content-Length: 4\r\n\r\nGET ", []int{415, 200}},
		"a length and chunks":              {oddPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, []int{400}},
		"chunks and a length":              {chunked + "Content-Length: 5\r\n\r\n0\r\n\r\n" + smuggled, []int{400}},
		"two lengths":                      {oddPost + "Content-Length: 2\r\nContent-Length: 0\r\n\r\n{}" + smuggled, []int{400}},
		"a list of lengths":                {oddPost + "Content-Length: 2, 0\r\n\r\n{}" + smuggled, []int{400}},
		"a length with a sign":             {oddPost + "Content-Length: +2\r\n\r\n{}" + smuggled, []int{400}},
		"a negative length":                {oddPost + "Content-Length: -2\r\n\r\n{}" + smuggled, []int{400}},
		"a length in hexadecimal":          {oddPost + "Content-Length: 0x2\r\n\r\n{}" + smuggled, []int{400}},
		"chunked twice":                    {oddPost + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + smuggled, []int{501}},
		"two encodings":                    {chunked + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled, []int{501}},
		"an encoding with a space":         {oddPost + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled, []int{400}},
		"a line that goes on":              {oddPost + "X: y\r\n Content-Length: 2\r\n\r\n{}" + smuggled, []int{400, 400}},
		"a carriage return in a value":     {oddPost + "X: y\rContent-Length: 2\r\n\r\n{}" + smuggled, []int{400}},
		"a zero byte in a value":           {oddPost + "X: \x00\r\n\r\n" + smuggled, []int{400}},
		"a chunk of a wrong size":          {chunked + "\r\n1\r\n{}\r\n0\r\n\r\n" + smuggled, []int{400}},
		"a chunk with a negative size":     {chunked + "\r\n-1\r\n{}\r\n0\r\n\r\n" + smuggled, []int{400}},
		"two hosts":                        {"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + smuggled, []int{400}},
		"two spaces":                       {"GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + smuggled, []int{400}},
		"the start of HTTP/2":              {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + smuggled, []int{404}},
		"the start of TLS":                 {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + smuggled, []int{400}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rawHTTP(t, address, c.text, 0); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if after := state(t, h); !maps.Equal(before, after) {
		t.Errorf("something changed: %v, was %v", after, before)
	}
	if got := rawHTTP(t, address, smuggled, 0); !slices.Equal(got, []int{201, 200}) {
		t.Errorf("what was smuggled signs nobody in: got %v", got)
	}
}

// A request that is too much for its size is given up where that shows, and nothing of it is kept.
func TestT29_OddRequests_Oversized(t *testing.T) {
	t.Parallel()
	h, address := serveHouse(t)
	h.AddAccount(ada)
	session := h.SignedIn(ada).Bearer
	before := state(t, h)
	chunked := oddPost + "Transfer-Encoding: chunked\r\n\r\n"
	cookies := "GET /api/v1/sessions/current HTTP/1.1\r\nHost: x\r\nCookie: "
	for name, c := range map[string]struct {
		text string
		want []int // of the first answer, one of them
	}{
		"a header that just fits":         {oddGet + "X: " + strings.Repeat("x", 16<<10-len(oddGet)-len("X: \r\n\r\n")) + "\r\n\r\n", []int{200}},
		"a header of a byte too many":     {oddGet + "X: " + strings.Repeat("x", 16<<10+1-len(oddGet)-len("X: \r\n\r\n")) + "\r\n\r\n", []int{431}},
		"a target of 32 KiB":              {"GET /" + strings.Repeat("x", 32<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", []int{431}},
		"three thousand cookies":          {cookies + strings.Repeat("a=b; ", 3000) + "twofold_session=" + session + "\r\n\r\n", []int{401}},
		"three thousand of one name":      {cookies + strings.Repeat("twofold_session=a; ", 800) + "\r\n\r\n", []int{401}},
		"three thousand lines of cookies": {cookies + "a=b\r\n" + strings.Repeat("Cookie: a=b\r\n", 3000) + "\r\n", []int{431}},
		"chunks of 8 MiB":                 {chunked + strings.Repeat("10000\r\n"+strings.Repeat(" ", 1<<16)+"\r\n", 128) + "0\r\n\r\n", []int{413}},
		"100,000 chunks of a byte":        {chunked + strings.Repeat("1\r\n \r\n", 100_000) + "0\r\n\r\n", []int{400, 413}},
		"a chunk as long as can be said":  {chunked + "ffffffffffffffff\r\n{}", []int{400, 413}},
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
		if after := state(t, h); !maps.Equal(before, after) {
			t.Errorf("something changed: %v, was %v", after, before)
		}
	})
}

// Who sends slowly is cut off when the time for a request is over, however steadily the bytes come; and a crowd of them is
// in nobody's way.
func TestT29_OddRequests_SlowSenders(t *testing.T) {
	t.Parallel()
	h, address := serveHouse(t, "TWOFOLD_READ_HEADER_TIMEOUT=200ms", "TWOFOLD_READ_TIMEOUT=400ms")
	before := state(t, h)
	const crowd = 100
	got := make(chan string, 2*crowd)
	for range crowd {
		for text, what := range map[string]string{
			oddGet + "X: " + strings.Repeat("slow", 500) + "\r\n\r\n":            "header",
			oddPost + "Content-Length: 2000\r\n\r\n" + strings.Repeat(" ", 2000): "body",
		} {
			go func() { got <- fmt.Sprint(what, " ", rawHTTP(t, address, text, 5*time.Millisecond)) }()
		}
	}
	for range 5 {
		if answered := rawHTTP(t, address, "", 0); !slices.Equal(answered, []int{200}) {
			t.Errorf("beside a crowd that is slow, a request got %v", answered)
		}
	}
	tally := map[string]int{}
	for range 2 * crowd {
		tally[<-got]++
	}
	for got := range tally {
		if _, status, _ := strings.Cut(got, " "); !slices.Contains([]string{"[]", "[400]", "[408]"}, status) {
			t.Errorf("slow senders got %v", tally)
		}
	}
	if after := state(t, h); !maps.Equal(before, after) {
		t.Errorf("something changed: %v, was %v", after, before)
	}
}
