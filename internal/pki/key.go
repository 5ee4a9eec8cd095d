package pki

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/horizon-clm/horizon/internal/fault"
)

// UnknownAlgorithm is the fault of a name that stands for no algorithm.
var UnknownAlgorithm = fault.Define("CRYPTO-001", fault.Invalid, "Unknown algorithm")

// Unsupported is the fault of an algorithm that is known, but not implemented here.
var Unsupported = fault.Define("CRYPTO-002", fault.Invalid, "Algorithm is not supported")

// KeyType names a public-key algorithm with its size, such as rsa-2048. A hybrid type joins two by "+". Keys found in
// the wild may have a type outside the known ones: rsa-1024, dsa-1024, or the dotted OID of their algorithm.
type KeyType string

// The key types that can be generated here.
const (
	RSA2048 KeyType = "rsa-2048"
	RSA3072 KeyType = "rsa-3072"
	RSA4096 KeyType = "rsa-4096"
	RSA8192 KeyType = "rsa-8192"
	P256    KeyType = "ec-secp256r1"
	P384    KeyType = "ec-secp384r1"
	P521    KeyType = "ec-secp521r1"
	Ed25519 KeyType = "ed-25519"
)

// known lists the names of the contract in the order of its enumeration.
var known = []KeyType{
	RSA2048, RSA3072, RSA4096, RSA8192, P256, P384, P521,
	"ec-brainpoolp256r1", "ec-brainpoolp384r1", "ec-brainpoolp512r1", Ed25519, "ed-448",
	"mldsa-44", "mldsa-65", "mldsa-87",
	"slhdsa-sha2-128s", "slhdsa-sha2-128f", "slhdsa-sha2-192s", "slhdsa-sha2-192f", "slhdsa-sha2-256s", "slhdsa-sha2-256f",
	"slhdsa-sha2-128ssha256", "slhdsa-sha2-128fsha256", "slhdsa-sha2-192ssha512", "slhdsa-sha2-192fsha512",
	"slhdsa-sha2-256ssha512", "slhdsa-sha2-256fsha512",
}

// keyOIDs maps the algorithm or curve of a SubjectPublicKeyInfo to its type. RSA and DSA are named by their size.
// RFC 5480, 2.1.1.1; RFC 5639, 4.1; RFC 8410, 3; RFC 9881, 2; RFC 9909, 3.
var keyOIDs = map[string]KeyType{
	"1.2.840.10045.3.1.7":   P256,
	"1.3.132.0.34":          P384,
	"1.3.132.0.35":          P521,
	"1.3.132.0.33":          "ec-secp224r1",
	"1.3.132.0.10":          "ec-secp256k1",
	"1.3.36.3.3.2.8.1.1.7":  "ec-brainpoolp256r1",
	"1.3.36.3.3.2.8.1.1.11": "ec-brainpoolp384r1",
	"1.3.36.3.3.2.8.1.1.13": "ec-brainpoolp512r1",

	"1.3.101.110": "x-25519", "1.3.101.111": "x-448", "1.3.101.112": Ed25519, "1.3.101.113": "ed-448",

	"2.16.840.1.101.3.4.3.17": "mldsa-44",
	"2.16.840.1.101.3.4.3.18": "mldsa-65",
	"2.16.840.1.101.3.4.3.19": "mldsa-87",
	"2.16.840.1.101.3.4.3.20": "slhdsa-sha2-128s",
	"2.16.840.1.101.3.4.3.21": "slhdsa-sha2-128f",
	"2.16.840.1.101.3.4.3.22": "slhdsa-sha2-192s",
	"2.16.840.1.101.3.4.3.23": "slhdsa-sha2-192f",
	"2.16.840.1.101.3.4.3.24": "slhdsa-sha2-256s",
	"2.16.840.1.101.3.4.3.25": "slhdsa-sha2-256f",
	"2.16.840.1.101.3.4.3.35": "slhdsa-sha2-128ssha256",
	"2.16.840.1.101.3.4.3.36": "slhdsa-sha2-128fsha256",
	"2.16.840.1.101.3.4.3.37": "slhdsa-sha2-192ssha512",
	"2.16.840.1.101.3.4.3.38": "slhdsa-sha2-192fsha512",
	"2.16.840.1.101.3.4.3.39": "slhdsa-sha2-256ssha512",
	"2.16.840.1.101.3.4.3.40": "slhdsa-sha2-256fsha512",
}

// KeyTypes returns the names of the contract; hybrids are made of any two of them.
func KeyTypes() []KeyType { return append([]KeyType(nil), known...) }

