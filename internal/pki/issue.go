package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/horizon-clm/horizon/internal/fault"
)

// BadTemplate is the fault of a certificate that cannot be made as it is asked for.
var BadTemplate = fault.Define("CRYPTO-008", fault.Invalid, "Certificate cannot be made like this")

// Template says what a certificate is to hold.
type Template struct {
	Subject             Name
	RawSubject          []byte // instead of Subject: its DER, to keep the encoding of another certificate
	PublicKey           crypto.PublicKey
	Serial              *big.Int // NewSerial
	NotBefore, NotAfter time.Time
	SANs                []SAN
	KeyUsage            x509.KeyUsage // 0 is the usual one of the kind of key, or of a CA
	ExtKeyUsages        []string      // names (serverAuth) or OIDs
	IsCA                bool
	PathLen             *int // of a CA; nil is without limit
	OCSP, CAIssuers     []string
	CRLDPs              []string
	Policies            []string // OIDs
	Constraints         *NameConstraints
	Extensions          []Extension
	Extra               []pkix.Extension // as they stand
}

// NameConstraints limits the names below a CA (RFC 5280, 4.2.1.10). The extension is critical.
type NameConstraints struct {
	PermittedDNS, ExcludedDNS       []string
	PermittedEmails, ExcludedEmails []string
	PermittedURIs, ExcludedURIs     []string
	PermittedIPs, ExcludedIPs       []*net.IPNet
}

// Issuer is a CA that can sign.
type Issuer struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Sign issues the certificate and returns its DER.
func (i Issuer) Sign(t *Template) ([]byte, error) {
	if i.Certificate.SubjectKeyId == nil { // RFC 5280, 4.2.1.1 wants the identifier: it is made from the key then
		parent := *i.Certificate
		id, err := KeyID(parent.PublicKey)
		if err != nil {
			return nil, err
		}
		parent.SubjectKeyId = id
		i.Certificate = &parent
	}
	return t.sign(i.Certificate, i.Key)
}

// SelfSign issues the certificate by its own key and returns its DER.
func (t *Template) SelfSign(key crypto.Signer) ([]byte, error) {
	own := *t
	own.PublicKey = key.Public()
	return own.sign(nil, key)
}

func (t *Template) sign(parent *x509.Certificate, key crypto.Signer) ([]byte, error) {
	x, err := t.x509()
	if err != nil {
		return nil, err
	}
	if x.SignatureAlgorithm, err = SignatureAlgorithm(key.Public()); err != nil {
		return nil, err
	}
	if parent == nil {
		parent = x
	}
	x.AuthorityKeyId = parent.SubjectKeyId
	der, err := x509.CreateCertificate(rand.Reader, x, parent, t.PublicKey, key)
	if err != nil {
		return nil, BadTemplate.Because(err)
	}
	return der, nil
}

func (t *Template) x509() (*x509.Certificate, error) {
	x := &x509.Certificate{
		SerialNumber: t.Serial, RawSubject: t.RawSubject,
		NotBefore: t.NotBefore.UTC().Truncate(time.Second), NotAfter: t.NotAfter.UTC().Truncate(time.Second),
		KeyUsage: t.keyUsage(), OCSPServer: t.OCSP, IssuingCertificateURL: t.CAIssuers, CRLDistributionPoints: t.CRLDPs,
		BasicConstraintsValid: true, IsCA: t.IsCA, MaxPathLen: -1,
	}
	if err := t.check(x); err != nil {
		return nil, err
	}
	var err error
	if x.RawSubject == nil {
		if x.RawSubject, err = t.Subject.DER(); err != nil {
			return nil, err
		}
	}
	if x.SubjectKeyId, err = KeyID(t.PublicKey); err != nil {
		return nil, err
	}
	if t.PathLen != nil {
		x.MaxPathLen, x.MaxPathLenZero = *t.PathLen, *t.PathLen == 0
	}
	t.constrain(x)
	if err := t.setUsages(x); err != nil {
		return nil, err
	}
	return x, t.setExtensions(x)
}

// check refuses what CreateCertificate would encode all the same.
func (t *Template) check(x *x509.Certificate) error {
	switch {
	case t.Serial == nil || t.Serial.Sign() <= 0 || len(t.Serial.Bytes()) > 20: // RFC 5280, 4.1.2.2
		return BadTemplate.Detail("the serial number must be positive and of at most 20 bytes")
	case !x.NotBefore.Before(x.NotAfter):
		return BadTemplate.Detail("it would end before it begins")
	case x.NotAfter.Year() > 9999:
		return BadTemplate.Detail("it would end after the year 9999")
	case len(t.Subject) == 0 && len(t.RawSubject) == 0 && (t.IsCA || len(t.SANs) == 0): // RFC 5280, 4.1.2.6
		return BadTemplate.Detail("it would name nobody")
	case t.PathLen != nil && (!t.IsCA || *t.PathLen < 0), t.Constraints != nil && !t.IsCA: // RFC 5280, 4.2.1.9 and 10
		return BadTemplate.Detail("only a CA has a path length or name constraints")
	}
	return checkURLs(t.OCSP, t.CAIssuers, t.CRLDPs)
}

