package kind_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// ask sends a request with headers and returns status, entity tag and body.
func (s *server) ask(method, path, body string, headers ...string) (int, string, string) {
	s.t.Helper()
	w, text := s.send("ann", method, path, body, headers...)
	return w.StatusCode, w.Header.Get("ETag"), text
}

// Whoever has read an object changes that revision of it, and no other.
func TestRevision(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	status, first, _ := s.ask("POST", "/test/proxies", `{"name":"p","host":"h1","port":1}`)
	if status != 201 || first == "" {
		t.Fatalf("got %d and the tag %q", status, first)
	}
	if status, tag, _ := s.ask("GET", "/test/proxies/p", ""); status != 200 || tag != first {
		t.Errorf("got %d %s, want the tag %s", status, tag, first)
	}
	for _, same := range []string{first, `"1", ` + first, "W/" + first, "*"} {
		if status, _, text := s.ask("GET", "/test/proxies/p", "", "If-None-Match", same); status != 304 || text != "" {
			t.Errorf("If-None-Match %s: got %d %s, want 304", same, status, text)
		}
	}
	status, second, _ := s.ask("PUT", "/test/proxies", `{"name":"p","host":"h2","port":1}`, "If-Match", first)
	if status != 200 || second == first {
		t.Errorf("got %d and the tag %s again", status, second)
	}
	status, tag, text := s.ask("PUT", "/test/proxies", `{"name":"p","host":"h3","port":1}`, "If-Match", first)
	if status != 409 || tag != second || !strings.Contains(text, `"error":"KIND-TEST-PROXY-CHANGED"`) || !strings.Contains(text, `"current":{"_id":`) || !strings.Contains(text, `"host":"h2"`) {
		t.Errorf("got %d %s %s, want a refusal with the object as it is", status, tag, text)
	}
	if status, _, text := s.ask("DELETE", "/test/proxies/p", "", "If-Match", first); status != 409 || !strings.Contains(text, `"host":"h2"`) {
		t.Errorf("got %d %s, want a refusal", status, text)
	}
	if status, _, text := s.ask("PUT", "/test/proxies", `{"name":"none","host":"h3","port":1}`, "If-Match", first); status != 404 {
		t.Errorf("got %d %s", status, text)
	}
	if status, _, _ := s.ask("GET", "/test/proxies/p", "", "If-None-Match", first); status != 200 {
		t.Errorf("got %d for an object that has changed", status)
	}
	if status, _, text := s.ask("DELETE", "/test/proxies/p", "", "If-Match", second); status != 204 {
		t.Errorf("got %d %s", status, text)
	}
	want := []string{
		"CONF-ADD success kind=test-proxy name=p",
		"CONF-UPDATE success kind=test-proxy name=p changed=host old.host=h1 new.host=h2",
		"CONF-UPDATE failure kind=test-proxy name=p message=Test proxy has changed since it was read: p error=KIND-TEST-PROXY-CHANGED",
		"CONF-DELETE failure kind=test-proxy name=p message=Test proxy has changed since it was read: p error=KIND-TEST-PROXY-CHANGED",
		"CONF-UPDATE failure kind=test-proxy name=none message=Test proxy does not exist: none error=KIND-TEST-PROXY-003",
		"CONF-DELETE success kind=test-proxy name=p",
	}
	if diff := cmp.Diff(want, s.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// A dry run is answered as the change would be, with what would change, and leaves nothing behind.
func TestDryRun(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.want("ann", "POST", "/test/proxies?dryRun=true", `{"name":"p","host":"h","port":1,"key":"k"}`, 201,
		`"_dryRun":{"changes":[{"field":"host","new":"h"},{"field":"key","secret":true},{"field":"name","new":"p"},{"field":"port","new":1}]}`)
	s.want("ann", "GET", "/test/proxies/p", "", 404)
	s.want("ann", "POST", "/test/proxies", `{"name":"p","host":"h","port":1,"key":"k"}`, 201)
	s.want("ann", "POST", "/test/proxies?dryRun=true", `{"name":"p","host":"h","port":1}`, 400, "KIND-TEST-PROXY-004")
	s.want("ann", "PUT", "/test/proxies?dryRun=true", `{"name":"p","host":"<h>","port":1}`, 200,
		`"host":"<h>"`, `"_dryRun":{"changes":[{"field":"host","old":"h","new":"<h>"}]}`)
	s.want("ann", "PUT", "/test/proxies?dryRun=true", `{"name":"p","host":"h","port":1,"key":"neu"}`, 200, `"changes":[{"field":"key","secret":true}]`)
	s.want("ann", "PUT", "/test/proxies?dryRun=true", `{"name":"p","host":"h","port":1}`, 200, `"_dryRun":{"changes":[]}`)
	s.want("ann", "PUT", "/test/proxies?dryRun=true", `{"name":"p","host":"bad","port":1}`, 400, "it is bad")
	s.want("ann", "PUT", "/test/proxies?dryRun=true", `{"name":"q","host":"h","port":1}`, 404)
	s.want("ann", "DELETE", "/test/proxies/q?dryRun=true", "", 404)
	s.want("ann", "DELETE", "/test/proxies/p?dryRun=true", "", 204)
	s.want("ann", "POST", "/test/links", `{"name":"w","type":"web","url":"u","proxy":"p"}`, 201)
	s.want("ann", "DELETE", "/test/proxies/p?dryRun=true", "", 400, "KIND-TEST-PROXY-005", "test-link w")
	s.want("bob", "DELETE", "/test/proxies/p?dryRun=true", "", 403, "SEC-PERM-001")
	s.want("bob", "POST", "/test/proxies?dryRun=true", `{"name":"r","host":"h","port":1}`, 403)
	s.want("ann", "GET", "/test/proxies/p", "", 200, `"host":"h"`)
	if got, want := s.events(), []string{"CONF-ADD success kind=test-proxy name=p", "CONF-ADD success kind=test-link name=w"}; !cmp.Equal(want, got) {
		t.Errorf("events (-want +got):\n%s", cmp.Diff(want, got))
	}
}

// Of changes that come at once, and were all made on the same revision or for the same name, one wins.
func TestRace(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	race := func(send func(i int) int, won int) (winners int64) {
		t.Helper()
		var group sync.WaitGroup
		var n atomic.Int64
		for i := range 32 {
			group.Go(func() {
				if send(i) == won {
					n.Add(1)
				}
			})
		}
		group.Wait()
		return n.Load()
	}
	add := func(i int) int {
		status, _ := s.call("ann", "POST", "/test/proxies", fmt.Sprintf(`{"name":"p","host":"h","port":%d}`, i+1))
		return status
	}
	if n := race(add, http.StatusCreated); n != 1 {
		t.Errorf("%d of 32 added the same name, want 1", n)
	}
	_, tag, _ := s.ask("GET", "/test/proxies/p", "")
	put := func(i int) int {
		status, _, _ := s.ask("PUT", "/test/proxies", fmt.Sprintf(`{"name":"p","host":"h%d","port":1}`, i), "If-Match", tag)
		return status
	}
	if n := race(put, http.StatusOK); n != 1 {
		t.Errorf("%d of 32 changed the same revision, want 1", n)
	}
	_, tag, _ = s.ask("GET", "/test/proxies/p", "")
	drop := func(i int) int {
		if i%2 == 0 {
			status, _, _ := s.ask("DELETE", "/test/proxies/p", "", "If-Match", tag)
			return status
		}
		status, _, _ := s.ask("POST", "/test/links", fmt.Sprintf(`{"name":"w%d","type":"web","url":"u","proxy":"p"}`, i))
		return -status
	}
	dropped := race(drop, http.StatusNoContent)
	_, links := s.call("ann", "GET", "/test/links", "")
	if dropped > 1 || dropped == 1 && strings.Contains(links, `"proxy"`) || dropped == 0 && !strings.Contains(links, `"proxy"`) {
		t.Errorf("%d deletions succeeded beside the references %s", dropped, links)
	}
}

// A secret stays with what it was given for: it does not follow its place in a list to another member.
func TestSecretsOfLists(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, p := range []string{"a", "b"} {
		s.want("ann", "POST", "/test/proxies", `{"name":"`+p+`","host":"h","port":1}`, 201)
	}
	s.want("ann", "POST", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"a","password":"of a"},{"proxy":"b","password":"of b"}]}`, 201)
	s.want("ann", "PUT", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"a"},{"proxy":"b"}]}`, 200)
	s.want("ann", "PUT", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"b"}]}`, 400, "hops.0.password: the list has changed, so this secret has to be sent again")
	s.want("ann", "PUT", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"b","password":"of b"}]}`, 200)
	all := s.events()
	if last := all[len(all)-1]; !strings.HasPrefix(last, "CONF-UPDATE success kind=test-link name=m changed=hops changed=hops.0.password changed=hops.1.password old.hops=[") || strings.Contains(last, "of b") {
		t.Errorf("got %q", last)
	}
}

