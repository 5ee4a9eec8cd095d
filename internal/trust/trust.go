// Package trust is the CAs the server knows: their certificates, what they are trusted for, the chains between them, and
// how to learn what they have revoked.
package trust

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// CA is a known certification authority. It says whom to trust and how to learn of revocations; it does not issue.
type CA struct {
	kind.Named
	Certificate     Certificate         `json:"certificate" required:"true" doc:"Certificate of the CA: a PEM text, or an object with the member pem." group:"what"`
	ForClients      bool                `json:"trustedForClientAuthentication" doc:"Whether certificates of this CA log people and machines in." group:"who"`
	ForServers      bool                `json:"trustedForServerAuthentication" doc:"Whether servers this one connects to may have certificates of this CA." group:"who"`
	Outdated        string              `json:"outdatedRevocationStatusPolicy" enum:"lastavailablestatus,revoked" default:"lastavailablestatus" doc:"What holds when no current revocation status can be had: the last one known, or that everything is revoked." group:"follow"`
	Public          bool                `json:"public" doc:"Whether the CA is shown among the trust chains to everyone." group:"what"`
	Downloadable    bool                `json:"downloadable" doc:"Whether its certificate may be downloaded there." group:"what"`
	CRL             string              `json:"crlUrl,omitempty" maxLength:"2048" example:"http://pki.example.com/root.crl" doc:"Address of the revocation list (http, https or ldap)." group:"where"`
	OCSP            string              `json:"responderUrl,omitempty" maxLength:"2048" example:"http://ocsp.example.com" doc:"Address of the OCSP responder (http or https)." group:"where"`
	Refresh         span.Duration       `json:"refresh" doc:"How often the revocation list is fetched." group:"limits"`
	Timeout         span.Duration       `json:"timeout" shorter:"refresh" doc:"How long to wait for the revocation list or the responder." group:"limits"`
	CacheTimeToIdle span.Duration       `json:"cacheTimeToIdle" doc:"How long an answer of the responder is kept without being asked for." group:"limits"`
	Proxy           kind.Ref[httpProxy] `json:"proxy,omitempty" doc:"HTTP proxy for both." group:"where"`
	Identifier      rule.Template       `json:"identifierMapping" keys:"certificate" doc:"Identifier of who logs in with a certificate of this CA." group:"who"`
	Email           rule.Template       `json:"emailMapping" keys:"certificate" doc:"Their e-mail address." group:"who"`
	DisplayName     rule.Template       `json:"nameMapping" keys:"certificate" doc:"Their name." group:"who"`
}

// httpProxy is where a reference to an HTTP proxy points.
type httpProxy struct{}

// KindName is the kind of HTTP proxies.
func (httpProxy) KindName() string { return "http-proxy" }

// KindName is the kind of known CAs.
func (CA) KindName() string { return "ca" }

// CAs are the certification authorities the server knows.
var CAs = kind.Define(kind.Info{
	Kind: CA{}.KindName(), Title: "certification authorities", Singular: "Certification authority", Menu: "issuing", Path: "/cas",
	Summary: []string{"certificate", "trustedForClientAuthentication", "trustedForServerAuthentication", "crlUrl", "responderUrl"},
	Name:    "Ca", Area: "configuration:pki:ca", Family: "CA", Events: event.Conf,
}, example(), check)

// Known returns a CA of a certificate, with the usual settings.
func Known(name string, c *pki.Certificate) CA {
	ca := CA{Named: kind.Named{Name: name}, Certificate: Certificate{c}}
	ca.fill()
	return ca
}

// Templates of who logs in. They are parsed once, at start.
var (
	byDN   = must("{{certificate.dn}}")
	byMail = must("{{certificate.san.rfc822name.1}}")
	byName = must("{{certificate.subject.cn.1}}")
)

func must(text string) rule.Template {
	t, err := rule.ParseTemplate(text)
	if err != nil {
		panic(err)
	}
	return t
}

