package authority

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/horizon-clm/horizon/internal/pki"
)

var errSigned = errors.New("what the key signed does not verify")

// Current returns the certificate of the key a CA issues with. The error is Missing when there is no CA of the name.
func (e *Engine) Current(ctx context.Context, name string) (*pki.Certificate, error) {
	g, err := e.latest(ctx, name)
	if err != nil {
		return nil, err
	}
	return g.cert, nil
}

// Ready opens the key a CA issues with and lets it sign something that is thrown away.
func (e *Engine) Ready(ctx context.Context, name string) error {
	g, err := e.latest(ctx, name)
	if err != nil {
		return err
	}
	key, err := e.signer(ctx, g)
	if err != nil {
		return err
	}
	return Signs(key)
}

func (e *Engine) latest(ctx context.Context, name string) (*generation, error) {
	c, err := e.named(ctx, name)
	if err != nil {
		return nil, err
	}
	return c.current(), nil
}

// Signs lets a key sign something that is thrown away, and verifies that.
func Signs(key crypto.Signer) error {
	text := make([]byte, 32)
	_, _ = rand.Read(text) // never fails
	digest, hash := sha256.Sum256(text), crypto.SHA256
	message := digest[:]
	if _, ok := key.Public().(ed25519.PublicKey); ok {
		hash = 0
	}
	signature, err := key.Sign(rand.Reader, message, hash)
	if err != nil {
		return fmt.Errorf("signing: %w", err)
	}
	ok := false
	switch public := key.Public().(type) {
	case ed25519.PublicKey:
		ok = ed25519.Verify(public, message, signature)
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(public, message, signature)
	case *rsa.PublicKey:
		ok = rsa.VerifyPKCS1v15(public, hash, message, signature) == nil
	}
	if !ok {
		return errSigned
	}
	return nil
}
