package acme

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"hash"
	"math/big"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
)

// algorithms are those requests may be signed with.
var algorithms = []string{"ES256", "ES384", "ES512", "EdDSA", "RS256"}

// key is the public key of an account.
type key struct {
	public     crypto.PublicKey
	alg        string // the one algorithm it verifies
	canonical  string // RFC 7638, 3: the members its thumbprint is made of, in order
	thumbprint string // RFC 7638, of SHA-256, base64url
}

// jwk has the members of a public key (RFC 7518, 6; RFC 8037, 2), and one that only private keys have.
type jwk struct {
	Kty string           `json:"kty"`
	Crv string           `json:"crv"`
	X   string           `json:"x"`
	Y   string           `json:"y"`
	N   string           `json:"n"`
	E   string           `json:"e"`
	D   *json.RawMessage `json:"d"`
	K   *json.RawMessage `json:"k"`
}

// curves are the ones of ECDSA, with their algorithm and the bytes of a coordinate.
var curves = map[string]struct {
	curve elliptic.Curve
	alg   string
	size  int
}{
	"P-256": {elliptic.P256(), "ES256", 32},
	"P-384": {elliptic.P384(), "ES384", 48},
	"P-521": {elliptic.P521(), "ES512", 66},
}

const maxRSA = 8192

// parseJWK reads a public key and refuses weak ones.
func parseJWK(raw []byte) (*key, error) {
	var j jwk
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, malformed.Detail("the jwk cannot be read")
	}
	if j.D != nil || j.K != nil {
		return nil, badPublicKey.Detail("the jwk is not of a public key")
	}
	var k *key
	var err error
	switch j.Kty {
	case "EC":
		k, err = j.ec()
	case "OKP":
		k, err = j.okp()
	case "RSA":
		k, err = j.rsa()
	default:
		return nil, badPublicKey.Detail("a jwk of the type %q is not supported", brief(j.Kty))
	}
	if err != nil {
		return nil, err
	}
	if err := pki.CheckKey(k.public); err != nil {
		return nil, badPublicKey.Detail("%s", fault.Of(err).Reason())
	}
	sum := sha256.Sum256([]byte(k.canonical))
	k.thumbprint = encode64(sum[:])
	return k, nil
}

// ec wants coordinates of their full length (RFC 7518, 6.2.1.2).
func (j jwk) ec() (*key, error) {
	c, ok := curves[j.Crv]
	if !ok {
		return nil, badPublicKey.Detail("the curve %q is not supported", brief(j.Crv))
	}
	x, err1 := decode64(j.X)
	y, err2 := decode64(j.Y)
	if err1 != nil || err2 != nil || len(x) != c.size || len(y) != c.size {
		return nil, badPublicKey.Detail("a coordinate of a key on %s has %d bytes", j.Crv, c.size)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(c.curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, badPublicKey.Detail("the key is not a point of its curve")
	}
	return &key{public: public, alg: c.alg, canonical: `{"crv":"` + j.Crv + `","kty":"EC","x":"` + j.X + `","y":"` + j.Y + `"}`}, nil
}

func (j jwk) okp() (*key, error) {
	x, err := decode64(j.X)
	if j.Crv != "Ed25519" || err != nil || len(x) != ed25519.PublicKeySize {
		return nil, badPublicKey.Detail("a key of the type OKP is one of Ed25519, of 32 bytes")
	}
	return &key{public: ed25519.PublicKey(x), alg: "EdDSA", canonical: `{"crv":"Ed25519","kty":"OKP","x":"` + j.X + `"}`}, nil
}

// rsa wants numbers without leading zeros (RFC 7518, 2: Base64urlUInt).
func (j jwk) rsa() (*key, error) {
	n, err1 := decode64(j.N)
	e, err2 := decode64(j.E)
	if err1 != nil || err2 != nil || len(n) == 0 || len(e) == 0 || n[0] == 0 || e[0] == 0 || len(e) > 4 || len(n) > maxRSA/8 {
		return nil, badPublicKey.Detail("the modulus or the exponent is no number of a key that is accepted")
	}
	exponent := new(big.Int).SetBytes(e).Int64()
	if exponent > 1<<31-1 {
		return nil, badPublicKey.Detail("the exponent is too large")
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent)}
	return &key{public: public, alg: "RS256", canonical: `{"e":"` + j.E + `","kty":"RSA","n":"` + j.N + `"}`}, nil
}

// checkAlgorithm refuses what no key here verifies: also "none", and the symmetric ones (RFC 8555, 6.2).
func checkAlgorithm(alg string) error {
	if !slices.Contains(algorithms, alg) {
		return badAlgorithm.Detail("%q is not one of %s", brief(alg), strings.Join(algorithms, ", "))
	}
	return nil
}

// verify checks the signature of a message.
func (k *key) verify(m *message) error {
	if m.alg != k.alg {
		return badAlgorithm.Detail("%s is not the algorithm of this key, which is %s", m.alg, k.alg)
	}
	ok := false
	switch public := k.public.(type) {
	case *ecdsa.PublicKey:
		ok = verifyEC(public, k.digest(m.signed), m.signature)
	case ed25519.PublicKey:
		ok = ed25519.Verify(public, m.signed, m.signature)
	case *rsa.PublicKey:
		ok = rsa.VerifyPKCS1v15(public, crypto.SHA256, k.digest(m.signed), m.signature) == nil
	}
	if !ok {
		return badSignature
	}
	return nil
}

// verifyEC takes the signature as two numbers of full length (RFC 7518, 3.4).
func verifyEC(public *ecdsa.PublicKey, digest, signature []byte) bool {
	size := (public.Curve.Params().BitSize + 7) / 8
	if len(signature) != 2*size {
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
	return ecdsa.Verify(public, digest, r, s)
}

func (k *key) digest(signed []byte) []byte {
	switch k.alg {
	case "ES384":
		sum := sha512.Sum384(signed)
		return sum[:]
	case "ES512":
		sum := sha512.Sum512(signed)
		return sum[:]
	}
	sum := sha256.Sum256(signed)
	return sum[:]
}

// macs are the algorithms of external account keys (RFC 8555, 7.3.4).
var macs = map[string]func() hash.Hash{"HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New}

// verifyMAC checks the MAC of a message, in constant time.
func (m *message) verifyMAC(secret []byte) bool {
	h := macs[m.alg]
	if h == nil {
		return false
	}
	mac := hmac.New(h, secret)
	mac.Write(m.signed)
	return hmac.Equal(mac.Sum(nil), m.signature)
}

// authorizes returns the key authorization of a token (RFC 8555, 8.1).
func authorizes(token, thumbprint string) string { return token + "." + thumbprint }
