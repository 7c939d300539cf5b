package api

import "twofold/internal/receipt"

// receiptBody returns the side effects of a change as the contract's Receipt.
func receiptBody(r receipt.Receipt) Receipt {
	return Receipt{SessionsEnded: r.SessionsEnded, NoticesSent: r.NoticesSent, RecoveryCodesLeft: r.RecoveryCodesLeft}
}