func checkURLs(lists ...[]string) error {
	for _, list := range lists {
		for _, u := range list {
			if !isURI(u) {
				return BadTemplate.Detail("%q is no URL", u)
			}
		}
	}
	return nil
}

func (t *Template) keyUsage() x509.KeyUsage {
	if t.KeyUsage != 0 {
		return t.KeyUsage
	}
	if t.IsCA {
		return x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature
	}
	if _, ok := t.PublicKey.(*rsa.PublicKey); ok {
		return x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	}
	return x509.KeyUsageDigitalSignature
}

func (t *Template) constrain(x *x509.Certificate) {
	c := t.Constraints
	if c == nil {
		return
	}
	x.PermittedDNSDomainsCritical = true
	x.PermittedDNSDomains, x.ExcludedDNSDomains = c.PermittedDNS, c.ExcludedDNS
	x.PermittedEmailAddresses, x.ExcludedEmailAddresses = c.PermittedEmails, c.ExcludedEmails
	x.PermittedURIDomains, x.ExcludedURIDomains = c.PermittedURIs, c.ExcludedURIs
	x.PermittedIPRanges, x.ExcludedIPRanges = c.PermittedIPs, c.ExcludedIPs
}

func (t *Template) setUsages(x *x509.Certificate) error {
	for _, name := range t.ExtKeyUsages {
		oid, ok := extUsageOIDs[name]
		if !ok {
			oid, ok = parseOID(name)
		}
		if !ok {
			return BadTemplate.Detail("the extended key usage %q is not known", name)
		}
		x.UnknownExtKeyUsage = append(x.UnknownExtKeyUsage, oid) // "unknown" ones are written as they stand
	}
	for _, p := range t.Policies {
		oid, err := x509.ParseOID(p)
		if err != nil {
			return BadTemplate.Detail("the policy %q is no OID", p)
		}
		x.Policies = append(x.Policies, oid)
	}
	return nil
}

func (t *Template) setExtensions(x *x509.Certificate) (err error) {
	empty := len(t.Subject) == 0 && (len(t.RawSubject) == 0 || len(t.RawSubject) == 2)
	if x.ExtraExtensions, err = sanExtension(t.SANs, empty); err != nil {
		return err
	}
	for _, e := range t.Extensions {
		own, err := e.DER()
		if err != nil {
			return err
		}
		x.ExtraExtensions = append(x.ExtraExtensions, own)
	}
	x.ExtraExtensions = append(x.ExtraExtensions, t.Extra...)
	seen := map[string]bool{}
	for _, e := range x.ExtraExtensions {
		if seen[e.Id.String()] { // RFC 5280, 4.2
			return BadTemplate.Detail("the extension %s would be there twice", e.Id)
		}
		seen[e.Id.String()] = true
	}
	return nil
}

// KeyID returns the subject key identifier of a key: the leftmost 160 bits of the SHA-256 of its bits (RFC 7093, 2,
// method 1).
func KeyID(pub crypto.PublicKey) ([]byte, error) {
	bits, err := keyBits(pub)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(bits)
	return sum[:20], nil
}

// keyBits returns the content of the BIT STRING of a public key, without its count of unused bits.
func keyBits(pub crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, Unsupported.Because(err)
	}
	return spkiBits(der)
}

func spkiBits(der []byte) ([]byte, error) {
	var spki cryptobyte.String
	var bits asn1.BitString
	in := cryptobyte.String(der)
	if !in.ReadASN1(&spki, casn1.SEQUENCE) || !spki.SkipASN1(casn1.SEQUENCE) || !spki.ReadASN1BitString(&bits) {
		return nil, NotParsable.Detail("the public key cannot be read")
	}
	return bits.Bytes, nil
}

// NewSerial returns 128 random bits as a positive serial number.
func NewSerial() *big.Int {
	var b [16]byte
	for n := new(big.Int); ; {
		rand.Read(b[:]) // never fails: crypto/rand ends the process rather
		if n.SetBytes(b[:]).Sign() > 0 {
			return n
		}
	}
}
