package api_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/harness"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// slow is a connector to a PKI whose people look at every order: slowPKI.
type slow struct {
	kind.Named
	Type string `json:"type" required:"true" enum:"slow" doc:"A PKI that issues later."`
	URL  string `json:"url" required:"true" maxLength:"200" doc:"Where it answers."`
}

var _ = connector.Connectors.Variants(slow{Named: kind.Named{Name: "slow"}, Type: "slow", URL: "http://127.0.0.1:1"})

func (c slow) ConnectorName() string { return c.Name }

func (c slow) Open(_ context.Context, env connector.Env) (connector.PKI, error) {
	out, err := env.Out(outbound.Options{Policy: outbound.Policy{AllowLoopback: true}})
	if err != nil {
		return nil, err
	}
	return &slowClient{url: c.URL, http: out.HTTP()}, nil
}

var (
	slowRefuses = fault.Define("SLOW-001", fault.Denied, "The PKI refuses the order")
	slowDown    = fault.Define("SLOW-002", fault.Upstream, "The PKI does not answer")
)

type slowClient struct {
	url  string
	http *http.Client
}

func (c *slowClient) call(ctx context.Context, method string, o connector.Order, ticket []byte, body io.Reader) (out connector.Issued, err error) {
	r, err := http.NewRequestWithContext(ctx, method, c.url+"/orders/"+o.ID, body)
	if err != nil {
		return out, err
	}
	r.Header.Set("Ticket", string(ticket))
	w, err := c.http.Do(r)
	if err != nil {
		return out, slowDown.Because(err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	switch {
	case err != nil:
		return out, slowDown.Because(err)
	case w.StatusCode == http.StatusAccepted && o.Later:
		return out, &connector.NotYet{Ticket: text}
	case w.StatusCode == http.StatusGone:
		return out, slowRefuses.Detail("%s", text)
	case w.StatusCode != http.StatusOK:
		return out, slowDown.Detail("%d", w.StatusCode)
	}
	return connector.Issued{Certificate: text}, nil
}

func (c *slowClient) Enroll(ctx context.Context, o connector.Order) (connector.Issued, error) {
	return c.call(ctx, http.MethodPost, o, nil, bytes.NewReader(o.CSR.DER))
}

func (c *slowClient) Collect(ctx context.Context, o connector.Order, ticket []byte) (connector.Issued, error) {
	return c.call(ctx, http.MethodGet, o, ticket, nil)
}

func (c *slowClient) Abandon(ctx context.Context, o connector.Order, ticket []byte) error {
	_, err := c.call(ctx, http.MethodDelete, o, ticket, nil)
	return err
}

func (c *slowClient) Revoke(context.Context, connector.Revocation) error { return nil }

// slowPKI takes orders, and issues, refuses or is silent as it is told to. The same order has the same certificate.
type slowPKI struct {
	*httptest.Server
	t   testing.TB
	key *ecdsa.PrivateKey

	mu     sync.Mutex // guards all below
	mode   string     // "" holds orders back; else issue, refuse, down
	orders map[string]*slowOrder
	calls  int
}

type slowOrder struct {
	csr, issued []byte
	abandoned   bool
}

func newSlowPKI(t testing.TB) *slowPKI {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &slowPKI{t: t, key: key, orders: map[string]*slowOrder{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// turns changes what the PKI does.
func (p *slowPKI) turns(mode string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = mode
}

func (p *slowPKI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	id := strings.TrimPrefix(r.URL.Path, "/orders/")
	if p.mode == "down" {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	o := p.orders[id]
	if o == nil {
		o = &slowOrder{csr: body}
		p.orders[id] = o
	}
	if r.Method != http.MethodPost && r.Header.Get("Ticket") != "ticket of "+id {
		p.t.Errorf("got the ticket %q of %s", r.Header.Get("Ticket"), id)
	}
	switch {
	case r.Method == http.MethodDelete:
		o.abandoned = true
	case p.mode == "refuse":
		w.WriteHeader(http.StatusGone)
		_, _ = w.Write([]byte("nobody knows you"))
	case p.mode != "issue" || o.abandoned:
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte("ticket of " + id))
	default:
		if o.issued == nil {
			o.issued = p.sign(o.csr, int64(len(p.orders)))
		}
		_, _ = w.Write(o.issued)
	}
}

func (p *slowPKI) sign(der []byte, serial int64) []byte {
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		p.t.Error(err)
		return nil
	}
	now := time.Now()
	out, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: csr.Subject, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
	}, &x509.Certificate{Subject: pkix.Name{CommonName: "Slow CA"}}, csr.PublicKey, p.key)
	if err != nil {
		p.t.Error(err)
	}
	return out
}

func (p *slowPKI) count() (calls, issued, abandoned int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.orders {
		if o.issued != nil {
			issued++
		}
		if o.abandoned {
			abandoned++
		}
	}
	return p.calls, issued, abandoned
}

// later sets up a profile on a slow PKI.
func later(s *harness.Server, p *slowPKI) {
	s.T.Helper()
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", map[string]any{"name": "slow", "type": "slow", "url": p.URL}, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", `{"module": "webra", "name": "web", "enabled": true, "authorizationMode": "authorized",
		"pkiConnector": "slow", "authorizationLevels": {}, "requestsPolicy": {}, "selfPermissions": {}, "maxCertificatePerHolderPolicy": {"max": 1, "behavior": "reject"},
		"cryptoPolicy": {"centralized": true, "p12passwordMode": "random", "showP12OnEnroll": true, "showP12PasswordOnEnroll": true, "keyAvailability": "1 hour"},
		"certificateTemplate": {"subject": [{"type": "CN", "mandatory": true, "editableByRequester": true}]}}`, http.StatusCreated)
	s.User("robot", "lifecycle:webra:web:enroll")
	s.User("officer", "lifecycle:webra:web:approve_enroll")
}

type laterRequest struct {
	ID          string `json:"_id"`
	Status      string `json:"status"`
	RetryAt     int64  `json:"retryAt"`
	Retries     int    `json:"retryCount"`
	Certificate string `json:"certificateId"`
	PKCS12      any    `json:"pkcs12"`
}

func laterAs(s *harness.Server, who, method, path string, body any, status int) (r laterRequest) {
	s.T.Helper()
	if err := json.Unmarshal([]byte(s.Must(who, method, path, body, status)), &r); err != nil {
		s.T.Fatal(err)
	}
	return r
}

func laterAsk(s *harness.Server, cn string) laterRequest {
	s.T.Helper()
	return laterAs(s, "robot", http.MethodPost, "/api/v1/requests/submit", map[string]any{"workflow": "enroll", "module": "webra", "profile": "web",
		"template": map[string]any{"subject": []map[string]string{{"element": "cn.1", "value": cn}}}}, http.StatusCreated)
}

func laterGet(s *harness.Server, id string) laterRequest {
	s.T.Helper()
	return laterAs(s, "robot", http.MethodGet, "/api/v1/requests/"+id, nil, http.StatusOK)
}

// followed compares the events since the last look, without those of credentials.
func followed(s *harness.Server, step string, want ...string) {
	s.T.Helper()
	var got []string
	for _, e := range s.Fresh() {
		if !strings.HasPrefix(e.Code, "SEC-") && !strings.HasPrefix(e.Code, "SERVICE-") {
			got = append(got, e.String())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.T.Errorf("%s: events (-want +got):\n%s", step, diff)
	}
}

const notYet = "ASYNC-ENROLLMENT-POLL warning"

// A PKI that issues later is asked again, less and less often, also after an outage and a restart; then everything is as if
// it had issued at once.
func TestIssuedLater(t *testing.T) {
	t.Parallel()
	p := newSlowPKI(t)
	dir, url, now := t.TempDir(), storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second))
	one := harness.Open(t, dir, url, now)
	later(one, p)
	one.Fresh()
	r := laterAsk(one, "a.example.org")
	if r.Status != "in_progress" || r.RetryAt != now.Now().Add(5*time.Minute).UnixMilli() {
		t.Fatalf("got %+v, want it in progress and asked again in 5 minutes", r)
	}
	followed(one, "submit", "REQUEST-SUBMIT success", "LIFECYCLE-ENROLL warning")
	if got := one.Must("robot", http.MethodPost, "/api/v1/requests/search", `{"query": "status equals \"in_progress\"", "withCount": true}`, 200); !strings.Contains(got, `"count":1`) {
		t.Errorf("got %s, want one in progress", got)
	}
	one.Must("robot", http.MethodPost, "/api/v1/requests/submit", `{"workflow": "enroll", "module": "webra", "profile": "web", "template": {"subject": [{"element": "cn.1", "value": "a.example.org"}]}}`, http.StatusForbidden)
	followed(one, "a second of the holder", "REQUEST-SUBMIT failure", "LIFECYCLE-MAX-CERT-PER-HOLDER failure", "LIFECYCLE-ENROLL failure")
	one.Must("officer", http.MethodPost, "/api/v1/requests/approve", map[string]string{"_id": r.ID}, http.StatusBadRequest)
	followed(one, "approve", "REQUEST-APPROVE failure")
	one.Advance(4 * time.Minute)
	followed(one, "too early")
	one.Advance(time.Minute)
	followed(one, "first poll", notYet)
	p.turns("down")
	one.Advance(10 * time.Minute)
	followed(one, "an outage", notYet)
	if r = laterGet(one, r.ID); r.Status != "in_progress" || r.Retries != 2 {
		t.Errorf("got %+v, want two polls", r)
	}
	if err := one.App.Close(); err != nil {
		t.Fatal(err)
	}

	two := harness.Open(t, dir, url, now)
	two.Knows(one, "robot")
	two.Advance(30 * time.Second) // until the other node's turn to seal is over
	two.Fresh()
	p.turns("issue")
	two.Advance(15 * time.Minute)
	followed(two, "issued", "LIFECYCLE-ENROLL success", "ASYNC-ENROLLMENT-POLL success")
	if r = laterGet(two, r.ID); r.Status != "completed" || r.Certificate == "" || r.PKCS12 == nil || r.RetryAt != 0 {
		t.Errorf("got %+v, want the certificate and its key", r)
	}
	calls, _, _ := p.count()
	two.Fresh()
	two.Advance(2 * time.Hour)
	followed(two, "afterwards")
	if after, _, _ := p.count(); after != calls {
		t.Errorf("got %d calls of the PKI after its answer", after-calls)
	}
}

