package app_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	xacme "golang.org/x/crypto/acme"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/store"
)

// site answers http-01 challenges for names under .localhost.
type site struct {
	port int
	mu   sync.Mutex // guards tokens
	keys map[string]string
}

func newSite(t *testing.T) *site {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{port: l.Addr().(*net.TCPAddr).Port, keys: map[string]string{}}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key, ok := s.keys[r.URL.Path]; ok {
		_, _ = w.Write([]byte(key))
		return
	}
	http.NotFound(w, r)
}

// client is an ACME account of a profile.
type client struct {
	*xacme.Client
	t    *testing.T
	site *site
}

// quick makes the quick start's CA and profile on a server, with changes, and registers an account.
func quick(t *testing.T, s *harness.Server, change map[string]any) *client {
	t.Helper()
	if _, err := s.App.Quickstart(context.Background()); err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, site: newSite(t)}
	var profile map[string]any
	text := s.Must("admin", http.MethodGet, "/api/v1/certificate/profiles/quickstart", nil, http.StatusOK)
	if err := json.Unmarshal([]byte(text), &profile); err != nil {
		t.Fatal(err)
	}
	profile["http01Port"] = c.site.port
	for k, v := range change {
		profile[k] = v
	}
	s.Must("admin", http.MethodPut, "/api/v1/certificate/profiles", profile, http.StatusOK)
	c.Client = &xacme.Client{HTTPClient: s.Client, DirectoryURL: s.URL + "/acme/quickstart/directory"}
	c.Client = c.account()
	return c
}

// account registers another account of the same profile.
func (c *client) account() *xacme.Client {
	c.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	other := &xacme.Client{Key: key, HTTPClient: c.HTTPClient, DirectoryURL: c.DirectoryURL}
	if _, err := other.Register(context.Background(), &xacme.Account{Contact: []string{"mailto:a@example.com"}}, xacme.AcceptTOS); err != nil {
		c.t.Fatal(err)
	}
	return other
}

// obtain gets a certificate for a name, and returns its DER and its key.
func (c *client) obtain(name string) ([]byte, crypto.Signer, error) {
	return c.within(20*time.Second, name)
}

// within is obtain for whoever does not wait longer.
func (c *client) within(wait time.Duration, name string) ([]byte, crypto.Signer, error) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	order, err := c.AuthorizeOrder(ctx, xacme.DomainIDs(name))
	if err != nil {
		return nil, nil, err
	}
	for _, u := range order.AuthzURLs {
		z, err := c.GetAuthorization(ctx, u)
		if err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(z.Challenges, func(x *xacme.Challenge) bool { return x.Type == "http-01" })
		answer, err := c.HTTP01ChallengeResponse(z.Challenges[i].Token)
		if err != nil {
			return nil, nil, err
		}
		c.site.mu.Lock()
		c.site.keys[c.HTTP01ChallengePath(z.Challenges[i].Token)] = answer
		c.site.mu.Unlock()
		if _, err := c.Accept(ctx, z.Challenges[i]); err != nil {
			return nil, nil, err
		}
		if _, err := c.WaitAuthorization(ctx, u); err != nil {
			return nil, nil, err
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{name}}, key)
	if err != nil {
		return nil, nil, err
	}
	chain, _, err := c.CreateOrderCert(ctx, order.FinalizeURL, csr, true)
	if err != nil {
		return nil, nil, err
	}
	return chain[0], key, nil
}

// codes lists the events since the last look, those of the API's own calls left out.
func codes(s *harness.Server) (all []string) {
	for _, e := range s.Fresh() {
		if e.Detail("door") != "rest" {
			all = append(all, e.String())
		}
	}
	return all
}

var order = []string{
	"ACME-ORDER-NEW success", "ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY success", "ACME-ORDER-UPDATE success",
	"LIFECYCLE-ENROLL success", "ACME-ORDER-FINALIZE success", "ACME-ORDER-CERTIFICATE success",
}

// One order, its events, its certificate in the inventory with a grade, and its revocation.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	c := quick(t, s, nil)
	codes(s)
	der, _, err := c.obtain("a.localhost")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(order, codes(s)); diff != "" {
		t.Errorf("events of an order (-want +got):\n%s", diff)
	}
	text := s.Must("admin", http.MethodPost, "/api/v1/certificates/search", map[string]any{"query": `san contains "a.local" and status is valid`}, http.StatusOK)
	for _, want := range []string{`"dn":"CN=a.localhost"`, `"profile":"quickstart"`, `"name":"Horizon Grading Policy","grade":"`} {
		if !strings.Contains(text, want) {
			t.Errorf("got %s, want %s in it", text, want)
		}
	}
	if err := c.RevokeCert(context.Background(), nil, der, xacme.CRLReasonSuperseded); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"LIFECYCLE-REVOKE success", "ACME-REVOKE success"}, codes(s)); diff != "" {
		t.Errorf("events of a revocation (-want +got):\n%s", diff)
	}
	_ = c.RevokeCert(context.Background(), nil, der, xacme.CRLReasonSuperseded) // this client takes "already revoked" for a success
	if got := codes(s); !slices.Contains(got, "ACME-REVOKE warning") {
		t.Errorf("got %v, want a warning", got)
	}
}

