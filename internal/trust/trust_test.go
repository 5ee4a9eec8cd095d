package trust_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store/storetest"
	"github.com/horizon-clm/horizon/internal/trust"
	"github.com/horizon-clm/horizon/internal/web"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// authority is a CA with its key.
type authority struct {
	*pki.Certificate
	key crypto.Signer
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := pki.Generate(pki.P256)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func parsed(t testing.TB, der []byte, err error) *pki.Certificate {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	c, err := pki.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func root(t testing.TB, name string) authority {
	t.Helper()
	key := newKey(t)
	der, err := (&pki.Template{
		Subject: pki.Name{{Type: pki.CN, Value: name}}, Serial: big.NewInt(1), IsCA: true, NotBefore: noon, NotAfter: noon.AddDate(10, 0, 0),
	}).SelfSign(key)
	return authority{parsed(t, der, err), key}
}

// issue returns a CA or a leaf that a has signed.
func (a authority) issue(t testing.TB, name string, ca bool, key crypto.Signer, years int) authority {
	t.Helper()
	der, err := pki.Issuer{Certificate: a.X509, Key: a.key}.Sign(&pki.Template{
		Subject: pki.Name{{Type: pki.CN, Value: name}}, Serial: big.NewInt(2), IsCA: ca, PublicKey: key.Public(),
		NotBefore: noon, NotAfter: noon.AddDate(years, 0, 0), KeyUsage: x509.KeyUsage(0),
	})
	return authority{parsed(t, der, err), key}
}

type server struct {
	*testing.T
	deps kind.Deps
	http *httptest.Server
}

func start(t *testing.T) server {
	t.Helper()
	now := clock.NewManual(noon)
	db := storetest.Open(t, now)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	if err != nil {
		t.Fatal(err)
	}
	set := kind.NewSet(trust.CAs.Definition)
	set.Attach(db)
	deps := kind.Deps{DB: &act.DB{DB: db, Pen: event.Pen{Seals: seals}}}
	public, _ := url.Parse("https://localhost")
	host := &web.Host{PublicURL: public, NewID: db.NewID, Clock: now, Log: slog.New(slog.DiscardHandler), Identify: func(_ http.Header, _ *http.Request, from access.Caller) (access.Caller, error) {
		from.ID, from.Rights = "ann", access.RightsOf("configuration:*")
		return from, nil
	}}
	s := server{t, deps, httptest.NewServer(web.New(host, "test", set.Operations(deps)))}
	t.Cleanup(s.http.Close)
	return s
}

func (s server) want(method, path string, body any, status int, contains ...string) (answer map[string]any) {
	s.Helper()
	raw, ok := body.(string)
	if !ok {
		b, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		raw = string(b)
	}
	r, err := http.NewRequest(method, s.http.URL+"/api/v1"+path, strings.NewReader(raw))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil || w.StatusCode != status {
		s.Errorf("%s %s %.200s: got %d %s %v, want %d", method, path, raw, w.StatusCode, text, err, status)
	}
	for _, c := range contains {
		if !strings.Contains(string(text), c) {
			s.Errorf("%s %s: got %s, want %s in it", method, path, text, c)
		}
	}
	_ = json.Unmarshal(text, &answer)
	return answer
}

// What is shown can be sent again as it is.
func TestLife(t *testing.T) {
	t.Parallel()
	s := start(t)
	top := root(t, "Top")
	got := s.want("POST", "/cas", map[string]any{"name": "top", "certificate": top.PEM(), "public": true, "identifierMapping": "", "timeout": "5s"}, 201)
	delete(got, "_id")
	var decoded map[string]any
	b, err := json.Marshal(trust.Decode(top.Certificate))
	if err != nil || json.Unmarshal(b, &decoded) != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"name": "top", "certificate": decoded, "trustedForClientAuthentication": false, "trustedForServerAuthentication": false,
		"outdatedRevocationStatusPolicy": "lastavailablestatus", "public": true, "downloadable": false, "refresh": "10 minutes",
		"timeout": "5 seconds", "cacheTimeToIdle": "10 minutes", "identifierMapping": "{{certificate.dn}}",
		"emailMapping": "{{certificate.san.rfc822name.1}}", "nameMapping": "{{certificate.subject.cn.1}}", "subjectKeyIdentifier": top.SubjectKeyID,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got["nameMapping"] = "{{certificate.dn}}"
	again := s.want("PUT", "/cas", got, 200, `"nameMapping":"{{certificate.dn}}"`)
	delete(again, "_id")
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.want("DELETE", "/cas/top", "", 204)
	s.want("GET", "/cas/top", "", 404, "CA-003")
}

func TestRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	top := root(t, "Top")
	leaf := top.issue(t, "leaf", false, newKey(t), 1)
	for name, c := range map[string]struct {
		change map[string]any
		want   string
	}{
		"no certificate": {map[string]any{"certificate": ""}, "expected a PEM text"},
		"a number":       {map[string]any{"certificate": 7}, "expected a PEM text"},
		"an empty one":   {map[string]any{"certificate": map[string]any{}}, "expected a PEM text"},
		"null":           {map[string]any{"certificate": nil}, "certificate"},
		"no PEM":         {map[string]any{"certificate": "x"}, "certificate: Could not parse provided PEM"},
		"a leaf":         {map[string]any{"certificate": leaf.PEM()}, "not the certificate of a CA"},
		"policy":         {map[string]any{"outdatedRevocationStatusPolicy": "maybe"}, "outdatedRevocationStatusPolicy"},
		"refresh":        {map[string]any{"refresh": "1 s"}, "refresh: from 10 seconds to 30 days"},
		"timeout":        {map[string]any{"timeout": "1 day"}, "timeout: at most 5 minutes"},
		"idle":           {map[string]any{"cacheTimeToIdle": "100 days"}, "cacheTimeToIdle: at most 7 days"},
		"no duration":    {map[string]any{"timeout": "soon"}, "timeout"},
		"crl":            {map[string]any{"crlUrl": "file:///etc/passwd"}, "crlUrl"},
		"ocsp":           {map[string]any{"responderUrl": "http://user@host/"}, "responderUrl"},
		"proxy":          {map[string]any{"proxy": "none"}, "there is no http-proxy named none"},
		"template":       {map[string]any{"emailMapping": "{{Lower(}}"}, "CA-002"},
	} {
		body := map[string]any{"name": "top", "certificate": top.PEM()}
		for k, v := range c.change {
			body[k] = v
		}
		t.Log(name)
		s.want("POST", "/cas", body, 400, "CA-002", c.want)
	}
	s.want("POST", "/cas", map[string]any{"name": "top", "certificate": map[string]any{"pem": top.PEM(), "dn": "x"}}, 201)
}

// Every example is accepted.
func TestExample(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, e := range trust.CAs.Examples() {
		s.want("POST", "/cas", e, 201)
	}
}

func TestGraph(t *testing.T) {
	t.Parallel()
	s := start(t)
	ctx, who := context.Background(), access.System("test", "")
	top, other := root(t, "Top"), root(t, "Other")
	key := newKey(t)
	middle, longer := top.issue(t, "Middle", true, key, 3), top.issue(t, "Middle", true, key, 5)
	cross := other.issue(t, "Middle", true, key, 4)
	issuing := middle.issue(t, "Issuing", true, newKey(t), 2)
	leaf := issuing.issue(t, "leaf", false, newKey(t), 1)
	stranger := root(t, "Top").issue(t, "stranger", false, newKey(t), 1) // of another root with the same name
	unknown := middle.issue(t, "Unknown", true, newKey(t), 2)
	for name, c := range map[string]authority{"top": top, "middle": middle, "longer": longer, "cross": cross, "issuing": issuing, "other": other} {
		ca := trust.Known(name, c.Certificate)
		ca.Public = name != "longer"
		if err := trust.CAs.Add(ctx, s.deps, who, ca); err != nil {
			t.Fatal(err)
		}
	}
	g, err := trust.Look(ctx, s.deps.DB.DB)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := trust.Look(ctx, s.deps.DB.DB); err != nil || again != g {
		t.Errorf("got another graph of the same configuration, %v", err)
	}
	for name, c := range map[string]struct {
		of    authority
		chain []authority
	}{
		"leaf":     {leaf, []authority{leaf, issuing, longer, top}},
		"root":     {top, []authority{top}},
		"stranger": {stranger, []authority{stranger}},
		"new root": {root(t, "New"), nil},
	} {
		var want, got []string
		for _, x := range c.chain {
			want = append(want, x.Thumbprint)
		}
		for _, x := range g.Chain(c.of.Certificate) {
			got = append(got, x.Thumbprint)
		}
		if diff := cmp.Diff(want, got); diff != "" && c.chain != nil || len(got) == 0 {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, c := range map[string]struct {
		issuer authority
		want   bool
	}{"known": {issuing, true}, "signed by a known one": {unknown, true}, "another root": {root(t, "Top"), false}, "stranger": {stranger, false}} {
		if got := g.IsTrusted(c.issuer.Certificate); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
	if diff := cmp.Diff([]string{"issuing", "other(cross)", "top(middle)"}, shape(g.Tree())); diff != "" {
		t.Errorf("tree: %s", diff)
	}
	path, err := g.Path("middle")
	if diff := cmp.Diff([]string{"top(middle)"}, shape([]trust.Branch{path})); err != nil || diff != "" {
		t.Errorf("path: %v %s", err, diff)
	}
	for _, name := range []string{"longer", "none"} {
		if _, err := g.Path(name); err == nil {
			t.Errorf("%s: got the path of a CA that is not public", name)
		}
	}
	if err := trust.CAs.Delete(ctx, s.deps, who, "issuing"); err != nil {
		t.Fatal(err)
	}
	if g, err = trust.Look(ctx, s.deps.DB.DB); err != nil || len(g.Chain(leaf.Certificate)) != 1 {
		t.Errorf("got the chain of a deleted CA, %v", err)
	}
}

// shape writes a tree as text.
func shape(tree []trust.Branch) (all []string) {
	for _, b := range tree {
		text := b.Name
		if len(b.Subordinates) > 0 {
			text += "(" + strings.Join(shape(b.Subordinates), " ") + ")"
		}
		all = append(all, text)
	}
	return all
}

// Lists the contract wants are sent empty, never null.
func TestDecode(t *testing.T) {
	t.Parallel()
	top := root(t, "Top")
	b, err := json.Marshal(trust.Decode(&pki.Certificate{X509: top.X509}))
	if err != nil || strings.Contains(string(b), "null") {
		t.Errorf("got %s, %v", b, err)
	}
	b, err = json.Marshal(trust.Decode(top.Certificate))
	for _, want := range []string{`"dnElements":[{"type":"CN","value":"Top"}]`, `"basicConstraints":{"isCa":true}`, `"keyUsages":["digitalSignature","keyCertSign","cRLSign"]`, `"extendedKeyUsages":[]`, `"selfSigned":true`} {
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("got %s, want %s", b, want)
		}
	}
}
