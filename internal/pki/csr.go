package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// CSR is a PKCS #10 certification request (RFC 2986) whose signature has been verified.
type CSR struct {
	DER        []byte
	Subject    Name
	DN         string
	SANs       []SAN
	OtherSANs  int // names of types the contract does not know
	Extensions []Extension
	Requested  []pkix.Extension // every requested extension as it stands
	PublicKey  crypto.PublicKey
	SPKI       []byte // the SubjectPublicKeyInfo in DER
	KeyType    KeyType
	Challenge  string // the challengePassword attribute (RFC 2985, 5.4.1), or ""
}

// PEM returns the request without a newline at its end.
func (c *CSR) PEM() string { return EncodePEM(labelRequest, c.DER) }

// ParseCSR reads a request in PEM or DER and verifies its signature, which proves possession of the key. Whether the
// key is good enough is for CheckKey to say.
func ParseCSR(in []byte) (*CSR, error) {
	der, err := block(in, MaxDocument, labelRequest, "NEW CERTIFICATE REQUEST")
	if err != nil {
		return nil, err
	}
	req, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, NotParsable.Because(err)
	}
	c := &CSR{
		DER: req.Raw, PublicKey: req.PublicKey, SPKI: req.RawSubjectPublicKeyInfo, Requested: req.Extensions,
		KeyType: keyType(req.PublicKey, req.RawSubjectPublicKeyInfo), Extensions: Extensions(req.Extensions),
		Challenge: challenge(req.RawTBSCertificateRequest),
	}
	if err := c.verify(req); err != nil {
		return nil, err
	}
	if c.Subject, err = ParseName(req.RawSubject); err != nil {
		return nil, err
	}
	c.DN = c.Subject.String()
	for _, x := range req.Extensions {
		if x.Id.Equal(oidSAN) {
			c.SANs, c.OtherSANs, err = ParseSANs(x.Value)
		}
	}
	return c, err
}

func (c *CSR) verify(req *x509.CertificateRequest) error {
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok && (key.N.BitLen() < 1024 || key.N.BitLen() > maxRSA) {
		return checkRSA(key) // crypto/rsa would refuse the verification itself, and say less
	}
	err := req.CheckSignature()
	if errors.Is(err, x509.ErrUnsupportedAlgorithm) {
		return Unsupported.Detail("a request with a %s key and this signature cannot be verified", c.KeyType)
	}
	if err != nil {
		return BadSignature.Because(err)
	}
	return nil
}

func keyType(pub crypto.PublicKey, spki []byte) KeyType {
	if k := KeyTypeOf(pub); k != "" {
		return k
	}
	return keyTypeOfSPKI(spki)
}

var oidChallenge = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 7}

// challenge finds the challenge password among the attributes, which the standard library drops.
func challenge(tbs []byte) string {
	var info, attributes, set, value cryptobyte.String
	var tag casn1.Tag
	in := cryptobyte.String(tbs)
	if !in.ReadASN1(&info, casn1.SEQUENCE) || !info.SkipASN1(casn1.INTEGER) || !info.SkipASN1(casn1.SEQUENCE) ||
		!info.SkipASN1(casn1.SEQUENCE) || !info.ReadASN1(&attributes, casn1.Tag(0).ContextSpecific().Constructed()) {
		return ""
	}
	for !attributes.Empty() {
		var attribute cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !attributes.ReadASN1(&attribute, casn1.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&oid) {
			return ""
		}
		if oid.Equal(oidChallenge) && attribute.ReadASN1(&set, casn1.SET) && set.ReadAnyASN1Element(&value, &tag) {
			text, _ := decodeString(value)
			return text
		}
	}
	return ""
}

// NewCSR makes a request for a key held here, for a PKI that wants one.
func NewCSR(key crypto.Signer, subject Name, sans []SAN, extensions ...Extension) ([]byte, error) {
	raw, err := subject.DER()
	if err != nil {
		return nil, err
	}
	extra, err := sanExtension(sans, len(subject) == 0)
	if err != nil {
		return nil, err
	}
	for _, e := range extensions {
		x, err := e.DER()
		if err != nil {
			return nil, err
		}
		extra = append(extra, x)
	}
	alg, err := SignatureAlgorithm(key.Public())
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		RawSubject: raw, ExtraExtensions: extra, SignatureAlgorithm: alg,
	}, key)
	if err != nil {
		return nil, BadTemplate.Because(err)
	}
	return der, nil
}

// sanExtension is critical when the subject is empty (RFC 5280, 4.2.1.6).
func sanExtension(sans []SAN, critical bool) ([]pkix.Extension, error) {
	der, err := SANsDER(sans)
	if err != nil || der == nil {
		return nil, err
	}
	return []pkix.Extension{{Id: oidSAN, Critical: critical, Value: der}}, nil
}
