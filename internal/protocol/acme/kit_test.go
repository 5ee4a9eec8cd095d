package acme

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/miekg/dns"
	xacme "golang.org/x/crypto/acme"
	"golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/connector/integrated"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
	"github.com/horizon-clm/horizon/internal/task"
	"github.com/horizon-clm/horizon/internal/web"
)

var kinds = kind.NewSet(
	lifecycle.Profiles.Variants(Example()), connector.Connectors.Variants(integrated.Example()), connector.HTTPProxies.Definition,
	inventory.GradingPolicies.Definition, inventory.GradingRulesets.Definition,
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bench is a whole server: real database, real CA, real HTTP.
type bench struct {
	t     testing.TB
	now   *clock.Manual
	db    *act.DB
	log   *event.Log
	ring  *secret.Keyring
	key   []byte
	life  *lifecycle.Service
	issue issuer // what the door is given; life when nil
	door  *Door
	host  *web.Host
	http  *httptest.Server
	rest  *httptest.Server
	tasks *task.Runner
	proof *prover
	seen  []event.Event

	prefix  string // of the public address
	trusted []netip.Prefix
}

// start starts a server with the profile "web".
func start(t testing.TB, change ...func(*Profile)) *bench {
	t.Helper()
	b := &bench{t: t, now: clock.NewManual(time.Now().Truncate(time.Millisecond)), key: []byte("a key for the nonces of tests"), proof: newProver(t)}
	b.open(storetest.Open(t, b.now))
	b.serve(Limits{}, 0)
	b.profile("web", change...)
	return b
}

// open makes the core on a database.
func (b *bench) open(db *store.DB) {
	b.t.Helper()
	folder, err := secret.OpenFolder(filepath.Join(b.t.TempDir(), "keys"))
	check(b.t, err)
	b.ring, err = secret.OpenKeyring(folder)
	check(b.t, err)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	check(b.t, err)
	private, public, err := note.GenerateKey(rand.Reader, "log.test")
	check(b.t, err)
	signer, err := note.NewSigner(private)
	check(b.t, err)
	key, err := note.NewVerifier(public)
	check(b.t, err)
	kinds.Attach(db)
	b.db = &act.DB{DB: db, Pen: event.Pen{Seals: seals}}
	b.log = &event.Log{DB: db, Seals: seals, Signer: signer, Key: key, Sink: func(e event.Event) { b.seen = append(b.seen, e) }}
	engine := authority.New(b.db, b.ring, "http://pki.example:8080")
	check(b.t, engine.Provide(b.t.Context(), "ca", authority.DefaultSettings()))
	pool := &connector.Pool{Env: connector.Env{DB: b.db, Keys: b.ring, Out: outbound.New, Authority: engine}}
	b.life = &lifecycle.Service{DB: b.db, PKIs: pool}
	check(b.t, connector.Connectors.Add(b.t.Context(), b.deps(), system, integrated.On("ca", "ca")))
}

func (b *bench) deps() kind.Deps { return kind.Deps{DB: b.db, Keys: b.ring} }

var system = access.System("test", "0")

// serve starts the door and the REST API on it.
func (b *bench) serve(l Limits, hold time.Duration) {
	b.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(b.t, err)
	public, err := url.Parse("https://" + listener.Addr().String() + b.prefix)
	check(b.t, err)
	b.host = &web.Host{PublicURL: public, Trusted: b.trusted, NewID: b.db.NewID, Clock: b.now, Log: slog.New(slog.DiscardHandler), Identify: identify}
	o := Options{DB: b.db, Host: b.host, Lifecycle: b.life, Keys: b.ring, NonceKey: b.key, Limits: l, Hold: hold, Hosts: []string{"old.example"}}
	if b.issue != nil {
		o.Lifecycle = b.issue
	}
	b.door, err = New(o)
	check(b.t, err)
	b.t.Cleanup(b.door.Close)
	b.tasks, err = task.New(b.db.DB, append(b.door.Jobs(), b.life.Jobs()...), nil)
	check(b.t, err)
	router := chi.NewRouter()
	b.door.Mount(router)
	b.http = httptest.NewUnstartedServer(router)
	check(b.t, b.http.Listener.Close())
	b.http.Listener = listener
	b.http.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	b.http.StartTLS()
	b.t.Cleanup(b.http.Close)
	b.rest = httptest.NewServer(web.New(b.host, "test", append(b.door.Operations(), kinds.Operations(b.deps())...)))
	b.t.Cleanup(b.rest.Close)
}

// restart stops the door as a kill does, and starts another on the same database.
func (b *bench) restart() { b.restartWith(Limits{}, 0) }

func (b *bench) restartWith(l Limits, hold time.Duration) {
	b.t.Helper()
	b.http.Close()
	b.door.Close()
	b.serve(l, hold)
}

// identify gives each caller of the REST API the rights its name stands for.
func identify(_ http.Header, r *http.Request, from access.Caller) (access.Caller, error) {
	from.ID = r.Header.Get("X-API-ID")
	from.Rights = access.RightsOf(map[string][]access.Grant{
		"ann": {"configuration:*", "lifecycle:*"}, "sue": {"lifecycle:acme:web:search"}, "ron": {"configuration:acme:eab:read"},
	}[from.ID]...)
	return from, nil
}

// profile adds a profile that validates at the ports of the prover.
func (b *bench) profile(name string, change ...func(*Profile)) Profile {
	b.t.Helper()
	p := Profile{
		Module: Module, Common: lifecycle.Common{Named: kind.Named{Name: name}, Enabled: true, Connector: "ca"},
		Timeout: span.Duration(5 * time.Second), VerifyRetryCount: 1, AllowLoopback: true, AuthorizeEmptyContact: true,
		HTTP01Port: b.proof.httpPort, TLSALPN01Port: b.proof.tlsPort, Resolvers: []string{b.proof.dnsAddress},
	}
	for _, c := range change {
		c(&p)
	}
	check(b.t, lifecycle.Profiles.Add(b.t.Context(), b.deps(), system, p))
	return p
}

// change replaces the profile "web".
func (b *bench) change(change func(*Profile)) {
	b.t.Helper()
	v, err := lifecycle.Profiles.Look(b.t.Context(), b.db.DB, "web")
	check(b.t, err)
	p := v.(Profile)
	change(&p)
	check(b.t, lifecycle.Profiles.Replace(b.t.Context(), b.deps(), system, p))
}

// events returns what was recorded since the last time, of the codes that begin with one of the words, as "CODE status".
func (b *bench) events(words ...string) (all []string) {
	for _, e := range b.fresh() {
		for _, w := range words {
			if strings.HasPrefix(e.Code, w) {
				all = append(all, e.Code+" "+string(e.Status))
			}
		}
	}
	return all
}

// fresh returns the events recorded since the last time.
func (b *bench) fresh() []event.Event {
	b.t.Helper()
	_, err := b.log.Seal(b.t.Context())
	check(b.t, err)
	all := b.seen
	b.seen = nil
	return all
}

// find returns the first event of a code among those given.
func find(t testing.TB, all []event.Event, code string) event.Event {
	t.Helper()
	for _, e := range all {
		if e.Code == code {
			return e
		}
	}
	t.Fatalf("there is no event %s among %d", code, len(all))
	return event.Event{}
}

// until waits for a state, by asking again: the clock of the test stands still.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); {
		if time.Now().After(deadline) {
			t.Fatalf("waiting for %s took too long", what)
		}
		time.Sleep(time.Millisecond) // gives the goroutines of the server a turn
	}
}

