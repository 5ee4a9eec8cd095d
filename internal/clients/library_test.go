package clients

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/crypto/acme"
)

// account is an account of a client in this process.
type account struct {
	*server
	*acme.Client
	answers *responder
}

// register makes an account with a key of its own.
func (s *server) register(r *responder, binding *acme.ExternalAccountBinding) (account, error) {
	s.t.Helper()
	a := account{s, &acme.Client{Key: ecKey(s.t, elliptic.P256()), HTTPClient: s.client, DirectoryURL: s.directory()}, r}
	_, err := a.Register(s.t.Context(), &acme.Account{Contact: []string{"mailto:library@example.com"}, ExternalAccountBinding: binding}, acme.AcceptTOS)
	return a, err
}

// obtain orders a certificate for names, proves them by a method, and returns the chain and where it came from.
func (a account) obtain(ctx context.Context, key crypto.Signer, method string, names ...string) (chain [][]byte, at string, err error) {
	o, err := a.AuthorizeOrder(ctx, acme.DomainIDs(names...))
	if err != nil {
		return nil, "", err
	}
	for _, u := range o.AuthzURLs {
		if err := a.prove(ctx, u, method); err != nil {
			return nil, "", err
		}
	}
	if o, err = a.WaitOrder(ctx, o.URI); err != nil {
		return nil, "", err
	}
	return a.CreateOrderCert(ctx, o.FinalizeURL, request(a.t, key, names...), true)
}

// prove answers one challenge of an authorization.
func (a account) prove(ctx context.Context, url, method string) error {
	z, err := a.GetAuthorization(ctx, url)
	if err != nil || z.Status == acme.StatusValid {
		return err
	}
	for _, c := range z.Challenges {
		if c.Type != method {
			continue
		}
		if err := a.answer(c, z.Identifier.Value); err != nil {
			return err
		}
		if _, err := a.Accept(ctx, c); err != nil {
			return err
		}
		_, err := a.WaitAuthorization(ctx, url)
		return err
	}
	return errors.New("the challenge " + method + " is not offered")
}

func (a account) answer(c *acme.Challenge, name string) error {
	if c.Type == "tls-alpn-01" {
		shown, err := a.TLSALPN01ChallengeCert(c.Token, name)
		a.answers.show(name, &shown)
		return err
	}
	text, err := a.HTTP01ChallengeResponse(c.Token)
	a.answers.put(a.HTTP01ChallengePath(c.Token), text)
	return err
}

// problem wants an error to be a problem document of a type (RFC 8555, 6.7).
func problem(t testing.TB, err error, status int, name string) {
	t.Helper()
	var p *acme.Error
	if !errors.As(err, &p) || p.StatusCode != status || p.ProblemType != "urn:ietf:params:acme:error:"+name || p.Detail == "" {
		t.Errorf("got %v, want %d %s", err, status, name)
	}
}

