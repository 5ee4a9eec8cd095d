//go:build cgo

package secret

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"time"

	"github.com/ThalesGroup/crypto11"
	"golang.org/x/crypto/chacha20poly1305"
)

const (
	tokenNonce   = 12 // NIST SP 800-38D, 5.2.1.1
	tokenTag     = 16
	tokenWrapped = tokenNonce + chacha20poly1305.KeySize + tokenTag
	tokenWait    = 10 * time.Second // for a session
)

// Wrap seals with a new random key, which the token seals: nonce, sealed key, nonce, sealed keyset.
func (t Token) Wrap(_ context.Context, plain []byte) (sealed []byte, err error) {
	key := random(chacha20poly1305.KeySize)
	defer clear(key)
	err = t.with(func(gcm cipher.AEAD) error {
		nonce := random(tokenNonce)
		sealed = gcm.Seal(nonce, nonce, key, nil)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(sealed) != tokenWrapped {
		return nil, fmt.Errorf("the token sealed a key of %d bytes to %d", len(key), len(sealed))
	}
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	nonce := random(a.NonceSize())
	return a.Seal(append(sealed, nonce...), nonce, plain, sealed), nil
}

// Unwrap has the token open the key that opens the rest.
func (t Token) Unwrap(_ context.Context, sealed []byte) (plain []byte, err error) {
	if len(sealed) < tokenWrapped+chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead {
		return nil, errors.New("the keyset is not one that was sealed to a token")
	}
	head, rest := sealed[:tokenWrapped], sealed[tokenWrapped:]
	err = t.with(func(gcm cipher.AEAD) error {
		key, err := gcm.Open(nil, head[:tokenNonce], head[tokenNonce:], nil)
		if err != nil {
			return fmt.Errorf("the key %q of the token does not open the keyset: %w", t.Key, err)
		}
		defer clear(key)
		a, err := chacha20poly1305.NewX(key)
		if err != nil {
			return err
		}
		if plain, err = a.Open(nil, rest[:a.NonceSize()], rest[a.NonceSize():], head); err != nil {
			return errors.New("the keyset was changed since it was sealed to the token")
		}
		return nil
	})
	return plain, err
}

// MakeKey makes the AES key of 256 bits in the token. A label that is taken is an error.
func (t Token) MakeKey() (err error) {
	c, err := t.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	there, err := c.FindKeys(nil, []byte(t.Key))
	if err != nil {
		return fmt.Errorf("looking for the key %q in the token: %w", t.Key, err)
	}
	if len(there) > 0 {
		return fmt.Errorf("the token has a key %q already", t.Key)
	}
	if _, err := c.GenerateSecretKeyWithLabel(random(8), []byte(t.Key), 256, crypto11.CipherAES); err != nil {
		return fmt.Errorf("making the key %q in the token: %w", t.Key, err)
	}
	return nil
}

// open logs in.
func (t Token) open() (*crypto11.Context, error) {
	c, err := crypto11.Configure(&crypto11.Config{
		Path: t.Module, TokenLabel: t.Label, Pin: t.PIN.Reveal(), GCMIVLength: tokenNonce, PoolWaitTimeout: tokenWait,
	})
	if err != nil {
		return nil, fmt.Errorf("opening the PKCS#11 token %q with %s: %w", t.Label, t.Module, err)
	}
	return c, nil
}

// with runs fn with the key. The library reports by a panic that a device did not seal.
func (t Token) with(fn func(cipher.AEAD) error) (err error) {
	c, err := t.open()
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the PKCS#11 token %q: %v", t.Label, p)
		}
		err = errors.Join(err, c.Close())
	}()
	keys, err := c.FindKeys(nil, []byte(t.Key))
	if err != nil {
		return fmt.Errorf("looking for the key %q in the token: %w", t.Key, err)
	}
	if len(keys) != 1 {
		return fmt.Errorf("the PKCS#11 token %q has %d AES keys %q and not one", t.Label, len(keys), t.Key)
	}
	gcm, err := keys[0].NewGCM()
	if err != nil {
		return fmt.Errorf("the key %q of the token: %w", t.Key, err)
	}
	return fn(gcm)
}
