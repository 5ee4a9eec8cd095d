package identity

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/trust"
	"github.com/horizon-clm/horizon/internal/web"
)

// Listed is what the inventory knows of a certificate; one it does not know has no ID.
type Listed struct {
	ID      string
	Profile string
	Revoked bool
}

// certificate reads the certificate of a client: shown in the TLS handshake, or passed on by a trusted proxy that ended TLS
// in front. A certificate of the proxy itself never counts.
func (a *attempt) certificate() (access.Caller, bool, error) {
	if slices.Contains(withoutCertificate, a.r.URL.Path) {
		return a.from, false, nil
	}
	facts := event.Authentication{Method: "client-certificate"}
	leaf, sent, err := a.shown(&facts)
	if err != nil {
		return a.refuse(facts, err)
	}
	if leaf == nil {
		return a.from, false, nil
	}
	facts.Identifier = clip(leaf.DN)
	who, err := a.client(leaf, sent)
	facts.Provider = who.Provider
	if err == nil {
		facts.Identifier = clip(who.ID)
		who, err = a.authorize(who)
	}
	if err != nil {
		return a.refuse(facts, err)
	}
	p := proof{who.ID, 0, sha256.Sum256(leaf.X509.Raw), a.from.Address}
	if now := a.DB.Clock.Now(); !a.proofs.known(p, now) {
		if err := a.admit(a.ctx, who, facts, nil); err != nil {
			return a.from, true, err
		}
		a.proofs.remember(p, now)
	}
	return who, true, nil
}

// withoutCertificate are the calls of a login page. Whoever comes with a certificate that is not accepted can still log in
// by other means.
var withoutCertificate = []string{
	web.Root + "/security/principals/login", web.Root + "/security/principals/logout", web.Root + "/security/identity/providers/dynamic/enabled",
}

// shown returns the certificate of the request and what was sent with it; nil without any.
func (a *attempt) shown(facts *event.Authentication) (*pki.Certificate, []*x509.Certificate, error) {
	if a.Header != "" && len(a.r.Header.Values(a.Header)) > 0 {
		facts.Method = "certificate-header"
		if !a.FromProxy(a.r) {
			return nil, nil, trust.NotTrusted.Detail("the header %s is taken from trusted proxies only", a.Header)
		}
		c, err := parseHeader(a.r.Header.Values(a.Header))
		return c, nil, err
	}
	if a.r.TLS == nil || len(a.r.TLS.PeerCertificates) == 0 || a.FromProxy(a.r) {
		return nil, nil, nil
	}
	c, err := pki.NewCertificate(a.r.TLS.PeerCertificates[0])
	if err != nil {
		return nil, nil, trust.NotTrusted.Detail("it cannot be read").Because(err)
	}
	return c, a.r.TLS.PeerCertificates[1:], nil
}

// client is the caller a certificate stands for, without rights: who its CA says it is. Its provider is that CA.
func (a *attempt) client(leaf *pki.Certificate, sent []*x509.Certificate) (access.Caller, error) {
	who := a.from
	graph, err := trust.Look(a.ctx, a.DB.DB)
	if err != nil {
		return who, err
	}
	c, err := graph.Client(leaf, sent, a.DB.Clock.Now())
	if err != nil {
		return who, err
	}
	who.Provider = c.CA.Name
	if err := a.unrevoked(c); err != nil {
		return who, err
	}
	d, env := trust.Dictionary(leaf), rule.Env{Now: a.DB.Clock.Now()}
	id, err := evaluated(c.CA.Identifier, d, env, maxIdentifier)
	if err != nil || id == "" {
		return who, trust.NotTrusted.Detail("identifierMapping of %s gives no identifier for it", c.CA.Name).Because(err)
	}
	who.ID, who.Type = id, access.X509
	who.Name, _ = evaluated(c.CA.DisplayName, d, env, maxIdentifier)
	who.Email, _ = evaluated(c.CA.Email, d, env, maxEmail)
	return who, nil
}

// unrevoked asks for the revocation of every certificate from the client's up to, without it, the CA's.
func (a *attempt) unrevoked(c trust.Client) error {
	for _, x := range c.Chain[:len(c.Chain)-1] {
		one, err := pki.NewCertificate(x)
		if err != nil {
			return trust.NotTrusted.Because(err)
		}
		if err := a.revocation(a.ctx, c.CA, one); err != nil {
			return err
		}
	}
	return nil
}

// stillTrusted returns nil while the CA a session was opened by is trusted for clients.
func (s *Service) stillTrusted(ctx context.Context, name string) error {
	ca, err := trust.CAs.Look(ctx, s.DB.DB, name)
	if err != nil || !ca.ForClients {
		return access.NotKnown.Because(err)
	}
	return nil
}

// revocation returns nil unless a certificate is revoked, or has to be taken as such. What a built-in CA has issued is
// looked up there, and so is always current. Of others the last status known is that of the inventory; whether that is
// enough, is for the CA's settings to say.
func (s *Service) revocation(ctx context.Context, ca trust.CA, c *pki.Certificate) error {
	listed, err := s.Listed(ctx, c.Thumbprint)
	if err != nil {
		return err
	}
	revoked, err := s.Authority.Revoked(ctx, c)
	foreign := errors.Is(err, authority.Foreign)
	switch {
	case err != nil && !foreign:
		return err
	case revoked || listed.Revoked:
		return trust.NotTrusted.Detail("it is revoked")
	case foreign && ca.Outdated == "revoked":
		return trust.NotTrusted.Detail("its revocation status is not known, and %s takes that as revoked", ca.Name)
	}
	return nil
}

// Longest values of an identity.
const (
	maxIdentifier = 512
	maxEmail      = 320
)

var errUnusable = errors.New("the value is too long, or holds braces or control characters")

// evaluated computes a member of an identity. A key without a value stays in the text with its braces, so braces make it
// unusable, as do control characters and an excessive length.
func evaluated(t rule.Template, d rule.Dictionary, env rule.Env, most int) (string, error) {
	text, err := t.Eval(d, env)
	if err != nil {
		return "", err
	}
	text = strings.TrimSpace(text)
	if len(text) > most || strings.Contains(text, "{{") || strings.ContainsFunc(text, unicode.IsControl) {
		return "", errUnusable
	}
	return text, nil
}
