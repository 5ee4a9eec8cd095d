package secret

import (
	"errors"

	"github.com/horizon-clm/horizon/internal/fault"
)

// bundleMagic begins secrets of a configuration that travel to another server.
const bundleMagic = "HZNCONF\x01"

var badBundle = fault.Define("SECRET-020", fault.Invalid, "These are not secrets of an exported configuration")

// CheckPassphrase refuses a passphrase that does not have 12 to 1024 characters.
func CheckPassphrase(p Text) error { return checkPassphrase(p) }

// SealBundle seals secrets of a configuration to a passphrase of 12 to 1024 characters, with argon2id and
// XChaCha20-Poly1305. It takes a tenth of a second and 64 MiB, as OpenBundle does.
func SealBundle(passphrase Text, plain []byte) ([]byte, error) {
	return sealWith(bundleMagic, passphrase, plain)
}

// OpenBundle opens what SealBundle has sealed.
func OpenBundle(passphrase Text, sealed []byte) ([]byte, error) {
	plain, err := openWith(bundleMagic, passphrase, sealed)
	if errors.Is(err, badArchive) {
		return nil, badBundle
	}
	return plain, err
}
