package kind_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
	"github.com/horizon-clm/horizon/internal/web"
)

type proxy struct {
	kind.Named
	Host string      `json:"host" required:"true" minLength:"1"`
	Port int         `json:"port" required:"true" minimum:"1" maximum:"65535"`
	Key  kind.Secret `json:"key,omitempty"`
}

func (proxy) KindName() string { return "test-proxy" }

// Needs names what a server has to have beside the proxy.
func (p proxy) Needs() []kind.Need { return []kind.Need{{What: "relay", Name: p.Host}} }

var proxies = kind.Define(kind.Info{
	Kind: "test-proxy", Title: "test proxies", Singular: "Test proxy", Path: "/test/proxies", Name: "TestProxy",
	Area: "configuration:test:proxy", Family: "KIND-TEST-PROXY", Events: event.Conf,
}, proxy{Named: kind.Named{Name: "p"}, Host: "h", Port: 1}, func(_ *store.Tx, p proxy) []string {
	if p.Host == "bad" {
		return []string{"host: it is bad"}
	}
	return nil
})

type link interface{ linkName() string }

type webLink struct {
	kind.Named
	Type  string            `json:"type" required:"true" enum:"web"`
	Proxy kind.Ref[proxy]   `json:"proxy,omitempty"`
	More  []kind.Ref[proxy] `json:"more,omitempty"`
	URL   string            `json:"url" required:"true"`
}

func (l webLink) linkName() string { return l.Name }

type mailLink struct {
	kind.Named
	Type string `json:"type" required:"true" enum:"mail"`
	Hops []hop  `json:"hops,omitempty"`
}

type hop struct {
	Proxy    kind.Ref[proxy] `json:"proxy" required:"true"`
	Password kind.Secret     `json:"password"`
}

func (l mailLink) linkName() string { return l.Name }

var links = kind.DefineUnion[link](kind.Info{
	Kind: "test-link", Title: "test links", Singular: "Test link", Path: "/test/links", Name: "TestLink",
	Area: "configuration:test:link", Family: "KIND-TEST-LINK", Events: event.Conf, By: "type",
}, nil)

func named(name string) kind.Named { return kind.Named{Name: name} }

var set = kind.NewSet(proxies.Definition, links.Variants(
	webLink{Named: kind.Named{Name: "w"}, Type: "web", URL: "u"}, mailLink{Named: kind.Named{Name: "m"}, Type: "mail"})).
	Counting("test-proxy", "letters", func(_ *store.Tx, keys []string, _ int) (map[string]int64, error) {
		counts := map[string]int64{}
		for _, key := range keys {
			counts[key] = int64(len(key))
		}
		return counts, nil
	})

type server struct {
	t    testing.TB
	deps kind.Deps
	log  *event.Log
	http *httptest.Server
	now  *clock.Manual
	url  string // of the database
}