// prover answers all three challenges on loopback.
type prover struct {
	httpPort, tlsPort int
	dnsAddress        string

	mu    sync.Mutex // guards all below
	files map[string]string
	certs map[string]*tls.Certificate
	zone  map[string][]string // records as in a zone file, by their name in lower case
	fail  map[string]int      // names answered with a code
	asked atomic.Int64
	serve http.HandlerFunc // instead of files
}

func newProver(t testing.TB) *prover {
	t.Helper()
	p := &prover{files: map[string]string{}, certs: map[string]*tls.Certificate{}, zone: map[string][]string{}, fail: map[string]int{}}
	web := httptest.NewServer(http.HandlerFunc(p.file))
	t.Cleanup(web.Close)
	p.httpPort = web.Listener.Addr().(*net.TCPAddr).Port
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p.tlsPort = listener.Addr().(*net.TCPAddr).Port
	t.Cleanup(func() { _ = listener.Close() })
	go p.shake(listener)
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(t, err)
	p.dnsAddress = packets.LocalAddr().String()
	server := &dns.Server{PacketConn: packets, Handler: p}
	started := make(chan struct{})
	server.NotifyStartedFunc = func() { close(started) }
	go func() { _ = server.ActivateAndServe() }()
	<-started
	t.Cleanup(func() { _ = server.Shutdown() })
	return p
}

func (p *prover) file(w http.ResponseWriter, r *http.Request) {
	p.asked.Add(1)
	p.mu.Lock()
	text, ok := p.files[strings.TrimPrefix(r.URL.Path, wellKnown)]
	serve := p.serve
	p.mu.Unlock()
	switch {
	case serve != nil:
		serve(w, r)
	case !ok:
		http.NotFound(w, r)
	default:
		_, _ = io.WriteString(w, text)
	}
}

