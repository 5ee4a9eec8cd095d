package identity

import (
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

var noSession = fault.Define("SESSION-003", fault.Missing, "Session does not exist")

// sessionOperations are the operations on open sessions: one's own, and those of a principal.
func (s *Service) sessionOperations() []web.Operation {
	op := func(method, path, name, doc string, status int) web.Op {
		return web.Op{Method: method, Path: path, Name: name, Doc: doc, Tag: "principals", Needs: access.LoggedIn, Status: status, Rule: "everybody, of themselves; of others with rights on authorizations"}
	}
	own, theirs := "/security/principals/sessions", Principals.Path+"/{identifier}/sessions"
	return []web.Operation{
		web.Handle(op(http.MethodGet, own, "SecurityPrincipalSessionList", "Lists the caller's open sessions.", 200), s.ownSessions),
		web.Handle(op(http.MethodDelete, own, "SecurityPrincipalSessionDeleteAll", "Ends all sessions of the caller, also this one.", 204), s.endOwn),
		web.Handle(op(http.MethodDelete, own+"/{id}", "SecurityPrincipalSessionDelete", "Ends one session of the caller.", 204), s.endOne),
		web.Handle(op(http.MethodGet, theirs, "SecurityPrincipalInfoSessionList", "Lists the open sessions of a principal.", 200), s.sessionsOf),
		web.Handle(op(http.MethodDelete, theirs, "SecurityPrincipalInfoSessionDeleteAll", "Ends all sessions of a principal.", 204), s.endSessionsOf),
	}
}

// sessionView is an open session.
type sessionView struct {
	ID       string `json:"id"`
	Created  int64  `json:"created" doc:"In milliseconds since 1970."`
	LastSeen int64  `json:"lastSeen" doc:"To the minute."`
	Expires  int64  `json:"expires" doc:"When it ends, unless it is used before that."`
	Address  string `json:"address,omitempty" doc:"Where it was opened from."`
	Agent    string `json:"userAgent,omitempty" doc:"Browser it was opened with."`
	Provider string `json:"identityProviderName,omitempty"`
	Type     string `json:"identityProviderType,omitempty"`
	Current  bool   `json:"current" doc:"Whether it is the session of this call."`
}

func viewsOf(all []session, current string) []sessionView {
	views := []sessionView{}
	for _, s := range all {
		end := s.idle
		if s.ends.Before(end) {
			end = s.ends
		}
		views = append(views, sessionView{
			ID: s.id, Created: millis(s.created), LastSeen: millis(s.seen), Expires: millis(end), Address: s.address, Agent: s.agent,
			Provider: s.provider, Type: providerTypes[s.typ], Current: s.id == current,
		})
	}
	return views
}

func (s *Service) ownSessions(c *web.Call, _ web.None) (views []sessionView, err error) {
	err = s.DB.Read(c, func(tx *store.Tx) error {
		all, err := listSessions(tx, c.Who.ID)
		views = viewsOf(all, c.Who.Session)
		return err
	})
	return views, err
}

func (s *Service) endOwn(c *web.Call, _ web.None) (web.None, error) {
	if c.Who.Session != "" {
		s.dropCookies(c.Answer())
	}
	return web.None{}, s.DB.Write(c, func(tx *store.Tx) error { return deleteSessions(tx, c.Who.ID) })
}

type aSession struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Service) endOne(c *web.Call, in aSession) (web.None, error) {
	if c.Who.Session == in.ID {
		s.dropCookies(c.Answer())
	}
	return web.None{}, s.DB.Write(c, func(tx *store.Tx) error {
		found, err := deleteSession(tx, c.Who.ID, in.ID)
		if err == nil && !found {
			err = noSession
		}
		return err
	})
}

type aPrincipal struct {
	Identifier string `path:"identifier" maxLength:"512"`
}

func (s *Service) sessionsOf(c *web.Call, in aPrincipal) (views []sessionView, err error) {
	err = s.DB.Read(c, func(tx *store.Tx) error {
		if err := c.Who.May(Principals.Right(kind.Manage)); err != nil {
			return err
		}
		if _, err := Principals.Get(tx, in.Identifier); err != nil {
			return err
		}
		all, err := listSessions(tx, in.Identifier)
		views = viewsOf(all, c.Who.Session)
		return err
	})
	return views, err
}

// endSessionsOf ends the sessions of a principal. It is recorded as a change of the principal.
func (s *Service) endSessionsOf(c *web.Call, in aPrincipal) (web.None, error) {
	facts := event.Object{Kind: Principals.Kind, Name: clip(in.Identifier), Changed: []string{"sessions"}}
	return web.None{}, act.Do(c, s.DB, c.Who, event.AuthorizationUpdate, &facts, func(tx *store.Tx) error {
		if err := c.Who.May(Principals.Right(kind.Manage)); err != nil {
			return err
		}
		if _, err := Principals.Get(tx, in.Identifier); err != nil {
			return err
		}
		return deleteSessions(tx, in.Identifier)
	})
}
