package kind_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
)

// fill puts a proxy and two links to it on a server, and forgets what that recorded.
func (s *server) fill() {
	s.t.Helper()
	s.want("ann", "POST", "/test/proxies", `{"name":"p","host":"<h>","port":1,"key":"geheim"}`, 201)
	s.want("ann", "POST", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"p","password":"x"},{"proxy":"p"}]}`, 201)
	s.want("ann", "POST", "/test/links", `{"name":"w","type":"web","url":"u","proxy":"p"}`, 201)
	s.events()
}

const (
	export = "/system/configurations/export"
	bring  = "/system/configurations/import"
	words  = `"passphrase":"twelve letters"`
)

// with adds members to a JSON object.
func with(object, members string) string {
	return strings.TrimSuffix(object, "}") + "," + members + "}"
}

// What one server exports another one imports, whatever the order, and exports alike.
func TestTransfer(t *testing.T) {
	t.Parallel()
	from, to := newServer(t), newServer(t)
	from.fill()
	_, plain := from.call("ann", "POST", export, `{}`)
	want := `{"format":"horizon-configuration/1","objects":[` +
		`{"kind":"test-link","key":"m","object":{"name":"m","type":"mail","hops":[{"proxy":"p","password":{}},{"proxy":"p","password":{}}]}},` +
		`{"kind":"test-link","key":"w","object":{"name":"w","type":"web","proxy":"p","url":"u"}},` +
		`{"kind":"test-proxy","key":"p","object":{"name":"p","host":"<h>","port":1,"key":{}}}],` +
		`"needs":[{"what":"relay","name":"<h>","by":["test-proxy p"]}]}`
	if diff := cmp.Diff(want, plain); diff != "" {
		t.Errorf("export (-want +got):\n%s", diff)
	}
	to.want("ann", "POST", bring+"?dryRun=true", plain, 200, `"dryRun":true,"added":3,"updated":0,"same":0,"refused":0`,
		`"kind":"test-proxy","key":"p","outcome":"add"`, `"unset":["key"]`)
	to.want("ann", "GET", "/test/proxies", "", 200, "[]")
	to.want("ann", "POST", bring, plain, 200, `"dryRun":false,"added":3`)
	if _, again := to.call("ann", "POST", export, `{}`); again != plain {
		t.Errorf("exports differ (-first +second):\n%s", cmp.Diff(plain, again))
	}
	to.want("ann", "POST", bring, plain, 200, `"added":0,"updated":0,"same":3`)
	wantEvents := []string{
		"CONF-IMPORT success kind=test-link kind=test-proxy objects=3 added=3",
		"CONF-ADD success kind=test-link name=m", "CONF-ADD success kind=test-link name=w", "CONF-ADD success kind=test-proxy name=p",
		"CONF-EXPORT success kind=test-link kind=test-proxy objects=3",
		"CONF-IMPORT success kind=test-link kind=test-proxy objects=3",
	}
	if diff := cmp.Diff(wantEvents, to.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Secrets travel sealed to a passphrase, and only so.
func TestTransferOfSecrets(t *testing.T) {
	t.Parallel()
	from, to := newServer(t), newServer(t)
	from.fill()
	status, sealed := from.call("ann", "POST", export, "{"+words+"}")
	if status != 200 || strings.Contains(sealed, "geheim") {
		t.Fatalf("got %d %s", status, sealed)
	}
	from.want("ann", "POST", export, `{"passphrase":"short"}`, 400, "SECRET-005")
	from.want("kim", "POST", export, `{"items":[{"kind":"test-proxy"}]}`, 200, `"key":"p"`)
	from.want("kim", "POST", export, `{"items":[{"kind":"test-proxy"}],`+words+`}`, 403, "configuration:test:proxy:manage is needed")
	to.want("ann", "POST", bring, with(sealed, `"passphrase":"other letters"`), 400, "CONF-IMPORT-002", "The passphrase is wrong")
	to.want("ann", "POST", bring, with(sealed, words), 200, `"added":3`, `"kind":"test-link","key":"m"`, `"unset":["hops.1.password"]`)
	p, err := proxies.Look(context.Background(), to.deps.DB.DB, "p")
	if err != nil {
		t.Fatal(err)
	}
	if key, err := p.Key.Reveal(to.deps.Keys); err != nil || key.Reveal() != "geheim" {
		t.Errorf("got %v %v, want the secret", key, err)
	}
	to.want("ann", "POST", bring, with(sealed, words), 200, `"same":3`)
	to.want("ann", "PUT", "/test/proxies", `{"name":"p","host":"<h>","port":1,"key":"anders"}`, 200)
	to.want("ann", "POST", bring+"?dryRun=true", with(sealed, words), 200, `"updated":1,"same":2`, `"changes":[{"field":"key","secret":true}]`)
	to.want("ann", "POST", bring, sealed, 200, `"same":3`) // without the passphrase secrets are kept
}

// An import is all or nothing, and says of every object what is wrong with it.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	good := `{"kind":"test-proxy","key":"p","object":{"name":"p","host":"h","port":1}}`
	bundle := func(objects ...string) string {
		return `{"format":"horizon-configuration/1","objects":[` + strings.Join(objects, ",") + `]}`
	}
	link := `{"kind":"test-link","key":"w","object":{"name":"w","type":"web","url":"u","proxy":"lost"}}`
	s.want("ann", "POST", bring, bundle(good, link, `{"kind":"test-proxy","key":"q","object":{"name":"r","port":0}}`), 400, "CONF-IMPORT-002",
		"test-link w: proxy: there is no test-proxy named lost | test-proxy q: Invalid test proxy: ")
	s.want("ann", "POST", bring+"?dryRun=true", bundle(good, link), 200, `"added":1,"updated":0,"same":0,"refused":1`,
		`"kind":"test-link","key":"w","outcome":"refused","reasons":["proxy: there is no test-proxy named lost"]`)
	s.want("ann", "POST", bring, bundle(good, good), 400, "test-proxy p is there twice")
	s.want("ann", "POST", bring, bundle(`{"kind":"none","key":"p","object":{}}`), 400, "this server has no kind none")
	s.want("ann", "POST", bring, bundle(`{"kind":"test-proxy","key":"q","object":{"name":"p","host":"h","port":1}}`), 400, "name: it is not q")
	s.want("ann", "POST", bring, bundle(`{"kind":"test-proxy","key":"p","object":[]}`), 400, "not a JSON object")
	s.want("ann", "POST", bring, `{"format":"horizon-configuration/2","objects":[]}`, 400)
	s.want("ann", "POST", bring, with(bundle(good), `"secrets":"eHh4eA==",`+words), 400, "These are not secrets of an exported configuration")
	s.want("eve", "POST", bring, bundle(good, link), 403, "configuration:test:link:manage is needed")
	s.want("", "POST", bring, bundle(good), 401)
	s.want("ann", "POST", export, `{"items":[{"kind":"test-proxy","keys":["p"]}]}`, 404, "KIND-TEST-PROXY-003")
	s.want("ann", "POST", export, `{"items":[{"kind":"none"}]}`, 400, "CONF-EXPORT-002")
	s.want("bob", "POST", export, `{}`, 403)
	s.want("bob", "GET", export, ``, 200, "[]")
	s.want("ann", "GET", "/test/proxies", "", 200, "[]")
	s.want("eve", "POST", bring, bundle(good), 200, `"added":1`)
	s.want("eve", "GET", export, ``, 200, `[{"kind":"test-proxy","title":"test proxies","keys":["p"]}]`)
	s.want("ann", "POST", bring, bundle(`{"kind":"test-proxy","key":"p","object":{"name":"p","host":"h2","port":1}}`), 200, `"updated":1`)
	all := s.events()
	want := []string{
		"CONF-IMPORT success kind=test-proxy objects=1 updated=1",
		"CONF-UPDATE success kind=test-proxy name=p changed=host old.host=h new.host=h2",
	}
	if diff := cmp.Diff(want, all[len(all)-2:]); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	refused := 0
	for _, e := range all {
		if strings.HasPrefix(e, "CONF-ADD") && e != "CONF-ADD success kind=test-proxy name=p" {
			t.Errorf("got %s", e)
		}
		if strings.HasPrefix(e, "CONF-IMPORT failure") {
			refused++
		}
	}
	if refused != 7 {
		t.Errorf("%d refusals are on record, want 7 of:\n%s", refused, strings.Join(all, "\n"))
	}
}

// A large configuration is one step.
func TestImportOfMany(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := kind.Bundle{Format: kind.BundleFormat}
	for i := range 500 {
		name := fmt.Sprintf("w%03d", i)
		raw := fmt.Sprintf(`{"name":%q,"type":"web","url":%q,"proxy":"p"}`, name, strings.Repeat("u", 3000))
		b.Objects = append(b.Objects, kind.Bundled{Kind: "test-link", Key: name, Object: json.RawMessage(raw)})
	}
	b.Objects = append(b.Objects, kind.Bundled{Kind: "test-proxy", Key: "p", Object: json.RawMessage(`{"name":"p","host":"h","port":1}`)})
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) < 1<<20 {
		t.Fatalf("%d bytes are few", len(text))
	}
	s.want("ann", "POST", bring, string(text), 200, `"added":501`)
	done, err := set.Import(context.Background(), s.deps, access.System("test", ""), b, secret.Text{}, true)
	if err != nil || done.Same != 501 {
		t.Errorf("got %+v %v, want all to be the same", done, err)
	}
}
