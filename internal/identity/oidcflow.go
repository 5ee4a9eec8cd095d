package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/web"
)

// The faults of single sign-on.
var (
	ssoFailed  = fault.Define("SEC-AUTH-006", fault.Unauthenticated, "Single sign-on failed")
	noProvider = fault.Define("SEC-AUTH-007", fault.Unauthenticated, "Invalid identity provider")
	ssoDown    = fault.Define("SEC-AUTH-016", fault.Upstream, "The identity provider does not answer as it should")
)

const (
	flowCookie   = "horizon-sso-"
	flowLife     = 10 * time.Minute
	flowPurpose  = "single-sign-on"
	callbackPath = "/security/principals/authenticate/callback/"
	nameOfState  = 8 // characters of the state in the name of its cookie: several windows may log in side by side
)

// flow is a login under way. It is kept by the browser alone, sealed: the state and the cookie have to meet again.
type flow struct {
	Provider, State, Nonce, Verifier, Redirect string
	Ends                                       time.Time
}

// sso are the operations of single sign-on.
func (s *Service) sso() []web.Operation {
	return []web.Operation{
		web.Handle(web.Op{Method: http.MethodGet, Path: callbackPath + "{provider}", Name: "SecurityPrincipalAuthenticateCallback", Tag: "principals",
			Doc: "Takes back whom an OpenID Connect provider has authenticated, opens a session and goes on to a page.", Needs: access.Public, Status: 302}, s.callback),
	}
}

// openID returns a provider of OpenID Connect that lets people in.
func (s *Service) openID(ctx context.Context, name string) (p OpenIDProvider, revision int64, err error) {
	v, revision, err := Providers.Current(ctx, s.DB.DB, name)
	if errors.Is(err, Providers.Missing()) {
		return p, 0, noProvider.Detail("%s", clip(name))
	}
	if err != nil {
		return p, 0, err
	}
	p, ok := v.(OpenIDProvider)
	if !ok || !p.Enabled {
		return p, 0, noProvider.Detail("%s is not of the type OpenId, or not enabled", clip(name))
	}
	return p, revision, nil
}

// begin sends the browser to the provider: the authorization code flow with PKCE (RFC 7636) and a nonce (OpenID Connect
// Core, 3.1.2.1).
func (s *Service) begin(c *web.Call, name, redirect string) error {
	facts := event.Authentication{Method: "openid", Provider: clip(name)}
	from := nobody(c.Who)
	p, revision, err := s.openID(c, name)
	if err != nil {
		return act.Refuse(c, s.DB, from, event.Login, &facts, err)
	}
	r, err := s.relying(c, p, revision)
	if err != nil {
		return act.Refuse(c, s.DB, from, event.Login, &facts, err)
	}
	defer r.close()
	f := flow{Provider: name, State: drawn(), Nonce: drawn(), Verifier: oauth2.GenerateVerifier(), Redirect: redirect, Ends: s.DB.Clock.Now().Add(flowLife)}
	if f.Redirect == "" {
		f.Redirect = "/"
	}
	if err := s.keepFlow(c, f); err != nil {
		return err
	}
	c.SetHeader("Location", r.oauth.AuthCodeURL(f.State, oauth2.S256ChallengeOption(f.Verifier), oauth2.SetAuthURLParam("nonce", f.Nonce)))
	c.SetHeader("Cache-Control", "no-store")
	c.SetStatus(http.StatusFound)
	return nil
}

// drawn returns 256 random bits.
func drawn() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *Service) keepFlow(c *web.Call, f flow) error {
	plain, err := json.Marshal(f)
	if err != nil {
		return err
	}
	sealed, err := s.Keys.Seal(flowPurpose, "flow", plain)
	if err != nil {
		return err
	}
	s.setCookie(c.Answer(), flowCookie+f.State[:nameOfState], base64.RawURLEncoding.EncodeToString(sealed), int(flowLife.Seconds()), true)
	return nil
}

// takeFlow returns the login the browser began, when the state is that of its cookie, and ends it.
func (s *Service) takeFlow(c *web.Call, state, provider string) (f flow, err error) {
	if len(state) < nameOfState {
		return f, ssoFailed.Detail("the state is missing")
	}
	name := flowCookie + state[:nameOfState]
	cookies, err := http.ParseCookie(c.Header("Cookie"))
	if err != nil {
		return f, ssoFailed.Detail("the login was not begun in this browser, or too long ago").Because(err)
	}
	for _, one := range cookies {
		if one.Name != name {
			continue
		}
		s.setCookie(c.Answer(), name, "", -1, true)
		if f, err = s.openFlow(one.Value); err != nil {
			return f, ssoFailed.Detail("the login was not begun here").Because(err)
		}
		if subtle.ConstantTimeCompare([]byte(f.State), []byte(state)) != 1 || f.Provider != provider {
			return f, ssoFailed.Detail("the answer belongs to another login")
		}
		if !s.DB.Clock.Now().Before(f.Ends) {
			return f, ssoFailed.Detail("the login took too long")
		}
		return f, nil
	}
	return f, ssoFailed.Detail("the login was not begun in this browser, or too long ago")
}

func (s *Service) openFlow(text string) (f flow, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return f, err
	}
	plain, err := s.Keys.Open(flowPurpose, "flow", sealed)
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(plain, &f)
}

type answered struct {
	Provider string `path:"provider" maxLength:"128"`
	State    string `query:"state" maxLength:"256"`
	Code     string `query:"code" maxLength:"4096"`
	Error    string `query:"error" maxLength:"256"`
	Issuer   string `query:"iss" maxLength:"2048"`
}

// callback takes what the provider answers.
func (s *Service) callback(c *web.Call, in answered) (web.None, error) {
	facts := event.Authentication{Method: "openid", Provider: clip(in.Provider)}
	from := nobody(c.Who)
	who, redirect, err := s.enter(c, in, from, &facts)
	if err != nil {
		return web.None{}, act.Refuse(c, s.DB, from, event.Login, &facts, err)
	}
	if err := s.admit(c, who, facts, nil); err != nil {
		return web.None{}, err
	}
	if err := s.forget(c); err != nil {
		return web.None{}, err
	}
	c.SetHeader("Location", redirect)
	c.SetHeader("Cache-Control", "no-store")
	return web.None{}, s.openSession(c, c.Answer(), c.Header("User-Agent"), who)
}

// enter makes a caller of the answer of a provider.
func (s *Service) enter(c *web.Call, in answered, from access.Caller, facts *event.Authentication) (who access.Caller, redirect string, err error) {
	f, err := s.takeFlow(c, in.State, in.Provider)
	if err != nil {
		return from, "", err
	}
	p, revision, err := s.openID(c, in.Provider)
	if err != nil {
		return from, "", err
	}
	if in.Error != "" || in.Code == "" {
		return from, "", ssoFailed.Detail("the provider answered: %s", clip(in.Error))
	}
	r, err := s.relying(c, p, revision)
	if err != nil {
		return from, "", err
	}
	defer r.close()
	if in.Issuer != "" && in.Issuer != r.issuer.Issuer { // RFC 9207, 2.4
		return from, "", ssoFailed.Detail("the answer is one of another provider")
	}
	claims, err := r.claims(c, in.Code, f)
	if err != nil {
		return from, "", err
	}
	if who, err = s.named(p, claims, from); err != nil {
		return from, "", err
	}
	facts.Identifier = clip(who.ID)
	if err := s.synchronize(c, p, who, claims); err != nil {
		return from, "", err
	}
	a := &attempt{Service: s, ctx: c, from: from}
	who, err = a.authorize(who)
	return who, f.Redirect, err
}
