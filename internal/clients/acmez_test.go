package clients

import (
	"context"
	"crypto/elliptic"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mholt/acmez/v3"
	"github.com/mholt/acmez/v3/acme"
)

// Present answers http-01 for acmez.
func (r *responder) Present(_ context.Context, c acme.Challenge) error {
	r.put(c.HTTP01ResourcePath(), c.KeyAuthorization)
	return nil
}

// CleanUp leaves the answer: nobody asks for it again.
func (r *responder) CleanUp(context.Context, acme.Challenge) error { return nil }

// By acmez: an address as the name, and a renewal when the server suggests, which names what it replaces.
func TestAcmez(t *testing.T) {
	t.Parallel()
	s := start(t)
	ctx := t.Context()
	client := acmez.Client{
		Client:           &acme.Client{Directory: s.directory(), HTTPClient: s.client, PollTimeout: patience},
		ChallengeSolvers: map[string]acmez.Solver{"http-01": respond(s)},
	}
	account, err := client.NewAccount(ctx, acme.Account{Contact: []string{"mailto:z@example.com"}, TermsOfServiceAgreed: true, PrivateKey: ecKey(t, elliptic.P256())})
	if err != nil {
		t.Fatal(err)
	}
	obtain := func(replaces *x509.Certificate) []*x509.Certificate {
		t.Helper()
		csr, err := acmez.NewCSR(rsaKey(t), []string{"127.0.0.1"})
		if err != nil {
			t.Fatal(err)
		}
		p, err := acmez.OrderParametersFromCSR(account, csr)
		if err != nil {
			t.Fatal(err)
		}
		p.Replaces = replaces
		got, err := client.ObtainCertificate(ctx, p)
		if err != nil || len(got) == 0 {
			t.Fatalf("got %d certificates, %v\nthe server said:\n%s", len(got), err, s.said)
		}
		return certificates(t, got[0].ChainPEM)
	}
	first := obtain(nil)
	s.expect(order...)
	s.holds(first, "127.0.0.1")

	before, err := client.GetRenewalInfo(ctx, first[0])
	if err != nil {
		t.Fatal(err)
	}
	w := before.SuggestedWindow
	if !w.Start.After(first[0].NotBefore) || !w.End.After(w.Start) || !first[0].NotAfter.After(w.End) || before.RetryAfter == nil {
		t.Errorf("the renewal is suggested from %s to %s, to be asked again %v", w.Start, w.End, before.RetryAfter)
	}
	second := obtain(first[0])
	s.expect(order...)
	obtain(first[0]) // acmez asks again without the hint: it never makes a renewal impossible
	again := s.expect(append([]string{"ACME-ORDER-NEW failure"}, order...)...)
	if m := again[0].Detail("message"); !strings.Contains(m, "replaced") { // RFC 9773, 5
		t.Errorf("replacing twice was refused because of %q", m)
	}

	if err := client.RevokeCertificate(ctx, account, second[0], nil, acme.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	s.expect("LIFECYCLE-REVOKE success", "ACME-REVOKE success")
	after, err := client.GetRenewalInfo(ctx, second[0])
	if err != nil {
		t.Fatal(err)
	}
	if after.SuggestedWindow.End.After(time.Now().Add(2 * time.Second)) { // RFC 9773, 4.2: at once
		t.Errorf("the renewal of a revoked certificate is suggested until %s", after.SuggestedWindow.End)
	}
	s.expect()

	next := ecKey(t, elliptic.P384())
	if account, err = client.AccountKeyRollover(ctx, account, next); err != nil {
		t.Fatal(err)
	}
	s.expect("ACME-ACCOUNT-KEY-CHANGE success")
	if account, err = client.GetAccount(ctx, account); err != nil || account.Status != acme.StatusValid {
		t.Errorf("the account is %s, %v", account.Status, err)
	}
	s.must(http.MethodPost, "/api/v1/acme/accounts/search", map[string]any{"query": `status equals "valid"`}, http.StatusOK)
}
