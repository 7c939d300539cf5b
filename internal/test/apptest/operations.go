package apptest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation is one operation of the contract.
type Operation struct {
	ID, Method, Path string
	Session          bool     // needs a session
	Purpose          string   // of the step-up it needs; empty for none
	Role             string   // that the account needs; empty for none
	WhileEnrolling   bool     // allowed for an account that must enroll first
	Members          []string // of its body, sorted; none if it takes no body
	Needs            []string // the required members
}

// Operations returns the operations of the contract, ordered by path and method.
func Operations(t testing.TB) []Operation {
	t.Helper()
	all, err := loadOperations()
	if err != nil {
		t.Fatalf("contract: %v", err)
	}
	return all
}

var loadOperations = sync.OnceValues(func() ([]Operation, error) {
	doc, err := readDocument()
	if err != nil {
		return nil, err
	}
	var all []Operation
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Map()[path].Operations()
		for _, method := range slices.Sorted(maps.Keys(item)) {
			all = append(all, readOperation(method, path, item[method]))
		}
	}
	return all, nil
})

func readOperation(method, path string, op *openapi3.Operation) Operation {
	o := Operation{ID: op.OperationID, Method: method, Path: path}
	o.Purpose, _ = op.Extensions["x-step-up-purpose"].(string)
	o.Role, _ = op.Extensions["x-role"].(string)
	o.WhileEnrolling, _ = op.Extensions["x-while-enrolling"].(bool)
	if op.Security != nil {
		for _, alternative := range *op.Security {
			_, bearer := alternative["sessionBearer"]
			o.Session = o.Session || bearer
		}
	}
	if op.RequestBody != nil {
		schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
		o.Members = slices.Sorted(maps.Keys(schema.Properties))
		o.Needs = schema.Required
	}
	return o
}

// Writes reports whether the operation may change something.
func (o Operation) Writes() bool { return o.Method != http.MethodGet }

// PathWith returns the operation's path with an id in place of {id}.
func (o Operation) PathWith(id string) string { return strings.ReplaceAll(o.Path, "{id}", id) }
