// Package integrated connects to the built-in CA: a thin adapter over the engine of package authority.
package integrated

import (
	"context"
	"time"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Connector is a connection to a CA of this server. It names one, or brings key and certificate of one, or, with neither,
// has one made under its own name.
type Connector struct {
	kind.Named
	Type        string         `json:"type" required:"true" enum:"integrated" doc:"The built-in CA." group:"what" title:"Built-in CA"`
	CryptoType  string         `json:"cryptoType,omitempty" enum:"legacy" doc:"Which kinds of algorithms the CA signs with. Only legacy ones are there." group:"where"`
	Authority   string         `json:"authority,omitempty" maxLength:"160" example:"issuing-w2" doc:"Name of the built-in certification authority that issues. It keeps its own settings for revocation lists." group:"where"`
	CAKey       kind.Secret    `json:"caKey,omitempty" doc:"Private key of a certification authority in PEM, to be imported with its certificate under the name of the connector." group:"where"`
	CACert      kind.PEM       `json:"caCert,omitempty" doc:"Certificate in PEM that belongs to the key, with those above it." group:"where"`
	CRLLifetime span.Duration  `json:"crlLifetime,omitempty" example:"7 days" doc:"How long a revocation list is valid. 7 days." group:"limits"`
	CertType    string         `json:"certType,omitempty" enum:"server,client,serverclient,email,codesigning,any" doc:"What certificates are for: their extended key usages. \"any\" limits nothing. serverclient." group:"ask"`
	SignAlg     string         `json:"signAlg,omitempty" enum:"SHA256,SHA384,SHA512" doc:"Hash the CA must sign with. Its key decides which that is: SHA256 for RSA and P-256, SHA384 for P-384, SHA512 for P-521 and Ed25519." group:"ask"`
	CRTLifetime span.Duration  `json:"crtLifetime,omitempty" example:"365 days" doc:"How long certificates are valid, at most as long as the CA. 365 days." group:"limits"`
	CRTBackDate *span.Duration `json:"crtBackDate,omitempty" shorter:"crtLifetime" example:"5 minutes" doc:"How long before it is issued a certificate becomes valid, for clocks that are late. 5 minutes." group:"limits"`
	CheckPoP    bool           `json:"checkPop,omitempty" doc:"Whether the signature of the request is verified once more before it is issued." group:"ask"`
}

// usages are the extended key usages of each type of certificate.
var usages = map[string][]string{
	"":             {"serverAuth", "clientAuth"},
	"serverclient": {"serverAuth", "clientAuth"},
	"server":       {"serverAuth"},
	"client":       {"clientAuth"},
	"email":        {"emailProtection"},
	"codesigning":  {"codeSigning"},
	"any":          {},
}

const (
	defaultLifetime = 365 * span.Day
	defaultBackDate = span.Duration(5 * time.Minute)
	defaultCRL      = 7 * span.Day
	timeout         = time.Minute // of one call of the engine
)

// Example is a complete and valid connector, for the list of variants.
func Example() Connector {
	back := defaultBackDate
	return Connector{
		Named: kind.Named{Name: "integrated"}, Type: "integrated", CryptoType: "legacy", CertType: "serverclient", SignAlg: "SHA256",
		CRLLifetime: defaultCRL, CRTLifetime: defaultLifetime, CRTBackDate: &back,
	}
}

// On returns a connector to a CA of the engine.
func On(name, ca string) Connector {
	return Connector{Named: kind.Named{Name: name}, Type: "integrated", Authority: ca}
}

// ConnectorName is its unique name.
func (c Connector) ConnectorName() string { return c.Name }

var (
	unbuilt = fault.Define("PKI-CONNECTOR-020", fault.Internal, "This server has no built-in certification authority")
	invalid = fault.Define("PKI-CONNECTOR-021", fault.Invalid, "Invalid connector to the built-in certification authority")
	noPoP   = fault.Define("PKI-CONNECTOR-022", fault.Invalid, "The request does not prove possession of its key")
)

// Open makes sure that the CA is there: imported or made when it is not.
func (c Connector) Open(ctx context.Context, env connector.Env) (connector.PKI, error) {
	e, ok := env.Authority.(*authority.Engine)
	if !ok || e == nil {
		return nil, unbuilt
	}
	ca, err := c.ensure(ctx, e, env.Keys)
	if err != nil {
		return nil, err
	}
	if err := c.checkHash(ctx, e, ca); err != nil {
		return nil, err
	}
	p := &engine{Engine: e, ca: ca, usages: usages[c.CertType], life: c.CRTLifetime.Std(), back: defaultBackDate.Std(), pop: c.CheckPoP}
	if p.life == 0 {
		p.life = defaultLifetime.Std()
	}
	if c.CRTBackDate != nil {
		p.back = c.CRTBackDate.Std()
	}
	return p, nil
}

// ensure returns the name of the CA.
func (c Connector) ensure(ctx context.Context, e *authority.Engine, keys kind.Sealer) (string, error) {
	brings := c.CAKey.IsSet() || c.CACert != ""
	switch {
	case c.Authority != "" && brings:
		return "", invalid.Detail("authority: it is named, so caKey and caCert are left out")
	case c.Authority != "":
		_, err := e.Chain(ctx, c.Authority, 1)
		return c.Authority, err
	case brings && !(c.CAKey.IsSet() && c.CACert != ""):
		return "", invalid.Detail("caKey, caCert: both or neither")
	}
	s := authority.DefaultSettings()
	if c.CRLLifetime > 0 {
		s.CRLLifetime = c.CRLLifetime
	}
	if !brings {
		if err := e.Provide(ctx, c.Name, s); err != nil {
			return "", err
		}
		return c.Name, e.SetCRLLifetime(ctx, c.Name, s.CRLLifetime.Std())
	}
	key, err := c.CAKey.Reveal(keys)
	if err != nil {
		return "", err
	}
	m, err := authority.FromPEM(key.Reveal(), string(c.CACert))
	if err != nil {
		return "", err
	}
	if err := e.Adopt(ctx, c.Name, m, s); err != nil {
		return "", err
	}
	return c.Name, e.SetCRLLifetime(ctx, c.Name, s.CRLLifetime.Std())
}

// hashes are what keys sign with.
var hashes = map[pki.KeyType]string{pki.P256: "SHA256", pki.P384: "SHA384", pki.P521: "SHA512", pki.Ed25519: "SHA512"}

// checkHash refuses a CA that does not sign with the hash that is asked for.
func (c Connector) checkHash(ctx context.Context, e *authority.Engine, ca string) error {
	if c.SignAlg == "" {
		return nil
	}
	k, err := e.KeyType(ctx, ca)
	if err != nil {
		return err
	}
	return c.fits(k)
}

// fits refuses a key that does not sign with the hash that is asked for.
func (c Connector) fits(k pki.KeyType) error {
	has := hashes[k]
	if k.IsRSA() {
		has = "SHA256"
	}
	if c.SignAlg != "" && has != c.SignAlg {
		return invalid.Detail("signAlg: a CA with a %s key signs with %s", k, has)
	}
	return nil
}

// engine is an open connection.
type engine struct {
	*authority.Engine
	ca         string
	usages     []string
	life, back time.Duration
	pop        bool
}

// Enroll issues, or returns what was issued for the same order before.
func (p *engine) Enroll(ctx context.Context, o connector.Order) (connector.Issued, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if o.CSR == nil {
		return connector.Issued{}, noPoP.Detail("there is no request")
	}
	if p.pop {
		if _, err := pki.ParseCSR(o.CSR.DER); err != nil {
			return connector.Issued{}, noPoP.Detail("%s", fault.Of(err).Reason()).Because(err)
		}
	}
	done, err := p.Issue(ctx, authority.Order{
		RequestID: o.ID, CA: p.ca, PublicKey: o.CSR.PublicKey, Subject: o.Subject, SANs: o.SANs, Extensions: o.Extensions,
		ExtKeyUsages: p.usages, Lifetime: p.life, BackDate: &p.back,
	})
	return connector.Issued{Certificate: done.Certificate, Chains: done.Chains}, err
}

// Revoke revokes. What is revoked already is no error.
func (p *engine) Revoke(ctx context.Context, r connector.Revocation) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return p.Engine.Revoke(ctx, r.Certificate, r.Reason, r.At)
}

// Unrevoke takes a certificate off hold.
func (p *engine) Unrevoke(ctx context.Context, certificate []byte) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return p.Engine.Unrevoke(ctx, certificate)
}

var (
	_ connector.PKI       = (*engine)(nil)
	_ connector.Unrevoker = (*engine)(nil)
)
