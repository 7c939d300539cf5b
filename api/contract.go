package api

import (
	"context"
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

// contract is openapi.yaml as the middleware needs it: what each operation takes, and what may be answered.
type contract struct {
	text       []byte
	operations map[string]*operation // by method and Echo path
}

// operation is one operation of the contract. Its security is read here and nowhere else.
type operation struct {
	id      string
	session bool
	role    account.Role   // of whom it is there for; empty: for everybody who is signed in
	purpose stepup.Purpose // empty: needs no step-up
	target  string         // the path's parameter whose value the step-up is for; empty: it is for none
	// whileEnrolling says whether an account may do it that has to have MFA and has none.
	whileEnrolling bool
	params         openapi3.Parameters
	body           *openapi3.Schema // nil: takes none
	// bodyRequired says whether the body may be left out.
	bodyRequired bool
	status       map[ProblemCode]int // the closed list of what can go wrong
}

// acceptsCredentials says whether wrong proofs can be presented to the operation.
func (o *operation) acceptsCredentials() bool {
	_, code := o.status[ProblemCodeCodeRejected]
	_, password := o.status[ProblemCodeCredentialsRejected]
	return code || password
}

// followsLink says whether the operation takes the token of a mailed link, from anybody.
func (o *operation) followsLink() bool {
	_, link := o.status[ProblemCodeLinkExpired]
	return link && !o.session
}

// sendsUnsolicitedMail says whether the operation sends mail to an address that whoever calls it names.
func (o *operation) sendsUnsolicitedMail() bool { return o.id == "requestPasswordReset" }

// signsIn says whether the operation counts as a sign-in of its address: so does asking for a removal of MFA, for which
// somebody has to begin one.
func (o *operation) signsIn() bool { return o.id == "signIn" || o.id == "requestMfaRemoval" }

// rateLimited says whether one address may do the operation only so often.
func (o *operation) rateLimited() bool {
	return o.acceptsCredentials() || o.followsLink() || o.sendsUnsolicitedMail() || o.signsIn()
}

var pathParam = regexp.MustCompile(`\{(\w+)\}`)

// contracts are those that were read, by their text.
var contracts = struct {
	sync.Mutex
	read map[string]*contract
}{read: make(map[string]*contract)}

// contractOf reads a text once, however many servers of this process answer by it: that is most of what a start takes,
// and no server changes what it read.
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
	c := &contract{text: text, operations: make(map[string]*operation)}
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

func readOperation(method string, item *openapi3.PathItem, op *openapi3.Operation) (*operation, error) {
	o := &operation{
		id:     op.OperationID,
		params: slices.Concat(item.Parameters, op.Parameters),
		status: make(map[ProblemCode]int),
	}
	if op.Security == nil {
		return nil, fmt.Errorf("security is not said")
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
		return nil, fmt.Errorf("x-step-up-target is no parameter of the path, or there is no step-up")
	}
	role, _ := op.Extensions["x-role"].(string)
	o.role = account.Role(role)
	o.whileEnrolling, _ = op.Extensions["x-while-enrolling"].(bool)
	if role != "" && !Role(role).Valid() || (role != "" || o.whileEnrolling) && !o.session {
		return nil, fmt.Errorf("x-role or x-while-enrolling without a session, or a role that is none")
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

// checkStatuses refuses an operation that does not list what every request can meet before its handler.
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
			return fmt.Errorf("%s can be answered and is not in x-problem-codes", code)
		}
	}
	return nil
}

// find answers the operation that the router chose, or nil for what is not in the contract: the page.
func (c *contract) find(r *http.Request, echoPath string) *operation {
	return c.operations[r.Method+" "+echoPath]
}
