package event

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// Seals makes and checks the seals of pending events: HMAC-SHA-512 with a key derived from the seal secret. Older
// secrets are kept to check what they sealed.
type Seals struct {
	current string
	keys    map[string][]byte
}

// NewSeals derives the keys. The first secret seals; all check.
func NewSeals(secret []byte, older ...[]byte) (*Seals, error) {
	s := &Seals{keys: map[string][]byte{}}
	for _, x := range append([][]byte{secret}, older...) {
		if len(x) < 16 {
			return nil, fmt.Errorf("the seal secret has %d bytes; it needs 16 at least", len(x))
		}
		key, err := hkdf.Key(sha512.New, x, nil, "horizon event seal", 64)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(key)
		id := hex.EncodeToString(sum[:4])
		s.keys[id] = key
		if s.current == "" {
			s.current = id
		}
	}
	return s, nil
}

// algorithm is HMAC with SHA-512 as JOSE names it.
const algorithm = "HS512"

// Seal returns "HS512:<key id>:<base64>" over the canonical bytes.
func (s *Seals) Seal(canonical []byte) string {
	return algorithm + ":" + s.current + ":" + base64.StdEncoding.EncodeToString(s.sum(s.current, canonical))
}

func (s *Seals) sum(id string, canonical []byte) []byte {
	m := hmac.New(sha512.New, s.keys[id])
	m.Write(canonical)
	return m.Sum(nil)
}

// Check returns "" when the seal holds, and otherwise why not.
func (s *Seals) Check(canonical []byte, seal string) string {
	alg, rest, _ := strings.Cut(seal, ":")
	id, sum, ok := strings.Cut(rest, ":")
	if !ok || alg != algorithm {
		return "the seal is not of a known form"
	}
	if _, known := s.keys[id]; !known {
		return "the seal was made with an unknown key"
	}
	want, err := base64.StdEncoding.DecodeString(sum)
	if err != nil || !hmac.Equal(want, s.sum(id, canonical)) {
		return "the seal does not match the event"
	}
	return ""
}

// What stands in the log in place of the seal of an event that was changed before it was sealed. It is part of the
// leaf, so that it cannot be put there later.
const (
	markInvalid  = "INVALID:"
	markUnsealed = "UNSEALED"
)

// Marked reports whether the log itself says that the event's seal did not hold.
func Marked(seal string) bool { return seal == markUnsealed || strings.HasPrefix(seal, markInvalid) }
