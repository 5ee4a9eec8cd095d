package identity

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha512"
	"encoding/base64"
	"math/big"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/horizon-clm/horizon/internal/pki"
)

// es521 is how some clients call ES512 (RFC 7518, 3.4).
const es521 jose.SignatureAlgorithm = "ES521"

// byCurve are the algorithms of EC keys by the size of the curve.
var byCurve = map[int]jose.SignatureAlgorithm{256: jose.ES256, 384: jose.ES384, 521: jose.ES512}

// signedBy returns nil when the key of the certificate has signed the token, with the one algorithm that belongs to it.
func signedBy(token string, leaf *pki.Certificate) error {
	var want jose.SignatureAlgorithm
	switch key := leaf.X509.PublicKey.(type) {
	case *rsa.PublicKey:
		want = jose.RS256
	case *ecdsa.PublicKey:
		want = byCurve[key.Params().BitSize]
	case ed25519.PublicKey:
		want = jose.EdDSA
	}
	if want == "" {
		return badProof.Detail("keys of the type %s prove nothing here", leaf.KeyType)
	}
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{want, es521})
	if err != nil {
		return badProof.Detail("a key of the type %s signs with %s", leaf.KeyType, want).Because(err)
	}
	if jws.Signatures[0].Header.Algorithm == string(es521) {
		key, ok := leaf.X509.PublicKey.(*ecdsa.PublicKey)
		if !ok || want != jose.ES512 || !verifies521(key, token) {
			return badProof.Detail("its signature is wrong")
		}
		return nil
	}
	if _, err := jws.Verify(leaf.X509.PublicKey); err != nil {
		return badProof.Detail("its signature is wrong").Because(err)
	}
	return nil
}

// verifies521 verifies a signature of the raw form (RFC 7518, 3.4), whose algorithm has a name of its own.
func verifies521(key *ecdsa.PublicKey, token string) bool {
	const half = 66
	at := strings.LastIndexByte(token, '.')
	if at < 0 {
		return false
	}
	sig, err := base64.RawURLEncoding.DecodeString(token[at+1:])
	if err != nil || len(sig) != 2*half {
		return false
	}
	sum := sha512.Sum512([]byte(token[:at]))
	return ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(sig[:half]), new(big.Int).SetBytes(sig[half:]))
}
