package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/link"
	"twofold/internal/mfa"
	"twofold/internal/password"
	"twofold/internal/removal"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// Errors that only HTTP knows.
var (
	errBodyTooLarge         = errors.New("body too large")
	errUnsupportedMediaType = errors.New("body is not application/json")
	errCrossOrigin          = errors.New("cross-origin request")
	errSessionRequired      = errors.New("no session")
)

// invalidError is what does not fit the contract, each with its place.
type invalidError []FieldError

func (e invalidError) Error() string { return "request does not fit the contract" }

func invalid(pointer, detail string) error {
	return invalidError{{Pointer: pointer, Detail: detail}}
}

// crowdError is an address that sends too much.
type crowdError struct{ wait time.Duration }

func (e crowdError) Error() string { return "too many requests from one address" }

// problems turns errors into codes. Which status a code has, the contract says per operation.
var problems = []struct {
	err  error
	code ProblemCode
}{
	{errSessionRequired, ProblemCodeSessionRequired},
	{session.ErrEnded, ProblemCodeSessionRequired},
	{session.ErrNotFound, ProblemCodeNotFound},
	{account.ErrNotFound, ProblemCodeSessionRequired},
	{stepup.ErrRefused, ProblemCodeStepUpRequired},
	{authn.ErrCredentialsRejected, ProblemCodeCredentialsRejected},
	{authn.ErrCodeRequired, ProblemCodeCodeRequired},
	{authn.ErrSignInExpired, ProblemCodeSignInExpired},
	{authn.ErrOtherDelivery, ProblemCodeInvalidRequest},
	{mfa.ErrRecoveryCode, ProblemCodeInvalidRequest},
	{mfa.ErrMFARequired, ProblemCodeMFARequired},
	{account.ErrEmail, ProblemCodeInvalidRequest},
	{account.ErrSameAddress, ProblemCodeInvalidRequest},
	{account.ErrDisplayName, ProblemCodeInvalidRequest},
	{account.ErrEmailTaken, ProblemCodeEmailTaken},
	{account.ErrMailUnavailable, ProblemCodeMailUnavailable},
	{account.ErrNoAddress, ProblemCodeNotFound},
	{account.ErrTooManyMails, ProblemCodeTooManyRequests},
	{link.ErrExpired, ProblemCodeLinkExpired},
	{mfa.ErrCodeRejected, ProblemCodeCodeRejected},
	{mfa.ErrCodeUsed, ProblemCodeCodeUsed},
	{mfa.ErrNotFound, ProblemCodeNotFound},
	{mfa.ErrName, ProblemCodeInvalidRequest},
	{mfa.ErrNameTaken, ProblemCodeNameTaken},
	{mfa.ErrTooManyMethods, ProblemCodeTooManyMethods},
	{mfa.ErrEnrollmentExpired, ProblemCodeEnrollmentExpired},
	{removal.ErrNone, ProblemCodeNotFound},
	{removal.ErrOneFactor, ProblemCodeMFARequired},
	{removal.ErrUnavailable, ProblemCodeRemovalUnavailable},
	{removal.ErrUndelivered, ProblemCodeUnavailable},
	{throttle.ErrWait, ProblemCodeTooManyAttempts},
	{password.ErrUnacceptable, ProblemCodePasswordUnacceptable},
	{password.ErrBusy, ProblemCodeUnavailable},
	{throttle.ErrBusy, ProblemCodeUnavailable},
	{errBodyTooLarge, ProblemCodeBodyTooLarge},
	{errUnsupportedMediaType, ProblemCodeUnsupportedMediaType},
	{errCrossOrigin, ProblemCodeCrossOriginRefused},
	{echo.ErrNotFound, ProblemCodeNotFound},
	{echo.ErrMethodNotAllowed, ProblemCodeMethodNotAllowed},
}