// An account by x/crypto/acme over its whole life: bound, used, with another key, closed.
func TestLibrary(t *testing.T) {
	t.Parallel()
	s := start(t)
	r, ctx := respond(s), t.Context()
	kid, secret := s.externalKey("library")
	mac, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	s.skip()
	a, err := s.register(r, &acme.ExternalAccountBinding{KID: kid, Key: mac})
	if err != nil {
		t.Fatal(err)
	}
	s.expect()

	key := ecKey(t, elliptic.P256())
	chain, at, err := a.obtain(ctx, key, "tls-alpn-01", "alpn.localhost")
	if err != nil {
		t.Fatal(err)
	}
	s.expect(order...)
	first := parse(t, chain)
	s.holds(first, "alpn.localhost")
	if _, err := a.AuthorizeOrder(ctx, acme.DomainIDs("www.example.com")); err == nil {
		t.Error("the external account key lets its account order what it does not cover")
	}
	s.expect("ACME-ORDER-NEW failure")

	old := &acme.Client{Key: a.Key, KID: a.KID, HTTPClient: s.client, DirectoryURL: s.directory()}
	if err := a.AccountKeyRollover(ctx, ecKey(t, elliptic.P384())); err != nil {
		t.Fatal(err)
	}
	s.expect("ACME-ACCOUNT-KEY-CHANGE success")
	if _, err := a.FetchCert(ctx, at, true); err != nil {
		t.Errorf("after the change of its key the account cannot fetch its certificate: %v", err)
	}
	s.expect("ACME-ORDER-CERTIFICATE success")
	if _, err := old.FetchCert(ctx, at, true); err == nil {
		t.Error("the old key still opens the account")
	}
	s.skip()

	if err := a.RevokeCert(ctx, nil, chain[0], acme.CRLReasonCessationOfOperation); err != nil {
		t.Fatal(err)
	}
	s.expect("LIFECYCLE-REVOKE success", "ACME-REVOKE success")
	s.ocsp(first, ": revoked", "cessationOfOperation")

	if err := a.DeactivateReg(ctx); err != nil {
		t.Fatal(err)
	}
	s.expect()
	id := string(a.KID)
	s.registered(id[strings.LastIndex(id, "/")+1:], "deactivated", "mailto:library@example.com")
	_, err = a.AuthorizeOrder(ctx, acme.DomainIDs("alpn.localhost"))
	problem(t, err, http.StatusUnauthorized, "unauthorized")
	s.skip()
}

