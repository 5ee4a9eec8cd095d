// Package outbound is the only code that calls out: HTTP, TLS and plain connections, and questions to name servers.
//
// What it guarantees:
//   - No connection is made to an address the Policy refuses. The address is judged after the name was resolved, and once more
//     by the socket at the moment it connects, so that a name that changes its address (DNS rebinding), a redirect or an
//     address dressed up as another one does not get around it.
//   - Every call has an end (Timeout), a limit of bytes (MaxBytes) and a limit of calls at one time (Parallel).
//   - Every error is a Failure that names the step and the class.
//
// Behind a Proxy the proxy resolves names and connects. Addresses given as numbers, names under localhost and the names of
// metadata services are then still refused here; for all other names the proxy's own rules decide. The address of the proxy
// itself and those of the name servers are an administrator's choice, and may be private.
package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/sync/semaphore"
)

// Options of a Client. The zero value works: public addresses only, the resolver of the system, no redirects.
type Options struct {
	Policy       Policy
	Resolver     Resolver            // nil is the system's
	Proxy        *Proxy              // nil is none
	Timeout      time.Duration       // of one exchange, one Get with its redirects, or one connection being made; 0 is 10 seconds
	MaxBytes     int64               // of one body; 0 is 10 MiB
	MaxRedirects int                 // at most 10; 0 returns a redirect as the answer
	PortAllowed  func(port int) bool // nil allows all; asked for redirects too
	Parallel     int                 // calls and open connections at one time, the others wait; 0 is 16
	KeepAlive    bool                // keep connections for the next exchange; Close lets go of them

	RootCAs    *x509.CertPool // nil is those of the system
	ClientCert *tls.Certificate
	// InsecureSkipVerify accepts every server certificate: for validations, which look for what a server shows and send it
	// nothing (RFC 8555, 8.3 follows redirects to servers that have no certificate yet), and for discovery.
	InsecureSkipVerify bool
}

// Client calls out under one set of Options. It may be used by many goroutines.
type Client struct {
	o    Options
	free *semaphore.Weighted
	web  *http.Client
	base *http.Transport
}

const topRedirects = 10

// New returns a client. It connects to nothing yet.
func New(o Options) (*Client, error) {
	if o.Resolver == nil {
		system, err := systemResolver()
		if err != nil {
			return nil, err
		}
		o.Resolver = system
	}
	if o.Proxy != nil {
		if err := o.Proxy.check(); err != nil {
			return nil, err
		}
	}
	o.Timeout = orElse(o.Timeout, 10*time.Second)
	o.MaxBytes = orElse(o.MaxBytes, int64(10<<20))
	o.Parallel = orElse(o.Parallel, 16)
	o.MaxRedirects = min(o.MaxRedirects, topRedirects)
	c := &Client{o: o, free: semaphore.NewWeighted(int64(o.Parallel))}
	c.base = c.transport()
	c.web = &http.Client{Transport: courier{c}, CheckRedirect: c.redirect}
	return c, nil
}

// systemResolver asks the name servers of the machine; without a readable resolv.conf those of its own address, as libc does.
func systemResolver() (*DNS, error) {
	o, _ := System()
	d, err := NewDNS(o)
	if err != nil {
		return nil, fmt.Errorf("using the resolver of the system: %w", err)
	}
	return d, nil
}

// HTTP returns the client for libraries that want one. Bodies it returns must be closed: they hold one of the parallel
// calls. Its limits are those of the Options; a Timeout set on it loses the class of failures, use the context.
func (c *Client) HTTP() *http.Client { return c.web }

// Close lets go of the connections that were kept.
func (c *Client) Close() { c.base.CloseIdleConnections() }

func (c *Client) tlsConfig() *tls.Config {
	t := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		RootCAs:            c.o.RootCAs,
		InsecureSkipVerify: c.o.InsecureSkipVerify, // #nosec G402 -- asked for by callers that authenticate otherwise
	}
	if c.o.ClientCert != nil {
		t.Certificates = []tls.Certificate{*c.o.ClientCert}
	}
	return t
}

// checkTarget judges what can be judged before a name is resolved.
func (c *Client) checkTarget(host string, port int) error {
	if c.o.PortAllowed != nil && !c.o.PortAllowed(port) {
		return fail(StepCheck, fmt.Sprintf("%s:%d", host, port), Refused, "the port is not allowed", nil)
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return failed(StepCheck, host, c.o.Policy.Check(a))
	}
	if err := checkName(host); err != nil {
		return err
	}
	if name, err := canonical(host); err == nil && local(name) {
		return c.checkLocal(host)
	}
	return nil
}

func (c *Client) checkLocal(host string) error {
	four := c.o.Policy.Check(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	if six := c.o.Policy.Check(netip.IPv6Loopback()); six != nil && four != nil {
		return failed(StepCheck, host, four)
	}
	return nil
}

// acquire waits for one of the parallel calls.
func (c *Client) acquire(ctx context.Context, target string) error {
	return failed(StepConnect, target, c.free.Acquire(ctx, 1))
}
