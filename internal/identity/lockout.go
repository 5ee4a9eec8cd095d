package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
)

var tooManyFailures = fault.Define("SEC-AUTH-009", fault.TooMany, "Too many failed attempts to log in")

// brake slows guessing down: after some failures each further one doubles the wait, up to a limit.
type brake struct {
	free   int           // failures without a wait
	most   time.Duration // the longest wait
	forget time.Duration // failures older than this do not count
}

var (
	ofAccount = brake{free: 5, most: 15 * time.Minute, forget: 24 * time.Hour}
	// Many people may share an address, and all of them when a proxy in front is not among the trusted ones.
	ofAddress = brake{free: 50, most: time.Minute, forget: time.Hour}
)

// asksOfAddress slows down who asks for certificates without credentials. A site may have many devices behind one address.
var asksOfAddress = brake{free: 100, most: time.Minute, forget: time.Hour}

var tooManyAsks = fault.Define("SEC-AUTH-017", fault.TooMany, "Too many requests without credentials")

// Pace counts a request without credentials for the address it came from, and refuses what comes too fast.
func (s *Service) Pace(tx *store.Tx, address string) error {
	counters := []counted{{s.Sessions.hidden("ask address", network(address)), asksOfAddress}}
	if err := early(tx, counters, tooManyAsks); err != nil {
		return err
	}
	return raise(tx, counters)
}

const firstWait = time.Second

// wait returns how long nothing is tried after so many failures.
func (b brake) wait(failures int) time.Duration {
	if failures < b.free {
		return 0
	}
	return min(firstWait<<min(failures-b.free, 30), b.most)
}

// counted is one key of the counters, with its brake.
type counted struct {
	key string
	brake
}

// counters are what an attempt counts for: the account, whether there is one or not, and the address.
func (s *Service) counters(identifier, address string) []counted {
	all := []counted{{s.Sessions.hidden("account", identifier), ofAccount}}
	if address != "" {
		all = append(all, counted{s.Sessions.hidden("address", network(address)), ofAddress})
	}
	return all
}

// hidden is what stands for a value in the tables. People type passwords where names belong.
func (s Sessions) hidden(sort, value string) string {
	m := hmac.New(sha256.New, s.Key)
	_, _ = m.Write([]byte(sort + "\x00" + value)) // never fails
	return hex.EncodeToString(m.Sum(nil))
}

// network is the part of an address that one client has for itself: of IPv6, 64 bits.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// waits returns the refusal of an attempt that comes too early.
func (s *Service) waits(ctx context.Context, identifier, address string) error {
	return s.DB.Read(ctx, func(tx *store.Tx) error { return early(tx, s.counters(identifier, address), tooManyFailures) })
}

// early refuses what comes before its time.
func early(tx *store.Tx, counters []counted, refusal *fault.Fault) error {
	for _, c := range counters {
		f, err := findFailures(tx, c.key)
		if err != nil {
			return err
		}
		if left := f.until.Sub(tx.Now()); left > 0 {
			return refusal.Wait(left)
		}
	}
	return nil
}

// count records a failure.
func (s *Service) count(ctx context.Context, identifier, address string) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error { return raise(tx, s.counters(identifier, address)) })
}

// raise counts once more.
func raise(tx *store.Tx, counters []counted) error {
	for _, c := range counters {
		if err := tx.Lock("login " + c.key); err != nil {
			return err
		}
		f, err := findFailures(tx, c.key)
		if err != nil {
			return err
		}
		if tx.Now().Sub(f.last) > c.forget {
			f.failures = 0
		}
		f.failures++
		f.last, f.until = tx.Now(), tx.Now().Add(c.wait(f.failures))
		if err := putFailures(tx, c.key, f); err != nil {
			return err
		}
	}
	return nil
}

// pass lets an attempt with the right password through, unless failures came in while it was verified: of many that are
// tried at once only the first few count. The account's failures are forgotten; those of the address are not, else an
// attacker with an account could begin again and again.
func (s *Service) pass(tx *store.Tx, identifier, address string) error {
	if err := early(tx, s.counters(identifier, address), tooManyFailures); err != nil {
		return err
	}
	return s.unlock(tx, identifier)
}

// unlock forgets the failures of an account.
func (s *Service) unlock(tx *store.Tx, identifier string) error {
	return deleteFailures(tx, s.Sessions.hidden("account", identifier))
}
