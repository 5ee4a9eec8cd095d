package acme

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mholt/acmez/v3"
	macme "github.com/mholt/acmez/v3/acme"
	xacme "golang.org/x/crypto/acme"

	"github.com/horizon-clm/horizon/internal/lang/span"
)

// The client of golang.org/x/crypto: account, order, certificate, rollover, revocation by both keys, deactivation.
func TestClientOfGo(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.AuthorizationReuse = span.Day })
	ctx := t.Context()
	c := &xacme.Client{Key: newKey(t), HTTPClient: b.http.Client(), DirectoryURL: b.client("web").at("directory")}
	a, err := c.Register(ctx, &xacme.Account{Contact: []string{"mailto:a@example.com"}}, xacme.AcceptTOS)
	check(t, err)
	if _, err := c.Register(ctx, &xacme.Account{}, xacme.AcceptTOS); !errors.Is(err, xacme.ErrAccountAlreadyExists) {
		t.Errorf("got %v", err)
	}
	if found, err := c.GetReg(ctx, ""); err != nil || found.URI != a.URI {
		t.Errorf("got %v %v", found, err)
	}
	first, key := goObtain(t, b, c, http01, "a.localhost", "b.localhost")
	second, _ := goObtain(t, b, c, http01, "a.localhost", "b.localhost")
	check(t, c.AccountKeyRollover(ctx, newKey(t)))
	updated, err := c.UpdateReg(ctx, &xacme.Account{Contact: []string{"mailto:b@example.com"}})
	check(t, err)
	if diff := cmp.Diff([]string{"mailto:b@example.com"}, updated.Contact); diff != "" {
		t.Error(diff)
	}
	check(t, c.RevokeCert(ctx, key, first, xacme.CRLReasonKeyCompromise))
	check(t, c.RevokeCert(ctx, nil, second, xacme.CRLReasonSuperseded))
	if err := c.RevokeCert(ctx, nil, second, xacme.CRLReasonSuperseded); err != nil && !strings.Contains(err.Error(), "alreadyRevoked") {
		t.Errorf("got %v", err)
	}
	goObtain(t, b, c, tlsALPN01, "c.localhost")
	check(t, c.DeactivateReg(ctx))
	if _, err := c.AuthorizeOrder(ctx, xacme.DomainIDs("d.localhost")); err == nil {
		t.Error("a closed account orders")
	}
}

// goObtain gets a certificate with the client of golang.org/x/crypto.
func goObtain(t *testing.T, b *bench, c *xacme.Client, method string, names ...string) ([]byte, crypto.Signer) {
	t.Helper()
	ctx := t.Context()
	o, err := c.AuthorizeOrder(ctx, xacme.DomainIDs(names...))
	check(t, err)
	for _, at := range o.AuthzURLs {
		z, err := c.GetAuthorization(ctx, at)
		check(t, err)
		if z.Status == xacme.StatusValid {
			continue
		}
		for _, ch := range z.Challenges {
			if ch.Type != method {
				continue
			}
			goAnswer(t, b, c, z.Identifier.Value, ch)
			_, err := c.Accept(ctx, ch)
			check(t, err)
		}
		_, err = c.WaitAuthorization(ctx, at)
		check(t, err)
	}
	_, err = c.WaitOrder(ctx, o.URI)
	check(t, err)
	key := newKey(t)
	chain, at, err := c.CreateOrderCert(ctx, o.FinalizeURL, csr(t, key, "", names...), true)
	check(t, err)
	if len(chain) != 3 || at == "" {
		t.Fatalf("got %d certificates at %s", len(chain), at)
	}
	if _, err := c.ListCertAlternates(ctx, at); err != nil {
		t.Error(err)
	}
	return chain[0], key
}

func goAnswer(t *testing.T, b *bench, c *xacme.Client, name string, ch *xacme.Challenge) {
	t.Helper()
	if ch.Type == http01 {
		text, err := c.HTTP01ChallengeResponse(ch.Token)
		check(t, err)
		b.proof.put(ch.Token, text)
		return
	}
	cert, err := c.TLSALPN01ChallengeCert(ch.Token, name)
	check(t, err)
	b.proof.show(name, &cert)
}

// An external account key with the client of golang.org/x/crypto.
func TestClientOfGoExternalAccount(t *testing.T) {
	t.Parallel()
	b := start(t, func(p *Profile) { p.Meta = &Meta{ExternalAccountRequired: true} })
	b.policy(`{"name":"any"}`)
	kid, secret := b.eab("one", "")
	c := &xacme.Client{Key: newKey(t), HTTPClient: b.http.Client(), DirectoryURL: b.client("web").at("directory")}
	if _, err := c.Register(t.Context(), &xacme.Account{}, xacme.AcceptTOS); err == nil {
		t.Error("an account without a binding")
	}
	_, err := c.Register(t.Context(), &xacme.Account{ExternalAccountBinding: &xacme.ExternalAccountBinding{KID: kid, Key: secret}}, xacme.AcceptTOS)
	check(t, err)
	goObtain(t, b, c, http01, "a.localhost")
}

// solver answers challenges for acmez.
type solver struct{ *bench }

func (s solver) Present(_ context.Context, c macme.Challenge) error {
	switch c.Type {
	case http01:
		s.proof.put(c.Token, c.KeyAuthorization)
	case dns01:
		s.proof.record(c.DNS01TXTRecordName(), c.DNS01TXTRecordName()+`. 1 IN TXT "`+c.DNS01KeyAuthorization()+`"`)
	case tlsALPN01:
		cert, err := acmez.TLSALPN01ChallengeCert(c)
		if err != nil {
			return err
		}
		leaf, err := x509.ParseCertificate(cert.Certificate[0])
		if err != nil {
			return err
		}
		s.proof.show(c.Identifier.Value, &tls.Certificate{Certificate: cert.Certificate, PrivateKey: cert.PrivateKey, Leaf: leaf})
	}
	return nil
}

func (s solver) CleanUp(context.Context, macme.Challenge) error { return nil }

// The client acmez: every challenge, wildcards, renewal information.
func TestClientAcmez(t *testing.T) {
	t.Parallel()
	for method, names := range map[string][]string{
		http01: {"a.localhost", "127.0.0.1"}, dns01: {"example.test", "*.other.test"}, tlsALPN01: {"b.localhost"},
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			ctx := t.Context()
			c := &acmez.Client{
				Client:           &macme.Client{Directory: b.client("web").at("directory"), HTTPClient: b.http.Client()},
				ChallengeSolvers: map[string]acmez.Solver{method: solver{b}},
			}
			a, err := c.NewAccount(ctx, macme.Account{TermsOfServiceAgreed: true, PrivateKey: newKey(t)})
			check(t, err)
			key := newKey(t)
			request, err := acmez.NewCSR(key, names)
			check(t, err)
			p, err := acmez.OrderParametersFromCSR(a, request)
			check(t, err)
			got, err := c.ObtainCertificate(ctx, p)
			check(t, err)
			cert := certificates(t, got[0].ChainPEM)[0]
			if len(cert.DNSNames)+len(cert.IPAddresses) != len(names) {
				t.Errorf("got %v %v", cert.DNSNames, cert.IPAddresses)
			}
			info, err := c.GetRenewalInfo(ctx, cert)
			check(t, err)
			if !info.SuggestedWindow.Start.Before(cert.NotAfter) {
				t.Errorf("got %+v", info)
			}
			p.Replaces = cert
			_, err = c.ObtainCertificate(ctx, p)
			check(t, err)
			check(t, c.RevokeCertificate(ctx, a, cert, nil, macme.ReasonSuperseded))
		})
	}
}