// shake answers TLS handshakes with the certificate of the name that is asked for.
func (p *prover) shake(l net.Listener) {
	config := &tls.Config{
		NextProtos: []string{protocolALPN},
		GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
			p.mu.Lock()
			defer p.mu.Unlock()
			return p.certs[h.ServerName], nil
		},
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			_ = tls.Server(conn, config).Handshake()
		}()
	}
}

// ServeDNS answers from the zone.
func (p *prover) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	name := strings.ToLower(q.Question[0].Name)
	p.mu.Lock()
	code, failing := p.fail[name]
	records, known := p.zone[name]
	p.mu.Unlock()
	for _, text := range records {
		r, err := dns.NewRR(text)
		if err == nil && r.Header().Rrtype == q.Question[0].Qtype {
			m.Answer = append(m.Answer, r)
		}
	}
	if failing {
		m.Rcode = code
	} else if !known {
		m.Rcode = dns.RcodeNameError
	}
	_ = w.WriteMsg(m)
}

func (p *prover) record(name string, texts ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.zone[strings.ToLower(name)+"."] = texts
}

// failing makes the name server fail for a name.
func (p *prover) failing(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail[name] = dns.RcodeServerFailure
}

// show makes the TLS server show a certificate for a name.
func (p *prover) show(name string, c *tls.Certificate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.certs[name] = c
}

// answerBy lets a function answer instead of the files.
func (p *prover) answerBy(serve http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serve = serve
}

func (p *prover) put(token, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[token] = text
}

// client speaks ACME with full control over what it sends.
type client struct {
	*bench
	profile string
	key     crypto.Signer
	kid     string
	nonce   string
	given   time.Time // when the nonce was
	http    *http.Client
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return v
}

// text returns a member that is a string.
func (a answer) text(t testing.TB, name string) string {
	t.Helper()
	s, _ := a.json(t)[name].(string)
	return s
}

// list returns a member that is a list of strings.
func (a answer) list(t testing.TB, name string) (all []string) {
	t.Helper()
	items, _ := a.json(t)[name].([]any)
	for _, i := range items {
		s, _ := i.(string)
		all = append(all, s)
	}
	return all
}

// want checks status and, of a refusal, the type and a part of its detail.
func (a answer) want(t testing.TB, status int, words ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d %s, want %d", a.status, a.body, status)
	}
	if a.header.Get("Replay-Nonce") == "" {
		t.Errorf("the answer %d %s has no nonce", a.status, a.body)
	}
	if status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("got the type %q of a refusal", a.header.Get("Content-Type"))
	}
	for i, w := range words {
		if i == 0 {
			if got := a.text(t, "type"); got != urn+w {
				t.Errorf("got the type %s (%s), want %s", got, a.text(t, "detail"), w)
			}
			continue
		}
		if !strings.Contains(a.text(t, "detail"), w) {
			t.Errorf("got the detail %q, want it to say %q", a.text(t, "detail"), w)
		}
	}
	return a
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	return k
}

// client returns a client without an account.
func (b *bench) client(profile string) *client {
	return &client{bench: b, profile: profile, key: newKey(b.t), http: b.http.Client()}
}

// account returns a client with an account.
func (b *bench) account(profile string) *client {
	b.t.Helper()
	c := b.client(profile)
	c.register(`{}`).want(b.t, 201)
	return c
}

func (c *client) register(payload string) answer {
	c.t.Helper()
	a := c.post(c.at("new-account"), payload, sign{jwk: true})
	if at := a.header.Get("Location"); a.status < 300 {
		c.kid = at
	}
	return a
}

// at is the address of a resource.
func (c *client) at(path string) string { return c.host.Link(Prefix + c.profile + "/" + path) }

// sign changes how a message is made.
type sign struct {
	jwk     bool // rather than kid
	both    bool
	url     string
	nonce   *string
	alg     string
	kid     string
	header  map[string]any // further parameters
	raw     string         // the whole body
	content string         // type
	accept  string
	key     crypto.Signer
	spoil   bool // changes the payload after it was signed
}

func (c *client) fetchNonce() string {
	c.t.Helper()
	a := c.do("HEAD", c.at("new-nonce"), nil, nil)
	if a.status != 200 {
		c.t.Fatalf("new-nonce: %d", a.status)
	}
	return a.header.Get("Replay-Nonce")
}

