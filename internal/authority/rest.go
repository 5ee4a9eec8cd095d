package authority

import (
	"encoding/base64"
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/web"
)

// Operations are those of the REST API on CAs. They are an extension of the published API.
func (e *Engine) Operations() []web.Operation {
	op := func(method, path, name string, status int, doc string) web.Op {
		right := Manage
		if method == http.MethodGet {
			right = Read
		}
		return web.Op{Right: right, Method: method, Path: "/authorities" + path, Name: "Authority" + name, Doc: doc,
			Tag: "Built-in certification authorities", Needs: access.LoggedIn, Status: status, MaxBody: 2 * pki.MaxBundle}
	}
	return []web.Operation{
		web.Handle(op(http.MethodGet, "", "List", 200, "Lists the built-in certification authorities."), e.restList),
		web.Handle(op(http.MethodGet, "/{name}", "Get", 200, "Returns a certification authority with its certificates and revocation lists."), e.restGet),
		web.Handle(op(http.MethodPost, "", "Create", 201, "Creates a certification authority: a root, or one below another."), e.restCreate),
		web.Handle(op(http.MethodPost, "/import", "Import", 201, "Imports a certification authority from a PKCS#12, or from a key and its certificate."), e.restImport),
		web.Handle(op(http.MethodPut, "/{name}/settings", "Settings", 200, "Replaces what a certification authority issues by."), e.restSettings),
		web.Handle(op(http.MethodPost, "/{name}/renew", "Renew", 200, "Gives a certification authority its next certificate."), e.restRenew),
		web.Handle(op(http.MethodPost, "/{name}/crl", "RebuildCrl", 200, "Makes the revocation lists of a certification authority anew."), e.restCRL),
		web.Handle(op(http.MethodDelete, "/{name}", "Delete", 204, "Deletes a certification authority that has issued nothing that is still valid."), e.restDelete),
	}
}

type byNameIn struct {
	Name string `path:"name" maxLength:"160"`
}

// settingsIn are settings as they are sent; what is absent has its default.
type settingsIn struct {
	CertificateLifetime *span.Duration `json:"certificateLifetime" doc:"How long certificates are valid when nothing else is asked for. 365 days."`
	BackDate            *span.Duration `json:"backDate" doc:"How long before it is issued a certificate becomes valid, for clocks that are late. 5 minutes."`
	CRLLifetime         *span.Duration `json:"crlLifetime" doc:"How long a revocation list is valid; the next one is made after half of it. 7 days."`
	ExtKeyUsages        *[]string      `json:"extKeyUsages" maxItems:"50" doc:"Extended key usages of certificates, by name or OID. serverAuth and clientAuth."`
	Policies            []string       `json:"certificatePolicies" maxItems:"50" doc:"Policies of certificates, as OIDs."`
}

func (in settingsIn) settings() Settings {
	s := DefaultSettings()
	take(&s.CertificateLifetime, in.CertificateLifetime)
	take(&s.BackDate, in.BackDate)
	take(&s.CRLLifetime, in.CRLLifetime)
	take(&s.ExtKeyUsages, in.ExtKeyUsages)
	s.Policies = in.Policies
	return s
}

