package connector

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/outbound"
)

var refusedLogin = fault.Define("HTTP-PROXY-010", fault.Upstream, "The proxy does not accept the login")

// TryProxy tries HTTP proxies: connects to them, and through them to an address, host:port, with their credentials. A proxy
// that answers but does not connect to that address works as far as can be told.
func TryProxy(env Env, through string) kind.Try {
	return func(ctx context.Context, v any) *kind.Trial {
		t, p := kind.NewTrial(env.DB.Clock), v.(HTTPProxy)
		own := outbound.Policy{AllowLoopback: true, AllowPrivate: true} // the address is an administrator's choice
		address := net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
		t.Step("connect", address, func() (kind.Found, error) { return dialled(ctx, env, outbound.Options{Policy: own}, address) })
		t.Step("tunnel", through, func() (kind.Found, error) {
			relay, err := p.relay(ctx, env.DB.DB, env.Keys)
			if err != nil {
				return kind.Found{}, err
			}
			_, err = dialled(ctx, env, outbound.Options{Policy: own, Proxy: &relay}, through)
			return answered(err)
		})
		return t
	}
}

// dialled connects, and says to which address.
func dialled(ctx context.Context, env Env, o outbound.Options, address string) (kind.Found, error) {
	client, err := env.Out(o)
	if err != nil {
		return kind.Found{}, err
	}
	defer client.Close()
	conn, err := client.Dial(ctx, "tcp", address)
	if err != nil {
		return kind.Found{}, err
	}
	return kind.Plain(conn.RemoteAddr().String()), conn.Close()
}

// answered judges what the proxy says to CONNECT.
func answered(err error) (kind.Found, error) {
	f, ok := errors.AsType[*outbound.Failure](err)
	switch {
	case err == nil:
		return kind.Say("connected", "connected"), nil
	case !ok || f.Status == 0:
		return kind.Found{}, err
	case f.Status == http.StatusProxyAuthRequired: // RFC 9110, 15.5.8
		return kind.Found{}, refusedLogin.Detail("it answered %d", f.Status)
	}
	return kind.Say("declined", fmt.Sprintf("it answered %d: it works, but does not connect to this address", f.Status), "status", strconv.Itoa(f.Status)), nil
}
