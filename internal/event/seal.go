package event

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
	"sync"
)

// Seals makes and checks the seals of pending events: HMAC-SHA-512 with a key derived from the seal secret. Older
// secrets are kept to check what they sealed.
type Seals struct {
	current string
	keys    map[string]*sync.Pool // of hash.Hash: HMAC states with the key taken in
}

// NewSeals derives the keys. The first secret seals; all check.
func NewSeals(secret []byte, older ...[]byte) (*Seals, error) {
	s := &Seals{keys: map[string]*sync.Pool{}}
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
		s.keys[id] = &sync.Pool{New: func() any { return hmac.New(sha512.New, key) }}
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
	text := s.sum(s.keys[s.current], canonical)
	return algorithm + ":" + s.current + ":" + string(text[:])
}

// sumText is an HMAC-SHA-512 in base64.
type sumText [88]byte

func (s *Seals) sum(states *sync.Pool, canonical []byte) (text sumText) {
	m := states.Get().(hash.Hash)
	defer states.Put(m)
	m.Reset()
	m.Write(canonical)
	var raw [sha512.Size]byte
	base64.StdEncoding.Encode(text[:], m.Sum(raw[:0]))
	return text
}

// Check returns "" when the seal holds, and otherwise why not.
func (s *Seals) Check(canonical []byte, seal string) string {
	alg, rest, _ := strings.Cut(seal, ":")
	id, sum, ok := strings.Cut(rest, ":")
	if !ok || alg != algorithm {
		return "the seal is not of a known form"
	}
	states, known := s.keys[id]
	if !known {
		return "the seal was made with an unknown key"
	}
	want := s.sum(states, canonical)
	if !hmac.Equal([]byte(sum), want[:]) {
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
