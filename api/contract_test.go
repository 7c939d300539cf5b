package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func document(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(contractText(t))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// eachOperation calls visit for every operation of the contract.
func eachOperation(doc *openapi3.T, visit func(where string, path string, op *openapi3.Operation)) {
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			visit(method+" "+path, path, op)
		}
	}
}

func TestContract_Valid(t *testing.T) {
	t.Parallel()
	if err := document(t).Validate(context.Background(), openapi3.EnableExamplesValidation(), openapi3.EnableSchemaFormatValidation(), openapi3.EnableSchemaPatternValidation()); err != nil {
		t.Error(err)
	}
}

func TestContract_BodyExamples(t *testing.T) {
	t.Parallel()
	count := 0
	try := func(where string, content openapi3.Content) {
		for kind, media := range content {
			if media.Example == nil {
				if kind != "application/yaml" {
					t.Errorf("%s, %s: no example", where, kind)
				}
				continue
			}
			closed := *media.Schema.Value // reports examples with members that the schema no longer has
			if closed.Type.Is("object") {
				closed.AdditionalProperties = openapi3.AdditionalProperties{Has: new(false)}
			}
			if err := closed.VisitJSON(media.Example, openapi3.EnableFormatValidation(), openapi3.MultiErrors()); err != nil {
				t.Errorf("%s, %s: %v", where, kind, err)
			}
			count++
		}
	}
	eachOperation(document(t), func(where, _ string, op *openapi3.Operation) {
		if op.RequestBody != nil {
			try(where, op.RequestBody.Value.Content)
		}
		for status, response := range op.Responses.Map() {
			try(where+" "+status, response.Value.Content)
		}
	})
	if count < 100 {
		t.Errorf("%d examples were checked, want at least 100", count)
	}
}

func TestContract_RequestExamplesPassCheckBody(t *testing.T) {
	t.Parallel()
	c := theContract(t)
	eachOperation(document(t), func(where, path string, op *openapi3.Operation) {
		if op.RequestBody == nil {
			return
		}
		body, err := json.Marshal(op.RequestBody.Value.Content.Get("application/json").Example)
		if err != nil {
			t.Fatal(err)
		}
		method, _, _ := strings.Cut(where, " ")
		if err := checkBody(body, c.operations[method+" "+pathParam.ReplaceAllString(path, ":$1")]); err != nil {
			t.Errorf("%s: %s: %v", where, body, err)
		}
	})
}

// codesOf returns the problem codes that an operation lists, by status.
func codesOf(t *testing.T, where string, op *openapi3.Operation) map[int][]ProblemCode {
	t.Helper()
	lists, ok := op.Extensions["x-problem-codes"].(map[string]any)
	if !ok {
		t.Errorf("%s has no x-problem-codes", where)
	}
	codes := make(map[int][]ProblemCode)
	for status, list := range lists {
		n, err := strconv.Atoi(status)
		if err != nil {
			t.Errorf("%s: status %s", where, status)
		}
		for _, code := range list.([]any) {
			codes[n] = append(codes[n], ProblemCode(fmt.Sprint(code)))
		}
	}
	return codes
}

func TestContract_ProblemCodesMatchResponses(t *testing.T) {
	t.Parallel()
	eachOperation(document(t), func(where, _ string, op *openapi3.Operation) {
		codes := codesOf(t, where, op)
		for status, response := range op.Responses.Map() {
			n, err := strconv.Atoi(status)
			if err != nil {
				t.Errorf("%s: status %s is not a number", where, status)
			}
			if problem := response.Value.Content.Get("application/problem+json") != nil; problem != (n >= 400) || problem != (len(codes[n]) > 0) {
				t.Errorf("%s: status %s: is a problem %v, codes %v", where, status, problem, codes[n])
			}
			delete(codes, n)
		}
		if len(codes) > 0 {
			t.Errorf("%s: codes without a response: %v", where, codes)
		}
	})
}

func TestContract_OneStatusPerCode(t *testing.T) {
	t.Parallel()
	// A wrong code is 422 at the confirmation of an enrollment, where the caller is authenticated already.
	exceptions := map[ProblemCode][]int{ProblemCodeCodeRejected: {401, 422}}
	got := make(map[ProblemCode][]int)
	eachOperation(document(t), func(where, _ string, op *openapi3.Operation) {
		for status, codes := range codesOf(t, where, op) {
			for _, code := range codes {
				if !slices.Contains(got[code], status) {
					got[code] = append(got[code], status)
				}
			}
		}
	})
	for code, statuses := range got {
		slices.Sort(statuses)
		if want, ok := exceptions[code]; ok && slices.Equal(statuses, want) {
			continue
		}
		if len(statuses) != 1 {
			t.Errorf("%s has the statuses %v, want one", code, statuses)
		}
	}
}

