package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// contract holds answers against openapi.yaml, more strictly than a client would: an undocumented status, code, header
// or member fails.
type contract struct {
	router routers.Router
}

// theContract is read once: it is long, and every house of every test holds its answers against the same.
var theContract = sync.OnceValues(func() (*contract, error) {
	doc, err := readDocument()
	if err != nil {
		return nil, err
	}
	for _, schema := range doc.Components.Schemas {
		if schema.Value.Type.Is("object") {
			schema.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: new(false)}
		}
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	return &contract{router: router}, nil
})

func readDocument() (*openapi3.T, error) {
	text, err := os.ReadFile(contractFile())
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(text)
}

// check answers what in an answer the contract does not say.
func (c *contract) check(r *http.Request, answer *http.Response, body []byte) error {
	if r.Method == http.MethodHead {
		return checkHead(body)
	}
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return c.checkOutside(answer, body)
	}
	// Validate by the fields of a copy, since reading consumes the body.
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 answer.StatusCode,
		Header:                 answer.Header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "application/yaml") {
		return nil
	}
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		return err
	}
	if answer.Header.Get("Set-Cookie") != "" && route.Operation.Responses.Status(answer.StatusCode).Value.Headers["Set-Cookie"] == nil {
		return fmt.Errorf("status %d of %s sets a cookie, undocumented", answer.StatusCode, route.Operation.OperationID)
	}
	if answer.StatusCode < 400 {
		return nil
	}
	return checkCode(route.Operation, answer, body)
}

// checkCode wants the problem's code in the operation's closed list.
func checkCode(op *openapi3.Operation, answer *http.Response, body []byte) error {
	var p struct {
		Code   string
		Status int
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return err
	}
	if p.Status != answer.StatusCode {
		return fmt.Errorf("problem says status %d, the answer %d", p.Status, answer.StatusCode)
	}
	if answer.StatusCode == http.StatusUnauthorized && !strings.HasPrefix(answer.Header.Get("WWW-Authenticate"), "Bearer ") {
		return fmt.Errorf("401 without a Bearer challenge")
	}
	lists, _ := op.Extensions["x-problem-codes"].(map[string]any)
	codes, _ := lists[strconv.Itoa(answer.StatusCode)].([]any)
	for _, c := range codes {
		if c == p.Code {
			return nil
		}
	}
	return fmt.Errorf("%s answers %d %s, undocumented", op.OperationID, answer.StatusCode, p.Code)
}

// checkHead wants no body: what GET would have answered is in the headers alone.
func checkHead(body []byte) error {
	if len(body) > 0 {
		return fmt.Errorf("an answer to HEAD has a body of %d bytes", len(body))
	}
	return nil
}

// checkOutside wants a problem wherever there is neither an operation nor a page.
func (c *contract) checkOutside(answer *http.Response, body []byte) error {
	if answer.StatusCode < 400 || strings.HasPrefix(answer.Header.Get("Content-Type"), "text/") {
		return nil
	}
	var p struct{ Code string }
	if err := json.Unmarshal(body, &p); err != nil || p.Code == "" {
		return fmt.Errorf("status %d without a problem: %q", answer.StatusCode, body)
	}
	return nil
}
