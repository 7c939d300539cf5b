package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"twofold/internal/account"
	"twofold/internal/stepup"
)

// contract holds what the middleware needs of openapi.yaml: what each operation requires, takes and may respond.
type contract struct {
	text       []byte
	operations map[string]*operation // keyed by method and Echo path
	titles     map[ProblemCode]string
}

// operation is one operation of the contract. Its security requirements are read here and nowhere else.
type operation struct {
	id      string
	session bool
	role    account.Role   // required role; empty for every signed-in account
	purpose stepup.Purpose // required step-up; empty for none
	target  string         // path parameter that the step-up must be bound to; empty for none
	// whileEnrolling allows accounts that must have MFA and have none.
	whileEnrolling bool
	params         openapi3.Parameters
	body           *openapi3.Schema // nil if the operation takes none
	// bodyRequired is false if the body may be omitted.
	bodyRequired bool
	status       map[ProblemCode]int // the closed list of problem codes, with their status
}

// acceptsCredentials reports whether a request can present wrong credentials.
func (o *operation) acceptsCredentials() bool {
	_, code := o.status[ProblemCodeCodeRejected]
	_, password := o.status[ProblemCodeCredentialsRejected]
	return code || password
}

// followsLink reports whether the operation takes the token of a mailed link, without a session.
func (o *operation) followsLink() bool {
	_, link := o.status[ProblemCodeLinkExpired]
	return link && !o.session
}

// sendsUnsolicitedMail reports whether the operation mails an address that an anonymous caller names.
func (o *operation) sendsUnsolicitedMail() bool { return o.id == "requestPasswordReset" }

// signsIn reports whether the operation counts as a sign-in of its client address. Requesting an MFA removal does,
// because it needs a pending sign-in.
func (o *operation) signsIn() bool { return o.id == "signIn" || o.id == "requestMfaRemoval" }

// rateLimited reports whether the operation is limited per client address.
func (o *operation) rateLimited() bool {
	return o.acceptsCredentials() || o.followsLink() || o.sendsUnsolicitedMail() || o.signsIn()
}

var pathParam = regexp.MustCompile(`\{(\w+)\}`)

// contracts caches parsed contracts by their text.
var contracts = struct {
	sync.Mutex
	read map[string]*contract
}{read: make(map[string]*contract)}

// contractOf parses a text once per process, because parsing takes most of a start and a parsed contract is immutable.
func contractOf(text []byte) (*contract, error) {
	contracts.Lock()
	defer contracts.Unlock()
	if c, ok := contracts.read[string(text)]; ok {
		return c, nil
	}
	c, err := readContract(text)
	if err != nil {
		return nil, err
	}
	contracts.read[string(text)] = c
	return c, nil
}

func readContract(text []byte) (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return nil, err
	}
	titles, err := readTitles(doc)
	if err != nil {
		return nil, err
	}
	c := &contract{text: text, operations: make(map[string]*operation), titles: titles}
	for path, item := range doc.Paths.Map() {
		echoPath := pathParam.ReplaceAllString(path, ":$1")
		for method, op := range item.Operations() {
			o, err := readOperation(method, item, op)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			c.operations[method+" "+echoPath] = o
		}
	}
	return c, nil
}

// readTitles returns the title of each problem code. It returns an error if a code has no entry in x-problems, or an entry
// has no code.
func readTitles(doc *openapi3.T) (map[ProblemCode]string, error) {
	schema := doc.Components.Schemas["ProblemCode"]
	if schema == nil {
		return nil, errors.New("schema ProblemCode is missing")
	}
	problems, _ := schema.Value.Extensions["x-problems"].(map[string]any)
	titles := make(map[ProblemCode]string, len(problems))
	for code, entry := range problems {
		texts, _ := entry.(map[string]any)
		for _, text := range []string{"title", "meaning", "action"} {
			if written, _ := texts[text].(string); written == "" {
				return nil, fmt.Errorf("x-problems: %s has no %s", code, text)
			}
		}
		titles[ProblemCode(code)], _ = texts["title"].(string)
	}
	for _, code := range schema.Value.Enum {
		if name, _ := code.(string); titles[ProblemCode(name)] == "" {
			return nil, fmt.Errorf("x-problems: %v is missing", code)
		}
	}
	if len(titles) != len(schema.Value.Enum) {
		return nil, errors.New("x-problems has a code that ProblemCode does not list")
	}
	return titles, nil
}