func newServer(t testing.TB) *server {
	t.Helper()
	now := clock.NewManual(time.UnixMilli(1_700_000_000_000))
	address := storetest.URL(t)
	db := storetest.OpenURL(t, address, now)
	folder, err := secret.OpenFolder(t.TempDir() + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	ring, err := secret.OpenKeyring(folder)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := folder.NoteKey("log.key", "log.test")
	if err != nil {
		t.Fatal(err)
	}
	key, err := note.NewVerifier(pair.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	if err != nil {
		t.Fatal(err)
	}
	set.Attach(db)
	s := &server{
		t: t, now: now, url: address, deps: kind.Deps{DB: &act.DB{DB: db, Pen: event.Pen{Seals: seals}}, Keys: ring},
		log: &event.Log{DB: db, Seals: seals, Signer: pair.Signer, Key: key},
	}
	public, _ := url.Parse("https://localhost")
	host := &web.Host{PublicURL: public, NewID: db.NewID, Clock: now, Log: slog.New(slog.DiscardHandler), Identify: identify}
	s.deps.Tries = map[string]kind.Try{"test-proxy": s.tryProxy}
	s.http = httptest.NewServer(web.New(host, "test", set.Operations(s.deps)))
	t.Cleanup(s.http.Close)
	return s
}

func identify(_ http.Header, r *http.Request, from access.Caller) (access.Caller, error) {
	if from.ID = r.Header.Get("X-API-ID"); from.ID == "ann" {
		from.Rights = access.RightsOf("configuration:*")
	}
	if from.ID == "kim" {
		from.Rights = access.RightsOf("configuration:test:proxy:read")
	}
	if from.ID == "kay" {
		from.Rights = access.RightsOf("configuration:test:proxy:manage", "configuration:test:link:read")
	}
	if from.ID == "eve" {
		from.Rights = access.RightsOf("configuration:test:proxy:manage")
	}
	return from, nil
}

// call sends a request and returns status and body.
func (s *server) call(who, method, path, body string) (int, string) {
	s.t.Helper()
	w, text := s.send(who, method, path, body)
	return w.StatusCode, text
}

// send sends a request with headers, named and valued in turn.
func (s *server) send(who, method, path, body string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.http.URL+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("X-API-ID", who)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return w, strings.TrimSpace(string(b))
}

func (s *server) events() (all []string) {
	s.t.Helper()
	s.log.Sink = func(e event.Event) {
		line := e.Code + " " + string(e.Status)
		for _, d := range e.Details {
			switch d.Key {
			case "actorId", "actorType", "ip", "door", "httpVerb", "httpPath", "correlationId":
			default:
				line += " " + d.Key + "=" + d.Value
			}
		}
		all = append(all, line)
	}
	if _, err := s.log.Seal(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s *server) want(who, method, path, body string, status int, contains ...string) {
	s.t.Helper()
	got, text := s.call(who, method, path, body)
	if got != status {
		s.t.Errorf("%s %s %s: got %d %s, want %d", method, path, body, got, text, status)
	}
	for _, c := range contains {
		if !strings.Contains(text, c) {
			s.t.Errorf("%s %s %s: got %s, want %s in it", method, path, body, text, c)
		}
	}
}

func TestLife(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.want("ann", "GET", "/test/proxies", "", 200, "[]")
	s.want("ann", "POST", "/test/proxies", `{"name":"p1","HOST":"h","port":1,"key":{"value":"geheim"},"unknown":1,"_id":"x"}`, 201, `"_id":"`, `"name":"p1"`, `"key":{}`)
	s.want("ann", "POST", "/test/proxies", `{"name":"p1","host":"h","port":1}`, 400, "KIND-TEST-PROXY-004", "Test proxy already exists")
	s.want("ann", "POST", "/test/proxies", `{"name":"p 2","port":70000}`, 400, "KIND-TEST-PROXY-002", "host", "name: ", "port: ", " | ")
	s.want("ann", "POST", "/test/proxies", `{"name":"p2","host":"bad","port":1}`, 400, "host: it is bad")
	s.want("ann", "POST", "/test/proxies", `{"name":`, 400, "the body is not JSON")
	s.want("ann", "PUT", "/test/proxies", `{"name":"p1","host":"h2","port":1,"key":{}}`, 200, `"host":"h2"`)
	s.want("ann", "PUT", "/test/proxies", `{"name":"p9","host":"h2","port":1}`, 404, "KIND-TEST-PROXY-003")
	s.want("ann", "GET", "/test/proxies/p1", `{}`, 200, `"host":"h2"`)
	s.want("ann", "DELETE", "/test/proxies/p9", "", 404)
	s.want("ann", "DELETE", "/test/proxies/p1", "{}", 204)
	s.want("ann", "GET", "/test/proxies/p1", "", 404)
	s.want("bob", "GET", "/test/proxies", "", 403, "SEC-PERM-001")
	s.want("bob", "POST", "/test/proxies", `{"name":"p1","host":"h","port":1}`, 403)
	s.want("", "GET", "/test/proxies", "", 401, "SEC-AUTH-002")
	want := []string{
		"CONF-ADD success kind=test-proxy name=p1",
		"CONF-ADD failure kind=test-proxy name=p1 message=Test proxy already exists: p1 error=KIND-TEST-PROXY-004",
		"CONF-UPDATE success kind=test-proxy name=p1 changed=host old.host=h new.host=h2",
		"CONF-UPDATE failure kind=test-proxy name=p9 message=Test proxy does not exist: p9 error=KIND-TEST-PROXY-003",
		"CONF-DELETE failure kind=test-proxy name=p9 message=Test proxy does not exist: p9 error=KIND-TEST-PROXY-003",
		"CONF-DELETE success kind=test-proxy name=p1",
		"CONF-ADD failure kind=test-proxy name=p1 message=Insufficient permission: configuration:test:proxy:manage is needed error=SEC-PERM-001",
	}
	got := s.events()
	got = append(got[:2], got[5:]...) // those in between say what the schema found, in its words
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestUnionAndReferences(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.want("ann", "POST", "/test/links", `{"name":"w","type":"fax"}`, 400, "type: one of mail, web")
	s.want("ann", "POST", "/test/links", `{"name":"w","type":"web","url":"u","proxy":"p"}`, 400, "proxy: there is no test-proxy named p")
	s.want("ann", "POST", "/test/proxies", `{"name":"p","host":"h","port":1}`, 201)
	s.want("ann", "POST", "/test/links", `{"name":"w","type":"web","url":"u","proxy":"p"}`, 201)
	s.want("ann", "POST", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"p","password":"x"}]}`, 201, `"password":{}`)
	s.want("ann", "DELETE", "/test/proxies/p", "", 400, "KIND-TEST-PROXY-005", "test-link m, test-link w")
	s.want("ann", "PUT", "/test/links", `{"name":"w","type":"web","url":"u","proxy":null}`, 200)
	s.want("ann", "DELETE", "/test/links/m", "", 204)
	s.want("ann", "DELETE", "/test/proxies/p", "", 204)
	err := s.deps.DB.Read(context.Background(), func(tx *store.Tx) error {
		l, err := links.Get(tx, "w")
		if err == nil && l.linkName() != "w" {
			t.Errorf("got %v", l)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A secret is sealed in the database, kept when it is left out, and bound to its object.
func TestSecrets(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.want("ann", "POST", "/test/proxies", `{"name":"p1","host":"h","port":1,"key":{"value":"geheim"}}`, 201)
	s.want("ann", "PUT", "/test/proxies", `{"name":"p1","host":"h2","port":1}`, 200)
	reveal := func() string {
		t.Helper()
		p, err := proxies.Look(context.Background(), s.deps.DB.DB, "p1")
		if err != nil {
			t.Fatal(err)
		}
		text, err := p.Key.Reveal(s.deps.Keys)
		if err != nil {
			t.Fatal(err)
		}
		return text.Reveal()
	}
	if got := reveal(); got != "geheim" {
		t.Errorf("got %q", got)
	}
	s.want("ann", "PUT", "/test/proxies", `{"name":"p1","host":"h2","port":1,"key":"neu"}`, 200)
	if got := reveal(); got != "neu" {
		t.Errorf("got %q", got)
	}
	err := s.deps.DB.Read(context.Background(), func(tx *store.Tx) error {
		var body string
		_, err := tx.Get(`SELECT body FROM object WHERE name = 'p1'`, nil, &body)
		if strings.Contains(body, "neu") || !json.Valid([]byte(body)) {
			t.Errorf("got %s, want the secret sealed", body)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	all := s.events()
	if last := all[len(all)-1]; last != "CONF-UPDATE success kind=test-proxy name=p1 changed=key replaced=key" {
		t.Errorf("got %q, want the secret's name alone", last)
	}
}

// Another node sees a change within a second, and a change that was undone is never seen.
func TestNodes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ctx := context.Background()
	if _, err := proxies.Look(ctx, s.deps.DB.DB, "p1"); err == nil {
		t.Fatal("found what is not there")
	}
	s.want("ann", "POST", "/test/proxies", `{"name":"p1","host":"h","port":1}`, 201)
	if _, err := proxies.Look(ctx, s.deps.DB.DB, "p1"); err != nil {
		t.Error(err)
	}
	_ = s.deps.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`UPDATE object SET deleted = $1, revision = 99`, true); err != nil {
			t.Error(err)
		}
		if _, err := tx.Exec(`UPDATE object_counter SET revision = 99`); err != nil {
			t.Error(err)
		}
		if _, err := proxies.Get(tx, "p1"); err == nil {
			t.Error("a transaction does not see its own change")
		}
		return context.Canceled
	})
	s.now.Advance(2 * time.Second)
	if _, err := proxies.Look(ctx, s.deps.DB.DB, "p1"); err != nil {
		t.Errorf("got %v: a change that was undone is seen", err)
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	code, text := s.call("ann", "GET", "/openapi.json", "")
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal([]byte(text), &doc); code != 200 || err != nil {
		t.Fatalf("%d %v %s", code, err, text)
	}
	if got := doc.Paths["/api/v1/test/links"]["post"].OperationID; got != "TestLinkAdd" {
		t.Errorf("got %q", got)
	}
}
