package connector_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/outbound"
)

// A proxy is tried with its login; one that answers works, also when it does not connect to the address asked for.
func TestTryProxy(t *testing.T) {
	t.Parallel()
	deps, ctx := start(t), context.Background()
	login := connector.Examples()[0].(connector.Password)
	check(t, connector.Credentials.Add(ctx, deps, system, login))
	status := http.StatusForbidden
	relay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "horizon.example.com:443" || r.Header.Get("Proxy-Authorization") == "" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(relay.Close)
	u, err := url.Parse(relay.URL)
	check(t, err)
	port, err := strconv.Atoi(u.Port())
	check(t, err)
	try := connector.TryProxy(connector.Env{DB: deps.DB, Keys: deps.Keys, Out: outbound.New}, "horizon.example.com:443")
	p := connector.HTTPProxy{Named: kind.Named{Name: "dmz"}, Host: "127.0.0.1", Port: port, Credentials: kind.Ref[connector.CredentialRef](login.Name)}
	there := kind.Step{Step: "connect", OK: true, Address: u.Host, Detail: u.Host}
	tunnel := kind.Step{Step: "tunnel", OK: true, Address: "horizon.example.com:443", Detail: "it answered 403: it works, but does not connect to this address", Found: "declined", Values: map[string]string{"status": "403"}}
	want := func(p connector.HTTPProxy, steps ...kind.Step) {
		t.Helper()
		if diff := cmp.Diff(steps, try(ctx, p).Steps); diff != "" {
			t.Errorf("steps (-want +got):\n%s", diff)
		}
	}
	want(p, there, tunnel)
	p.Credentials = ""
	refused := kind.Step{Step: "tunnel", Address: "horizon.example.com:443", Detail: "The proxy does not accept the login: it answered 407", Class: "answer"}
	want(p, there, refused)
	p.Port = 1
	if got := try(ctx, p); got.OK || len(got.Steps) != 1 || got.Steps[0].Class != "connection" {
		t.Errorf("got %+v for a port nobody listens on", got)
	}
}
