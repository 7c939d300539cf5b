package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
)

// WithProblems returns a listener for http.Server on which the requests that net/http refuses before a handler runs get
// problems too: oversized headers (431), invalid HTTP (400, 505), unknown transfer encodings (501). net/http writes plain
// text for these, and has no setting for them.
func WithProblems(l net.Listener, contract []byte, maxHeaders int) (net.Listener, error) {
	c, err := contractOf(contract)
	if err != nil {
		return nil, fmt.Errorf("read contract: %w", err)
	}
	return refusalListener{l, c.titles[ProblemCodeInvalidRequest], maxHeaders}, nil
}

type refusalListener struct {
	net.Listener
	title      string
	maxHeaders int
}

// Accept returns the next connection.
func (l refusalListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return refusalConn{c, l}, nil
}

type refusalConn struct {
	net.Conn
	listener refusalListener
}

// Write replaces a refusal of net/http, which comes in one call.
func (c refusalConn) Write(b []byte) (int, error) {
	status, refused := refusedStatus(b)
	if !refused {
		return c.Conn.Write(b)
	}
	if _, err := c.Conn.Write(c.listener.refusal(status)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// CloseWrite lets net/http end a response before the client has sent its request, as on a connection that is not wrapped.
func (c refusalConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// refusalHeaders are all headers of a refusal. A response of a handler has others too, such as Date.
const refusalHeaders = "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"

// refusedStatus returns the status of a refusal of net/http.
func refusedStatus(response []byte) (status int, refused bool) {
	const begin = "HTTP/1.1 "
	if !bytes.HasPrefix(response, []byte(begin)) || len(response) < len(begin)+3 {
		return 0, false
	}
	line := bytes.IndexByte(response, '\r')
	if line < 0 || !bytes.HasPrefix(response[line:], []byte(refusalHeaders)) {
		return 0, false
	}
	status, err := strconv.Atoi(string(response[len(begin) : len(begin)+3]))
	return status, err == nil
}

// refusal returns the whole response.
func (l refusalListener) refusal(status int) []byte {
	detail := "is not valid HTTP"
	if status == http.StatusRequestHeaderFieldsTooLarge {
		detail = fmt.Sprintf("the request line and the headers have more than %d bytes", l.maxHeaders)
	}
	body, _ := json.Marshal(Problem{ // it has only texts and numbers
		Type: "/problems/invalid-request", Title: l.title, Status: status, Code: ProblemCodeInvalidRequest,
		Errors: &[]FieldError{{Detail: detail}},
	})
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\nCache-Control: no-store\r\n"+
		"X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n%s", status, http.StatusText(status), len(body), body)
}
