package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/big"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/api"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/inventory/grade"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
	"github.com/horizon-clm/horizon/internal/trust"
	"github.com/horizon-clm/horizon/internal/web"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// server is the API over an inventory with one certificate of a known CA.
type server struct {
	*testing.T
	deps kind.Deps
	http *httptest.Server
	id   string
	leaf *pki.Certificate
	root *pki.Certificate
}

// callers are who may do what.
var callers = map[string][]access.Grant{
	"ann": {"lifecycle:acme:web:search", "lifecycle:acme:web:revoke", "configuration:system:grading:read"},
	"bob": nil, "eve": {"lifecycle:webra:*"},
}

func start(t *testing.T) *server {
	t.Helper()
	now := clock.NewManual(noon)
	db := storetest.Open(t, now)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	if err != nil {
		t.Fatal(err)
	}
	set := kind.NewSet(trust.CAs.Definition, inventory.GradingPolicies.Definition, inventory.GradingRulesets.Definition)
	set.Attach(db)
	s := &server{T: t, deps: kind.Deps{DB: &act.DB{DB: db, Pen: event.Pen{Seals: seals}}}}
	public, _ := url.Parse("https://localhost")
	host := &web.Host{PublicURL: public, NewID: db.NewID, Clock: now, Log: slog.New(slog.DiscardHandler), Identify: func(_ http.Header, r *http.Request, from access.Caller) (access.Caller, error) {
		from.ID = r.Header.Get("X-API-ID")
		from.Rights = access.RightsOf(callers[from.ID]...)
		return from, nil
	}}
	d := api.Deps{DB: s.deps.DB, Lifecycle: &lifecycle.Service{DB: s.deps.DB}, Authority: &authority.Engine{DB: s.deps.DB}}
	a := web.New(host, "test", slices.Concat(set.Operations(s.deps), d.Certificates(), d.Grading(), d.TrustChains(), d.Parsing()))
	d.Raw(host, a)
	s.http = httptest.NewServer(a)
	t.Cleanup(s.http.Close)
	s.fill()
	return s
}

