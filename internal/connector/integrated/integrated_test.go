package integrated_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/connector/integrated"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

var (
	ctx   = context.Background()
	admin = access.System("test", "1")
	set   = kind.NewSet(connector.Connectors.Variants(integrated.Example()), connector.HTTPProxies.Definition)
)

type bench struct {
	t   *testing.T
	now *clock.Manual
	env connector.Env
	ca  *authority.Engine
}

func start(t *testing.T) *bench {
	t.Helper()
	now := clock.NewManual(time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC))
	db := storetest.Open(t, now)
	folder, err := secret.OpenFolder(filepath.Join(t.TempDir(), "keys"))
	check(t, err)
	ring, err := secret.OpenKeyring(folder)
	check(t, err)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	check(t, err)
	set.Attach(db)
	acts := &act.DB{DB: db, Pen: event.Pen{Seals: seals}}
	e := authority.New(acts, ring, "http://pki.example")
	return &bench{t: t, now: now, ca: e, env: connector.Env{DB: acts, Keys: ring, Authority: e}}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same[T any](t testing.TB, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("got (+), want (-):\n%s", d)
	}
}

func (b *bench) open(c connector.Connector) connector.PKI {
	b.t.Helper()
	p, err := c.Open(ctx, b.env)
	check(b.t, err)
	return p
}

func order(t testing.TB, id string) connector.Order {
	t.Helper()
	key, err := pki.Generate(pki.P256)
	check(t, err)
	subject := pki.Name{{Type: pki.CN, Value: "a.example"}}
	der, err := pki.NewCSR(key, subject, nil)
	check(t, err)
	csr, err := pki.ParseCSR(der)
	check(t, err)
	return connector.Order{ID: id, CSR: csr, Subject: subject, SANs: []pki.SAN{{Type: pki.DNSName, Value: "a.example"}}}
}

func (b *bench) enroll(p connector.PKI, id string) (*pki.Certificate, connector.Issued) {
	b.t.Helper()
	done, err := p.Enroll(ctx, order(b.t, id))
	check(b.t, err)
	c, err := pki.ParseCertificate(done.Certificate)
	check(b.t, err)
	return c, done
}

func (b *bench) authorities() (all []string) {
	b.t.Helper()
	cas, err := b.ca.List(ctx, admin)
	check(b.t, err)
	for _, c := range cas {
		all = append(all, c.Name)
	}
	return all
}

