package load

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// encode is base64url without padding (RFC 7515, 2).
func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// jwk is a public P-256 key. The order of its members is that of RFC 7638, 3.
type jwk struct {
	Curve string `json:"crv"`
	Type  string `json:"kty"`
	X     string `json:"x"`
	Y     string `json:"y"`
}

// header is the protected header of a request (RFC 8555, 6.2).
type header struct {
	Algorithm string `json:"alg"`
	Key       *jwk   `json:"jwk,omitempty"`
	Account   string `json:"kid,omitempty"`
	Nonce     string `json:"nonce"`
	URL       string `json:"url"`
}

// flattened is a JWS in its flattened JSON serialization (RFC 7515, 7.2.2).
type flattened struct {
	Protected string `json:"protected"`
	Payload   string `json:"payload"`
	Signature string `json:"signature"`
}

// accountKey is the ES256 key of an account.
type accountKey struct {
	private *ecdsa.PrivateKey
	public  jwk
}

func newAccountKey() (accountKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return accountKey{}, err
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		return accountKey{}, err
	}
	return accountKey{private, jwk{Curve: "P-256", Type: "EC", X: encode(point[1:33]), Y: encode(point[33:])}}, nil
}

// thumbprint returns the thumbprint of the key (RFC 7638).
func (k accountKey) thumbprint() string {
	b, _ := json.Marshal(k.public) // never fails
	sum := sha256.Sum256(b)
	return encode(sum[:])
}

// sign returns the body of a request. An empty payload makes it a POST-as-GET (RFC 8555, 6.3).
func (k accountKey) sign(h header, payload []byte) ([]byte, error) {
	h.Algorithm = "ES256"
	if h.Account == "" {
		h.Key = &k.public
	}
	protected, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	j := flattened{Protected: encode(protected), Payload: encode(payload)}
	digest := sha256.Sum256([]byte(j.Protected + "." + j.Payload))
	r, s, err := ecdsa.Sign(rand.Reader, k.private, digest[:])
	if err != nil {
		return nil, fmt.Errorf("signing a request: %w", err)
	}
	var signature [64]byte // RFC 7518, 3.4
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	j.Signature = encode(signature[:])
	return json.Marshal(j)
}
