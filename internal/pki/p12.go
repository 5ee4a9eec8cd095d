package pki

import (
	"crypto"
	"crypto/x509"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/horizon-clm/horizon/internal/fault"
)

// BadPKCS12 is the fault of a PKCS#12 that cannot be opened, or not with its password.
var BadPKCS12 = fault.Define("RFC5280-003", fault.Invalid, "Could not open provided PKCS#12")

// StoreEncryption names how a PKCS#12 is encrypted, in the spelling of the contract.
type StoreEncryption string

// The encryptions: AES-256 with PBKDF2 for anything modern, three-key DES for what cannot read that.
const (
	StoreAES StoreEncryption = "AES"
	StoreDES StoreEncryption = "DES_AVERAGE"
)

// KeyStore is the content of a PKCS#12: a key, its certificate, and the others in the order they stood.
type KeyStore struct {
	Key         crypto.Signer
	Certificate *Certificate
	Chain       []*Certificate
}

// ParsePKCS12 opens a store with exactly one key and its certificate (RFC 7292).
func ParsePKCS12(der []byte, password string) (*KeyStore, error) {
	if len(der) > MaxBundle {
		return nil, TooLarge.Detail("the limit is %d bytes", MaxBundle)
	}
	if isCostly(der, maxNesting) {
		return nil, BadPKCS12.Detail("its password is to be hashed too often, or it is nested too deep")
	}
	key, leaf, others, err := pkcs12.DecodeChain(der, password)
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return nil, BadPKCS12.Detail("the password is wrong")
	}
	if err != nil {
		return nil, BadPKCS12.Because(err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, BadPKCS12.Detail("the key cannot sign")
	}
	s := &KeyStore{Key: signer}
	if s.Certificate, err = NewCertificate(leaf); err != nil {
		return nil, err
	}
	for _, o := range others {
		c, err := NewCertificate(o)
		if err != nil {
			return nil, err
		}
		s.Chain = append(s.Chain, c)
	}
	if !SameKey(signer.Public(), leaf.PublicKey) {
		return nil, BadPKCS12.Detail("key and certificate do not belong together")
	}
	return s, nil
}

const (
	maxNesting    = 24
	maxIterations = 2_000_000 // about a second of hashing
)

// isCostly looks for the iteration counts of RFC 8018 (appendix A.2, A.3) and of the MAC (RFC 7292, 4): they are the
// INTEGER behind an OCTET STRING, the salt, and could keep a processor busy for hours. What is no DER is left to the
// parser to refuse: an OCTET STRING may hold noise that only begins like a SEQUENCE.
func isCostly(der cryptobyte.String, depth int) bool {
	afterSalt := false
	for depth > 0 && !der.Empty() {
		var v cryptobyte.String
		var tag casn1.Tag
		if !der.ReadAnyASN1(&v, &tag) {
			return false
		}
		if tag == casn1.INTEGER && afterSalt && !isSmall(v) {
			return true
		}
		nested := tag&0x20 != 0 || (tag == casn1.OCTET_STRING && len(v) > 0 && v[0] == 0x30 && isOneDER(v))
		if nested && isCostly(v, depth-1) {
			return true
		}
		afterSalt = tag == casn1.OCTET_STRING
	}
	return depth == 0
}

func isSmall(n []byte) bool {
	v := uint64(0)
	for i, b := range n {
		if v = v<<8 | uint64(b); i > 7 || v > maxIterations {
			return false
		}
	}
	return true
}

// EncodePKCS12 stores key, certificate and chain under one password.
func EncodePKCS12(s KeyStore, password string, how StoreEncryption) ([]byte, error) {
	enc := pkcs12.Modern2023
	switch how {
	case StoreAES, "":
	case StoreDES:
		enc = pkcs12.LegacyDES
	default:
		return nil, UnknownAlgorithm.Detail("%s", how)
	}
	if !SameKey(s.Key.Public(), s.Certificate.X509.PublicKey) {
		return nil, BadPKCS12.Detail("key and certificate do not belong together")
	}
	chain := make([]*x509.Certificate, len(s.Chain))
	for i, c := range s.Chain {
		chain[i] = c.X509
	}
	der, err := enc.Encode(s.Key, s.Certificate.X509, chain, password)
	if err != nil {
		return nil, BadPKCS12.Because(err)
	}
	return der, nil
}

// SameKey reports whether two public keys are the same.
func SameKey(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}
