package pki

import (
	"bytes"
	"crypto"
	"crypto/sha1" //nolint:gosec // the CertID of RFC 5019, 2.1.1 is made with SHA-1
	"crypto/sha256"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Limits of an OCSP request.
const (
	MaxOCSPRequest = 16 << 10
	maxOCSPIDs     = 16
	maxNonce       = 32
)

// OCSPRequest is what a request asks (RFC 6960, 4.1). A signature on it is not looked at: answers are for everyone.
type OCSPRequest struct {
	IDs   []CertID
	Nonce []byte // nil when absent
}

// CertID names one certificate (RFC 6960, 4.1.1).
type CertID struct {
	Hash              crypto.Hash // SHA-1 or SHA-256; 0 is a hash that is not supported
	NameHash, KeyHash []byte
	Serial            []byte // big endian, without leading zeros
	raw               []byte // as it was sent, to be answered with the same bytes
}

var (
	oidSHA1      = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256    = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidOCSPNonce = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidOCSPBasic = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
)

// badRequest is every request that cannot be understood; the door answers it with OCSPMalformed.
var badRequest = NotParsable.Detail("it is no OCSP request")

// ParseOCSPRequest reads a request in DER.
func ParseOCSPRequest(der []byte) (*OCSPRequest, error) {
	if len(der) > MaxOCSPRequest {
		return nil, TooLarge.Detail("the limit is %d bytes", MaxOCSPRequest)
	}
	var whole, tbs, list, extensions cryptobyte.String
	var extended bool
	in := cryptobyte.String(der)
	signature := casn1.Tag(0).ContextSpecific().Constructed()
	if !in.ReadASN1(&whole, casn1.SEQUENCE) || !in.Empty() || !whole.ReadASN1(&tbs, casn1.SEQUENCE) ||
		!whole.SkipOptionalASN1(signature) || !whole.Empty() {
		return nil, badRequest
	}
	if !readVersion1(&tbs) ||
		!tbs.SkipOptionalASN1(casn1.Tag(1).ContextSpecific().Constructed()) || // requestorName
		!tbs.ReadASN1(&list, casn1.SEQUENCE) ||
		!tbs.ReadOptionalASN1(&extensions, &extended, casn1.Tag(2).ContextSpecific().Constructed()) || !tbs.Empty() {
		return nil, badRequest
	}
	r := &OCSPRequest{}
	if err := r.readIDs(list); err != nil {
		return nil, err
	}
	if !extended {
		return r, nil
	}
	return r, eachExtension(extensions, r.readExtension)
}

func readVersion1(tbs *cryptobyte.String) bool {
	var version cryptobyte.String
	var present bool
	var n int
	return tbs.ReadOptionalASN1(&version, &present, casn1.Tag(0).ContextSpecific().Constructed()) &&
		(!present || version.ReadASN1Integer(&n) && n == 0)
}

func (r *OCSPRequest) readIDs(list cryptobyte.String) error {
	for !list.Empty() {
		var single, element cryptobyte.String
		if !list.ReadASN1(&single, casn1.SEQUENCE) || !single.ReadASN1Element(&element, casn1.SEQUENCE) {
			return badRequest
		}
		id, ok := readCertID(element)
		if !ok {
			return badRequest
		}
		if r.IDs = append(r.IDs, id); len(r.IDs) > maxOCSPIDs {
			return TooLarge.Detail("the limit is %d certificates in a request", maxOCSPIDs)
		}
	}
	if len(r.IDs) == 0 {
		return badRequest
	}
	return nil
}

func readCertID(element cryptobyte.String) (CertID, bool) {
	id := CertID{raw: element}
	var body, alg, name, key, serial cryptobyte.String
	var oid asn1.ObjectIdentifier
	ok := element.ReadASN1(&body, casn1.SEQUENCE) && body.ReadASN1(&alg, casn1.SEQUENCE) &&
		alg.ReadASN1ObjectIdentifier(&oid) && body.ReadASN1(&name, casn1.OCTET_STRING) &&
		body.ReadASN1(&key, casn1.OCTET_STRING) && body.ReadASN1(&serial, casn1.INTEGER) && body.Empty() && len(serial) > 0
	switch {
	case oid.Equal(oidSHA1):
		id.Hash = crypto.SHA1
	case oid.Equal(oidSHA256):
		id.Hash = crypto.SHA256
	}
	id.NameHash, id.KeyHash = name, key
	id.Serial = bytes.TrimLeft(serial, "\x00")
	return id, ok
}

// readExtension takes the nonce (RFC 9654, 2.1): an empty one or one beyond 128 bytes makes the request malformed, one
// beyond 32 is not answered. A critical extension that is not known makes the request malformed, too (RFC 6960, 4.4).
func (r *OCSPRequest) readExtension(oid asn1.ObjectIdentifier, critical bool, value cryptobyte.String) error {
	if !oid.Equal(oidOCSPNonce) {
		if critical {
			return badRequest
		}
		return nil
	}
	var nonce cryptobyte.String
	if !value.ReadASN1(&nonce, casn1.OCTET_STRING) || !value.Empty() || len(nonce) == 0 || len(nonce) > 128 {
		return badRequest
	}
	if len(nonce) <= maxNonce {
		r.Nonce = nonce
	}
	return nil
}

// OCSPIssuer recognizes the requests about the certificates of one CA. It is made once for a CA.
type OCSPIssuer struct {
	sha1Name, sha1Key     [sha1.Size]byte
	sha256Name, sha256Key [sha256.Size]byte
}

// NewOCSPIssuer hashes name and key of a CA certificate.
func NewOCSPIssuer(ca *Certificate) (OCSPIssuer, error) {
	bits, err := spkiBits(ca.X509.RawSubjectPublicKeyInfo)
	if err != nil {
		return OCSPIssuer{}, err
	}
	name := ca.X509.RawSubject
	return OCSPIssuer{
		sha1Name: sha1.Sum(name), sha1Key: sha1.Sum(bits), sha256Name: sha256.Sum256(name), sha256Key: sha256.Sum256(bits),
	}, nil
}

// Issued reports whether the id names a certificate of this CA.
func (i *OCSPIssuer) Issued(id CertID) bool {
	switch id.Hash {
	case crypto.SHA1:
		return bytes.Equal(id.NameHash, i.sha1Name[:]) && bytes.Equal(id.KeyHash, i.sha1Key[:])
	case crypto.SHA256:
		return bytes.Equal(id.NameHash, i.sha256Name[:]) && bytes.Equal(id.KeyHash, i.sha256Key[:])
	}
	return false
}
