package api

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/authn"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/password"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// addDetails adds the members that an error carries besides its code.
func addDetails(p *Problem, err error) {
	var malformed invalidError
	var throttled *throttle.ThrottledError
	var credentials *authn.CredentialsError
	var required *authn.CodeRequiredError
	var code *mfa.RejectedError
	var limited ipLimitError
	var unacceptable *password.PolicyError
	var removalUnavailable *mfaremoval.UnavailableError
	var notReady notReadyError
	switch {
	case errors.As(err, &removalUnavailable):
		p.Reason = new(ProblemReason(removalUnavailable.Reason))
	case errors.As(err, &unacceptable):
		p.Reason, p.Detail = new(ProblemReason(unacceptable.Reason)), new("The "+unacceptable.Error()+".")
	case errors.As(err, &malformed):
		fields := []FieldError(malformed)
		p.Errors = &fields
	case errors.Is(err, account.ErrInvalidEmail):
		p.Errors = &[]FieldError{{Pointer: "/email", Detail: "must be a single email address"}}
	case errors.Is(err, account.ErrTooManyMails):
		p.RetryAfter = seconds(time.Hour)
	case errors.Is(err, account.ErrSameAddress):
		p.Errors = &[]FieldError{{Pointer: "/email", Detail: "must differ from the account's address"}}
	case errors.Is(err, account.ErrInvalidDisplayName):
		p.Errors = &[]FieldError{{Pointer: "/display_name", Detail: "must be at most 64 characters, without line breaks"}}
	case errors.Is(err, mfa.ErrInvalidName):
		p.Errors = &[]FieldError{{Pointer: "/name", Detail: "must be 1 to 64 characters, not all of them spaces or invisible"}}
	case errors.Is(err, authn.ErrInvalidTarget):
		p.Errors = &[]FieldError{{Pointer: "/target", Detail: "must be the id of an account for the purpose admin.account, and absent for every other"}}
	case errors.Is(err, admin.ErrReasonRequired):
		p.Errors = &[]FieldError{{Pointer: "/reason", Detail: "must not be blank"}}
	case errors.Is(err, authn.ErrTransportMismatch):
		p.Errors = &[]FieldError{{Pointer: "/deliver", Detail: "must be the value that the sign-in started with, or absent"}}
	case errors.Is(err, mfa.ErrRecoveryCode):
		p.Errors = &[]FieldError{{Pointer: "/recovery_code", Detail: "must be a recovery code: sixteen letters and digits"}}
	case errors.As(err, &required):
		p.Methods = new(append(factorNames(throttle.Password), factorNames(required.Factors...)...))
	case errors.As(err, &throttled):
		p.RetryAfter = seconds(throttled.RetryAfter)
		if p.RetryAfter == nil {
			p.Detail = new(lockedOutDetail[throttled.Kind])
		}
	case errors.As(err, &credentials):
		p.AttemptsLeft, p.RetryAfter = &credentials.Budget.Left, seconds(credentials.Budget.RetryAfter)
	case errors.As(err, &code):
		p.AttemptsLeft, p.RetryAfter = &code.Budget.Left, seconds(code.Budget.RetryAfter)
		if code.ClockOffset != 0 {
			p.ClockOffsetSeconds = new(int(code.ClockOffset / time.Second))
		}
	case errors.As(err, &limited):
		p.RetryAfter = seconds(limited.retryAfter)
	case errors.As(err, &notReady):
		p.Reasons, p.RetryAfter = new([]UnreadyReason(notReady)), new(2)
	case p.Code == ProblemCodeUnavailable:
		p.RetryAfter = new(2)
	}
}

// lockedOutDetail is the detail for a kind of credential that is locked out, so that waiting does not help.
var lockedOutDetail = map[throttle.Kind]string{
	throttle.TOTP: "Codes of authenticator apps are no longer accepted for this account. " +
		"Use a recovery code, which unlocks them, or contact support.",
	throttle.RecoveryCode: "Recovery codes are no longer accepted for this account. " +
		"Use your authenticator app and generate new recovery codes, or contact support.",
	throttle.RemovalCancel: "Codes are no longer accepted for cancelling this removal. Use the link in one of its mails, or sign in with a code.",
}

// factorNames returns kinds of credential as the contract names them.
func factorNames(kinds ...throttle.Kind) []ProofMethod {
	methods := make([]ProofMethod, len(kinds))
	for i, kind := range kinds {
		methods[i] = ProofMethod(kind)
	}
	return methods
}

// seconds rounds up, so that a client that waits that long does not retry too early. It returns nil for zero.
func seconds(d time.Duration) *int {
	if d <= 0 {
		return nil
	}
	return new(int(math.Ceil(d.Seconds())))
}

// bearerChallenge returns the challenge of RFC 6750 §3. It names an error only if a credential was presented.
func bearerChallenge(call *requestContext) string {
	if call.op != nil && call.op.session && call.presented && call.session.ID == "" {
		return `Bearer realm="twofold", error="invalid_token"`
	}
	return `Bearer realm="twofold"`
}

// challenge describes the required step-up in the problem and in WWW-Authenticate (RFC 9470 §3).
func (s *Server) challenge(c echo.Context, p *Problem, call *requestContext) {
	maxAge := int(s.StepUps.Lifetime / time.Second)
	acr := AcrAal1
	if call.stepUp.RequiredACR == session.AAL2 {
		acr = AcrAal2
	}
	var target *uuid.UUID
	if call.op.target != "" {
		target = new(mustUUID(c.Param(call.op.target)))
	}
	p.StepUp = &StepUpChallenge{
		Target:  target,
		Purpose: Purpose(call.op.purpose), Acr: acr, MaxAge: maxAge, Methods: append(factorNames(throttle.Password), factorNames(call.stepUp.Factors...)...),
	}
	c.Response().Header().Set("WWW-Authenticate", fmt.Sprintf(
		`Bearer error="insufficient_user_authentication", acr_values="%s", max_age="%d"`, acr, maxAge))
}
