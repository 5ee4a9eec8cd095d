package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// SignatureAlgorithm returns the algorithm a key signs with: SHA-256 for RSA and P-256, SHA-384 for P-384, SHA-512 for
// P-521, and Ed25519.
func SignatureAlgorithm(pub crypto.PublicKey) (x509.SignatureAlgorithm, error) {
	switch p := pub.(type) {
	case *rsa.PublicKey:
		return x509.SHA256WithRSA, nil
	case *ecdsa.PublicKey:
		switch p.Curve {
		case elliptic.P256():
			return x509.ECDSAWithSHA256, nil
		case elliptic.P384():
			return x509.ECDSAWithSHA384, nil
		case elliptic.P521():
			return x509.ECDSAWithSHA512, nil
		}
	case ed25519.PublicKey:
		return x509.PureEd25519, nil
	}
	return 0, Unsupported.Detail("nothing can be signed with a key of this kind")
}

// algorithm is a signature algorithm with its identifier.
type algorithm struct {
	name string // in the spelling of the contract
	x509 x509.SignatureAlgorithm
	hash crypto.Hash
}

// algorithms has every signature algorithm with a name, by OID (RFC 3279, 4055, 5758, 8410, 9688, 9881).
var algorithms = map[string]algorithm{
	"1.2.840.113549.1.1.4":    {"MD5WITHRSA", x509.MD5WithRSA, 0},
	"1.2.840.113549.1.1.5":    {"SHA1WITHRSA", x509.SHA1WithRSA, crypto.SHA1},
	"1.2.840.113549.1.1.14":   {"SHA224WITHRSA", 0, 0},
	"1.2.840.113549.1.1.11":   {"SHA256WITHRSA", x509.SHA256WithRSA, crypto.SHA256},
	"1.2.840.113549.1.1.12":   {"SHA384WITHRSA", x509.SHA384WithRSA, crypto.SHA384},
	"1.2.840.113549.1.1.13":   {"SHA512WITHRSA", x509.SHA512WithRSA, crypto.SHA512},
	"1.2.840.10040.4.3":       {"SHA1WITHDSA", x509.DSAWithSHA1, crypto.SHA1},
	"2.16.840.1.101.3.4.3.2":  {"SHA256WITHDSA", x509.DSAWithSHA256, crypto.SHA256},
	"1.2.840.10045.4.1":       {"SHA1WITHECDSA", x509.ECDSAWithSHA1, crypto.SHA1},
	"1.2.840.10045.4.3.1":     {"SHA224WITHECDSA", 0, 0},
	"1.2.840.10045.4.3.2":     {"SHA256WITHECDSA", x509.ECDSAWithSHA256, crypto.SHA256},
	"1.2.840.10045.4.3.3":     {"SHA384WITHECDSA", x509.ECDSAWithSHA384, crypto.SHA384},
	"1.2.840.10045.4.3.4":     {"SHA512WITHECDSA", x509.ECDSAWithSHA512, crypto.SHA512},
	"1.3.101.112":             {"ED25519", x509.PureEd25519, 0},
	"1.3.101.113":             {"ED448", 0, 0},
	"2.16.840.1.101.3.4.3.10": {"SHA3-256WITHECDSA", 0, 0},
	"2.16.840.1.101.3.4.3.11": {"SHA3-384WITHECDSA", 0, 0},
	"2.16.840.1.101.3.4.3.12": {"SHA3-512WITHECDSA", 0, 0},
	"2.16.840.1.101.3.4.3.14": {"SHA3-256WITHRSA", 0, 0},
	"2.16.840.1.101.3.4.3.15": {"SHA3-384WITHRSA", 0, 0},
	"2.16.840.1.101.3.4.3.16": {"SHA3-512WITHRSA", 0, 0},
	"2.16.840.1.101.3.4.3.17": {"ML-DSA-44", 0, 0},
	"2.16.840.1.101.3.4.3.18": {"ML-DSA-65", 0, 0},
	"2.16.840.1.101.3.4.3.19": {"ML-DSA-87", 0, 0},
	"2.16.840.1.101.3.4.3.20": {"SLH-DSA-SHA2-128S", 0, 0},
	"2.16.840.1.101.3.4.3.21": {"SLH-DSA-SHA2-128F", 0, 0},
	"2.16.840.1.101.3.4.3.22": {"SLH-DSA-SHA2-192S", 0, 0},
	"2.16.840.1.101.3.4.3.23": {"SLH-DSA-SHA2-192F", 0, 0},
	"2.16.840.1.101.3.4.3.24": {"SLH-DSA-SHA2-256S", 0, 0},
	"2.16.840.1.101.3.4.3.25": {"SLH-DSA-SHA2-256F", 0, 0},
}