func take[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

type constraintsIn struct {
	PermittedDNS    []string `json:"permittedDNS" doc:"Domains; with a leading dot what is below them only."`
	ExcludedDNS     []string `json:"excludedDNS"`
	PermittedEmails []string `json:"permittedEmails" doc:"Mailboxes, hosts, or with a leading dot what is below a domain."`
	ExcludedEmails  []string `json:"excludedEmails"`
	PermittedURIs   []string `json:"permittedURIs" doc:"Hosts, or with a leading dot what is below a domain."`
	ExcludedURIs    []string `json:"excludedURIs"`
	PermittedIPs    []string `json:"permittedIPs" doc:"Ranges such as 192.0.2.0/24."`
	ExcludedIPs     []string `json:"excludedIPs"`
}

type createIn struct {
	Body struct {
		settingsIn
		Name        string         `json:"name" required:"true" maxLength:"160" doc:"Unique name; it cannot be changed later."`
		Parent      string         `json:"parent" maxLength:"160" doc:"Name of the certification authority that issues this one. Without it this one is a root."`
		Subject     string         `json:"subject" maxLength:"4096" doc:"Distinguished name as in RFC 4514. CN=<name>."`
		KeyType     string         `json:"keyType" maxLength:"100" doc:"ec-secp256r1, ec-secp384r1, ec-secp521r1, rsa-2048, rsa-3072, rsa-4096 or ed-25519. ec-secp256r1."`
		Lifetime    span.Duration  `json:"lifetime" doc:"How long it is valid. 7300 days of a root, 3650 days below another."`
		PathLength  *int           `json:"pathLength" doc:"How many others may stand below it, one after the other. A root without it has no limit; below another it is 0."`
		Constraints *constraintsIn `json:"nameConstraints" doc:"Names that may be issued below it."`
		OwnPolicies []string       `json:"policies" maxItems:"50" doc:"Policies of its own certificate, as OIDs."`
	}
}

func (e *Engine) restCreate(c *web.Call, in createIn) (view, error) {
	b := in.Body
	s := Spec{
		Name: b.Name, Parent: b.Parent, Subject: b.Subject, KeyType: pki.KeyType(b.KeyType), Lifetime: b.Lifetime, PathLength: b.PathLength,
		Policies: b.OwnPolicies, Settings: b.settings(),
	}
	if b.Constraints != nil {
		limits := Constraints(*b.Constraints)
		s.Constraints = &limits
	}
	if err := e.Create(c, c.Who, s); err != nil {
		return view{}, err
	}
	return e.shown(c, b.Name)
}

type importIn struct {
	Body struct {
		settingsIn
		Name        string `json:"name" required:"true" maxLength:"160" doc:"Unique name; it cannot be changed later."`
		PKCS12      string `json:"pkcs12" writeOnly:"true" doc:"PKCS#12 in base64 with key, certificate and those above it."`
		Password    string `json:"password" writeOnly:"true" maxLength:"1024" doc:"Password of the PKCS#12."`
		Key         string `json:"key" writeOnly:"true" doc:"Private key in PEM, instead of a PKCS#12."`
		Certificate string `json:"certificate" doc:"Certificate in PEM that belongs to the key, with those above it."`
	}
}

func (e *Engine) restImport(c *web.Call, in importIn) (view, error) {
	b := in.Body
	if err := e.Import(c, c.Who, b.Name, b.settings(), func() (Material, error) {
		if b.PKCS12 == "" {
			return FromPEM(b.Key, b.Certificate)
		}
		der, err := base64.StdEncoding.DecodeString(b.PKCS12)
		if err != nil {
			return Material{}, Invalid.Detail("pkcs12: it is no base64")
		}
		return FromPKCS12(der, b.Password)
	}); err != nil {
		return view{}, err
	}
	return e.shown(c, b.Name)
}

type settingsCall struct {
	Name string `path:"name" maxLength:"160"`
	Body settingsIn
}

func (e *Engine) restSettings(c *web.Call, in settingsCall) (view, error) {
	if err := e.Adjust(c, c.Who, in.Name, in.Body.settings()); err != nil {
		return view{}, err
	}
	return e.shown(c, in.Name)
}

type renewIn struct {
	Name string `path:"name" maxLength:"160"`
	Body struct {
		SameKey bool `json:"sameKey" doc:"Whether the key is used again. Otherwise there is a new one of the same type."`
	}
}

func (e *Engine) restRenew(c *web.Call, in renewIn) (view, error) {
	if err := e.Renew(c, c.Who, in.Name, in.Body.SameKey); err != nil {
		return view{}, err
	}
	return e.shown(c, in.Name)
}

func (e *Engine) restCRL(c *web.Call, in byNameIn) (view, error) {
	if err := e.Rebuild(c, c.Who, in.Name); err != nil {
		return view{}, err
	}
	return e.shown(c, in.Name)
}

func (e *Engine) restDelete(c *web.Call, in byNameIn) (web.None, error) {
	return web.None{}, e.Delete(c, c.Who, in.Name)
}

func (e *Engine) restGet(c *web.Call, in byNameIn) (view, error) {
	one, err := e.Get(c, c.Who, in.Name)
	if err != nil {
		return view{}, err
	}
	return viewOf(one), nil
}

func (e *Engine) restList(c *web.Call, _ web.None) ([]view, error) {
	all, err := e.List(c, c.Who)
	views := make([]view, len(all))
	for i, one := range all {
		views[i] = viewOf(one)
	}
	return views, err
}

// shown is the CA as it is now, for who was allowed to change it.
func (e *Engine) shown(c *web.Call, name string) (view, error) {
	return e.restGet(c, byNameIn{name})
}
