package connector

import (
	"context"
	"strings"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/store"
)

// HTTPProxy is a relay for connections to the outside.
type HTTPProxy struct {
	kind.Named
	Host        string                  `json:"host" required:"true" minLength:"1" maxLength:"253" example:"proxy.example.com" doc:"Host name or IP address of the proxy." group:"where"`
	Port        int                     `json:"port" required:"true" minimum:"1" maximum:"65535" example:"3128" doc:"Port of the proxy." group:"where"`
	Credentials kind.Ref[CredentialRef] `json:"credentials,omitempty" doc:"Login and password for the proxy: credentials of the type password." group:"where"`
}

// KindName is the kind of proxies.
func (HTTPProxy) KindName() string { return "http-proxy" }

// HTTPProxies are the relays for connections to the outside.
var HTTPProxies = kind.Define(kind.Info{
	Kind: HTTPProxy{}.KindName(), Title: "HTTP proxies", Singular: "HTTP proxy", Menu: "system", Path: "/proxy/httpproxies",
	Summary: []string{"host", "port", "credentials"},
	Name:    "Httpproxy", Area: "configuration:system:httpproxy", Family: "HTTP-PROXY", Events: event.Conf,
}, HTTPProxy{Named: kind.Named{Name: "dmz"}, Host: "proxy.example.com", Port: 3128}, checkProxy)

// checkProxy lists what is wrong with the credentials. Those that do not exist are found by everyone's check of references.
func checkProxy(tx *store.Tx, p HTTPProxy) []string {
	if p.Credentials == "" {
		return nil
	}
	c, err := Credentials.Get(tx, string(p.Credentials))
	if err != nil {
		return nil
	}
	login, ok := c.(Password)
	switch {
	case !ok:
		return []string{"credentials: " + string(p.Credentials) + " is not of the type password"}
	case strings.Contains(login.Login, ":"): // RFC 7617, 2
		return []string{"credentials: the login for a proxy holds no colon"}
	}
	return nil
}

// Relay returns the proxy of a name as connections are made through it. What it returns compares equal as long as
// neither the proxy nor its credentials have changed.
func Relay(ctx context.Context, db *store.DB, keys kind.Sealer, name string) (outbound.Proxy, error) {
	p, err := HTTPProxies.Look(ctx, db, name)
	if err != nil {
		return outbound.Proxy{}, err
	}
	return p.relay(ctx, db, keys)
}

// relay is the proxy with its credentials.
func (p HTTPProxy) relay(ctx context.Context, db *store.DB, keys kind.Sealer) (outbound.Proxy, error) {
	relay := outbound.Proxy{Host: p.Host, Port: p.Port}
	if p.Credentials == "" {
		return relay, nil
	}
	c, err := Credentials.Look(ctx, db, string(p.Credentials))
	if err != nil {
		return outbound.Proxy{}, err
	}
	login, ok := c.(Password)
	if !ok {
		return outbound.Proxy{}, HTTPProxies.Invalid().Detail("credentials: %s is not of the type password", p.Credentials)
	}
	password, err := login.Password.Reveal(keys)
	if err != nil {
		return outbound.Proxy{}, err
	}
	relay.Login, relay.Password = login.Login, password.Reveal()
	return relay, nil
}
