package secret

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/go-crypt/crypt/algorithm/shacrypt"
	"golang.org/x/sync/semaphore"

	"github.com/horizon-clm/horizon/internal/fault"
)

var badPassword = fault.Define("SECRET-007", fault.Invalid, "A password has 1 to 1024 bytes")

// Passwords hashes passwords with argon2id and checks them. It works on as many at once as there are processors; the
// others wait until their context ends. It also checks SHA-512 crypt ($6$), as older systems export it.
type Passwords struct{ free *semaphore.Weighted }

// NewPasswords returns what hashes the passwords of one server.
func NewPasswords() *Passwords {
	return &Passwords{free: semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0)))}
}

const (
	maxPassword = 1024
	maxHash     = 512
	maxRounds   = 1_000_000 // of $6$; half a second
)

var passwordCost = cost{passes: 2, memory: 19 << 10, lanes: 1}

// Hash returns the hash to store, in the PHC form $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func (p *Passwords) Hash(ctx context.Context, password Text) (string, error) {
	if password.IsZero() || len(password.Reveal()) > maxPassword {
		return "", badPassword
	}
	if err := p.free.Acquire(ctx, 1); err != nil {
		return "", fmt.Errorf("waiting to hash a password: %w", err)
	}
	defer p.free.Release(1)
	h := phc{cost: passwordCost, salt: random(16)}
	h.key = h.cost.key(password.Reveal(), h.salt, 32)
	return h.String(), nil
}

// Verify reports whether the password has this hash, and whether the hash is stale: made with other parameters than those
// of today, so that a caller who just saw the right password stores a new one. For an account without a password, or
// that does not exist, hand over an empty hash: it takes as long, and is false. An unreadable hash is an error.
func (p *Passwords) Verify(ctx context.Context, hash string, password Text) (ok, stale bool, err error) {
	if len(password.Reveal()) > maxPassword {
		return false, false, nil
	}
	check, stale, err := checker(hash)
	if err != nil {
		return false, false, err
	}
	if err := p.free.Acquire(ctx, 1); err != nil {
		return false, false, fmt.Errorf("waiting to check a password: %w", err)
	}
	defer p.free.Release(1)
	ok = check(password.Reveal())
	return ok, ok && stale, nil
}

// checker reads a hash and returns what compares with it.
func checker(hash string) (check func(string) bool, stale bool, err error) {
	switch {
	case hash == "":
		h := phc{cost: passwordCost, salt: make([]byte, 16), key: make([]byte, 32)}
		return func(s string) bool { h.matches(s); return false }, false, nil
	case strings.HasPrefix(hash, "$6$"):
		check, err := shaCrypt(hash)
		return check, true, err
	default:
		h, err := parsePHC(hash)
		if err != nil {
			return nil, false, err
		}
		return h.matches, h.cost != passwordCost || len(h.key) != 32 || len(h.salt) < 16, nil
	}
}

type phc struct {
	cost      cost
	salt, key []byte
}

func (h phc) matches(password string) bool {
	return subtle.ConstantTimeCompare(h.key, h.cost.key(password, h.salt, uint32(len(h.key)))) == 1 // #nosec G115 -- 64 at most
}

// String returns the PHC form.
func (h phc) String() string {
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", h.cost.memory, h.cost.passes, h.cost.lanes,
		e.EncodeToString(h.salt), e.EncodeToString(h.key))
}

var errHash = errors.New("a stored password hash is not readable") // without the hash

// parsePHC reads $argon2id$v=19$m=,t=,p=$salt$hash and nothing else.
func parsePHC(s string) (phc, error) {
	fields := strings.Split(s, "$")
	// The base64 decoder passes over line ends.
	if len(s) > maxHash || strings.ContainsAny(s, "\r\n") || len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" || fields[2] != "v=19" {
		return phc{}, errHash
	}
	c, ok := parseCost(fields[3])
	if !ok {
		return phc{}, errHash
	}
	e := base64.RawStdEncoding.Strict()
	salt, errSalt := e.DecodeString(fields[4])
	key, errKey := e.DecodeString(fields[5])
	if errSalt != nil || errKey != nil || len(salt) < 8 || len(salt) > 64 || len(key) < 16 || len(key) > 64 {
		return phc{}, errHash
	}
	return phc{cost: c, salt: salt, key: key}, nil
}

func parseCost(s string) (c cost, ok bool) {
	fields := strings.Split(s, ",")
	if len(fields) != 3 {
		return c, false
	}
	var n [3]uint64
	for i, prefix := range []string{"m=", "t=", "p="} {
		text, found := strings.CutPrefix(fields[i], prefix)
		v, err := strconv.ParseUint(text, 10, 32)
		if !found || err != nil || text != strconv.FormatUint(v, 10) {
			return c, false
		}
		n[i] = v
	}
	if n[2] > 16 {
		return c, false
	}
	c = cost{memory: uint32(n[0]), passes: uint32(n[1]), lanes: uint8(n[2])} // #nosec G115 -- limited above
	return c, c.sane()
}

const shaCryptKey = 86 // characters of a SHA-512

// shaCrypt reads $6$salt$hash and $6$rounds=n$salt$hash.
func shaCrypt(hash string) (func(string) bool, error) {
	fields := strings.Split(hash, "$")
	if len(hash) > maxHash || len(fields) != 4 && len(fields) != 5 {
		return nil, errHash
	}
	if len(fields) == 5 {
		text, found := strings.CutPrefix(fields[2], "rounds=")
		n, err := strconv.ParseUint(text, 10, 32)
		if !found || err != nil || n < shacrypt.IterationsMin || n > maxRounds {
			return nil, errHash
		}
	}
	salt, key := fields[len(fields)-2], fields[len(fields)-1]
	if len(salt) > shacrypt.SaltLengthMax || len(key) != shaCryptKey || strings.Trim(key, shacrypt.SaltCharSet) != "" {
		return nil, errHash
	}
	digest, err := shacrypt.DecodeVariant(shacrypt.VariantSHA512)(hash)
	if err != nil {
		return nil, errHash
	}
	return digest.Match, nil
}