// What an account may not do is on record, and so is how its orders end.
func TestOrderRefusals(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	c := quick(t, s, nil)
	ctx := context.Background()
	codes(s)
	if _, err := c.UpdateReg(ctx, &xacme.Account{Contact: []string{"tel:+15551234"}}); err == nil {
		t.Error("a contact that is no mail address was accepted")
	}
	open, err := c.AuthorizeOrder(ctx, xacme.DomainIDs("b.localhost"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.RevokeAuthorization(ctx, open.AuthzURLs[0]); err != nil {
		t.Fatal(err)
	}
	if err := c.account().RevokeAuthorization(ctx, open.AuthzURLs[0]); err == nil {
		t.Error("the authorization of another account was deactivated")
	}
	if _, err := c.AuthorizeOrder(ctx, xacme.DomainIDs("c.localhost")); err != nil {
		t.Fatal(err)
	}
	s.Advance(8 * 24 * time.Hour) // orders wait for seven days
	want := []string{
		"ACME-ACCOUNT-UPDATE failure", "ACME-ORDER-NEW success", "ACME-ORDER-UPDATE success", "ACME-AUTHORIZATION-DEACTIVATE failure",
		"ACME-ORDER-NEW success", "ACME-ORDER-UPDATE success",
	}
	if diff := cmp.Diff(want, codes(s)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// The limit of a holder refuses one more certificate, or revokes the oldest.
func TestMaxPerHolder(t *testing.T) {
	t.Parallel()
	for behavior, want := range map[string][]string{
		"reject": {"ACME-ORDER-FINALIZE failure", "LIFECYCLE-ENROLL failure", "LIFECYCLE-MAX-CERT-PER-HOLDER failure"},
		"revoke": {"LIFECYCLE-REVOKE success"},
	} {
		t.Run(behavior, func(t *testing.T) {
			t.Parallel()
			s := harness.New(t)
			c := quick(t, s, map[string]any{"maxCertificatePerHolderPolicy": map[string]any{"max": 1, "behavior": behavior}})
			if _, _, err := c.obtain("a.localhost"); err != nil {
				t.Fatal(err)
			}
			codes(s)
			_, _, err := c.obtain("a.localhost")
			if (err != nil) != (behavior == "reject") {
				t.Errorf("got %v", err)
			}
			s.Advance(time.Second)
			got := codes(s)
			for _, w := range want {
				if !slices.Contains(got, w) {
					t.Errorf("got %v, want %s", got, w)
				}
			}
			text := s.Must("admin", http.MethodPost, "/api/v1/certificates/search", map[string]any{"query": `status is valid`, "withCount": true}, http.StatusOK)
			if !strings.Contains(text, `"count":1`) {
				t.Errorf("got %s, want one valid certificate", text)
			}
		})
	}
}

// A connection that cannot be built is on record, and the order says why.
func TestBrokenConnector(t *testing.T) {
	t.Parallel()
	s := harness.New(t, harness.With("events.legacyCodes", "true"))
	c := quick(t, s, nil)
	lost := map[string]any{"name": "quickstart", "type": "integrated", "authority": "nowhere"}
	text := s.Must("admin", http.MethodPut, "/api/v1/pki/connectors", lost, http.StatusBadRequest)
	if want := "authority: this server has no certification authority named nowhere"; !strings.Contains(text, want) {
		t.Errorf("got %s, want %s", text, want)
	}
	s.Must("admin", http.MethodPost, "/api/v1/authorities", map[string]any{"name": "nowhere"}, http.StatusCreated)
	s.Must("admin", http.MethodPut, "/api/v1/pki/connectors", lost, http.StatusOK)
	s.Lose("nowhere")
	codes(s)
	if _, _, err := c.within(2*time.Second, "a.localhost"); err == nil {
		t.Error("a certificate was issued by no CA")
	}
	got := codes(s)
	for _, want := range []string{"PKI-CONNECTOR failure", "ACTOR failure"} {
		if !slices.Contains(got, want) {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

// What is changed before it is sealed shows in the log, and the log still holds.
func TestChangedBeforeSealed(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.Fresh()
	for i, change := range []string{`UPDATE event_pending SET seal = NULL`, `UPDATE event_pending SET seal = 'HS512:00000000:AAAA'`} {
		s.Must("admin", http.MethodPost, "/api/v1/certificate/labels", map[string]any{"name": "label" + string(rune('a'+i))}, http.StatusCreated)
		err := s.App.DB.Write(context.Background(), func(tx *store.Tx) error {
			_, err := tx.Exec(change)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Advance(0)
	}
	var got []string
	for _, e := range s.Fresh() {
		got = append(got, e.String())
	}
	want := []string{"CONF-ADD success", "UNSEALED-PENDING-EVENT failure", "CONF-ADD success", "INVALID-SEAL-PENDING-EVENT failure"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	s.Must("admin", http.MethodGet, "/api/v1/events/verify", nil, http.StatusNoContent)
}

// A server that is told to stop finishes, seals what it wrote, and says so; the next one goes on.
func TestServe(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { done <- s.App.Serve(ctx, listeners(l)) }()
	for { // until it answers
		r, err := http.Get("http://" + l.Addr().String() + "/alive")
		if err == nil {
			_ = r.Body.Close()
			break
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	last := s.Events(`code equals "SERVICE-STOP"`)
	if len(last) != 1 || last[0].Status != "success" {
		t.Errorf("got %v, want that the stop is on record", last)
	}
}

func listeners(management net.Listener) app.Listeners { return app.Listeners{Management: management} }
