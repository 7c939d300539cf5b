package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/authn"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/password"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// Errors of HTTP itself.
var (
	errBodyTooLarge         = errors.New("body too large")
	errUnsupportedMediaType = errors.New("body is not application/json")
	errCrossOrigin          = errors.New("cross-origin request")
	errSessionRequired      = errors.New("session required")
)

// invalidError lists the members that do not match the contract.
type invalidError []FieldError

func (e invalidError) Error() string { return "request does not match the contract" }

func invalid(pointer, detail string) error {
	return invalidError{{Pointer: pointer, Detail: detail}}
}

// notReadyError means that the server cannot serve requests.
type notReadyError []UnreadyReason

func (e notReadyError) Error() string { return fmt.Sprintf("not ready: %v", []UnreadyReason(e)) }

// Unavailable makes the response 503.
func (e notReadyError) Unavailable() bool { return true }

func isNotReady(err error) bool {
	var unready notReadyError
	return errors.As(err, &unready)
}

// ipLimitError means that a client address exceeded its rate limit.
type ipLimitError struct{ retryAfter time.Duration }

func (e ipLimitError) Error() string { return "too many requests from one address" }

// problems maps errors to codes. The status of a code is in the contract, per operation.
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
	{authn.ErrTransportMismatch, ProblemCodeInvalidRequest},
	{mfa.ErrRecoveryCode, ProblemCodeInvalidRequest},
	{mfa.ErrMFANotEnabled, ProblemCodeMFARequired},
	{mfa.ErrLastMethod, ProblemCodeLastMethod},
	{authn.ErrForbidden, ProblemCodeNotFound},
	{authn.ErrEnrollmentRequired, ProblemCodeEnrollmentRequired},
	{authn.ErrInvalidTarget, ProblemCodeInvalidRequest},
	{admin.ErrNotFound, ProblemCodeNotFound},
	{admin.ErrOwnAccount, ProblemCodeOwnAccount},
	{admin.ErrLastAdministrator, ProblemCodeLastAdministrator},
	{admin.ErrReasonRequired, ProblemCodeInvalidRequest},
	{account.ErrInvalidEmail, ProblemCodeInvalidRequest},
	{account.ErrSameAddress, ProblemCodeInvalidRequest},
	{account.ErrInvalidDisplayName, ProblemCodeInvalidRequest},
	{account.ErrEmailTaken, ProblemCodeEmailTaken},
	{account.ErrMailUnavailable, ProblemCodeMailUnavailable},
	{account.ErrNoPendingAddress, ProblemCodeNotFound},
	{account.ErrTooManyMails, ProblemCodeTooManyRequests},
	{maillink.ErrExpired, ProblemCodeLinkExpired},
	{mfa.ErrCodeRejected, ProblemCodeCodeRejected},
	{mfa.ErrCodeUsed, ProblemCodeCodeUsed},
	{mfa.ErrNotFound, ProblemCodeNotFound},
	{mfa.ErrInvalidName, ProblemCodeInvalidRequest},
	{mfa.ErrNameTaken, ProblemCodeNameTaken},
	{mfa.ErrTooManyMethods, ProblemCodeTooManyMethods},
	{mfa.ErrEnrollmentExpired, ProblemCodeEnrollmentExpired},
	{mfaremoval.ErrNotFound, ProblemCodeNotFound},
	{mfaremoval.ErrMFASessionRequired, ProblemCodeMFARequired},
	{mfaremoval.ErrUnavailable, ProblemCodeRemovalUnavailable},
	{mfaremoval.ErrUndelivered, ProblemCodeUnavailable},
	{throttle.ErrThrottled, ProblemCodeTooManyAttempts},
	{password.ErrPolicy, ProblemCodePasswordUnacceptable},
	{password.ErrBusy, ProblemCodeUnavailable},
	{throttle.ErrBusy, ProblemCodeUnavailable},
	{errBodyTooLarge, ProblemCodeBodyTooLarge},
	{errUnsupportedMediaType, ProblemCodeUnsupportedMediaType},
	{errCrossOrigin, ProblemCodeCrossOriginRefused},
	{echo.ErrNotFound, ProblemCodeNotFound},
	{echo.ErrMethodNotAllowed, ProblemCodeMethodNotAllowed},
}

// codeOf returns the code of an error. An error that is not in the table is internal.
func codeOf(err error) ProblemCode {
	var malformed invalidError
	var limited ipLimitError
	var dependency interface{ Unavailable() bool }
	switch {
	case errors.As(err, &malformed):
		return ProblemCodeInvalidRequest
	case errors.As(err, &limited):
		return ProblemCodeTooManyRequests
	case errors.As(err, &dependency) && dependency.Unavailable():
		return ProblemCodeUnavailable
	}
	for _, p := range problems {
		if errors.Is(err, p.err) {
			return p.code
		}
	}
	return ProblemCodeInternal
}

// statusOf returns the status of a code in an operation, and whether the operation declares it. Outside of operations
// it returns the usual status.
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

// writeError writes every error as a problem (RFC 9457). It is Echo's error handler.
func (s *Server) writeError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	call := requestFrom(c.Request().Context())
	code := codeOf(err)
	status, declared := statusOf(code, call.op)
	if !declared {
		err = fmt.Errorf("problem code %s is not declared for this operation: %w", code, err)
		code, status = ProblemCodeInternal, http.StatusInternalServerError
	}
	call.problem = code
	p := Problem{
		Type:   "/problems/" + strings.ReplaceAll(string(code), "_", "-"),
		Title:  s.contract.titles[code],
		Status: status,
		Code:   code,
	}
	if code != ProblemCodeInternal {
		addDetails(&p, err)
	}
	header := c.Response().Header()
	switch code {
	case ProblemCodeInternal:
		p.RequestID = &call.requestID
	case ProblemCodeStepUpRequired:
		s.challenge(c, &p, call)
	}
	if status >= http.StatusInternalServerError && !isNotReady(err) { // its cause was logged with the check
		s.Log.ErrorContext(c.Request().Context(), "request failed", "error", err.Error())
	}
	if p.RetryAfter != nil {
		header.Set("Retry-After", strconv.Itoa(*p.RetryAfter))
	}
	if status == http.StatusUnauthorized && header.Get("WWW-Authenticate") == "" {
		header.Set("WWW-Authenticate", bearerChallenge(call))
	}
	body, err := json.Marshal(p)
	if err != nil {
		s.Log.ErrorContext(c.Request().Context(), "problem response not written", "error", err.Error())
		return
	}
	_ = c.Blob(status, "application/problem+json", body) // an error means that the client has disconnected
}
