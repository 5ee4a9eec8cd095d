package connector

import (
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
)

// HTTPProxy is a relay for connections to the outside.
type HTTPProxy struct {
	kind.Named
	Host string `json:"host" required:"true" minLength:"1" maxLength:"253" doc:"Host name or IP address of the proxy."`
	Port int    `json:"port" required:"true" minimum:"1" maximum:"65535" doc:"Port of the proxy."`
}

// KindName is the kind of proxies.
func (HTTPProxy) KindName() string { return "http-proxy" }

// HTTPProxies are the relays for connections to the outside.
var HTTPProxies = kind.Define(kind.Info{
	Kind: HTTPProxy{}.KindName(), Title: "HTTP proxies", Singular: "HTTP proxy", Menu: "System", Path: "/proxy/httpproxies",
	Name: "Httpproxy", Area: "configuration:system:httpproxy", Family: "HTTP-PROXY", Events: event.Conf,
}, HTTPProxy{Named: kind.Named{Name: "dmz"}, Host: "proxy.example.com", Port: 3128}, nil)
