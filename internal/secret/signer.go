package secret

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
)

// Signers opens private keys that sign, wherever they live. Ref is what the database keeps of a key: the sealed key itself,
// or the name of a key in a device. Object is the same text the key was kept under.
type Signers interface {
	Signer(ctx context.Context, object string, ref []byte) (crypto.Signer, error)
}

// SealedSigners keeps private keys as PKCS#8 sealed with a keyring. It remembers none: callers cache what they use often.
type SealedSigners struct {
	Ring *Keyring
	// Parse reads PKCS#8. Nil is the standard library's, which knows RSA, ECDSA and Ed25519.
	Parse func(der []byte) (crypto.PrivateKey, error)
}

// SigningKeys is the purpose under which SealedSigners seals.
const SigningKeys = "signing-key"

// Keep seals a private key in PKCS#8 for the object and returns its ref. It refuses what Signer could not open again.
func (s SealedSigners) Keep(object string, pkcs8 []byte) (ref []byte, err error) {
	if _, err := s.parse(pkcs8); err != nil {
		return nil, err
	}
	return s.Ring.Seal(SigningKeys, object, pkcs8)
}

// Signer opens the key that Keep sealed for the object.
func (s SealedSigners) Signer(_ context.Context, object string, ref []byte) (crypto.Signer, error) {
	der, err := s.Ring.Open(SigningKeys, object, ref)
	if err != nil {
		return nil, fmt.Errorf("opening the signing key of %s: %w", object, err)
	}
	defer clear(der)
	return s.parse(der)
}

var errNoSigner = errors.New("not a private key that signs, in PKCS#8")

func (s SealedSigners) parse(der []byte) (crypto.Signer, error) {
	parse := s.Parse
	if parse == nil {
		parse = func(der []byte) (crypto.PrivateKey, error) { return x509.ParsePKCS8PrivateKey(der) }
	}
	key, err := parse(der)
	if err != nil {
		return nil, errNoSigner // the cause may describe the key
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errNoSigner
	}
	return signer, nil
}
