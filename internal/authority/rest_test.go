package authority_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/web"
)

// serve serves the operations; the header "who" tells the caller.
func (b *bench) serve() *httptest.Server {
	b.t.Helper()
	callers := map[string]access.Caller{"admin": admin, "reader": reader, "nobody": nobody}
	public, err := url.Parse("https://horizon.example")
	check(b.t, err)
	host := &web.Host{
		PublicURL: public, NewID: b.DB.NewID, Clock: b.now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Identify: func(_ http.Header, r *http.Request, from access.Caller) (access.Caller, error) {
			who := callers[r.Header.Get("who")]
			from.ID, from.Type, from.Rights = who.ID, who.Type, who.Rights
			return from, nil
		},
	}
	s := httptest.NewServer(web.New(host, "test", b.Operations()))
	b.t.Cleanup(s.Close)
	return s
}

type answerBody struct {
	Name, DN, KeyType, Parent, Detail, Error string
	Issued                                   int
	Settings                                 struct{ CRLLifetime string }
	Generations                              []struct {
		KeyGeneration                             int
		Certificate, CRLURL, OCSPURL, CrossSigned string
		Chains                                    []string
		CRL                                       *struct{ Number, Entries, NextUpdate int64 }
	}
}

func call(t testing.TB, s *httptest.Server, who, method, path string, body any) (int, answerBody) {
	t.Helper()
	raw, err := json.Marshal(body)
	check(t, err)
	r, err := http.NewRequestWithContext(ctx, method, s.URL+web.Root+path, strings.NewReader(string(raw)))
	check(t, err)
	r.Header.Set("who", who)
	r.Header.Set("Content-Type", "application/json")
	res, err := s.Client().Do(r)
	check(t, err)
	defer func() { check(t, res.Body.Close()) }()
	var out answerBody
	raw, err = io.ReadAll(res.Body)
	check(t, err)
	if err := json.Unmarshal(raw, &out); err != nil && len(raw) > 0 && raw[0] == '{' {
		t.Fatalf("%s: %v", raw, err)
	}
	return res.StatusCode, out
}