// What an event tells of a change is compared member by member, and clipped.
func TestTold(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.want("ann", "POST", "/test/proxies", `{"name":"a","host":"h","port":1}`, 201)
	s.want("ann", "POST", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"a"}]}`, 201)
	s.want("ann", "POST", "/test/proxies", `{"name":"b","host":"h","port":1}`, 201)
	s.want("ann", "PUT", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"b"}]}`, 200)
	s.want("ann", "PUT", "/test/proxies", `{"name":"a","host":"`+strings.Repeat("é", 400)+`","port":1}`, 200)
	all := s.events()
	want := []string{
		"CONF-UPDATE success kind=test-link name=m changed=hops.0.proxy old.hops.0.proxy=a new.hops.0.proxy=b",
		"CONF-UPDATE success kind=test-proxy name=a changed=host old.host=h new.host=" + strings.Repeat("é", 256) + "…",
	}
	if diff := cmp.Diff(want, all[len(all)-2:]); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// What stands in connection with an object is told both ways, as far as the caller may read it.
func TestUses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.want("ann", "POST", "/test/proxies", `{"name":"a","host":"h","port":1}`, 201)
	s.want("ann", "POST", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"a"},{"proxy":"a"}]}`, 201)
	s.want("ann", "GET", "/test/proxies/a/uses", "", 200,
		`{"usedBy":[{"kind":"test-link","title":"test links","key":"m","fields":["hops.0.proxy","hops.1.proxy"]}],"uses":[],"hidden":0,"counts":{"letters":1}}`)
	s.want("ann", "GET", "/test/links/m/uses", "", 200,
		`{"usedBy":[],"uses":[{"kind":"test-proxy","title":"test proxies","key":"a","fields":["hops.0.proxy","hops.1.proxy"]}],"hidden":0,"counts":{}}`)
	s.want("eve", "GET", "/test/proxies/a/uses", "", 200, `"usedBy":[],"uses":[],"hidden":1`)
	s.want("ann", "GET", "/test/proxies/b/uses", "", 404)
	s.want("bob", "GET", "/test/proxies/a/uses", "", 403)
}

// A change on one node is seen at once by another one that listens; without, within a second.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if s.deps.DB.Dialect != store.PostgreSQL {
		return // one file, one server: TestNodes has what another program changes
	}
	other := storetest.OpenURL(t, s.url, s.now)
	set.Attach(other)
	ctx, cancel := context.WithCancel(context.Background())
	woken := other.Woken("configuration")
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	group.Go(func() { other.Listen(ctx) })
	wait := func() {
		t.Helper()
		select {
		case <-woken:
		case <-time.After(20 * time.Second):
			t.Fatal("the other node was not told")
		}
	}
	wait() // it listens
	if _, err := proxies.Look(ctx, other, "p"); err == nil {
		t.Fatal("found what is not there")
	}
	if err := proxies.Add(ctx, s.deps, access.System("test", ""), proxy{Host: "h1", Port: 1, Named: named("p")}); err != nil {
		t.Fatal(err)
	}
	wait()
	if p, err := proxies.Look(ctx, other, "p"); err != nil || p.Host != "h1" {
		t.Errorf("got %v %v, want what the other node has just added", p, err)
	}
	cancel() // it is no longer told
	if err := proxies.Replace(context.Background(), s.deps, access.System("test", ""), proxy{Host: "h2", Port: 1, Named: named("p")}); err != nil {
		t.Error(err)
	}
	s.now.Advance(2 * time.Second)
	if p, err := proxies.Look(context.Background(), other, "p"); err != nil || p.Host != "h2" {
		t.Errorf("got %v %v, want what was changed two seconds ago", p, err)
	}
}

// Scripts and forms learn from the server what kinds there are and what their members mean.
func TestKinds(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.want("bob", "GET", "/system/kinds/test-link", "", 200, `"kind":"test-link"`, `"path":"/api/v1/test/links"`, `"by":"type"`,
		`"name":"mail","title":"mail"`, `"$defs":{"Kind_testHop"`, `"$ref":"#/$defs/Kind_testHop"`, `"x-ref":"test-proxy"`, `"x-secret":true`,
		`"x-order":["name","type","hops"]`, `"example":{"name":"m","type":"mail"}`,
		`"permissions":{"read":"configuration:test:link:read","manage":"configuration:test:link:manage"}`)
	if _, text := s.call("bob", "GET", "/system/kinds/test-link", ""); strings.Contains(text, "testMailLink") {
		t.Errorf("got %s: the schema holds itself", text)
	}
	s.want("bob", "GET", "/system/kinds", "", 200, `"kind":"test-link"`, `"kind":"test-proxy"`)
	s.want("bob", "GET", "/system/kinds/none", "", 404, "KIND-003")
	s.want("", "GET", "/system/kinds", "", 401)
	want := []string{
		"test-link/mail.hops list of object", "test-link/mail.hops.password  x-secret=true", "test-link/mail.hops.proxy string x-ref=test-proxy",
		"test-link/mail.name string x-group=what", "test-link/mail.type string",
		"test-link/web.more list of string x-ref=test-proxy",
		"test-link/web.name string x-group=what", "test-link/web.proxy string x-ref=test-proxy", "test-link/web.type string", "test-link/web.url string",
		"test-proxy.host string", "test-proxy.key  x-secret=true", "test-proxy.name string x-group=what", "test-proxy.port integer",
	}
	if diff := cmp.Diff(want, set.Keywords()); diff != "" {
		t.Errorf("keywords (-want +got):\n%s", diff)
	}
}

// Answers tell which secrets have a value, since when and by whom; one that is left out keeps that, one that is removed is gone.
func TestSecretsHeld(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.want("ann", "POST", "/test/proxies", `{"name":"p","host":"h","port":1}`, 201, `"host":"h"`)
	s.want("ann", "PUT", "/test/proxies", `{"name":"p","host":"h","port":1,"key":{"value":"one"}}`, 200, `"_secrets":[{"field":"key","setAt":1700000000000,"setBy":"ann"}],"name":"p"`)
	s.now.Advance(time.Minute)
	s.want("ann", "PUT", "/test/proxies", `{"name":"p","host":"i","port":1,"key":{}}`, 200, `"setAt":1700000000000`)
	s.want("eve", "GET", "/test/proxies", "", 200, `"setAt":1700000000000,"setBy":"ann"`)
	s.want("eve", "PUT", "/test/proxies", `{"name":"p","host":"i","port":1,"key":"two"}`, 200, `"setAt":1700000060000,"setBy":"eve"`)
	s.want("ann", "PUT", "/test/proxies", `{"name":"p","host":"i","port":1,"key":{"remove":true,"value":"x"}}`, 400, "key: a value, or remove: not both")
	s.want("ann", "PUT", "/test/proxies?dryRun=true", `{"name":"p","host":"i","port":1,"key":{"remove":true}}`, 200, `"changes":[{"field":"key","secret":true,"removed":true}]`)
	s.want("ann", "PUT", "/test/proxies", `{"name":"p","host":"i","port":1,"key":{"remove":true}}`, 200)
	if _, text := s.call("ann", "GET", "/test/proxies/p", ""); strings.Contains(text, "_secrets") {
		t.Errorf("got %s, want no secret", text)
	}
	s.want("ann", "PUT", "/test/proxies", `{"name":"p","host":"j","port":1}`, 200)
	all := s.events()
	want := "CONF-UPDATE success kind=test-proxy name=p changed=key removed=key"
	if got := all[len(all)-2]; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
