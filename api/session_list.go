package api

import (
	"context"
	"net/http"

	"twofold/internal/session"
	"twofold/internal/useragent"
)

// VisitEndSessionResponse writes the response.
func (a cookieResponse) VisitEndSessionResponse(w http.ResponseWriter) error { return a.write(w) }

// ListSessions returns the account's sessions.
func (s *Server) ListSessions(ctx context.Context, r ListSessionsRequestObject) (ListSessionsResponseObject, error) {
	sess := requestFrom(ctx).session
	requested := parsePage(r.Params.Limit, r.Params.Cursor)
	sessions, err := s.Sessions.List(ctx, sess.AccountID, requested.after, requested.fetchLimit())
	if err != nil {
		return nil, err
	}
	sessions, next := paginate(requested, sessions, func(s session.Session) string { return s.ID })
	list := ListSessions200JSONResponse{Items: make([]ListedSession, len(sessions)), NextCursor: next}
	for i, f := range sessions {
		list.Items[i] = s.listedSession(f, sess)
	}
	return list, nil
}

// listedSession returns a session of a list; current marks the caller's.
func (s *Server) listedSession(f, current session.Session) ListedSession {
	return ListedSession{
		ID: mustUUID(f.ID), Acr: Acr(f.AMR.ACR()), Amr: Amr(f.AMR), AuthTime: truncateToSecond(f.AuthTime), CreatedAt: truncateToSecond(f.CreatedAt),
		LastUsedAt: truncateToSecond(f.LastUsedAt), ExpiresAt: truncateToSecond(s.Sessions.Limits.ExpiresAt(f)),
		Current: f.ID == current.ID, IP: f.IP, Device: deviceOf(f.UserAgent),
	}
}

// EndSession ends one of the account's sessions.
func (s *Server) EndSession(ctx context.Context, r EndSessionRequestObject) (EndSessionResponseObject, error) {
	call := requestFrom(ctx)
	if err := s.Authn.EndSession(ctx, call.session, r.ID.String()); err != nil {
		return nil, err
	}
	a := cookieResponse{status: http.StatusNoContent}
	if r.ID.String() == call.session.ID && !call.cookie.IsZero() {
		a.cookies = []*http.Cookie{s.clearCookie(sessionCookie)}
	}
	return a, nil
}

// EndOtherSessions ends all sessions of the account except the caller's.
func (s *Server) EndOtherSessions(ctx context.Context, _ EndOtherSessionsRequestObject) (EndOtherSessionsResponseObject, error) {
	done, err := s.Authn.EndOtherSessions(ctx, requestFrom(ctx).session)
	if err != nil {
		return nil, err
	}
	return EndOtherSessions200JSONResponse(receiptBody(done)), nil
}

// deviceOf returns the browser and system of a user agent.
func deviceOf(userAgent string) Device {
	var d Device
	browser, system := useragent.Of(userAgent)
	if browser != "" {
		d.Browser = &browser
	}
	if system != "" {
		d.System = &system
	}
	return d
}