// After the renewal of the CA its certificates have several chains; each of them holds.
func TestAlternateChains(t *testing.T) {
	t.Parallel()
	s := start(t)
	r, ctx := respond(s), t.Context()
	for _, ca := range []string{"quickstart-root", "quickstart"} {
		s.must(http.MethodPost, "/api/v1/authorities/"+ca+"/renew", map[string]bool{"sameKey": false}, http.StatusOK)
	}
	s.skip()
	a, err := s.register(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	chain, at, err := a.obtain(ctx, ecKey(t, elliptic.P256()), "http-01", "chain.localhost")
	if err != nil {
		t.Fatal(err)
	}
	s.expect(order...)
	others, err := a.ListCertAlternates(ctx, at)
	if err != nil || len(others) == 0 {
		t.Fatalf("got the alternates %s, %v, want some", others, err)
	}
	s.skip()
	trusted := s.roots()
	known := 0
	for _, url := range append([]string{""}, others...) {
		if url != "" {
			if chain, err = a.FetchCert(ctx, url, true); err != nil {
				t.Fatal(err)
			}
		}
		one := parse(t, chain)
		for i := range one[1:] {
			if err := one[i].CheckSignatureFrom(one[i+1]); err != nil {
				t.Errorf("chain %s: certificate %d is not signed by the next: %v", url, i, err)
			}
		}
		between := x509.NewCertPool()
		for _, c := range one[1:] {
			between.AddCert(c)
		}
		if _, err := one[0].Verify(x509.VerifyOptions{Roots: trusted, Intermediates: between, DNSName: "chain.localhost"}); err == nil {
			known++
		}
	}
	if known == 0 {
		t.Error("whoever trusts the first root trusts none of the chains")
	}
}

// Wrong requests get the types of RFC 8555, and the log has the reason.
func TestLibraryRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	r, ctx := respond(s), t.Context()
	a, err := s.register(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.register(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.expect()

	o, err := a.AuthorizeOrder(ctx, acme.DomainIDs("own.localhost"))
	if err != nil {
		t.Fatal(err)
	}
	s.expect("ACME-ORDER-NEW success")
	_, _, err = a.CreateOrderCert(ctx, o.FinalizeURL, request(t, ecKey(t, elliptic.P256()), "own.localhost"), true)
	problem(t, err, http.StatusForbidden, "orderNotReady") // RFC 8555, 7.4
	s.expect("ACME-ORDER-FINALIZE failure")
	if err := a.prove(ctx, o.AuthzURLs[0], "http-01"); err != nil {
		t.Fatal(err)
	}
	s.expect(order[1:4]...)

	for name, csr := range map[string][]byte{
		"another name":      request(t, ecKey(t, elliptic.P256()), "other.localhost"),
		"one name more":     request(t, ecKey(t, elliptic.P256()), "own.localhost", "other.localhost"),
		"the account's key": request(t, a.Key.(*ecdsa.PrivateKey), "own.localhost"),
		"no name at all":    request(t, ecKey(t, elliptic.P256())),
		"what is not a CSR": []byte("nothing"),
		"a key of P-224":    request(t, ecKey(t, elliptic.P224()), "own.localhost"),
	} {
		_, _, err = a.CreateOrderCert(ctx, o.FinalizeURL, csr, true)
		problem(t, err, http.StatusBadRequest, "badCSR")
		got := s.expect("ACME-ORDER-FINALIZE failure")
		if len(got) != 1 || got[0].Detail("message") == "" || got[0].Detail("orderId") == "" {
			t.Errorf("%s: the log does not say why: %s", name, told(got))
		}
	}
	_, _, err = b.CreateOrderCert(ctx, o.FinalizeURL, request(t, ecKey(t, elliptic.P256()), "own.localhost"), true)
	problem(t, err, http.StatusForbidden, "unauthorized")
	s.expect("ACME-ORDER-FINALIZE failure")
	chain, at, err := a.CreateOrderCert(ctx, o.FinalizeURL, request(t, ecKey(t, elliptic.P256()), "own.localhost"), true)
	if err != nil {
		t.Fatal(err)
	}
	s.expect(order[4:]...)
	_, err = b.FetchCert(ctx, at, true)
	problem(t, err, http.StatusForbidden, "unauthorized")
	s.expect("ACME-ORDER-CERTIFICATE failure")
	problem(t, b.RevokeCert(ctx, nil, chain[0], acme.CRLReasonUnspecified), http.StatusForbidden, "unauthorized")
	s.expect("ACME-REVOKE failure")
	problem(t, a.RevokeCert(ctx, nil, chain[0], acme.CRLReasonAACompromise), http.StatusBadRequest, "badRevocationReason")
	s.expect("ACME-REVOKE failure")
	_, err = a.AuthorizeOrder(ctx, acme.DomainIDs("not..a.name"))
	if err == nil {
		t.Error("a name that is none was accepted")
	}
	s.expect("ACME-ORDER-NEW failure")
	s.good(parse(t, chain))
}

// A certificate shown for tls-alpn-01 that is another one is refused.
func TestLibraryWrongCertificate(t *testing.T) {
	t.Parallel()
	s := start(t)
	r, ctx := respond(s), t.Context()
	a, err := s.register(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := a.TLSALPN01ChallengeCert("another-token-than-the-one-that-is-asked-for", "wrong.localhost")
	if err != nil {
		t.Fatal(err)
	}
	o, err := a.AuthorizeOrder(ctx, acme.DomainIDs("wrong.localhost"))
	if err != nil {
		t.Fatal(err)
	}
	z, err := a.GetAuthorization(ctx, o.AuthzURLs[0])
	if err != nil {
		t.Fatal(err)
	}
	r.show("wrong.localhost", &shown)
	tokens := map[string]bool{}
	for _, c := range z.Challenges {
		tokens[c.Token] = true
		if c.Type == "tls-alpn-01" {
			if _, err := a.Accept(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(z.Challenges) != 3 || len(tokens) != 1 || tokens[""] {
		t.Errorf("got %d challenges with the tokens %v, want three with one", len(z.Challenges), tokens)
	}
	_, err = a.WaitAuthorization(ctx, z.URI)
	var refused *acme.AuthorizationError
	if !errors.As(err, &refused) || len(refused.Errors) != 1 {
		t.Fatalf("got %v, want the challenge's error", err)
	}
	problem(t, refused.Errors[0], http.StatusForbidden, "incorrectResponse") // RFC 8737, 3
	got := s.expect("ACME-ORDER-NEW success", "ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY warning", "ACME-ORDER-UPDATE success")
	if e := s.one(got, "ACME-CHALLENGE-VERIFY"); e.Detail("challengeType") != "tls-alpn-01" {
		t.Errorf("the log names the challenge %s", e.Detail("challengeType"))
	}
}
