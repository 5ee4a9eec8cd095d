package identity

import (
	"net/http"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// basic reads the header Authorization of RFC 7617. Browsers send it by themselves, so what it changes needs a token
// against forged requests.
func (a *attempt) basic() (access.Caller, bool, error) {
	id, key, ok := a.r.BasicAuth()
	if !ok {
		return a.from, false, nil
	}
	who, found, err := a.local("basic", id, secret.NewText(key))
	if err != nil {
		return who, found, err
	}
	subject := "basic " + who.ID
	if err := a.checkCSRF(subject); err != nil {
		return a.from, true, err
	}
	return who, true, a.offerCSRF(subject)
}

// logins are the operations that begin and end sessions.
func (s *Service) logins() []web.Operation {
	op := func(method, path, name, doc string, needs access.Needs, status int) web.Op {
		return web.Op{Method: method, Path: "/security/principals/" + path, Name: name, Doc: doc, Tag: "principals", Needs: needs, Status: status, Rule: "everybody, of themselves"}
	}
	return []web.Operation{
		web.Handle(op(http.MethodGet, "authenticate", "SecurityPrincipalAuthenticate", "Opens a session for the credentials that come with the call, and tells who the caller is or goes on to a page; or begins a login at an OpenID Connect provider.", access.Public, 200), s.authenticate),
		web.Handle(op(http.MethodPost, "login", "SecurityPrincipalLogin", "Opens a session for a local account.", access.Public, 200), s.login),
		web.Handle(op(http.MethodGet, "logout", "SecurityPrincipalLogout", "Ends the session.", access.Public, 204), s.logout),
		web.Handle(op(http.MethodPost, "logout", "SecurityPrincipalLogoutPost", "Ends the session.", access.Public, 204), s.logout),
	}
}

var badRedirect = web.BadInput.Detail("redirect: only a path of this server, which begins with one /, can be gone on to")

var badSession = web.BadInput.Detail("tokens and proofs of possession are shown with every call: there is no session for them")

type entry struct {
	Redirect string `query:"redirect" maxLength:"2000" doc:"Path of this server to go on to."`
	Provider string `query:"provider" maxLength:"128" doc:"OpenID Connect provider to log in at."`
}

type toPage struct {
	Redirect string `query:"redirect" maxLength:"2000" doc:"Path of this server to go on to."`
}

// authenticate opens a session for who has shown credentials with this call. A session is not renewed by itself.
func (s *Service) authenticate(c *web.Call, in entry) (*principalView, error) {
	if in.Redirect != "" && !localPath(in.Redirect) {
		return nil, badRedirect
	}
	if in.Provider != "" {
		return nil, s.begin(c, in.Provider, in.Redirect)
	}
	if err := c.Who.Known(); err != nil {
		return nil, err
	}
	if c.Who.Type == access.Service || c.Who.Type == access.PoP {
		return nil, badSession
	}
	if c.Who.Session == "" {
		if err := s.forget(c); err != nil {
			return nil, err
		}
		facts := event.Authentication{Method: "session", Identifier: clip(c.Who.ID), Provider: c.Who.Provider}
		if err := s.admit(c, c.Who, facts, nil); err != nil {
			return nil, err
		}
		if err := s.openSession(c, c.Answer(), c.Header("User-Agent"), c.Who); err != nil {
			return nil, err
		}
	}
	if in.Redirect != "" {
		c.SetHeader("Location", in.Redirect)
		c.SetStatus(http.StatusFound)
		return nil, nil
	}
	return s.view(c)
}

// localPath reports a path of this server: browsers take //host and /\host for another one, and drop control characters.
func localPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return false
	}
	return strings.IndexFunc(path, func(r rune) bool { return r < 0x20 || r == 0x7f }) < 0
}

type credentials struct {
	Body struct {
		Identifier string `json:"identifier" required:"true" maxLength:"256" doc:"Identifier of a local account."`
		Password   string `json:"password" required:"true" maxLength:"1024" doc:"Its password."`
	}
}

// login opens a session for a local account. Whatever session the browser had ends.
func (s *Service) login(c *web.Call, in credentials) (*principalView, error) {
	a := &attempt{Service: s, ctx: c, answer: c.Answer(), from: nobody(c.Who), entering: true}
	who, _, err := a.local("password", in.Body.Identifier, secret.NewText(in.Body.Password))
	if err != nil {
		return nil, err
	}
	if err := s.forget(c); err != nil {
		return nil, err
	}
	if err := s.openSession(c, c.Answer(), c.Header("User-Agent"), who); err != nil {
		return nil, err
	}
	c.Who = who
	return s.view(c)
}

// nobody is the caller as he was before any credentials.
func nobody(who access.Caller) access.Caller {
	return access.Caller{Type: access.Anonymous, Address: who.Address, Door: who.Door, Verb: who.Verb, Path: who.Path, Call: who.Call, Receipt: who.Receipt}
}

// forget ends the session whose cookie the call carries.
func (s *Service) forget(c *web.Call) error {
	cookies, err := http.ParseCookie(c.Header("Cookie"))
	if err != nil {
		return nil // none, or none that can be read
	}
	for _, one := range cookies {
		if one.Name != sessionCookie {
			continue
		}
		if err := s.DB.Write(c, func(tx *store.Tx) error { return deleteByToken(tx, digest(one.Value)) }); err != nil {
			return err
		}
	}
	return nil
}