func (c *client) do(method, to string, body []byte, header map[string]string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, to, bytes.NewReader(body))
	check(c.t, err)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w, err := c.http.Do(r)
	check(c.t, err)
	defer func() { _ = w.Body.Close() }()
	got, err := io.ReadAll(w.Body)
	check(c.t, err)
	if n := w.Header.Get("Replay-Nonce"); n != "" {
		c.nonce, c.given = n, c.now.Now()
	}
	return answer{w.StatusCode, w.Header, got}
}

// post sends a message. An empty payload is POST-as-GET.
func (c *client) post(to, payload string, how ...sign) answer {
	c.t.Helper()
	var s sign
	if len(how) > 0 {
		s = how[0]
	}
	body := c.message(to, payload, s)
	if s.raw != "" {
		body = []byte(s.raw)
	}
	h := map[string]string{"Content-Type": "application/jose+json"}
	if s.content != "" {
		h["Content-Type"] = s.content
	}
	if s.accept != "" {
		h["Accept"] = s.accept
	}
	return c.do("POST", to, body, h)
}

func (c *client) message(to, payload string, s sign) []byte {
	c.t.Helper()
	by := c.key
	if s.key != nil {
		by = s.key
	}
	h := map[string]any{"url": to, "alg": algOf(by)}
	switch {
	case s.nonce != nil:
		if *s.nonce != "" {
			h["nonce"] = *s.nonce
		}
	default:
		if c.nonce == "" || c.now.Now().Sub(c.given) > nonceLife/2 {
			c.nonce = c.fetchNonce()
		}
		h["nonce"], c.nonce = c.nonce, ""
	}
	if s.jwk || s.both {
		h["jwk"] = json.RawMessage(jwkOf(c.t, by.Public()))
	}
	if !s.jwk || s.both {
		h["kid"] = c.kid
	}
	if s.url != "" {
		h["url"] = s.url
	}
	if s.alg != "" {
		h["alg"] = s.alg
	}
	if s.kid != "" {
		h["kid"] = s.kid
	}
	for k, v := range s.header {
		if v == nil {
			delete(h, k)
			continue
		}
		h[k] = v
	}
	body := seal(c.t, by, h, payload)
	if s.spoil {
		body = bytes.Replace(body, []byte(`"payload":"`), []byte(`"payload":"e30g`), 1)
	}
	return body
}

// seal makes a JWS.
func seal(t testing.TB, by crypto.Signer, header map[string]any, payload string) []byte {
	t.Helper()
	head, err := json.Marshal(header)
	check(t, err)
	protected, content := encode64(head), encode64([]byte(payload))
	body, err := json.Marshal(map[string]string{
		"protected": protected, "payload": content, "signature": encode64(signature(t, by, []byte(protected+"."+content))),
	})
	check(t, err)
	return body
}

func algOf(by crypto.Signer) string {
	switch k := by.Public().(type) {
	case *ecdsa.PublicKey:
		return map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[k.Curve.Params().BitSize]
	case ed25519.PublicKey:
		return "EdDSA"
	}
	return "RS256"
}

func signature(t testing.TB, by crypto.Signer, signed []byte) []byte {
	t.Helper()
	switch k := by.(type) {
	case *ecdsa.PrivateKey:
		size := (k.Curve.Params().BitSize + 7) / 8
		sum256, sum384, sum512 := sha256.Sum256(signed), sha512.Sum384(signed), sha512.Sum512(signed)
		r, s, err := ecdsa.Sign(rand.Reader, k, map[int][]byte{32: sum256[:], 48: sum384[:], 66: sum512[:]}[size])
		check(t, err)
		out := make([]byte, 2*size)
		r.FillBytes(out[:size])
		s.FillBytes(out[size:])
		return out
	case ed25519.PrivateKey:
		return ed25519.Sign(k, signed)
	case *rsa.PrivateKey:
		sum := sha256.Sum256(signed)
		out, err := rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
		check(t, err)
		return out
	}
	t.Fatalf("cannot sign with %T", by)
	return nil
}

func jwkOf(t testing.TB, public crypto.PublicKey) string {
	t.Helper()
	switch p := public.(type) {
	case *ecdsa.PublicKey:
		raw, err := p.Bytes()
		check(t, err)
		n := (len(raw) - 1) / 2
		return `{"kty":"EC","crv":"` + p.Curve.Params().Name + `","x":"` + encode64(raw[1:1+n]) + `","y":"` + encode64(raw[1+n:]) + `"}`
	case ed25519.PublicKey:
		return `{"kty":"OKP","crv":"Ed25519","x":"` + encode64(p) + `"}`
	case *rsa.PublicKey:
		return `{"kty":"RSA","n":"` + encode64(p.N.Bytes()) + `","e":"` + encode64(big.NewInt(int64(p.E)).Bytes()) + `"}`
	}
	t.Fatalf("there is no jwk of %T", public)
	return ""
}

