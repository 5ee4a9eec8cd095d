package trust

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
)

// NotTrusted is the fault of a certificate that nobody logs in with.
var NotTrusted = fault.Define("SEC-AUTH-003", fault.Unauthenticated, "Client certificate is not accepted")

const maxIntermediates = 8

// Client is a certificate that logs in.
type Client struct {
	CA          CA                  // the nearest known CA above the certificate: its settings hold
	Certificate *pki.Certificate    // the certificate itself
	Chain       []*x509.Certificate // from the certificate up to that of the CA
}

// Client verifies that a certificate logs in: it is valid now, is meant for clients, and leads to a known CA that is
// trusted for them. Of the known CAs on the way the nearest decides. intermediates were sent along. Nothing is said of
// revocation. What is wrong is the fault NotTrusted.
func (g *Graph) Client(leaf *pki.Certificate, intermediates []*x509.Certificate, now time.Time) (Client, error) {
	if !leaf.HasExtKeyUsage("clientAuth") {
		return Client{}, NotTrusted.Detail("it is not meant for clients: the extended key usage clientAuth is missing")
	}
	if leaf.IsCA {
		return Client{}, NotTrusted.Detail("it is the certificate of a CA")
	}
	o := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for i, c := range intermediates {
		if i < maxIntermediates && !g.Knows(c.Raw) {
			o.Intermediates.AddCert(c)
		}
	}
	for _, ca := range g.cas {
		if ca.ForClients {
			o.Roots.AddCert(ca.Certificate.X509)
		}
	}
	chains, err := leaf.X509.Verify(o)
	if err != nil {
		return Client{}, NotTrusted.Detail("%s", g.why(leaf, err)).Because(err)
	}
	chain := chains[0]
	ca, ok := g.byDER(chain[len(chain)-1].Raw)
	if !ok {
		return Client{}, NotTrusted.Because(errors.New("the chain ends at a CA that is not known"))
	}
	return Client{CA: ca, Certificate: leaf, Chain: chain}, nil
}

// byDER returns the known CA with the certificate: of several entries, one that is trusted for clients.
func (g *Graph) byDER(der []byte) (CA, bool) {
	for _, ca := range g.cas {
		if ca.ForClients && string(ca.Certificate.X509.Raw) == string(der) {
			return ca, true
		}
	}
	return CA{}, false
}

// why says in plain words what a verification found.
func (g *Graph) why(leaf *pki.Certificate, err error) string {
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) {
		switch invalid.Reason {
		case x509.Expired:
			if invalid.Cert != nil && !invalid.Cert.Equal(leaf.X509) {
				return "a CA above it has expired or is not valid yet"
			}
			return fmt.Sprintf("it is valid from %s to %s", leaf.NotBefore.Format(time.DateTime), leaf.NotAfter.Format(time.DateTime))
		case x509.IncompatibleUsage:
			return "a CA above it may not issue for clients"
		}
		return "a CA above it may not issue it"
	}
	if n := g.issuer(leaf); n != nil && !n.ca.ForClients {
		return fmt.Sprintf("the certification authority %s is not trusted for client authentication", n.ca.Name)
	}
	return "no certification authority that is trusted for client authentication has issued it"
}

// ForClients returns the certificates of the CAs that are trusted for client authentication.
func (g *Graph) ForClients() (all []*x509.Certificate) {
	for _, ca := range g.cas {
		if ca.ForClients {
			all = append(all, ca.Certificate.X509)
		}
	}
	return all
}

// ForServers returns the certificates of the CAs that servers this one calls may have their certificates of.
func (g *Graph) ForServers() (all []*x509.Certificate) {
	for _, ca := range g.cas {
		if ca.ForServers {
			all = append(all, ca.Certificate.X509)
		}
	}
	return all
}