// With neither a name nor a key, the connector has a two-level CA made, once.
func TestOwn(t *testing.T) {
	t.Parallel()
	b := start(t)
	back := span.Duration(time.Hour)
	c := integrated.Example()
	c.CertType, c.CRTLifetime, c.CRTBackDate, c.CheckPoP = "client", 10*span.Day, &back, true
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := c.Open(ctx, b.env); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	same(t, b.authorities(), []string{"integrated", "integrated-root"})
	b.now.Advance(2 * time.Hour)
	p := b.open(c)
	x, done := b.enroll(p, "r1")
	same(t, x.ExtKeyUsages, []string{"clientAuth"})
	same(t, []time.Time{x.NotBefore, x.NotAfter}, []time.Time{b.now.Now().Add(-time.Hour), b.now.Now().Add(240 * time.Hour)})
	same(t, len(done.Chains[0]), 2)
	_, again := b.enroll(p, "r1")
	same(t, again, done)

	check(t, p.Revoke(ctx, connector.Revocation{Certificate: done.Certificate, Reason: pki.CertificateHold}))
	check(t, p.Revoke(ctx, connector.Revocation{Certificate: done.Certificate, Reason: pki.CertificateHold}))
	check(t, p.(connector.Unrevoker).Unrevoke(ctx, done.Certificate))
	_, err := p.Enroll(ctx, connector.Order{ID: "r2"})
	if fault.Of(err).Code() != "PKI-CONNECTOR-022" {
		t.Errorf("got %v, want that there is no request", err)
	}
	spoiled := order(t, "r3")
	csr := *spoiled.CSR
	csr.DER = append([]byte(nil), csr.DER...)
	csr.DER[len(csr.DER)-1] ^= 1
	spoiled.CSR = &csr
	if _, err := p.Enroll(ctx, spoiled); fault.Of(err).Code() != "PKI-CONNECTOR-022" {
		t.Errorf("got %v, want that possession is not proven", err)
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	b := start(t)
	for certType, want := range map[string][]string{
		"": {"serverAuth", "clientAuth"}, "serverclient": {"serverAuth", "clientAuth"}, "server": {"serverAuth"},
		"client": {"clientAuth"}, "email": {"emailProtection"}, "codesigning": {"codeSigning"}, "any": nil,
	} {
		c := integrated.Example()
		c.CertType = certType
		x, _ := b.enroll(b.open(c), "type-"+certType)
		same(t, x.ExtKeyUsages, want)
	}
}

// A CA of the engine is used as it is; key and certificate are imported under the name of the connector, and the next
// certificate is taken when it stands there.
func TestNamedAndImported(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, err := b.ca.Ensure(ctx, admin, authority.Spec{Name: "ours", KeyType: pki.P384})
	check(t, err)
	x, _ := b.enroll(b.open(integrated.On("c", "ours")), "a")
	same(t, x.IssuerDN, "CN=ours")

	key, err := pki.Generate(pki.RSA2048)
	check(t, err)
	text, err := pki.EncodeKey(key)
	check(t, err)
	c := integrated.Connector{Named: kind.Named{Name: "imported"}, Type: "integrated", CAKey: kind.NewSecret(text), CRLLifetime: 2 * span.Day}
	for n := range 2 {
		der, err := (&pki.Template{Subject: pki.Name{{Type: pki.CN, Value: "Elsewhere"}}, Serial: pki.NewSerial(), IsCA: true,
			NotBefore: b.now.Now(), NotAfter: b.now.Now().AddDate(1+n, 0, 0)}).SelfSign(key)
		check(t, err)
		c.CACert = kind.PEM(pki.EncodePEM("CERTIFICATE", der))
		_ = b.open(c)
		_, done := b.enroll(b.open(c), "import"+strings.Repeat("x", n))
		same(t, done.Chains[0][0], der)
		same(t, len(done.Chains), n+1)
	}
	same(t, b.authorities(), []string{"imported", "ours"})
	l, err := b.ca.CRL(ctx, "imported", 2)
	check(t, err)
	same(t, l.NextUpdate.Sub(l.ThisUpdate), 48*time.Hour)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	b := start(t)
	_, err := b.ca.Ensure(ctx, admin, authority.Spec{Name: "ours", KeyType: pki.P384})
	check(t, err)
	c := func(change func(*integrated.Connector)) connector.Connector {
		c := integrated.Example()
		change(&c)
		return c
	}
	for what, try := range map[string]struct {
		connector.Connector
		reason string
	}{
		"both":       {c(func(c *integrated.Connector) { c.Authority, c.CACert = "ours", "x" }), "authority:"},
		"half":       {c(func(c *integrated.Connector) { c.CACert = "x" }), "caKey, caCert:"},
		"no such CA": {c(func(c *integrated.Connector) { c.Authority = "no" }), "does not exist: no"},
		"hash":       {c(func(c *integrated.Connector) { c.Authority = "ours" }), "signAlg: a CA with a ec-secp384r1 key signs with SHA384"},
		"bad name":   {c(func(c *integrated.Connector) { c.Name = ".." }), "name:"},
		"no key":     {c(func(c *integrated.Connector) { c.CAKey, c.CACert = kind.NewSecret("x"), "x" }), "key:"},
	} {
		_, err := try.Open(ctx, b.env)
		if err == nil || !strings.Contains(fault.Of(err).Reason(), try.reason) {
			t.Errorf("%s: got %v, want %s", what, err, try.reason)
		}
	}
	if _, err := integrated.Example().Open(ctx, connector.Env{}); fault.Of(err).Code() != "PKI-CONNECTOR-020" {
		t.Errorf("got %v, want that there is no engine", err)
	}
}

// The example passes as configuration, and opens from the pool.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	b := start(t)
	deps := kind.Deps{DB: b.env.DB, Keys: b.env.Keys}
	check(t, connector.Connectors.Add(ctx, deps, admin, integrated.Example()))
	pool := &connector.Pool{Env: b.env}
	enroll := func(name string) {
		t.Helper()
		check(t, pool.With(ctx, admin, name, func(p connector.PKI) error {
			_, err := p.Enroll(ctx, order(t, name))
			return err
		}))
	}
	enroll("integrated")
	check(t, connector.Connectors.Add(ctx, deps, admin, integrated.On("other", "integrated")))
	enroll("other")
	same(t, b.authorities(), []string{"integrated", "integrated-root"})
}

// What would keep a connector from being opened is said when it is stored.
func TestCheck(t *testing.T) {
	t.Parallel()
	b := start(t)
	check(t, b.ca.Provide(ctx, "here", authority.DefaultSettings()))
	deps := kind.Deps{DB: b.env.DB, Keys: b.env.Keys}
	for what, try := range map[string]struct {
		change func(*integrated.Connector)
		reason string
	}{
		"lost":    {func(c *integrated.Connector) { c.Authority = "lost" }, "authority: this server has no certification authority named lost"},
		"wrong":   {func(c *integrated.Connector) { c.Authority, c.SignAlg = "here", "SHA512" }, "signAlg: "},
		"both":    {func(c *integrated.Connector) { c.Authority, c.CAKey = "here", kind.NewSecret("x") }, "authority: it is named"},
		"no-key":  {func(c *integrated.Connector) { c.CACert = "-----BEGIN X-----\n-----END X-----" }, "caKey: it is needed"},
		"no-cert": {func(c *integrated.Connector) { c.CAKey = kind.NewSecret("x") }, "caCert: it is needed"},
		"no-secret": {func(c *integrated.Connector) {
			c.CAKey, c.CACert = kind.NewSecret("x"), "-----BEGIN X-----\n-----END X-----"
		}, "caKey, caCert: "},
		"good": {func(c *integrated.Connector) { c.Authority, c.SignAlg = "here", "SHA256" }, ""},
	} {
		c := integrated.On(what, "")
		try.change(&c)
		err := connector.Connectors.Add(ctx, deps, admin, c)
		if try.reason == "" {
			check(t, err)
			continue
		}
		if err == nil || !strings.Contains(fault.Of(err).Reason(), try.reason) {
			t.Errorf("%s: got %v, want %s", what, err, try.reason)
		}
	}
}