// A PKI that refuses later ends the request once.
func TestRefusedLater(t *testing.T) {
	t.Parallel()
	s, p := harness.New(t), newSlowPKI(t)
	later(s, p)
	r := laterAsk(s, "a.example.org")
	s.Fresh()
	p.turns("refuse")
	s.Advance(5 * time.Minute)
	followed(s, "refused", "LIFECYCLE-ENROLL failure", "ASYNC-ENROLLMENT-POLL failure")
	if got := s.Must("robot", http.MethodGet, "/api/v1/requests/"+r.ID, nil, http.StatusOK); !strings.Contains(got, `"status":"failed"`) || !strings.Contains(got, "nobody knows you") {
		t.Errorf("got %s, want why it failed", got)
	}
	s.Advance(3 * time.Hour)
	followed(s, "afterwards")
}

// Who takes a request back, or denies it, has the order given up at the PKI, however long that takes to answer.
func TestAbandoned(t *testing.T) {
	t.Parallel()
	s, p := harness.New(t), newSlowPKI(t)
	later(s, p)
	r, other := laterAsk(s, "a.example.org"), laterAsk(s, "b.example.org")
	s.Fresh()
	p.turns("down")
	if got := laterAs(s, "robot", http.MethodPost, "/api/v1/requests/cancel", map[string]string{"_id": r.ID}, http.StatusOK); got.Status != "canceled" {
		t.Errorf("got %+v, want it canceled", got)
	}
	followed(s, "cancel", "REQUEST-CANCEL success")
	s.Advance(time.Second)
	followed(s, "an outage", "LIFECYCLE-CANCEL warning")
	p.turns("")
	s.Advance(2 * time.Minute)
	followed(s, "given up", "LIFECYCLE-CANCEL success")
	if got := laterAs(s, "officer", http.MethodPost, "/api/v1/requests/deny", map[string]string{"_id": other.ID}, http.StatusOK); got.Status != "denied" {
		t.Errorf("got %+v, want it denied", got)
	}
	s.Advance(time.Second)
	followed(s, "deny", "REQUEST-DENY success", "LIFECYCLE-CANCEL success")
	if _, issued, abandoned := p.count(); issued != 0 || abandoned != 2 {
		t.Errorf("got %d issued and %d given up, want 0 and 2", issued, abandoned)
	}
	s.Advance(3 * time.Hour)
	followed(s, "afterwards")
}