func TestREST(t *testing.T) {
	t.Parallel()
	b := start(t)
	s := b.serve()
	type object = map[string]any
	status, ca := call(t, s, "admin", "POST", "/authorities", object{"name": "root", "subject": "CN=Root,O=Example", "keyType": "ec-secp384r1",
		"lifetime": "100 days", "crlLifetime": "1 day", "nameConstraints": object{"permittedDNS": []string{"example.com"}}})
	same(t, status, 201)
	same(t, []string{ca.Name, ca.DN, ca.KeyType, ca.Settings.CRLLifetime}, []string{"root", "CN=Root,O=Example", "ec-secp384r1", "1 day"})
	status, ca = call(t, s, "admin", "POST", "/authorities", object{"name": "issuing", "parent": "root"})
	same(t, status, 201)
	same(t, []string{ca.Parent, ca.KeyType}, []string{"root", "ec-secp256r1"})
	status, ca = call(t, s, "admin", "POST", "/authorities/issuing/renew", object{"sameKey": true})
	same(t, status, 200)
	same(t, []int{len(ca.Generations), ca.Generations[1].KeyGeneration, len(ca.Generations[1].Chains)}, []int{2, 1, 2})
	status, ca = call(t, s, "admin", "POST", "/authorities/root/renew", object{})
	same(t, status, 200)
	if ca.Generations[1].KeyGeneration != 2 || ca.Generations[1].CrossSigned == "" {
		t.Errorf("got %+v, want a new key signed by the old one", ca.Generations[1])
	}
	status, ca = call(t, s, "admin", "POST", "/authorities/issuing/crl", nil)
	same(t, status, 200)
	if l := ca.Generations[0].CRL; l == nil || l.Number != 1 || l.NextUpdate <= b.now.Now().UnixMilli() {
		t.Errorf("got list %+v, want the first", l)
	}
	same(t, ca.Generations[1].CRLURL, "http://pki.example:8080/crl/issuing/2.crl")
	status, ca = call(t, s, "admin", "PUT", "/authorities/issuing/settings", object{"crlLifetime": "2 days"})
	same(t, status, 200)
	same(t, ca.Settings.CRLLifetime, "2 days")

	key := newKey(t, pki.P256)
	m := below(t, start2bench(t), key)
	p12, err := pki.EncodePKCS12(pki.KeyStore{Key: key, Certificate: m.Certificate, Chain: m.Above}, "secret", "")
	check(t, err)
	in := object{"name": "imported", "pkcs12": base64.StdEncoding.EncodeToString(p12), "password": "secret"}
	status, ca = call(t, s, "admin", "POST", "/authorities/import", in)
	same(t, status, 201)
	same(t, ca.DN, "CN=Imported")

	for _, c := range []struct {
		who, method, path string
		body              any
		status            int
		code, detail      string
	}{
		{"reader", "GET", "/authorities", nil, 200, "", ""},
		{"reader", "GET", "/authorities/issuing", nil, 200, "", ""},
		{"nobody", "GET", "/authorities", nil, 403, "SEC-PERM-001", ""},
		{"nobody", "GET", "/authorities/issuing", nil, 403, "SEC-PERM-001", ""},
		{"", "GET", "/authorities", nil, 401, "SEC-AUTH-002", ""},
		{"reader", "POST", "/authorities", object{"name": "x"}, 403, "SEC-PERM-001", ""},
		{"reader", "POST", "/authorities/import", in, 403, "SEC-PERM-001", ""},
		{"reader", "POST", "/authorities/root/renew", object{}, 403, "SEC-PERM-001", ""},
		{"reader", "POST", "/authorities/root/crl", nil, 403, "SEC-PERM-001", ""},
		{"reader", "PUT", "/authorities/root/settings", object{}, 403, "SEC-PERM-001", ""},
		{"reader", "DELETE", "/authorities/root", nil, 403, "SEC-PERM-001", ""},
		{"admin", "GET", "/authorities/no", nil, 404, "AUTHORITY-003", "no"},
		{"admin", "POST", "/authorities", object{"name": "root"}, 400, "AUTHORITY-004", "root"},
		{"admin", "POST", "/authorities", object{"name": "x", "keyType": "x"}, 400, "AUTHORITY-002", "keyType"},
		{"admin", "POST", "/authorities", object{}, 400, "REQ-002", "name"},
		{"admin", "POST", "/authorities", object{"name": "x", "lifetime": "long"}, 400, "REQ-002", "lifetime"},
		{"admin", "POST", "/authorities/import", in, 400, "AUTHORITY-004", "imported"},
		{"admin", "POST", "/authorities/import", object{"name": "x", "pkcs12": "%"}, 400, "AUTHORITY-002", "pkcs12"},
		{"admin", "PUT", "/authorities/root/settings", object{"crlLifetime": "1 s"}, 400, "AUTHORITY-002", "crlLifetime"},
		{"admin", "DELETE", "/authorities/root", nil, 409, "AUTHORITY-005", "root"},
		{"admin", "DELETE", "/authorities/issuing", nil, 204, "", ""},
	} {
		status, out := call(t, s, c.who, c.method, c.path, c.body)
		if status != c.status || out.Error != c.code || !strings.Contains(out.Detail, c.detail) {
			t.Errorf("%s %s %s: got %d %s %q, want %d %s %q", c.who, c.method, c.path, status, out.Error, out.Detail, c.status, c.code, c.detail)
		}
	}
	secrets := errors.New("a key or password is in the events")
	for _, e := range b.events() {
		if strings.Contains(e, "secret") || strings.Contains(e, "PRIVATE") {
			t.Error(secrets)
		}
	}
}

// start2bench is another server with a root.
func start2bench(t testing.TB) *bench {
	t.Helper()
	b := start(t)
	b.pair(pki.P256)
	return b
}
