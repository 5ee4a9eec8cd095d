package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const maxAddresses = 8 // tried for one name

// Dial connects to host:port under the policy, through the proxy when there is one. The network is tcp or udp, with 4 or 6
// behind it when the family matters. The connection counts as one of the parallel calls until it is closed; its deadlines
// are up to the caller.
func (c *Client) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	if err := c.acquire(ctx, address); err != nil {
		return nil, err
	}
	conn, err := c.open(ctx, network, address)
	if err != nil {
		c.free.Release(1)
		return nil, err
	}
	return &counted{Conn: conn, release: sync.OnceFunc(func() { c.free.Release(1) })}, nil
}

// DialTLS connects to host:port, offers serverName and nextProtos, and returns what the server showed and the address it
// was reached at (the proxy's, behind one). The connection is closed. Without InsecureSkipVerify the certificate is
// verified for serverName.
func (c *Client) DialTLS(ctx context.Context, host string, port int, serverName string, nextProtos []string) (*tls.ConnectionState, netip.AddrPort, error) {
	address := net.JoinHostPort(host, strconv.Itoa(port))
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	if err := c.acquire(ctx, address); err != nil {
		return nil, netip.AddrPort{}, err
	}
	defer c.free.Release(1)
	raw, err := c.open(ctx, "tcp", address)
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	defer raw.Close()
	from := remote(raw)
	config := c.tlsConfig()
	config.ServerName, config.NextProtos = serverName, nextProtos
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, from, failed(StepHandshake, address, err)
	}
	state := conn.ConnectionState()
	return &state, from, nil
}

// open makes a connection without counting it.
func (c *Client) open(ctx context.Context, network, address string) (net.Conn, error) {
	switch network {
	case "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6":
	default:
		return nil, fail(StepCheck, address, badTarget, "no such network: "+network, nil)
	}
	host, port, err := splitTarget(address)
	if err != nil {
		return nil, err
	}
	if err := c.checkTarget(host, port); err != nil {
		return nil, err
	}
	if c.o.Proxy == nil {
		return c.direct(ctx, c.o.Policy, network, host, port)
	}
	if strings.HasPrefix(network, "udp") {
		return nil, fail(StepCheck, address, badTarget, "a proxy does not carry UDP", nil)
	}
	return c.tunnel(ctx, address)
}

// direct resolves and tries the addresses in turn, each with its share of the time. Addresses the policy refuses are left
// out; when none remains, the first refusal is returned.
func (c *Client) direct(ctx context.Context, p Policy, network, host string, port int) (net.Conn, error) {
	addresses, err := c.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	allowed, err := sift(p, addresses, network, host)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: c.o.Timeout / time.Duration(len(allowed)), Control: guard(p)}
	var first error
	for _, a := range allowed {
		target := netip.AddrPortFrom(a, uint16(port)).String() // #nosec G115 -- splitTarget limits it
		conn, err := dialer.DialContext(ctx, network, target)
		if err == nil {
			return conn, nil
		}
		if first == nil {
			first = failed(StepConnect, target, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, first
}

// resolve tells who watches the exchange that it resolves, as the standard library's dialer does.
func (c *Client) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	watch := httptrace.ContextClientTrace(ctx)
	if watch != nil && watch.DNSStart != nil {
		watch.DNSStart(httptrace.DNSStartInfo{Host: host})
	}
	addresses, err := c.o.Resolver.Addresses(ctx, host)
	if err != nil {
		return nil, failed(StepResolve, host, err)
	}
	if watch != nil && watch.DNSDone != nil {
		watch.DNSDone(httptrace.DNSDoneInfo{})
	}
	return addresses, nil
}

// sift keeps the addresses that fit the network and that the policy allows.
func sift(p Policy, addresses []netip.Addr, network, host string) ([]netip.Addr, error) {
	var allowed []netip.Addr
	var refused error
	for _, a := range addresses {
		a = a.Unmap()
		if strings.HasSuffix(network, "4") && !a.Is4() || strings.HasSuffix(network, "6") && a.Is4() {
			continue
		}
		if err := p.Check(a); err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		if len(allowed) < maxAddresses {
			allowed = append(allowed, a)
		}
	}
	switch {
	case len(allowed) > 0:
		return allowed, nil
	case refused != nil:
		return nil, failed(StepCheck, host, refused)
	default:
		return nil, fail(StepResolve, host, RecordMissing, "no address of the family", nil)
	}
}

// guard is asked by the socket right before it connects, with the address it really connects to.
func guard(p Policy) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return Refused.Detail("%s is not an address", brief(address))
		}
		return p.Check(at.Addr())
	}
}

func remote(c net.Conn) netip.AddrPort {
	at, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

// counted gives its place back when it is closed.
type counted struct {
	net.Conn
	release func()
}

func (c *counted) Close() error {
	defer c.release()
	return c.Conn.Close()
}