// TestContract_DeclaresMiddlewareProblems checks that operations list the problems that the middleware can return for them.
func TestContract_DeclaresMiddlewareProblems(t *testing.T) {
	t.Parallel()
	for route, o := range theContract(t).operations {
		write := !strings.HasPrefix(route, "GET ")
		for code, can := range map[ProblemCode]bool{
			ProblemCodeBodyTooLarge: true, ProblemCodeUnsupportedMediaType: true, ProblemCodeInternal: true,
			ProblemCodeCrossOriginRefused: write,
			ProblemCodeSessionRequired:    o.session,
			ProblemCodeUnavailable:        o.session || o.acceptsCredentials(),
			ProblemCodeStepUpRequired:     o.purpose != "",
			ProblemCodeNotFound:           strings.Contains(route, ":"),
			ProblemCodeTooManyRequests:    o.acceptsCredentials(),
			ProblemCodeTooManyAttempts:    o.acceptsCredentials(),
			ProblemCodeInvalidRequest:     o.body != nil || o.session,
		} {
			if _, listed := o.status[code]; can && !listed {
				t.Errorf("%s (%s) can return %s but does not list it", o.id, route, code)
			}
		}
		if _, listed := o.status[ProblemCodeStepUpRequired]; listed && o.purpose == "" {
			t.Errorf("%s lists step_up_required but needs no step-up", o.id)
		}
		if _, listed := o.status[ProblemCodeCrossOriginRefused]; listed && !write {
			t.Errorf("%s lists cross_origin_refused but only reads", o.id)
		}
	}
}

func TestGuard_UnexpectedBodyOrCredentials(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	for route, o := range theContract(t).operations {
		if o.session || o.body != nil {
			continue
		}
		method, target, _ := strings.Cut(route, " ")
		w := ask(h, method, target, "Authorization", "Bearer x", "Cookie", "__Host-twofold_session=x")
		if code := problemOf(t, o.id, w.Header(), w.Body.Bytes()); w.Code != 400 || code != "invalid_request" {
			t.Errorf("%s with two credentials: got %d %s, want 400 invalid_request", o.id, w.Code, code)
		}
	}
}

func TestContract_EveryCodeIsUsed(t *testing.T) {
	t.Parallel()
	doc := document(t)
	listed := map[ProblemCode]bool{ProblemCodeNotFound: true, ProblemCodeMethodNotAllowed: true} // outside of operations
	eachOperation(doc, func(where, _ string, op *openapi3.Operation) {
		for _, codes := range codesOf(t, where, op) {
			for _, code := range codes {
				listed[code] = true
			}
		}
	})
	returned := map[ProblemCode]bool{
		// codes that codeOf returns without the table
		ProblemCodeInvalidRequest: true, ProblemCodeTooManyRequests: true, ProblemCodeUnavailable: true, ProblemCodeInternal: true,
	}
	for _, p := range problems {
		returned[p.code] = true
	}
	all := make(map[ProblemCode]bool)
	for _, value := range doc.Components.Schemas["ProblemCode"].Value.Enum {
		all[ProblemCode(fmt.Sprint(value))] = true
	}
	for name, set := range map[string]map[ProblemCode]bool{"the lists of the operations": listed, "the codes that codeOf returns": returned} {
		for code := range all {
			if !set[code] {
				t.Errorf("%s of ProblemCode is not in %s", code, name)
			}
		}
		for code := range set {
			if !all[code] {
				t.Errorf("%s in %s is not in ProblemCode", code, name)
			}
		}
	}
	for code := range all {
		if !code.Valid() {
			t.Errorf("%s is not in the generated code; run make generate", code)
		}
	}
}

func TestContract_ProblemExamplesMatchResponses(t *testing.T) {
	t.Parallel()
	titles := theContract(t).titles
	for name, response := range document(t).Components.Responses {
		example, ok := response.Value.Content.Get("application/problem+json").Example.(map[string]any)
		if !ok {
			t.Errorf("%s has no example", name)
			continue
		}
		code := ProblemCode(fmt.Sprint(example["code"]))
		if example["title"] != titles[code] || example["type"] != "/problems/"+strings.ReplaceAll(string(code), "_", "-") {
			t.Errorf("%s: %v, want the title %q and its type", name, example, titles[code])
		}
	}
}
