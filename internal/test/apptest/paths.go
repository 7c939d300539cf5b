package apptest

// The paths of the operations that tests call most, as in openapi.yaml.
const (
	PathSessions                = "/api/v1/sessions"
	PathCurrentSession          = "/api/v1/sessions/current"
	PathSecondFactor            = "/api/v1/sessions/second-factor"
	PathSignInEnrollment        = "/api/v1/sessions/enrollment"
	PathConfirmSignInEnrollment = "/api/v1/sessions/enrollment-confirmation"

	PathEnrollments         = "/api/v1/mfa/totp/enrollments"
	PathMethods             = "/api/v1/mfa/methods/" // with a method's id
	PathRecoveryCodes       = "/api/v1/mfa/recovery-codes"
	PathRemoval             = "/api/v1/mfa/removal"
	PathCancelRemovalByLink = "/api/v1/mfa/removal/cancel-by-link"
	PathCancelRemovalByCode = "/api/v1/mfa/removal/cancel-by-code"
	PathCompleteRemoval     = "/api/v1/mfa/removal/complete"

	PathAccount        = "/api/v1/account"
	PathEmail          = "/api/v1/account/email"
	PathNoticeEmail    = "/api/v1/account/notice-email"
	PathPendingAddress = "/api/v1/account/pending-address"
	PathConfirmAddress = "/api/v1/account/address-confirmations"
	PathPassword       = "/api/v1/account/password"

	PathPasswordResets        = "/api/v1/password-resets"
	PathCompletePasswordReset = "/api/v1/password-resets/complete"
	PathNotMe                 = "/api/v1/notices/not-me"
	PathAdminAccounts         = "/api/v1/admin/accounts"
	PathJWKS                  = "/.well-known/jwks.json"
)

// UnknownID is a valid id of nothing.
const UnknownID = "01980f60-1b2a-7c3d-9e4f-5a6b7c8d9e0f"