func (c *client) thumbprint() string {
	c.t.Helper()
	print, err := xacme.JWKThumbprint(c.key.Public())
	check(c.t, err)
	return print
}

// order places an order for names and addresses.
func (c *client) order(names ...string) answer {
	c.t.Helper()
	return c.post(c.at("new-order"), orderPayload(names...))
}

func orderPayload(names ...string) string {
	var ids []identifier
	for _, n := range names {
		kind := typeDNS
		if net.ParseIP(n) != nil {
			kind = typeIP
		}
		ids = append(ids, identifier{kind, n})
	}
	b, _ := json.Marshal(map[string]any{"identifiers": ids})
	return string(b)
}

// offered returns the address and token of a challenge of an authorization.
func (c *client) offered(authz, method string) (at, token string) {
	c.t.Helper()
	a := c.post(authz, "").want(c.t, 200)
	items, _ := a.json(c.t)["challenges"].([]any)
	for _, i := range items {
		m := i.(map[string]any)
		if m["type"] == method {
			return m["url"].(string), m["token"].(string)
		}
	}
	c.t.Fatalf("%s does not offer %s: %s", authz, method, a.body)
	return "", ""
}

// prove solves the http-01 challenges of an order.
func (c *client) prove(order answer) {
	c.t.Helper()
	for _, authz := range order.list(c.t, "authorizations") {
		if c.post(authz, "").text(c.t, "status") == valid {
			continue
		}
		at, token := c.offered(authz, http01)
		c.proof.put(token, authorizes(token, c.thumbprint()))
		c.post(at, "{}").want(c.t, 200)
		c.settled(authz, valid)
	}
}

// settled waits until an authorization has a state.
func (c *client) settled(authz, state string) answer {
	c.t.Helper()
	var a answer
	until(c.t, authz+" to be "+state, func() bool {
		a = c.post(authz, "").want(c.t, 200)
		return a.text(c.t, "status") != pending
	})
	if got := a.text(c.t, "status"); got != state {
		c.t.Fatalf("%s is %s and not %s: %s", authz, got, state, a.body)
	}
	return a
}

// csr makes a request for names and addresses.
func csr(t testing.TB, key crypto.Signer, cn string, names ...string) []byte {
	t.Helper()
	var subject pki.Name
	if cn != "" {
		subject = pki.Name{{Type: pki.CN, Value: cn}}
	}
	var all []pki.SAN
	for _, n := range names {
		kind := pki.DNSName
		if net.ParseIP(n) != nil {
			kind = pki.IPAddress
		}
		all = append(all, pki.SAN{Type: kind, Value: n})
	}
	der, err := pki.NewCSR(key, subject, all)
	check(t, err)
	return der
}

// finalize sends a request for the names.
func (c *client) finalize(order answer, key crypto.Signer, names ...string) answer {
	c.t.Helper()
	return c.post(order.text(c.t, "finalize"), `{"csr":"`+encode64(csr(c.t, key, "", names...))+`"}`)
}

// issued orders, proves and finalizes, and returns the order and the certificate with its chain.
func (c *client) issued(names ...string) (answer, []*x509.Certificate, crypto.Signer) {
	c.t.Helper()
	o := c.order(names...).want(c.t, 201)
	c.prove(o)
	key := newKey(c.t)
	done := c.finalize(o, key, names...).want(c.t, 200)
	if got := done.text(c.t, "status"); got != valid {
		c.t.Fatalf("the order is %s: %s", got, done.body)
	}
	return done, c.download(done), key
}

func (c *client) download(order answer) []*x509.Certificate {
	c.t.Helper()
	a := c.post(order.text(c.t, "certificate"), "").want(c.t, 200)
	return certificates(c.t, a.body)
}

func certificates(t testing.TB, text []byte) (all []*x509.Certificate) {
	t.Helper()
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		check(t, err)
		all = append(all, cert)
	}
	if len(all) == 0 {
		t.Fatalf("no certificate in %q", text)
	}
	return all
}

// call calls the REST API.
func (b *bench) call(who, method, path, body string) (int, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, b.rest.URL+"/api/v1"+path, strings.NewReader(body))
	check(b.t, err)
	r.Header.Set("X-API-ID", who)
	r.Header.Set("Content-Type", "application/json")
	w, err := b.rest.Client().Do(r)
	check(b.t, err)
	defer func() { _ = w.Body.Close() }()
	got, err := io.ReadAll(w.Body)
	check(b.t, err)
	return w.StatusCode, strings.TrimSpace(string(got))
}
