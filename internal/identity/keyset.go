package identity

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/trust"
)

// asymmetric are the signatures tokens may have: those that only the holder of a private key makes (RFC 7518, 3.1; RFC 8037).
var asymmetric = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

const (
	maxKeySet    = 1 << 20 // bytes of a key set, or of a discovery document
	maxKeys      = 200
	tryAgain     = time.Minute // after a key set could not be fetched
	passiveFetch = 24 * time.Hour
)

// keySets are the keys of issuers, as they were fetched last.
type keySets struct {
	mu  sync.Mutex // guards all
	all map[string]*keySet
}

// keySet is the keys of one issuer.
type keySet struct {
	mu      sync.Mutex // guards all below, and lets one fetch at a time
	keys    []jose.JSONWebKey
	fetched time.Time
	tried   time.Time
	failed  error
}

// source says where the keys of an issuer come from.
type source struct {
	name   string        // of the object and its revision: when that changes, the keys are fetched anew
	forced time.Duration // how often an unknown key makes them be fetched again
	fetch  func(context.Context) (jose.JSONWebKeySet, error)
}

// of returns the keys a token may be signed with: that of its kid, or all that could be meant when it names none. The keys
// are fetched once a day, and when the kid is not among them.
func (s *keySets) of(ctx context.Context, now time.Time, from source, kid string) ([]jose.JSONWebKey, error) {
	s.mu.Lock()
	if s.all == nil || len(s.all) > maxHoldings {
		s.all = map[string]*keySet{}
	}
	set := s.all[from.name]
	if set == nil {
		set = &keySet{}
		s.all[from.name] = set
	}
	s.mu.Unlock()
	return set.find(ctx, now, from, kid)
}

func (k *keySet) find(ctx context.Context, now time.Time, from source, kid string) ([]jose.JSONWebKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found := k.named(kid)
	wait := from.forced
	if k.failed != nil {
		wait = tryAgain
	}
	old := k.fetched.IsZero() || now.Sub(k.fetched) >= passiveFetch || len(found) == 0
	if old && (k.tried.IsZero() || now.Sub(k.tried) >= wait) {
		k.tried = now
		set, err := from.fetch(ctx)
		if k.failed = err; err == nil {
			k.keys, k.fetched = usable(set), now
		}
		found = k.named(kid)
	}
	if len(found) == 0 && k.failed != nil {
		return nil, fmt.Errorf("fetching the keys of %s: %w", from.name, k.failed)
	}
	return found, nil
}

func (k *keySet) named(kid string) (found []jose.JSONWebKey) {
	for _, one := range k.keys {
		if kid == "" || one.KeyID == kid {
			found = append(found, one)
		}
	}
	return found
}

// usable are the public keys of a set that are meant for signatures. A shared secret is none.
func usable(set jose.JSONWebKeySet) (all []jose.JSONWebKey) {
	for _, k := range set.Keys {
		if len(all) < maxKeys && k.Valid() && k.IsPublic() && (k.Use == "" || k.Use == "sig") {
			all = append(all, k)
		}
	}
	return all
}

var (
	errToken   = errors.New("the token is not signed, or with an algorithm that is not accepted")
	errUnknown = errors.New("the key of the token is not known")
	errForged  = errors.New("the signature of the token is wrong")
)

// verified returns the payload of a token that one of the keys has signed. The algorithm is one of those given, and fits
// the key.
func verified(token string, algorithms []jose.SignatureAlgorithm, keys func(kid string) ([]jose.JSONWebKey, error)) ([]byte, error) {
	if len(token) > maxToken {
		return nil, errToken
	}
	jws, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil || len(jws.Signatures) != 1 {
		return nil, errors.Join(errToken, err)
	}
	header := jws.Signatures[0].Header
	found, err := keys(header.KeyID)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(k jose.JSONWebKey) bool { return k.Algorithm != "" && k.Algorithm != header.Algorithm })
	if len(found) == 0 {
		return nil, errUnknown
	}
	for _, k := range found {
		if payload, err := jws.Verify(k.Key); err == nil {
			return payload, nil
		}
	}
	return nil, errForged
}

// reach says how to call an issuer.
type reach struct {
	proxy   string
	timeout time.Duration
	private bool // whether only the known CAs are trusted, and not those of the system
}

// client returns what calls an issuer: its address is chosen by an administrator, and may be within the own network. The
// caller closes it.
func (s *Service) client(ctx context.Context, r reach) (*outbound.Client, error) {
	o := outbound.Options{Policy: outbound.Policy{AllowLoopback: true, AllowPrivate: true}, Timeout: r.timeout, MaxBytes: maxKeySet}
	if r.proxy != "" {
		relay, err := connector.Relay(ctx, s.DB.DB, s.Keys, r.proxy)
		if err != nil {
			return nil, err
		}
		o.Proxy = &relay
	}
	graph, err := trust.Look(ctx, s.DB.DB)
	if err != nil {
		return nil, err
	}
	o.RootCAs = x509.NewCertPool()
	if !r.private {
		if pool, err := x509.SystemCertPool(); err == nil {
			o.RootCAs = pool
		}
	}
	for _, c := range graph.ForServers() {
		o.RootCAs.AddCert(c)
	}
	return outbound.New(o)
}

// getJSON fetches a document.
func getJSON(ctx context.Context, c *outbound.Client, address string, into any) error {
	a, err := c.Get(ctx, address, maxKeySet)
	if err != nil {
		return err
	}
	if a.Status != http.StatusOK {
		return fmt.Errorf("%s answered with the status %d", address, a.Status)
	}
	if err := json.Unmarshal(a.Body, into); err != nil {
		return fmt.Errorf("reading what %s answered: %w", address, err)
	}
	return nil
}
