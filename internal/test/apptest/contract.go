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

// contract checks responses against openapi.yaml, more strictly than a client would: undocumented statuses, codes, cookies
// and members are errors.
type contract struct {
	router routers.Router
}

// loadContract parses the contract once for all servers of all tests.
var loadContract = sync.OnceValues(func() (*contract, error) {
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

// check returns an error if a response violates the contract.
func (c *contract) check(r *http.Request, response *http.Response, body []byte) error {
	if r.Method == http.MethodHead {
		return checkHead(body)
	}
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return c.checkOutside(response, body)
	}
	// The validation reads the body, so it gets a copy.
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 response.StatusCode,
		Header:                 response.Header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/yaml") {
		return nil
	}
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		return err
	}
	if response.Header.Get("Set-Cookie") != "" && route.Operation.Responses.Status(response.StatusCode).Value.Headers["Set-Cookie"] == nil {
		return fmt.Errorf("status %d of %s sets a cookie, undocumented", response.StatusCode, route.Operation.OperationID)
	}
	if response.StatusCode < 400 {
		return nil
	}
	return checkCode(route.Operation, response, body)
}

// checkCode checks that the operation documents the problem's code, and that status and challenge are right.
func checkCode(op *openapi3.Operation, response *http.Response, body []byte) error {
	var p struct {
		Code   string
		Status int
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return err
	}
	if p.Status != response.StatusCode {
		return fmt.Errorf("the problem has status %d, the response %d", p.Status, response.StatusCode)
	}
	if response.StatusCode == http.StatusUnauthorized && !strings.HasPrefix(response.Header.Get("WWW-Authenticate"), "Bearer ") {
		return fmt.Errorf("401 without a Bearer challenge")
	}
	lists, _ := op.Extensions["x-problem-codes"].(map[string]any)
	codes, _ := lists[strconv.Itoa(response.StatusCode)].([]any)
	for _, c := range codes {
		if c == p.Code {
			return nil
		}
	}
	return fmt.Errorf("%s returned %d %s, undocumented", op.OperationID, response.StatusCode, p.Code)
}

// checkHead checks that a response to HEAD has no body.
func checkHead(body []byte) error {
	if len(body) > 0 {
		return fmt.Errorf("a response to HEAD has a body of %d bytes", len(body))
	}
	return nil
}

// checkOutside checks that errors outside of operations and pages are problems too.
func (c *contract) checkOutside(response *http.Response, body []byte) error {
	if response.StatusCode < 400 || strings.HasPrefix(response.Header.Get("Content-Type"), "text/") {
		return nil
	}
	var p struct{ Code string }
	if err := json.Unmarshal(body, &p); err != nil || p.Code == "" {
		return fmt.Errorf("status %d without a problem: %q", response.StatusCode, body)
	}
	return nil
}
