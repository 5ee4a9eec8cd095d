package connector_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

var (
	system = access.System("test", "")
	kinds  = kind.NewSet(connector.Credentials.Variants(connector.Examples()...), connector.HTTPProxies.Definition)
)

// start returns an empty database with the kinds of this package.
func start(t *testing.T) kind.Deps {
	t.Helper()
	db := storetest.Open(t, clock.NewManual(time.UnixMilli(1_800_000_000_000)))
	kinds.Attach(db)
	folder, err := secret.OpenFolder(filepath.Join(t.TempDir(), "keys"))
	check(t, err)
	keys, err := secret.OpenKeyring(folder)
	check(t, err)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	check(t, err)
	return kind.Deps{DB: &act.DB{DB: db, Pen: event.Pen{Seals: seals}}, Keys: keys}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The key of stored credentials opens, belongs to the certificate, and follows a new certificate.
func TestKeyPair(t *testing.T) {
	t.Parallel()
	deps, ctx := start(t), context.Background()
	example := connector.Examples()[1].(connector.Certificate)
	check(t, connector.Credentials.Add(ctx, deps, system, example))
	stored, err := connector.Credentials.Look(ctx, deps.DB.DB, example.Name)
	check(t, err)
	c := stored.(connector.Certificate)
	pair, err := c.KeyPair(deps.Keys)
	check(t, err)
	if len(pair.Certificate) != 1 || pair.Leaf.NotAfter.UnixMilli() != c.Expires || pair.PrivateKey == nil {
		t.Errorf("got %d certificates that end %s, expires %d", len(pair.Certificate), pair.Leaf.NotAfter, c.Expires)
	}
	c.Store.Value = kind.NewSecret("no key")
	if err := connector.Credentials.Replace(ctx, deps, system, c); !errors.Is(err, connector.Credentials.Invalid()) {
		t.Errorf("got %v for a key that is none", err)
	}
}

// A relay shows the login of its credentials, and is another one when they have changed.
func TestRelay(t *testing.T) {
	t.Parallel()
	deps, ctx := start(t), context.Background()
	login := connector.Examples()[0].(connector.Password)
	check(t, connector.Credentials.Add(ctx, deps, system, login))
	proxy := connector.HTTPProxy{Named: kind.Named{Name: "dmz"}, Host: "192.0.2.1", Port: 3128}
	check(t, connector.HTTPProxies.Add(ctx, deps, system, proxy))
	relay := func(want outbound.Proxy) {
		t.Helper()
		got, err := connector.Relay(ctx, deps.DB.DB, deps.Keys, "dmz")
		if err != nil || got != want {
			t.Errorf("got %s with %q and %q (%v), want %s with %q", got, got.Login, got.Password, err, want, want.Login)
		}
	}
	relay(outbound.Proxy{Host: "192.0.2.1", Port: 3128})
	proxy.Credentials = kind.Ref[connector.CredentialRef](login.Name)
	check(t, connector.HTTPProxies.Replace(ctx, deps, system, proxy))
	relay(outbound.Proxy{Host: "192.0.2.1", Port: 3128, Login: "horizon", Password: "a password"})
	login.Password = kind.NewSecret("another")
	check(t, connector.Credentials.Replace(ctx, deps, system, login))
	relay(outbound.Proxy{Host: "192.0.2.1", Port: 3128, Login: "horizon", Password: "another"})
	login.Login = "with:colon"
	login.Name = "colon"
	check(t, connector.Credentials.Add(ctx, deps, system, login))
	proxy.Credentials = "colon"
	if err := connector.HTTPProxies.Replace(ctx, deps, system, proxy); !errors.Is(err, connector.HTTPProxies.Invalid()) {
		t.Errorf("got %v for a login with a colon", err)
	}
}
