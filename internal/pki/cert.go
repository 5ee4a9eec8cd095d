package pki

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // a thumbprint the contract has, no proof of anything
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Certificate is an X.509 certificate with everything that can be said about it from its bytes alone. Lists may be nil.
type Certificate struct {
	X509 *x509.Certificate // PublicKey is nil when Go does not know the algorithm of the key

	Subject, Issuer     Name
	DN, IssuerDN        string
	Serial              string // SerialHex
	NotBefore, NotAfter time.Time

	Thumbprint          string // SHA-256 of the certificate, lower-case hex
	SHA1Thumbprint      string
	PublicKeyThumbprint string // SHA-256 of the SubjectPublicKeyInfo
	HolderID            string
	SelfSigned          bool
	KeyType             KeyType // with the alternative key of X.509 (2019), 9.8, if it has one
	SigningAlgorithm    string  // such as SHA256WITHRSA

	SANs      []SAN
	OtherSANs int // names of types the contract does not know

	KeyUsages           []string // digitalSignature, ...
	KeyUsageCritical    bool
	ExtKeyUsages        []string // serverAuth, ...; an OID where there is no name
	ExtKeyUsageCritical bool
	IsCA                bool
	PathLen             *int

	SubjectKeyID, AuthorityKeyID string // lower-case hex, "" when absent
	CRLDPs                       []string
	OCSP, CAIssuers              []string // URLs of the authority information access
	Policies                     []string
	Extensions                   []Extension
	Unsupported                  []string // OIDs of the extensions that nothing above speaks of
}

// ParseCertificate reads one certificate in PEM or DER.
func ParseCertificate(in []byte) (*Certificate, error) {
	der, err := block(in, MaxDocument, labelCertificate, "X509 CERTIFICATE")
	if err != nil {
		return nil, err
	}
	return parseCertificateDER(der)
}

func parseCertificateDER(der []byte) (*Certificate, error) {
	if len(der) > MaxDocument {
		return nil, TooLarge.Detail("the limit of a certificate is %d bytes", MaxDocument)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		if c = parseUnknownCurve(der); c == nil {
			return nil, NotParsable.Because(err)
		}
	}
	return NewCertificate(c)
}

// ParseBundle reads every certificate of a PEM text, or one in DER. Other blocks are skipped.
func ParseBundle(in []byte) ([]*Certificate, error) {
	if len(in) > MaxBundle {
		return nil, TooLarge.Detail("the limit is %d bytes", MaxBundle)
	}
	var all []*Certificate
	for rest := in; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if b.Type != labelCertificate && b.Type != "X509 CERTIFICATE" {
			continue
		}
		if len(all) == maxCerts {
			return nil, TooLarge.Detail("the limit is %d certificates", maxCerts)
		}
		c, err := parseCertificateDER(b.Bytes)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if len(all) > 0 {
		return all, nil
	}
	c, err := ParseCertificate(in)
	if err != nil {
		return nil, err
	}
	return []*Certificate{c}, nil
}

// NewCertificate states the facts of a certificate the standard library has parsed.
func NewCertificate(x *x509.Certificate) (*Certificate, error) {
	c := &Certificate{
		X509: x, Serial: SerialHex(x.SerialNumber), NotBefore: x.NotBefore, NotAfter: x.NotAfter,
		CRLDPs: x.CRLDistributionPoints, OCSP: x.OCSPServer, CAIssuers: x.IssuingCertificateURL,
		SubjectKeyID: hex.EncodeToString(x.SubjectKeyId), AuthorityKeyID: hex.EncodeToString(x.AuthorityKeyId),
		Extensions: Extensions(x.Extensions), SigningAlgorithm: signingAlgorithm(x), SelfSigned: isSelfSigned(x),
	}
	var err error
	if c.Subject, err = ParseName(x.RawSubject); err != nil {
		return nil, err
	}
	if c.Issuer, err = ParseName(x.RawIssuer); err != nil {
		return nil, err
	}
	c.DN, c.IssuerDN = c.Subject.String(), c.Issuer.String()
	whole, sha, key := sha256.Sum256(x.Raw), sha1.Sum(x.Raw), sha256.Sum256(x.RawSubjectPublicKeyInfo)
	c.Thumbprint, c.SHA1Thumbprint = hex.EncodeToString(whole[:]), hex.EncodeToString(sha[:])
	c.PublicKeyThumbprint = hex.EncodeToString(key[:])
	c.KeyType = keyType(x.PublicKey, x.RawSubjectPublicKeyInfo)
	for _, p := range x.Policies {
		c.Policies = append(c.Policies, p.String())
	}
	if err := c.readExtensions(); err != nil {
		return nil, err
	}
	c.HolderID = HolderID(c.Subject, c.SANs)
	return c, nil
}

