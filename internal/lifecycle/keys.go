package lifecycle

import (
	"crypto"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Private keys made here or imported are sealed, each bound to its purpose and to the request or certificate it is of.
const (
	keyOfRequest      = "request-key"
	passwordOfRequest = "request-password" //nolint:gosec // the name of a purpose
	keyInEscrow       = "escrowed-key"
)

// transientLife is how long a key can be fetched where the profile does not say.
const transientLife = 7 * 24 * time.Hour

// notEscrowed is the fault of a recovery of what was never kept.
var notEscrowed = fault.Define("WEBRA-RECOVER-002", fault.Invalid, "The private key is not in escrow")

// keyPair is a private key and the password of its PKCS#12.
type keyPair struct {
	key      crypto.Signer
	password secret.Text // empty when nobody needs one
}

// keepKey seals the key of a request until the time, replacing one that was there.
func (s *Service) keepKey(tx *store.Tx, request string, k keyPair, until time.Time) error {
	key := []byte{} // none yet, of a request that waits with a password
	if k.key != nil {
		pem, err := pki.EncodeKey(k.key)
		if err != nil {
			return err
		}
		if key, err = s.Keys.Seal(keyOfRequest, request, []byte(pem)); err != nil {
			return fmt.Errorf("sealing a key: %w", err)
		}
	}
	password, err := s.Keys.Seal(passwordOfRequest, request, []byte(k.password.Reveal()))
	if err != nil {
		return fmt.Errorf("sealing a password: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO request_key (request, private_key, password, available_to) VALUES ($1, $2, $3, $4)
		ON CONFLICT (request) DO UPDATE SET private_key = excluded.private_key, password = excluded.password, available_to = excluded.available_to`,
		request, key, password, store.Micros(until))
	return err
}

// keptKey returns the key of a request while it can be fetched; ok tells whether it can.
func (s *Service) keptKey(tx *store.Tx, request string) (k keyPair, ok bool, err error) {
	var key, password []byte
	ok, err = tx.Get(`SELECT private_key, password FROM request_key WHERE request = $1 AND available_to > $2`, []any{request, store.Micros(tx.Now())}, &key, &password)
	if err != nil || !ok {
		return k, false, err
	}
	if len(key) > 0 {
		pem, err := s.Keys.Open(keyOfRequest, request, key)
		if err != nil {
			return k, false, fmt.Errorf("opening the key of the request %s: %w", request, err)
		}
		if k.key, err = pki.ParseKey(pem); err != nil {
			return k, false, err
		}
	}
	text, err := s.Keys.Open(passwordOfRequest, request, password)
	k.password = secret.NewText(string(text))
	return k, err == nil, err
}

// escrow keeps the key of a certificate for recovery.
func (s *Service) escrow(tx *store.Tx, certificate string, key crypto.Signer) error {
	pem, err := pki.EncodeKey(key)
	if err != nil {
		return err
	}
	sealed, err := s.Keys.Seal(keyInEscrow, certificate, []byte(pem))
	if err != nil {
		return fmt.Errorf("sealing a key for escrow: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO escrow (certificate, private_key, created) VALUES ($1, $2, $3)
		ON CONFLICT (certificate) DO UPDATE SET private_key = excluded.private_key`, certificate, sealed, store.Micros(tx.Now()))
	return err
}

// escrowed returns the escrowed key of a certificate, or the fault that there is none.
func (s *Service) escrowed(tx *store.Tx, certificate string) (crypto.Signer, error) {
	var sealed []byte
	ok, err := tx.Get(`SELECT private_key FROM escrow WHERE certificate = $1`, []any{certificate}, &sealed)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, notEscrowed.Detail("the key of the certificate was not put into escrow, and cannot be recovered")
	}
	pem, err := s.Keys.Open(keyInEscrow, certificate, sealed)
	if err != nil {
		return nil, fmt.Errorf("opening the escrowed key of %s: %w", certificate, err)
	}
	return pki.ParseKey(pem)
}

// forgetKeys removes the keys whose time is over.
func forgetKeys(tx *store.Tx) error {
	_, err := tx.Exec(`DELETE FROM request_key WHERE available_to <= $1`, store.Micros(tx.Now()))
	return err
}

// available is until when the key of a request can be fetched.
func (c CryptoPolicy) available(now time.Time) time.Time {
	if c.KeyAvailability > 0 {
		return now.Add(time.Duration(c.KeyAvailability))
	}
	return now.Add(transientLife)
}

// store is how PKCS#12 files of the profile are encrypted.
func (c CryptoPolicy) store() pki.StoreEncryption {
	if c.StoreEncryption == "" {
		return pki.StoreAES
	}
	return c.StoreEncryption
}
