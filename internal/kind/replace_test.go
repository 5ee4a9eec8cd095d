package kind_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Everything that refers to an object is made to refer to another one: tried first, then at once, with an event each.
func TestReplaceEverywhere(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, p := range []string{"a", "b"} {
		s.want("ann", "POST", "/test/proxies", `{"name":"`+p+`","host":"h","port":1}`, 201)
	}
	s.want("ann", "POST", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"a"},{"proxy":"b"}]}`, 201)
	s.want("ann", "POST", "/test/links", `{"name":"w","type":"web","url":"u","proxy":"a"}`, 201)
	s.want("ann", "POST", "/test/links", `{"name":"many","type":"web","url":"u","more":["b","a"]}`, 201)
	s.events()
	s.want("ann", "POST", "/test/proxies/a/replace?dryRun=true", `{"with":"b"}`, 200, `{"dryRun":true,"objects":[{"kind":"test-link","title":"test links","key":"m","changes":[{"field":"hops.0.proxy","old":"a","new":"b"}]}`,
		`"key":"many","changes":[{"field":"more","old":["b","a"],"new":["b"]}]`)
	s.want("ann", "GET", "/test/proxies/a/uses", "", 200, `"key":"w"`)
	s.want("eve", "POST", "/test/proxies/a/replace", `{"with":"b"}`, 403, "KIND-005", "3")
	s.want("ann", "POST", "/test/proxies/a/replace", `{"with":"a"}`, 400, "with: there is no other test-proxy named a")
	s.want("ann", "POST", "/test/proxies/c/replace", `{"with":"a"}`, 404)
	if got := s.events(); got != nil {
		t.Errorf("a dry run, or one that found nothing to change, left %q", got)
	}
	s.want("kay", "POST", "/test/proxies/a/replace", `{"with":"b"}`, 403, "configuration:test:link:manage is needed")
	s.want("ann", "POST", "/test/proxies/a/replace", `{"with":"b"}`, 200, `{"dryRun":false,`)
	s.want("ann", "GET", "/test/proxies/a/uses", "", 200, `"usedBy":[]`)
	s.want("ann", "POST", "/test/proxies/a/replace", `{"with":"b"}`, 200, `"objects":[]`)
	s.want("ann", "DELETE", "/test/proxies/a", "", 204)
	want := []string{
		"CONF-UPDATE failure kind=test-link name=m message=Insufficient permission: configuration:test:link:manage is needed error=SEC-PERM-001",
		"CONF-UPDATE success kind=test-link name=m changed=hops.0.proxy old.hops.0.proxy=a new.hops.0.proxy=b",
		`CONF-UPDATE success kind=test-link name=many changed=more old.more=["b","a"] new.more=["b"]`,
		"CONF-UPDATE success kind=test-link name=w changed=proxy old.proxy=a new.proxy=b",
		"CONF-DELETE success kind=test-proxy name=a",
	}
	if diff := cmp.Diff(want, s.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// One object that must not change keeps all the others as they are.
func TestReplaceAllOrNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, p := range []string{"a", "b"} {
		s.want("ann", "POST", "/test/proxies", `{"name":"`+p+`","host":"h","port":1}`, 201)
	}
	s.want("ann", "POST", "/test/links", `{"name":"k","type":"web","url":"u","proxy":"a"}`, 201)
	s.want("ann", "POST", "/test/links", `{"name":"m","type":"mail","hops":[{"proxy":"a","password":"of a"}]}`, 201)
	s.events()
	s.want("ann", "POST", "/test/proxies/a/replace", `{"with":"b"}`, 400, "test-link m: hops.0.password: the list has changed")
	s.want("ann", "GET", "/test/links/k", "", 200, `"proxy":"a"`)
	want := []string{"CONF-UPDATE failure kind=test-link name=m message=Invalid test link: test-link m: hops.0.password: the list has changed, so this secret has to be sent again error=KIND-TEST-LINK-002"}
	if diff := cmp.Diff(want, s.events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
