// Package receipt holds the type in which the services report the side effects of a change. The API includes it in the
// response, so that a client sees what else happened to the account without another request.
package receipt

// Receipt lists the side effects of a change to an account. The zero value means that there were none.
type Receipt struct {
	// SessionsEnded is the number of sessions of the account that the change ended. The session that made the change
	// stays and is not counted.
	SessionsEnded int
	// NoticesSent is the number of mails that the change put into the outbox: one per address of the account. It is 0 if
	// the service sends no mail.
	NoticesSent int
	// RecoveryCodesLeft is the number of recovery codes that the account can still use after the change.
	RecoveryCodesLeft int
}