// pssHashes has the hash in the parameters of RSASSA-PSS (RFC 4055, 3.1); SHA-1 is the default there.
var pssHashes = map[string]algorithm{
	"":                       {"SHA1WITHRSAANDMGF1", 0, 0},
	"1.3.14.3.2.26":          {"SHA1WITHRSAANDMGF1", 0, 0},
	"2.16.840.1.101.3.4.2.1": {"SHA256WITHRSAANDMGF1", x509.SHA256WithRSAPSS, crypto.SHA256},
	"2.16.840.1.101.3.4.2.2": {"SHA384WITHRSAANDMGF1", x509.SHA384WithRSAPSS, crypto.SHA384},
	"2.16.840.1.101.3.4.2.3": {"SHA512WITHRSAANDMGF1", x509.SHA512WithRSAPSS, crypto.SHA512},
}

const oidPSS = "1.2.840.113549.1.1.10"

// readAlgorithm reads the content of an AlgorithmIdentifier of a signature. One that is not known is named by its OID.
func readAlgorithm(in cryptobyte.String) (algorithm, bool) {
	var content cryptobyte.String
	if !in.ReadASN1(&content, casn1.OBJECT_IDENTIFIER) {
		return algorithm{}, false
	}
	oid, ok := oidText(content)
	if oid == oidPSS {
		return pssHashes[pssHash(in)], ok
	}
	if a, known := algorithms[oid]; known {
		return a, ok
	}
	return algorithm{name: oid}, ok
}

func pssHash(in cryptobyte.String) string {
	var params, explicit, alg, oid cryptobyte.String
	var present bool
	if !in.ReadASN1(&params, casn1.SEQUENCE) ||
		!params.ReadOptionalASN1(&explicit, &present, casn1.Tag(0).ContextSpecific().Constructed()) || !present ||
		!explicit.ReadASN1(&alg, casn1.SEQUENCE) || !alg.ReadASN1(&oid, casn1.OBJECT_IDENTIFIER) {
		return ""
	}
	text, _ := oidText(oid)
	return text
}

// signing is the algorithm a signer uses, with its identifier in DER.
type signing struct {
	key  crypto.Signer
	hash crypto.Hash
	id   []byte
}

func newSigning(key crypto.Signer) (signing, error) {
	want, err := SignatureAlgorithm(key.Public())
	if err != nil {
		return signing{}, err
	}
	for dotted, a := range algorithms {
		if a.x509 != want {
			continue
		}
		oid, _ := parseOID(dotted)
		var b cryptobyte.Builder
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid)
			if want == x509.SHA256WithRSA {
				b.AddBytes(asn1.NullBytes) // RFC 4055, 5
			}
		})
		id, err := built(&b)
		return signing{key: key, hash: a.hash, id: id}, err
	}
	return signing{}, Unsupported
}

func (s signing) sign(message []byte) ([]byte, error) {
	if s.hash == 0 {
		return s.key.Sign(rand.Reader, message, crypto.Hash(0))
	}
	h := s.hash.New()
	h.Write(message)
	return s.key.Sign(rand.Reader, h.Sum(nil), s.hash)
}