var titles = map[ProblemCode]string{
	ProblemCodeInvalidRequest:       "The request does not fit the contract",
	ProblemCodeSessionRequired:      "Sign in first",
	ProblemCodeStepUpRequired:       "Confirm that it's you",
	ProblemCodeCredentialsRejected:  "That e-mail address and password do not fit together",
	ProblemCodeCodeRequired:         "A code is needed too",
	ProblemCodeCodeRejected:         "That code is not right",
	ProblemCodeCodeUsed:             "That code was used before",
	ProblemCodeCrossOriginRefused:   "Requests from another origin are refused",
	ProblemCodeNotFound:             "There is nothing here",
	ProblemCodeMethodNotAllowed:     "That method does not work here",
	ProblemCodeMFARequired:          "That takes multi-factor authentication",
	ProblemCodeNameTaken:            "Another method has that name",
	ProblemCodeEmailTaken:           "Another account has that address",
	ProblemCodeMailUnavailable:      "This service sends no mail",
	ProblemCodeLinkExpired:          "This link no longer works",
	ProblemCodeTooManyMethods:       "The account has as many methods as it may have",
	ProblemCodeSignInExpired:        "Start signing in again",
	ProblemCodeEnrollmentExpired:    "Start the registration again",
	ProblemCodeRemovalUnavailable:   "MFA cannot be removed this way now",
	ProblemCodeBodyTooLarge:         "The body is too large",
	ProblemCodeUnsupportedMediaType: "Send JSON",
	ProblemCodePasswordUnacceptable: "That password cannot be used",
	ProblemCodeTooManyAttempts:      "Too many wrong tries",
	ProblemCodeTooManyRequests:      "Too many requests from this address",
	ProblemCodeInternal:             "Something went wrong on our side",
	ProblemCodeUnavailable:          "Not available right now",
}

// codeOf finds the code of an error; what nobody expected is internal.
func codeOf(err error) ProblemCode {
	var unfit invalidError
	var crowd crowdError
	var down interface{ Unavailable() bool }
	switch {
	case errors.As(err, &unfit):
		return ProblemCodeInvalidRequest
	case errors.As(err, &crowd):
		return ProblemCodeTooManyRequests
	case errors.As(err, &down) && down.Unavailable():
		return ProblemCodeUnavailable
	}
	for _, p := range problems {
		if errors.Is(err, p.err) {
			return p.code
		}
	}
	return ProblemCodeInternal
}

// statusOf is the status of a code: the operation's own, or for what happens outside of operations the usual one.
func statusOf(code ProblemCode, op *operation) (int, bool) {
	if op != nil {
		status, declared := op.status[code]
		return status, declared
	}
	switch code {
	case ProblemCodeNotFound:
		return http.StatusNotFound, true
	case ProblemCodeMethodNotAllowed:
		return http.StatusMethodNotAllowed, true
	}
	return http.StatusInternalServerError, code == ProblemCodeInternal
}

// answerError writes every error there is as a problem (RFC 9457). It is Echo's error handler.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	call := callOf(c.Request().Context())
	code := codeOf(err)
	status, declared := statusOf(code, call.op)
	if !declared {
		err = fmt.Errorf("%s is not in the operation's list: %w", code, err)
		code, status = ProblemCodeInternal, http.StatusInternalServerError
	}
	p := Problem{
		Type:   "/problems/" + strings.ReplaceAll(string(code), "_", "-"),
		Title:  titles[code],
		Status: status,
		Code:   code,
	}
	if code != ProblemCodeInternal {
		describe(&p, err)
	}
	header := c.Response().Header()
	switch code {
	case ProblemCodeInternal:
		p.RequestID = &call.requestID
	case ProblemCodeStepUpRequired:
		s.challenge(c, &p, call)
	}
	if status >= http.StatusInternalServerError {
		s.Log.ErrorContext(c.Request().Context(), "request failed", "request_id", call.requestID, "error", err.Error())
	}
	if p.RetryAfter != nil {
		header.Set("Retry-After", strconv.Itoa(*p.RetryAfter))
	}
	if status == http.StatusUnauthorized && header.Get("WWW-Authenticate") == "" {
		header.Set("WWW-Authenticate", bearerChallenge(call))
	}
	body, err := json.Marshal(p)
	if err != nil {
		s.Log.ErrorContext(c.Request().Context(), "problem not written", "request_id", call.requestID, "error", err.Error())
		return
	}
	_ = c.Blob(status, "application/problem+json", body) // the client is gone: nothing to do
}