// fill puts the usual settings where there are none.
func (c *CA) fill() {
	if c.Outdated == "" {
		c.Outdated = "lastavailablestatus"
	}
	for d, usual := range map[*span.Duration]span.Duration{
		&c.Refresh: span.Duration(10 * time.Minute), &c.CacheTimeToIdle: span.Duration(10 * time.Minute), &c.Timeout: span.Duration(10 * time.Second),
	} {
		if *d == 0 {
			*d = usual
		}
	}
	for t, usual := range map[*rule.Template]rule.Template{&c.Identifier: byDN, &c.Email: byMail, &c.DisplayName: byName} {
		if t.IsZero() {
			*t = usual
		}
	}
}

// TransformSchema tells forms the usual settings.
func (CA) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	var usual CA
	usual.fill()
	for name, v := range map[string]any{
		"refresh": usual.Refresh.String(), "timeout": usual.Timeout.String(), "cacheTimeToIdle": usual.CacheTimeToIdle.String(),
		"identifierMapping": usual.Identifier.String(), "emailMapping": usual.Email.String(), "nameMapping": usual.DisplayName.String(),
	} {
		s.Properties[name].Default = v
	}
	return s
}

// UnmarshalJSON reads a CA; what is left out gets its usual setting.
func (c *CA) UnmarshalJSON(b []byte) error {
	type plain CA
	var p plain
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	*c = CA(p)
	c.fill()
	return nil
}

// Ceilings of durations: nobody means more.
const (
	minRefresh, maxRefresh = span.Duration(10 * time.Second), 30 * span.Day
	maxTimeout             = span.Duration(5 * time.Minute)
	maxIdle                = 7 * span.Day
)

func check(_ *store.Tx, c CA) (problems []string) {
	if x := c.Certificate.Certificate; x == nil {
		problems = append(problems, "certificate: it is missing")
	} else if !x.IsCA && !x.SelfSigned {
		problems = append(problems, "certificate: it is not the certificate of a CA")
	}
	if c.Refresh < minRefresh || c.Refresh > maxRefresh {
		problems = append(problems, "refresh: from "+minRefresh.String()+" to "+maxRefresh.String())
	}
	if c.Timeout > maxTimeout {
		problems = append(problems, "timeout: at most "+maxTimeout.String())
	}
	if c.CacheTimeToIdle > maxIdle {
		problems = append(problems, "cacheTimeToIdle: at most "+maxIdle.String())
	}
	if c.CRL != "" && !isURL(c.CRL, "http", "https", "ldap", "ldaps") {
		problems = append(problems, "crlUrl: it is no http, https or ldap address")
	}
	if c.OCSP != "" && !isURL(c.OCSP, "http", "https") {
		problems = append(problems, "responderUrl: it is no http or https address")
	}
	return problems
}

func isURL(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	for _, s := range schemes {
		if u.Scheme == s {
			return true
		}
	}
	return false
}

// caView is a CA as answers show it: the certificate decoded.
type caView struct {
	plainCA
	Certificate Decoded `json:"certificate"`
	KeyID       string  `json:"subjectKeyIdentifier"`
}

// plainCA is a CA without what makes it read and shown in its own way.
type plainCA CA

// View shows the certificate decoded.
func (c CA) View() any {
	return caView{plainCA(c), Decode(c.Certificate.Certificate), c.Certificate.SubjectKeyID}
}

// Certificate is a certificate in a configuration object: written as PEM, or as an object that carries it.
type Certificate struct{ *pki.Certificate }

var errCertificate = errors.New("certificate: expected a PEM text, or an object with the member pem")

// MarshalJSON writes the PEM.
func (c Certificate) MarshalJSON() ([]byte, error) {
	if c.Certificate == nil {
		return []byte(`""`), nil
	}
	return json.Marshal(c.PEM())
}

// UnmarshalJSON reads the PEM, or the PEM within the object an answer has shown.
func (c *Certificate) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		var object struct {
			PEM string `json:"pem"`
		}
		if json.Unmarshal(b, &object) != nil {
			return errCertificate
		}
		text = object.PEM
	}
	if strings.TrimSpace(text) == "" {
		return errCertificate
	}
	parsed, err := pki.ParseCertificate([]byte(text))
	if err != nil {
		return errors.New("certificate: " + fault.Of(err).Reason())
	}
	c.Certificate = parsed
	return nil
}

// Schema describes both forms. The text says what a validation would say less well.
func (Certificate) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "A PEM text, or an object with the member pem.", Extensions: map[string]any{"x-pem": true}}
}