func (s *server) fill() {
	s.Helper()
	ctx, who := context.Background(), access.System("test", "")
	rootKey, err1 := pki.Generate(pki.P256)
	key, err2 := pki.Generate(pki.P256)
	rootDER, err3 := (&pki.Template{Subject: pki.Name{{Type: pki.CN, Value: "Root"}}, Serial: big.NewInt(1), IsCA: true, NotBefore: noon, NotAfter: noon.AddDate(9, 0, 0)}).SelfSign(rootKey)
	if err1 != nil || err2 != nil || err3 != nil {
		s.Fatal(err1, err2, err3)
	}
	var err error
	if s.root, err = pki.ParseCertificate(rootDER); err != nil {
		s.Fatal(err)
	}
	der, err := pki.Issuer{Certificate: s.root.X509, Key: rootKey}.Sign(&pki.Template{
		Subject: pki.Name{{Type: pki.CN, Value: "a.example.com"}}, Serial: big.NewInt(0xabc), PublicKey: key.Public(), NotBefore: noon,
		NotAfter: noon.AddDate(0, 3, 0), SANs: []pki.SAN{{Type: pki.DNSName, Value: "a.example.com"}}, ExtKeyUsages: []string{"serverAuth"},
	})
	if err != nil {
		s.Fatal(err)
	}
	if s.leaf, err = pki.ParseCertificate(der); err != nil {
		s.Fatal(err)
	}
	if err := inventory.BootstrapGrading(ctx, s.deps, who, grade.DefaultScale()); err != nil {
		s.Fatal(err)
	}
	ca := trust.Known("root", s.root)
	ca.Public = true
	if err := trust.CAs.Add(ctx, s.deps, who, ca); err != nil {
		s.Fatal(err)
	}
	err = s.deps.DB.Write(ctx, func(tx *store.Tx) error {
		s.id, err = inventory.Add(tx, inventory.New{
			Certificate: s.leaf, Module: "acme", Profile: "web", Trusted: true, Policies: []string{"Horizon Grading Policy"},
			Labels: []inventory.Pair{{Key: "env", Value: "prod"}, {Key: "site", Value: "x"}},
		})
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
}

// call sends a request with the path as it is, and returns status and body.
func (s *server) call(who, method, path, contentType, body string) (int, string) {
	s.Helper()
	r, err := http.NewRequest(method, s.http.URL+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("X-API-ID", who)
	r.Header.Set("Content-Type", contentType)
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		s.Fatal(err)
	}
	if ct := w.Header.Get("Content-Type"); ct != "application/json" && ct != "application/problem+json" && ct != "application/openapi+json" && ct != "application/pkcs7-mime" {
		s.Errorf("%s %s: got content type %q", method, path, ct)
	}
	return w.StatusCode, strings.TrimSpace(string(b))
}

func (s *server) want(who, method, path, body string, status int, contains ...string) map[string]any {
	s.Helper()
	got, text := s.call(who, method, path, "application/json", body)
	if got != status {
		s.Errorf("%s %.80s %s: got %d %s, want %d", method, path, body, got, text, status)
	}
	for _, c := range contains {
		if !strings.Contains(text, c) {
			s.Errorf("%s %.80s %s: got %s, want %s in it", method, path, body, text, c)
		}
	}
	var v map[string]any
	_ = json.Unmarshal([]byte(text), &v)
	return v
}

// seen is how clients put a PEM into a path.
var seen = strings.NewReplacer("\n", "%0A", " ", "%20")

func TestCertificateGet(t *testing.T) {
	t.Parallel()
	s := start(t)
	whole := s.want("ann", "GET", "/certificates/"+s.id, "{}", 200)
	if diff := cmp.Diff(map[string]any{ // nothing can be done where the profile is gone
		"revoke": false, "requestRevoke": false, "update": false, "requestUpdate": false, "recover": false, "requestRecover": false,
		"migrate": false, "requestMigrate": false, "renew": false, "requestRenew": false, "enroll": false, "requestEnroll": false,
	}, whole["permissions"]); diff != "" {
		t.Error(diff)
	}
	bare, ok := whole["certificate"].(map[string]any)
	if !ok || bare["certificate"] != s.leaf.PEM() {
		t.Fatalf("got %v", whole)
	}
	for _, name := range []string{
		"_id", "module", "metadata", "notBefore", "notAfter", "thumbprint", "publicKeyThumbprint", "certificate", "dn", "issuer", "serial",
		"revoked", "escrowed", "selfSigned", "keyType", "signingAlgorithm", "holderId", "subjectAlternateNames",
	} {
		if v, ok := bare[name]; !ok || v == nil {
			t.Errorf("%s is missing", name)
		}
	}
	pem := s.leaf.PEM()
	for name, path := range map[string]string{
		"slashes as they are":  seen.Replace(pem),
		"slashes escaped":      strings.NewReplacer("/", "%2F", "+", "%2B").Replace(seen.Replace(pem)),
		"a newline at the end": seen.Replace(pem + "\n"),
		"an order behind":      seen.Replace(pem) + "%3Forder=ltr",
		"newlines lost":        seen.Replace(strings.ReplaceAll(pem, "\n", " ")),
	} {
		got := s.want("ann", "GET", "/certificates/"+path, "", 200)
		if diff := cmp.Diff(bare, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if diff := cmp.Diff(bare, s.want("ann", "POST", "/certificates/find", encode(t, map[string]string{"pem": pem}), 200)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(whole, s.want("ann", "POST", "/certificates/find", `{"id":"`+s.id+`"}`, 200)); diff != "" {
		t.Error(diff)
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCertificateRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	root := seen.Replace(s.root.PEM())
	s.want("", "GET", "/certificates/"+s.id, "", 401, "SEC-AUTH-002")
	s.want("bob", "GET", "/certificates/"+s.id, "", 404, "CERT-SEARCH-003")
	s.want("eve", "POST", "/certificates/find", `{"id":"`+s.id+`"}`, 404, "CERT-SEARCH-003")
	s.want("ann", "GET", "/certificates/000000000000000000000000", "", 404, "CERT-SEARCH-003")
	s.want("ann", "GET", "/certificates/nonsense", "", 404, "CERT-SEARCH-003")
	s.want("ann", "GET", "/certificates/", "", 404)
	s.want("ann", "GET", "/certificates/"+root, "", 404, "CERT-SEARCH-003")
	s.want("ann", "GET", "/certificates/-----BEGIN%20CERTIFICATE-----%0AAAAA%0A-----END%20CERTIFICATE-----", "", 400, "Could not parse provided PEM")
	s.want("ann", "POST", "/certificates/find", `{}`, 400, "Could not parse provided PEM")
	s.want("ann", "GET", "/certificates/"+strings.Repeat("A/+", 20000), "", 400)
}

func TestCertificateSearch(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, c := range map[string]struct{ fields, want string }{
		"only the id":  {`[]`, `{"_id":"` + s.id + `"}`},
		"some":         {`["dn","module","revocationDate","selfSigned","discoveryData"]`, `{"_id":"` + s.id + `","module":"acme","selfSigned":false,"dn":"CN=a.example.com"}`},
		"entries":      {`["label.env","metadata.contact_email","grade.Horizon Grading Policy"]`, `"labels":[{"key":"env","value":"prod"}],"metadata":[],"grades":[{"name":"Horizon Grading Policy","grade":"`},
		"whole labels": {`["label.env","labels"]`, `{"_id":"` + s.id + `","labels":[{"key":"env","value":"prod"},{"key":"site","value":"x"}]}`},
	} {
		t.Log(name)
		s.want("ann", "POST", "/certificates/search", `{"query":"dn contains \"example\"","fields":`+c.fields+`,"withCount":true}`, 200, c.want, `"pageIndex":1,"pageSize":50,"hasMore":false,"count":1`)
	}
	s.want("ann", "POST", "/certificates/search", `{}`, 200, `"permissions":{"revoke":false`, `"subjectAlternateNames":[{"sanType":"DNSNAME","value":"a.example.com"}]`, `"serial":"0abc"`)
	s.want("ann", "POST", "/certificates/search?enableAnalytics=false", `{"fields":null,"query":"status is revoked","sortedBy":[{"element":"notAfter","order":"Desc"}]}`, 200, `{"results":[],"pageIndex":1`)
	s.want("bob", "POST", "/certificates/search", `{}`, 200, `"results":[]`)
	s.want("", "POST", "/certificates/search", `{}`, 401)
	s.want("ann", "POST", "/certificates/search", `{"query":"dn contain"}`, 400, "HQL-001", "operator")
	s.want("ann", "POST", "/certificates/search", `{"fields":["nonsense"]}`, 400, "CERT-SEARCH-005", "nonsense")
	s.want("ann", "POST", "/certificates/search", `{"sortedBy":[{"element":"nonsense","order":"Asc"}]}`, 400, "CERT-SEARCH-002")
	s.want("ann", "GET", "/certificates/search/dictionary", "", 200, `"name":"valid.until"`, `"sortedBy":["_id"`, `"grade.<key>"`)
}

func TestExplain(t *testing.T) {
	t.Parallel()
	s := start(t)
	pem := seen.Replace(s.leaf.PEM())
	byID := s.want("bob", "GET", "/certificate/grading/policies/Horizon%20Grading%20Policy/explain/"+pem, "", 200, `"policy":"Horizon Grading Policy"`, `"ruleset":"ietf-pkix","applies":true`, `{"rule":"pkix-trusted","description":"It was issued by a trusted CA.","satisfied":true,"score":0}`)
	byPEM := s.want("ann", "GET", "/certificate/grading/policies/Horizon%20Grading%20Policy/explain/"+s.id, "", 200)
	if diff := cmp.Diff(byID, byPEM); diff != "" {
		t.Error(diff)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("x509", "leaf.der")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(s.leaf.X509.Raw); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	for contentType, body := range map[string]string{w.FormDataContentType(): form.String(), "application/x-pem-file": s.leaf.PEM()} {
		status, text := s.call("bob", "POST", "/certificate/grading/policies/Horizon%20Grading%20Policy/explain", contentType, body)
		var got map[string]any
		if err := json.Unmarshal([]byte(text), &got); err != nil || status != 200 {
			t.Fatal(status, text)
		}
		if diff := cmp.Diff(byPEM, got); diff != "" {
			t.Errorf("%s: %s", contentType, diff)
		}
		if status, text := s.call("bob", "POST", "/certificate/grading/rulesets/cab-forum/explain", contentType, body); status != 200 || !strings.Contains(text, `"rule":"cab-lifetime"`) {
			t.Errorf("got %d %s", status, text)
		}
	}
	s.want("ann", "GET", "/certificate/grading/rulesets/tls-certificate/explain/"+s.id, "", 200, `"ruleset":"tls-certificate","applies":true,"weight":60`)
	s.want("ann", "GET", "/certificate/grading/policies/none/explain/"+s.id, "", 404, "GRADING-POLICY-003")
	s.want("ann", "GET", "/certificate/grading/rulesets/none/explain/"+s.id, "", 404, "GRADING-RULESET-003")
	s.want("bob", "GET", "/certificate/grading/rulesets/cab-forum/explain/"+s.id, "", 404, "CERT-SEARCH-003")
	s.want("", "GET", "/certificate/grading/rulesets/cab-forum/explain/"+s.id, "", 401)
	if status, text := s.call("ann", "POST", "/certificate/grading/rulesets/cab-forum/explain", "multipart/form-data; boundary=x", "nonsense"); status != 400 {
		t.Errorf("got %d %s", status, text)
	}
	s.want("ann", "GET", "/certificate/grading/policies", "", 200, `"scale":[{"letter":"A","from":80}`)
	s.want("ann", "GET", "/certificate/grading/rulesets/ietf-pkix", "", 200, `"name":"ietf-pkix"`, `"rules":[{"name":"pkix-path-length"`)
	s.want("ann", "POST", "/certificate/grading/policies", `{}`, 405)
}

func TestTrustChains(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want("", "GET", "/trustchains", "", 200, `[{"name":"root","certificate":{"dn":"CN=Root"`)
	s.want("", "GET", "/trustchains/root", "", 200, `{"name":"root"`)
	s.want("", "GET", "/trustchains/none", "", 404, "CA-003")
}

func TestDocument(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want("ann", "GET", "/openapi.json", "", 200, `"operationId":"CertificateGetId"`, `"operationId":"CertificateFind"`, `"operationId":"GradingPolicyExplainUrl"`)
}