// describe adds what an error knows beyond its code.
func describe(p *Problem, err error) {
	var unfit invalidError
	var wait *throttle.WaitError
	var credentials *authn.CredentialsError
	var required *authn.CodeRequiredError
	var code *mfa.RejectedError
	var crowd crowdError
	var unacceptable *password.UnacceptableError
	var off *removal.UnavailableError
	switch {
	case errors.As(err, &off):
		p.Reason = new(ProblemReason(off.Reason))
	case errors.As(err, &unacceptable):
		p.Reason, p.Detail = new(ProblemReason(unacceptable.Reason)), new("The "+unacceptable.Error()+".")
	case errors.As(err, &unfit):
		fields := []FieldError(unfit)
		p.Errors = &fields
	case errors.Is(err, account.ErrEmail):
		p.Errors = &[]FieldError{{Pointer: "/email", Detail: "must be one e-mail address and nothing else"}}
	case errors.Is(err, account.ErrTooManyMails):
		p.RetryAfter = seconds(time.Hour)
	case errors.Is(err, account.ErrSameAddress):
		p.Errors = &[]FieldError{{Pointer: "/email", Detail: "must be another address than the account has"}}
	case errors.Is(err, account.ErrDisplayName):
		p.Errors = &[]FieldError{{Pointer: "/display_name", Detail: "must be at most 64 characters, without line breaks"}}
	case errors.Is(err, mfa.ErrName):
		p.Errors = &[]FieldError{{Pointer: "/name", Detail: "must be 1 to 64 characters, not all of them spaces"}}
	case errors.Is(err, authn.ErrOtherDelivery):
		p.Errors = &[]FieldError{{Pointer: "/deliver", Detail: "must be what the sign-in was begun with, or absent"}}
	case errors.Is(err, mfa.ErrRecoveryCode):
		p.Errors = &[]FieldError{{Pointer: "/recovery_code", Detail: "must be a recovery code: sixteen letters and digits"}}
	case errors.As(err, &required):
		p.Methods = new(append(proofMethods(throttle.Password), proofMethods(required.Proofs...)...))
	case errors.As(err, &wait):
		p.RetryAfter = seconds(wait.For)
		if p.RetryAfter == nil {
			p.Detail = new(noLonger[wait.Kind])
		}
	case errors.As(err, &credentials):
		p.AttemptsLeft, p.RetryAfter = &credentials.Budget.Left, seconds(credentials.Budget.Wait)
	case errors.As(err, &code):
		p.AttemptsLeft, p.RetryAfter = &code.Budget.Left, seconds(code.Budget.Wait)
		if code.ClockOffset != 0 {
			p.ClockOffsetSeconds = new(int(code.ClockOffset / time.Second))
		}
	case errors.As(err, &crowd):
		p.RetryAfter = seconds(crowd.wait)
	case p.Code == ProblemCodeUnavailable:
		p.RetryAfter = new(2)
	}
}

// noLonger says what helps where a kind of proof is no longer accepted and waiting does not help.
var noLonger = map[throttle.Kind]string{
	throttle.TOTP: "Codes of authenticator apps are no longer accepted for this account. " +
		"Use a recovery code, which has them accepted again, or ask whoever runs this service.",
	throttle.RecoveryCode: "Recovery codes are no longer accepted for this account. " +
		"Use your authenticator app, and generate new ones, or ask whoever runs this service.",
	throttle.RemovalCancel: "Codes no longer cancel this removal. Use the link in one of its mails, or sign in with a code.",
}

// proofMethods are kinds of proof as the contract names them.
func proofMethods(kinds ...throttle.Kind) []ProofMethod {
	methods := make([]ProofMethod, len(kinds))
	for i, kind := range kinds {
		methods[i] = ProofMethod(kind)
	}
	return methods
}

// seconds rounds up, so that who waits that long has waited enough; nil for no wait.
func seconds(d time.Duration) *int {
	if d <= 0 {
		return nil
	}
	return new(int(math.Ceil(d.Seconds())))
}

// bearerChallenge is RFC 6750 §3: an error only where a credential was presented.
func bearerChallenge(call *call) string {
	if call.op != nil && call.op.session && call.presented && call.session.ID == "" {
		return `Bearer realm="twofold", error="invalid_token"`
	}
	return `Bearer realm="twofold"`
}

// challenge says what proof is wanted, and for what (RFC 9470 §3).
func (s *Server) challenge(c echo.Context, p *Problem, call *call) {
	maxAge := int(s.StepUps.Lifetime / time.Second)
	acr := AcrAal1
	if call.need == session.AAL2 {
		acr = AcrAal2
	}
	p.StepUp = &StepUpChallenge{
		Purpose: Purpose(call.op.purpose), Acr: acr, MaxAge: maxAge, Methods: append(proofMethods(throttle.Password), proofMethods(call.proofs...)...),
	}
	c.Response().Header().Set("WWW-Authenticate", fmt.Sprintf(
		`Bearer error="insufficient_user_authentication", acr_values="%s", max_age="%d"`, acr, maxAge))
}