// PEM returns the certificate without a newline at its end.
func (c *Certificate) PEM() string { return EncodePEM(labelCertificate, c.X509.Raw) }

// HasExtKeyUsage reports whether the extended key usages name the usage.
func (c *Certificate) HasExtKeyUsage(name string) bool { return slices.Contains(c.ExtKeyUsages, name) }

// SerialHex writes a serial number as lower-case hex of whole bytes, without leading zero bytes: 0a1b, never a1b.
func SerialHex(n *big.Int) string {
	if n == nil || n.Sign() == 0 {
		return "00"
	}
	if n.Sign() < 0 {
		return "-" + hex.EncodeToString(n.Bytes())
	}
	return hex.EncodeToString(n.Bytes())
}

// ParseSerial reads a serial number in hex, in any case, with or without colons and leading zeros.
func ParseSerial(s string) (*big.Int, bool) {
	n, ok := new(big.Int).SetString(strings.ReplaceAll(s, ":", ""), 16)
	return n, ok && len(s) <= 64 && n.Sign() >= 0
}

// HolderID identifies who holds a certificate: the SHA-256, in hex, of the text of the name and of the sorted "type:value"
// of the alternative names, each followed by a newline and all in lower case. So it does not depend on the order or
// repetition of alternative names, nor on the case of anything, nor on the key.
func HolderID(subject Name, sans []SAN) string {
	lines := make([]string, len(sans))
	for i, s := range sans {
		lines[i] = strings.ToLower(string(s.Type) + ":" + s.Value)
	}
	slices.Sort(lines)
	h := sha256.New()
	h.Write([]byte(strings.ToLower(subject.String()) + "\n"))
	for _, l := range slices.Compact(lines) {
		h.Write([]byte(l + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// isSelfSigned reports whether the certificate is signed by its own key. Where Go cannot verify the algorithm, equal
// names and equal key identifiers decide.
func isSelfSigned(x *x509.Certificate) bool {
	if !bytes.Equal(x.RawSubject, x.RawIssuer) {
		return false
	}
	err := checkSignature(x, x.SignatureAlgorithm, x.RawTBSCertificate, x.Signature)
	var insecure x509.InsecureAlgorithmError
	if errors.Is(err, x509.ErrUnsupportedAlgorithm) || errors.As(err, &insecure) {
		return len(x.AuthorityKeyId) == 0 || bytes.Equal(x.AuthorityKeyId, x.SubjectKeyId)
	}
	return err == nil
}

// IssuedBy reports whether parent is named as the issuer of c and has signed it. It asks neither for time nor for the
// right to issue.
func (c *Certificate) IssuedBy(parent *Certificate) bool {
	return bytes.Equal(c.X509.RawIssuer, parent.X509.RawSubject) &&
		checkSignature(parent.X509, c.X509.SignatureAlgorithm, c.X509.RawTBSCertificate, c.X509.Signature) == nil
}

// checkSignature verifies by the key of a certificate. An RSA key so large that one verification takes seconds counts as
// an algorithm that is not supported.
func checkSignature(by *x509.Certificate, alg x509.SignatureAlgorithm, signed, signature []byte) error {
	if key, ok := by.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSA {
		return x509.ErrUnsupportedAlgorithm
	}
	return by.CheckSignature(alg, signed, signature)
}

// Chain orders what of the pool leads from the leaf to a self-signed root: leaf first, root, if it is known, last. Of
// several issuers with one name and key, the one that expires last is taken.
func Chain(leaf *Certificate, pool []*Certificate) []*Certificate {
	chain := []*Certificate{leaf}
	for at := leaf; !at.SelfSigned && len(chain) < maxChain; {
		var best *Certificate
		for _, p := range pool {
			if p.IsCA && (best == nil || p.NotAfter.After(best.NotAfter)) && !contains(chain, p) && at.IssuedBy(p) {
				best = p
			}
		}
		if best == nil {
			break
		}
		chain, at = append(chain, best), best
	}
	return chain
}

func contains(all []*Certificate, c *Certificate) bool {
	return slices.ContainsFunc(all, func(o *Certificate) bool { return o.Thumbprint == c.Thumbprint })
}
