package api

import (
	"context"

	"twofold/internal/audit"
)

// ListActivity returns the account's activity, the newest first.
func (s *Server) ListActivity(ctx context.Context, r ListActivityRequestObject) (ListActivityResponseObject, error) {
	requested := parsePage(r.Params.Limit, r.Params.Cursor)
	entries, err := s.Audit.Entries(ctx, requestFrom(ctx).session.AccountID, requested.after, requested.fetchLimit())
	if err != nil {
		return nil, err
	}
	return ListActivity200JSONResponse(activityList(requested, entries)), nil
}

// activityList returns a page of entries. If there is one entry more than the limit, another page follows.
func activityList(requested page, entries []audit.Entry) ActivityList {
	entries, next := paginate(requested, entries, func(e audit.Entry) string { return e.ID })
	items := make([]ActivityItem, len(entries))
	for i, e := range entries {
		items[i] = activityItem(e)
	}
	return ActivityList{Items: items, NextCursor: next}
}

func activityItem(e audit.Entry) ActivityItem {
	item := ActivityItem{
		ID: mustUUID(e.ID), Time: truncateToSecond(e.Time), Kind: ActivityKind(e.Kind), IP: e.IP, UserAgent: e.UserAgent,
		Device: deviceOf(e.UserAgent),
	}
	if e.Name != "" {
		item.Name = &e.Name
	}
	if e.Actor != "" {
		item.By = new(ActivityItemByAdministrator)
	}
	byAdmin := e.Actor != "" || e.Kind == audit.AccountMFAReset || e.Kind == audit.AccountPasswordReset
	if byAdmin && e.Reason != "" { // other reasons are for the log only
		item.Reason = &e.Reason
	}
	return item
}