func readOperation(method string, item *openapi3.PathItem, op *openapi3.Operation) (*operation, error) {
	o := &operation{
		id:     op.OperationID,
		params: slices.Concat(item.Parameters, op.Parameters),
		status: make(map[ProblemCode]int),
	}
	if op.Security == nil {
		return nil, fmt.Errorf("security is missing")
	}
	stepUp := false
	for _, alternative := range *op.Security {
		for scheme := range alternative {
			o.session = o.session || scheme == "sessionBearer" || scheme == "sessionCookie"
			stepUp = stepUp || scheme == "stepUpToken"
		}
	}
	purpose, _ := op.Extensions["x-step-up-purpose"].(string)
	o.purpose = stepup.Purpose(purpose)
	if stepUp != (purpose != "") || (stepUp && !Purpose(purpose).Valid()) {
		return nil, fmt.Errorf("stepUpToken and x-step-up-purpose disagree")
	}
	o.target, _ = op.Extensions["x-step-up-target"].(string)
	if o.target != "" && (purpose == "" || o.params.GetByInAndName("path", o.target) == nil) {
		return nil, fmt.Errorf("x-step-up-target is not a path parameter, or the operation needs no step-up")
	}
	role, _ := op.Extensions["x-role"].(string)
	o.role = account.Role(role)
	o.whileEnrolling, _ = op.Extensions["x-while-enrolling"].(bool)
	if role != "" && !Role(role).Valid() || (role != "" || o.whileEnrolling) && !o.session {
		return nil, fmt.Errorf("x-role or x-while-enrolling without a session, or an unknown role")
	}
	if op.RequestBody != nil {
		o.body = op.RequestBody.Value.Content.Get("application/json").Schema.Value
		o.bodyRequired = op.RequestBody.Value.Required
	}
	codes, _ := op.Extensions["x-problem-codes"].(map[string]any)
	for status, list := range codes {
		if op.Responses.Value(status) == nil {
			return nil, fmt.Errorf("x-problem-codes names status %s, which has no response", status)
		}
		n, err := strconv.Atoi(status)
		if err != nil {
			return nil, fmt.Errorf("status %s: %w", status, err)
		}
		names, _ := list.([]any)
		for _, name := range names {
			code, _ := name.(string)
			if !ProblemCode(code).Valid() {
				return nil, fmt.Errorf("unknown problem code %q", code)
			}
			o.status[ProblemCode(code)] = n
		}
	}
	return o, o.checkStatuses(method != http.MethodGet)
}

// checkStatuses returns an error if an operation does not declare the problems that the middleware may respond with.
func (o *operation) checkStatuses(write bool) error {
	needed := []ProblemCode{ProblemCodeInvalidRequest, ProblemCodeBodyTooLarge, ProblemCodeUnsupportedMediaType, ProblemCodeInternal}
	if o.session {
		needed = append(needed, ProblemCodeSessionRequired, ProblemCodeUnavailable)
	}
	if o.session && !o.whileEnrolling {
		needed = append(needed, ProblemCodeEnrollmentRequired)
	}
	if o.role != "" {
		needed = append(needed, ProblemCodeNotFound, ProblemCodeMFARequired)
	}
	if o.purpose != "" {
		needed = append(needed, ProblemCodeStepUpRequired)
	}
	if o.acceptsCredentials() {
		needed = append(needed, ProblemCodeTooManyRequests, ProblemCodeTooManyAttempts, ProblemCodeUnavailable)
	}
	if o.rateLimited() {
		needed = append(needed, ProblemCodeTooManyRequests)
	}
	if write {
		needed = append(needed, ProblemCodeCrossOriginRefused)
	}
	for _, code := range needed {
		if o.status[code] == 0 {
			return fmt.Errorf("the operation can return %s, which x-problem-codes does not list", code)
		}
	}
	return nil
}

// find returns the operation of the matched route, or nil for a path that is not in the contract.
func (c *contract) find(r *http.Request, echoPath string) *operation {
	return c.operations[r.Method+" "+echoPath]
}
