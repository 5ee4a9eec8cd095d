package kind_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
)

var noAnswer = fault.Define("KIND-TEST-TRY", fault.Upstream, "Nobody answers")

// tryProxy finds the secret that would be used, and fails at hosts that are down.
func (s *server) tryProxy(_ context.Context, v any) *kind.Trial {
	t, p := kind.NewTrial(s.now), v.(proxy)
	t.Step("connect", p.Host, func() (kind.Found, error) {
		switch p.Host {
		case "down":
			return kind.Found{}, noAnswer.Detail("%s", p.Host)
		case "odd":
			return kind.Found{}, errors.New("of the inside alone")
		}
		return kind.Plain("there"), nil
	})
	t.Step("login", "", func() (kind.Found, error) {
		text, err := p.Key.Reveal(s.deps.Keys)
		return kind.Plain("with " + text.Reveal()), err
	})
	return t
}

// A draft is tried with the secrets that are stored; nothing is stored, every try is recorded.
func TestTry(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.want("ann", "POST", "/test/proxies", `{"name":"p","host":"h","port":1,"key":"kept"}`, 201)
	s.events()
	try := func(who, body string, status int, contains ...string) {
		t.Helper()
		s.want(who, "POST", "/system/kinds/test-proxy/test", body, status, contains...)
	}
	try("ann", `{"name":"p","host":"other","port":1,"key":{}}`, 200,
		`{"ok":true,"took":0,"steps":[{"step":"connect","ok":true,"took":0,"address":"other","detail":"there"},{"step":"login","ok":true,"took":0,"detail":"with kept"}]}`)
	try("ann", `{"name":"p","host":"h","port":1,"key":"sent"}`, 200, "with sent")
	try("ann", `{"name":"p","host":"h","port":1,"key":{"remove":true}}`, 200, `"detail":"with "`)
	try("ann", `{"name":"new","host":"h","port":1}`, 200, `"detail":"with "`)
	try("ann", `{"name":"p","host":"down","port":1}`, 200, `"ok":false`, `"steps":[{"step":"connect","ok":false,"took":0,"address":"down","detail":"Nobody answers: down","class":"answer"}]`)
	try("ann", `{"name":"p","host":"odd","port":1}`, 200, `"detail":"Unexpected error"`)
	try("ann", `{"name":"p","host":"bad","port":0}`, 400, "KIND-TEST-PROXY-002", "port:")
	try("kim", `{"name":"p","host":"h","port":1}`, 403, "configuration:test:proxy:manage is needed")
	s.want("ann", "POST", "/system/kinds/test-link/test", `{"name":"w","type":"web","url":"u"}`, 400, "KIND-002", "test-link/web")
	s.want("ann", "POST", "/system/kinds/none/test", `{}`, 404, "KIND-003")
	s.want("ann", "GET", "/system/kinds/test-proxy", "", 200, `"test":true`)
	s.want("ann", "GET", "/test/proxies/p", "", 200, `"host":"h"`)
	got := s.events()
	got = append(got[:6], got[7:]...) // that one says what the schema found, in its words
	want := []string{
		"CONF-TEST success kind=test-proxy name=p",
		"CONF-TEST success kind=test-proxy name=p",
		"CONF-TEST success kind=test-proxy name=p",
		"CONF-TEST success kind=test-proxy name=new",
		"CONF-TEST failure kind=test-proxy name=p message=The object was tried, and did not work: connect: Nobody answers: down error=KIND-004",
		"CONF-TEST failure kind=test-proxy name=p message=The object was tried, and did not work: connect: Unexpected error error=KIND-004",
		"CONF-TEST failure kind=test-proxy name=p message=Insufficient permission: configuration:test:proxy:manage is needed error=SEC-PERM-001",
		"CONF-TEST failure kind=test-link name=w message=Objects of this kind cannot be tried: test-link/web error=KIND-002",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
