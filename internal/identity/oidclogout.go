package identity

import (
	"net/http"
	"net/url"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/web"
)

// logout ends the session of the cookie. Without one it does nothing. Whoever asks for a page goes on to it: after a login
// by OpenID Connect by way of the provider, which ends its own session (OpenID Connect RP-Initiated Logout, 2).
func (s *Service) logout(c *web.Call, in toPage) (web.None, error) {
	if in.Redirect != "" && !localPath(in.Redirect) {
		return web.None{}, badRedirect
	}
	s.dropCookies(c.Answer())
	if err := s.forget(c); err != nil {
		return web.None{}, err
	}
	if in.Redirect != "" {
		c.SetHeader("Location", s.farewell(c, in.Redirect))
		c.SetStatus(http.StatusFound)
	}
	return web.None{}, nil
}

// farewell is where a browser goes after its session has ended. A provider that cannot be asked is passed by.
func (s *Service) farewell(c *web.Call, page string) string {
	if c.Who.Type != access.OpenID || c.Who.Session == "" {
		return page
	}
	p, revision, err := s.openID(c, c.Who.Provider)
	if err != nil {
		return page
	}
	r, err := s.relying(c, p, revision)
	if err != nil {
		return page
	}
	defer r.close()
	u, err := url.Parse(r.issuer.EndSession)
	if err != nil || r.issuer.EndSession == "" {
		return page
	}
	q := u.Query()
	q.Set("client_id", r.oauth.ClientID)
	q.Set("post_logout_redirect_uri", s.Link(page))
	u.RawQuery = q.Encode()
	return u.String()
}
