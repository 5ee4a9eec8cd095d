package authority

import (
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/pki"
)

// Paths of what is served for the relying parties of a CA, below the public address. A door serves exactly these.
const (
	CRLPath  = "/crl/"  // {name}/{generation}.crl
	CertPath = "/ca/"   // {name}/{generation}.cer
	OCSPPath = "/ocsp/" // {name}, and {name}/{base64 of a request}
)

// maxName leaves room for "-root" behind the name of a connector.
const maxName = 160

// validName reports whether s can name a CA: it is a part of paths, so it does not begin with a dot.
func validName(s string) bool {
	if s == "" || len(s) > maxName || s[0] == '.' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// address returns the public address of a path, or "" when there is no public address.
func (e *Engine) address(parts ...string) string {
	if e.PublicURL == "" {
		return ""
	}
	return strings.TrimSuffix(e.PublicURL, "/") + strings.Join(parts, "")
}

// ListURL returns where the revocation list of a generation is served, or "".
func (e *Engine) ListURL(name string, generation int64) string {
	return e.address(CRLPath, name, "/", strconv.FormatInt(generation, 10), ".crl")
}

// CertificateURL returns where the certificate of a generation is served, or "".
func (e *Engine) CertificateURL(name string, generation int64) string {
	return e.address(CertPath, name, "/", strconv.FormatInt(generation, 10), ".cer")
}

// OCSPURL returns where OCSP requests about the certificates of a CA are answered, or "".
func (e *Engine) OCSPURL(name string) string { return e.address(OCSPPath, name) }

// point puts the addresses of the issuing generation into a certificate it is to sign (RFC 5280, 4.2.1.13 and 4.2.2.1).
func (e *Engine) point(t *pki.Template, by *generation) {
	t.CRLDPs = list(e.ListURL(by.of.name, by.number))
	t.CAIssuers = list(e.CertificateURL(by.of.name, by.number))
	t.OCSP = list(e.OCSPURL(by.of.name))
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
