package apptest

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
)

// samples are valid values of the members of request bodies. Secrets are recognizable, so that tests can search for them.
var samples = JSON{
	"email": "ada@example.com", "password": Password, "code": "735918", "deliver": "token", "purpose": "mfa.enroll",
	"sign_in_token": "tf_i_Y2FuYXJ5", "name": "Pixel 11", "recovery_code": "0A1B-2C3D-4E5F-6G7H", "replaces": UnknownID,
	"token": "tf_l_Y2FuYXJ5", "new_password": NewPassword, "display_name": "Ada", "language": "de",
	"reason": "Ticket 4711",
}

// conditional are members that are only valid together with certain values of other members.
var conditional = map[string]bool{"target": true}

// SampleBody returns a valid body with some members replaced, or nil if the operation takes none.
func (o Operation) SampleBody(replaced ...JSON) any {
	if len(o.Members) == 0 {
		return nil
	}
	body := JSON{}
	for _, member := range o.Members {
		if !conditional[member] {
			body[member] = samples[member]
		}
	}
	for _, r := range replaced {
		for name, value := range r {
			if _, takes := body[name]; takes {
				body[name] = value
			}
		}
	}
	return body
}

// OperationWithBody is an operation and a valid body.
type OperationWithBody struct {
	Operation
	Sample JSON
}

// OperationsWithBody returns the operations that take a body, by id.
func OperationsWithBody(t testing.TB) map[string]OperationWithBody {
	t.Helper()
	all := make(map[string]OperationWithBody)
	for _, op := range Operations(t) {
		sample, takes := op.SampleBody().(JSON)
		if !takes {
			continue
		}
		for member, value := range sample {
			if value == nil {
				t.Fatalf("%s takes %s: add a sample value", op.ID, member)
			}
		}
		all[op.ID] = OperationWithBody{op, sample}
	}
	return all
}

// OperationIDs returns the names of operations in metrics and traces: the ids of all operations, and "page".
func OperationIDs(t testing.TB) []string {
	t.Helper()
	ids := []string{"page"}
	for _, op := range Operations(t) {
		ids = append(ids, op.ID)
	}
	return ids
}

// PublicRead reports whether the operation needs no session and changes nothing.
func (o Operation) PublicRead() bool { return !o.Session && !o.Writes() }

// HTTPMethods are methods to try on a path.
var HTTPMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "QUERY"}

// Body returns a value as a request body.
func Body(value any) io.Reader {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return bytes.NewReader(text)
}