// A request that is taken back while its certificate arrives ends in one way.
func TestAbandonedRace(t *testing.T) {
	t.Parallel()
	s, p := harness.New(t), newSlowPKI(t)
	later(s, p)
	for i := range 8 {
		p.turns("")
		r := laterAsk(s, string(rune('a'+i))+".example.org")
		s.Advance(0)
		s.Fresh()
		p.turns("issue")
		s.Clock.Advance(5 * time.Minute)
		var both sync.WaitGroup
		both.Go(func() {
			if err := s.App.Lifecycle.Poll(context.Background()); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			s.Call("robot", http.MethodPost, "/api/v1/requests/cancel", map[string]string{"_id": r.ID})
		})
		both.Wait()
		s.Advance(time.Second)
		n := map[string]int{}
		for _, e := range s.Fresh() {
			n[e.String()]++
		}
		got := laterGet(s, r.ID)
		one := n["LIFECYCLE-ENROLL success"] == 1 && got.Status == "completed" && got.Certificate != "" && n["LIFECYCLE-CANCEL success"] == 0
		other := n["LIFECYCLE-ENROLL success"] == 0 && got.Status == "canceled" && got.Certificate == "" && n["LIFECYCLE-CANCEL success"] == 1
		if one == other {
			t.Errorf("got %+v with %v, want it completed or canceled", got, n)
		}
	}
}

// Who does not want to wait has the PKI asked for the same until it answers.
func TestNotLater(t *testing.T) {
	t.Parallel()
	s, p := harness.New(t), newSlowPKI(t)
	later(s, p)
	s.Fresh()
	r := laterAs(s, "robot", http.MethodPost, "/api/v1/requests/submit", `{"workflow": "enroll", "module": "webra", "profile": "web",
		"template": {"asynchronous": false, "subject": [{"element": "cn.1", "value": "a.example.org"}]}}`, http.StatusCreated)
	if r.Status != "approved" {
		t.Errorf("got %+v, want it worked on", r)
	}
	p.turns("issue")
	s.Advance(2 * time.Minute)
	followed(s, "repaired", "REQUEST-SUBMIT success", "LIFECYCLE-ENROLL warning", "LIFECYCLE-ENROLL success")
	if got := laterGet(s, r.ID); got.Status != "completed" {
		t.Errorf("got %+v, want the certificate", got)
	}
}
