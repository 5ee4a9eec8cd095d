package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
)

// BadKey is the fault of a private key that cannot be read.
var BadKey = fault.Define("RFC5280-004", fault.Invalid, "Could not read provided private key")

// ParseKey reads a private key in PKCS#8 (RFC 5958), SEC 1 (RFC 5915) or PKCS#1 (RFC 8017, A.1.2), in DER or as the
// first private key of a PEM text. Encrypted keys are refused.
func ParseKey(in []byte) (crypto.Signer, error) {
	if len(in) > MaxDocument {
		return nil, TooLarge.Detail("the limit is %d bytes", MaxDocument)
	}
	if len(in) > 1 && in[0] == 0x30 {
		return parseKeyDER(in)
	}
	for rest := in; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if !strings.HasSuffix(b.Type, labelKey) {
			continue
		}
		if strings.HasPrefix(b.Type, "ENCRYPTED") || strings.Contains(b.Headers["Proc-Type"], "ENCRYPTED") {
			return nil, BadKey.Detail("it is encrypted; send it without a password, or as PKCS#12")
		}
		return parseKeyDER(b.Bytes)
	}
	for _, label := range []string{labelKey, "EC " + labelKey, "RSA " + labelKey} {
		if der, ok := bent(in, label); ok {
			return parseKeyDER(der)
		}
	}
	return nil, BadKey.Detail("there is no private key in it")
}

// maxKey is the most bytes of a private key: an RSA key of 16384 bits has about 9.3 KiB.
const maxKey = 12 << 10

func parseKeyDER(der []byte) (crypto.Signer, error) {
	if len(der) > maxKey {
		return nil, TooLarge.Detail("the limit of a private key is %d bytes", maxKey)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		if ec, e := x509.ParseECPrivateKey(der); e == nil {
			return ec, nil
		}
		if key, e := x509.ParsePKCS1PrivateKey(der); e == nil {
			return sane(key)
		}
		return nil, BadKey.Because(err)
	}
	if r, ok := key.(*rsa.PrivateKey); ok {
		return sane(r)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, BadKey.Detail("it cannot sign")
	}
	return signer, nil
}

// sane refuses RSA keys whose use would cost too much.
func sane(key *rsa.PrivateKey) (crypto.Signer, error) {
	if key.N.BitLen() > maxRSA {
		return nil, BadKey.Detail("the RSA modulus has more than %d bits", maxRSA)
	}
	return key, nil
}

// EncodeKey returns the private key as PKCS#8 in PEM, without a newline at its end.
func EncodeKey(key crypto.Signer) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", BadKey.Because(err)
	}
	return EncodePEM(labelKey, der), nil
}
