package api

import (
	"context"
)

const (
	// maxExported is the number of activity entries in an export, so that its size is bounded.
	maxExported = 5000
	// exportPage is the number of entries that one statement of an export reads.
	exportPage = 500
)

// ExportAccount returns what is stored about the caller, as a file.
func (s *Server) ExportAccount(ctx context.Context, _ ExportAccountRequestObject) (ExportAccountResponseObject, error) {
	here := requestFrom(ctx).session
	a, err := s.Accounts.ByID(ctx, here.AccountID)
	if err != nil {
		return nil, err
	}
	export := AccountExport{ExportedAt: truncateToSecond(s.Now())}
	if export.Account, err = s.accountOf(ctx, a); err != nil {
		return nil, err
	}
	if export.MFA, err = s.mfaOf(ctx, a.ID); err != nil {
		return nil, err
	}
	sessions, err := s.Sessions.List(ctx, a.ID, "", s.Sessions.Limits.PerAccount)
	if err != nil {
		return nil, err
	}
	export.Sessions = make([]ListedSession, len(sessions))
	for i, sess := range sessions {
		export.Sessions[i] = s.listedSession(sess, here)
	}
	if export.Activity, err = s.newestActivity(ctx, a.ID); err != nil {
		return nil, err
	}
	return ExportAccount200JSONResponse{
		Body:    export,
		Headers: ExportAccount200ResponseHeaders{ContentDisposition: `attachment; filename="account.json"`},
	}, nil
}

// newestActivity returns up to maxExported entries of an account's activity, the newest first.
func (s *Server) newestActivity(ctx context.Context, accountID string) ([]ActivityItem, error) {
	items, before := []ActivityItem{}, ""
	for len(items) < maxExported {
		entries, err := s.Audit.Entries(ctx, accountID, before, exportPage)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			items = append(items, activityItem(e))
		}
		if len(entries) < exportPage {
			break
		}
		before = entries[len(entries)-1].ID
	}
	return items, nil
}
