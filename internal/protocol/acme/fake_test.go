package acme

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/pki"
)

func mustRule(text string) rule.Rule {
	r, err := rule.Parse(text)
	if err != nil {
		panic(err)
	}
	return r
}

func prefixes(t testing.TB, texts ...string) []netip.Prefix {
	t.Helper()
	all, err := outbound.Prefixes(texts)
	check(t, err)
	return all
}

// fakeIssuer is lifecycle with what cannot be had from a PKI in a test: a second chain, slowness, failure.
type fakeIssuer struct {
	issuer
	t testing.TB

	mu     sync.Mutex // guards all below
	other  []byte     // a root that takes the place of the other one
	asked  int
	before func(ctx context.Context, n int) error // asked before lifecycle is, with the number of the call
	after  func(n int) error                      // asked when lifecycle has issued
}

func (f *fakeIssuer) Enroll(ctx context.Context, who access.Caller, e lifecycle.Enrollment) (lifecycle.Issued, error) {
	f.mu.Lock()
	f.asked++
	n, before, after := f.asked, f.before, f.after
	f.mu.Unlock()
	if before != nil {
		if err := before(ctx, n); err != nil {
			return lifecycle.Issued{}, err
		}
	}
	if after != nil { // as when it was lifecycle's own repair that recorded the certificate
		e.Then = nil
	}
	got, err := f.issuer.Enroll(ctx, who, e)
	if err == nil && after != nil {
		err = after(n)
	}
	if err != nil {
		return lifecycle.Issued{}, err
	}
	return f.twice(got), nil
}

func (f *fakeIssuer) Certificate(ctx context.Context, id string) (lifecycle.Issued, error) {
	got, err := f.issuer.Certificate(ctx, id)
	return f.twice(got), err
}

// twice adds a second chain.
func (f *fakeIssuer) twice(got lifecycle.Issued) lifecycle.Issued {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.other == nil {
		der, err := (&pki.Template{
			Subject: pki.Name{{Type: pki.CN, Value: "other root"}}, Serial: pki.NewSerial(), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0), IsCA: true,
		}).SelfSign(newKey(f.t))
		if err != nil {
			return got
		}
		f.other = der
	}
	if len(got.Chains) == 1 {
		got.Chains = append(got.Chains, [][]byte{got.Chains[0][0], f.other})
	}
	return got
}

func (f *fakeIssuer) calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

var (
	errBusy  = fault.Define("ACME-TEST-001", fault.Upstream, "The PKI is busy")
	errNever = fault.Define("ACME-TEST-002", fault.Upstream, "The PKI refuses")
)

// rawJSON is JSON to be put into other JSON as it is.
func rawJSON(text string) json.RawMessage { return json.RawMessage(text) }

// httpRequest is any request.
func httpRequest(t testing.TB) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://localhost/", nil)
	check(t, err)
	return r
}
