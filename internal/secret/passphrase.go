package secret

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/horizon-clm/horizon/internal/fault"
)

// What is sealed to a passphrase is a header and XChaCha20-Poly1305, which authenticates the header:
//
//	8 bytes   a word of 7 letters and the version, 1
//	4, 4, 1   argon2id: passes, KiB of memory, lanes (big endian)
//	16        salt
//	24        nonce
const (
	magicSize     = 8
	saltSize      = 16
	headerSize    = magicSize + 9 + saltSize + chacha20poly1305.NonceSizeX
	minPassphrase = 12
	maxPassphrase = 1024
)

var (
	badPassphrase = fault.Define("SECRET-004", fault.Invalid, "The passphrase is wrong, or what it opens was changed")
	weak          = fault.Define("SECRET-005", fault.Invalid, "The passphrase does not have 12 to 1024 characters")
)

// cost says what one guess of a passphrase or password takes.
type cost struct {
	passes, memory uint32 // memory in KiB
	lanes          uint8
}

// archiveCost is higher than that of passwords: what is sealed to a passphrase lies around, and is opened once.
var archiveCost = cost{passes: 3, memory: 64 << 10, lanes: 4}

// sane limits what a header or hash from outside can make us spend.
func (c cost) sane() bool {
	return c.passes >= 1 && c.passes <= 16 && c.lanes >= 1 && c.lanes <= 16 &&
		c.memory >= 8*uint32(c.lanes) && c.memory <= 256<<10
}

func (c cost) key(password string, salt []byte, size uint32) []byte {
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.lanes, size)
}

type header struct {
	magic string
	cost  cost
	salt  []byte
	nonce []byte
}

func (h header) bytes() []byte {
	b := []byte(h.magic)
	b = binary.BigEndian.AppendUint32(b, h.cost.passes)
	b = binary.BigEndian.AppendUint32(b, h.cost.memory)
	b = append(b, h.cost.lanes)
	b = append(b, h.salt...)
	return append(b, h.nonce...)
}

func parseHeader(magic string, b []byte) (h header, sealed []byte, err error) {
	if len(b) < headerSize+chacha20poly1305.Overhead || string(b[:magicSize]) != magic {
		return header{}, nil, badArchive
	}
	rest := b[magicSize:]
	h.magic, h.cost = magic, cost{binary.BigEndian.Uint32(rest), binary.BigEndian.Uint32(rest[4:]), rest[8]}
	if !h.cost.sane() {
		return header{}, nil, badArchive.Detail("its parameters are out of bounds")
	}
	h.salt, h.nonce = rest[9:9+saltSize], rest[9+saltSize:headerSize-magicSize]
	return h, b[headerSize:], nil
}

func checkPassphrase(p Text) error {
	n := utf8.RuneCountInString(p.Reveal())
	if n < minPassphrase || n > maxPassphrase {
		return weak
	}
	return nil
}

// sealWith seals to a passphrase of at least 12 characters.
func sealWith(magic string, passphrase Text, plain []byte) ([]byte, error) {
	if err := checkPassphrase(passphrase); err != nil {
		return nil, err
	}
	h := header{magic: magic, cost: archiveCost, salt: random(saltSize), nonce: random(chacha20poly1305.NonceSizeX)}
	a, err := chacha20poly1305.NewX(h.cost.key(passphrase.Reveal(), h.salt, chacha20poly1305.KeySize))
	if err != nil {
		return nil, err
	}
	head := h.bytes()
	return a.Seal(head, h.nonce, plain, head), nil
}

// openWith opens what sealWith has sealed under the same word.
func openWith(magic string, passphrase Text, sealed []byte) ([]byte, error) {
	h, rest, err := parseHeader(magic, sealed)
	if err != nil {
		return nil, err
	}
	if err := checkPassphrase(passphrase); err != nil {
		return nil, badPassphrase
	}
	a, err := chacha20poly1305.NewX(h.cost.key(passphrase.Reveal(), h.salt, chacha20poly1305.KeySize))
	if err != nil {
		return nil, err
	}
	plain, err := a.Open(nil, h.nonce, rest, sealed[:headerSize])
	if err != nil {
		return nil, badPassphrase
	}
	return plain, nil
}

// keysetMagic begins a keyset that is sealed to a passphrase.
const keysetMagic = "HZNKSET\x01"

// Passphrase is the Wrapper that seals the keyset to a passphrase of 12 to 1024 characters, with argon2id and
// XChaCha20-Poly1305.
type Passphrase struct{ Words Text }

// Name is "passphrase".
func (Passphrase) Name() string { return "passphrase" }

// Wrap seals with a key derived from the passphrase and a new salt.
func (p Passphrase) Wrap(_ context.Context, plain []byte) ([]byte, error) {
	return sealWith(keysetMagic, p.Words, plain)
}

// Unwrap opens what Wrap sealed with the same passphrase.
func (p Passphrase) Unwrap(_ context.Context, sealed []byte) ([]byte, error) {
	plain, err := openWith(keysetMagic, p.Words, sealed)
	switch {
	case errors.Is(err, badArchive):
		return nil, errors.New("the keyset is not one that was sealed to a passphrase")
	case err != nil:
		return nil, fmt.Errorf("the keyset is sealed to a passphrase: %w", err)
	}
	return plain, nil
}