// ParseKeyType returns the key type of a name, in any case, also of a hybrid.
func ParseKeyType(name string) (KeyType, error) {
	if len(name) > 100 {
		return "", UnknownAlgorithm
	}
	k := KeyType(strings.ToLower(strings.TrimSpace(name)))
	primary, alternate := k.Parts()
	if !isKnown(primary) || (strings.Contains(string(k), "+") && !isKnown(alternate)) {
		return "", UnknownAlgorithm.Detail("%s", name)
	}
	return k, nil
}

func isKnown(k KeyType) bool {
	for _, n := range known {
		if n == k {
			return true
		}
	}
	return false
}

// Parts returns the primary and, for a hybrid, the alternate key type.
func (k KeyType) Parts() (primary, alternate KeyType) {
	p, a, _ := strings.Cut(string(k), "+")
	return KeyType(p), KeyType(a)
}

// IsHybrid reports whether the type joins two algorithms.
func (k KeyType) IsHybrid() bool { return strings.Contains(string(k), "+") }

// IsPQC reports whether one of its algorithms withstands quantum computers.
func (k KeyType) IsPQC() bool {
	return strings.Contains(string(k), "mldsa-") || strings.Contains(string(k), "slhdsa-")
}

// IsRSA reports whether the primary algorithm is RSA.
func (k KeyType) IsRSA() bool { return strings.HasPrefix(string(k), "rsa-") }

// IsEC reports whether the primary algorithm is ECDSA on any curve.
func (k KeyType) IsEC() bool { return strings.HasPrefix(string(k), "ec-") }

// KeyTypeOf returns the type of a public key, or "" when it is none that can be used here.
func KeyTypeOf(pub crypto.PublicKey) KeyType {
	switch p := pub.(type) {
	case *rsa.PublicKey:
		if p.N == nil {
			return ""
		}
		return sized("rsa", p.N)
	case *ecdsa.PublicKey:
		return keyTypeOfCurve(p.Curve)
	case ed25519.PublicKey:
		return Ed25519
	case *ecdh.PublicKey:
		if p.Curve() == ecdh.X25519() {
			return "x-25519"
		}
	}
	return ""
}

func keyTypeOfCurve(c elliptic.Curve) KeyType {
	switch c {
	case elliptic.P256():
		return P256
	case elliptic.P384():
		return P384
	case elliptic.P521():
		return P521
	case elliptic.P224():
		return "ec-secp224r1"
	}
	return ""
}

func sized(name string, n *big.Int) KeyType { return KeyType(fmt.Sprintf("%s-%d", name, n.BitLen())) }

// keyTypeOfSPKI names the key of a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) from its bytes alone, for keys Go has no
// type for. An unknown algorithm is named by its OID.
func keyTypeOfSPKI(der []byte) KeyType {
	var spki, alg, oid cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&spki, casn1.SEQUENCE) || !spki.ReadASN1(&alg, casn1.SEQUENCE) || !alg.ReadASN1(&oid, casn1.OBJECT_IDENTIFIER) {
		return ""
	}
	name, _ := oidText(oid)
	switch name {
	case "1.2.840.113549.1.1.1": // RFC 3279, 2.3.1
		var key asn1.BitString
		spki.ReadASN1BitString(&key)
		return sized("rsa", firstInteger(key.Bytes))
	case "1.2.840.10040.4.1": // RFC 3279, 2.3.2
		return sized("dsa", firstInteger(alg))
	case "1.2.840.10045.2.1": // RFC 5480, 2.1.1
		if alg.ReadASN1(&oid, casn1.OBJECT_IDENTIFIER) {
			name, _ = oidText(oid)
		}
	}
	if k, ok := keyOIDs[name]; ok {
		return k
	}
	return KeyType(name)
}

// firstInteger returns the first member of a SEQUENCE of INTEGERs, or 0.
func firstInteger(der cryptobyte.String) *big.Int {
	var seq cryptobyte.String
	n := new(big.Int)
	if der.ReadASN1(&seq, casn1.SEQUENCE) && seq.ReadASN1Integer(n) {
		return n
	}
	return new(big.Int)
}

// Generate makes a new private key.
func Generate(k KeyType) (crypto.Signer, error) {
	switch k {
	case RSA2048:
		return rsa.GenerateKey(rand.Reader, 2048)
	case RSA3072:
		return rsa.GenerateKey(rand.Reader, 3072)
	case RSA4096:
		return rsa.GenerateKey(rand.Reader, 4096)
	case RSA8192:
		return rsa.GenerateKey(rand.Reader, 8192)
	case P256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case P384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case P521:
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case Ed25519:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	if _, err := ParseKeyType(string(k)); err != nil {
		return nil, err
	}
	return nil, Unsupported.Detail("%s keys are not generated here", k)
}
