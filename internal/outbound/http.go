package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Answer is what a server said to a Get.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	URL    string         // where it came from, after redirects
	Remote netip.AddrPort // who was connected to at the end: the server, or the proxy
}

// Get fetches a URL and reads at most limit bytes; more of them is a failure of ClassTooLarge. The Timeout covers all of it,
// with redirects. A status other than 200 is no failure.
func (c *Client) Get(ctx context.Context, target string, limit int64) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	var at atomic.Value
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) { at.Store(remote(i.Conn)) },
	})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return Answer{}, fail(StepCheck, target, badTarget, "not a URL", err)
	}
	r.Header.Set("User-Agent", "horizon")
	from, err := c.web.Do(r)
	if err != nil {
		return Answer{}, failed(StepRead, named(r.URL), err)
	}
	defer from.Body.Close()
	a := Answer{Status: from.StatusCode, Header: from.Header, URL: from.Request.URL.String()}
	a.Remote, _ = at.Load().(netip.AddrPort)
	a.Body, err = io.ReadAll(io.LimitReader(from.Body, limit+1))
	if err != nil {
		return Answer{}, failed(StepRead, named(from.Request.URL), err)
	}
	if int64(len(a.Body)) > limit {
		return Answer{}, fail(StepRead, named(from.Request.URL), tooLarge, "more than "+strconv.FormatInt(limit, 10)+" bytes", nil)
	}
	return a, nil
}

// named returns a URL without what may be secret in it.
func named(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

func (c *Client) transport() *http.Transport {
	t := &http.Transport{
		TLSClientConfig:        c.tlsConfig(),
		TLSHandshakeTimeout:    c.o.Timeout,
		DisableKeepAlives:      !c.o.KeepAlive,
		DisableCompression:     true, // limits count what was sent
		MaxIdleConnsPerHost:    c.o.Parallel,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: 64 << 10,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, c.o.Timeout) // the transport dials on when a request is given up
			defer cancel()
			return c.open(ctx, network, address)
		},
	}
	if c.o.Proxy != nil {
		t.Proxy = http.ProxyURL(c.o.Proxy.url())
		t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
			defer cancel()
			return c.dialProxy(ctx)
		}
		t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, r *http.Request, answer *http.Response) error {
			return refusal(answer, r.Host)
		}
	}
	return t
}

// redirect is asked before each further request. Its address is judged again where it is dialled.
func (c *Client) redirect(r *http.Request, before []*http.Request) error {
	if c.o.MaxRedirects == 0 {
		return http.ErrUseLastResponse
	}
	last := before[len(before)-1].URL
	switch {
	case len(before) > c.o.MaxRedirects:
		return fail(StepRead, named(last), badRedirect, "more than "+strconv.Itoa(c.o.MaxRedirects)+" redirects", nil)
	case r.URL.Scheme != "http" && r.URL.Scheme != "https":
		return fail(StepRead, named(last), badRedirect, "the new address is not HTTP", nil)
	case r.URL.User != nil:
		return fail(StepRead, named(last), badRedirect, "the new address holds credentials", nil)
	case last.Scheme == "https" && r.URL.Scheme == "http" && !c.o.InsecureSkipVerify:
		return fail(StepRead, named(last), badRedirect, "the new address is not protected by TLS", nil)
	}
	r.Header.Del("Referer") // paths may hold tokens
	return nil
}

// courier carries one exchange: it judges the target, counts, sets the time, and sorts what goes wrong.
type courier struct{ c *Client }

// RoundTrip implements http.RoundTripper.
func (t courier) RoundTrip(r *http.Request) (*http.Response, error) {
	target := named(r.URL)
	ctx, cancel := context.WithTimeout(r.Context(), t.c.o.Timeout)
	err := t.c.checkURL(r.URL)
	if err == nil {
		err = t.c.acquire(ctx, target)
	}
	if err != nil {
		cancel()
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	end := sync.OnceFunc(func() { cancel(); t.c.free.Release(1) })
	var at progress
	answer, err := t.c.base.RoundTrip(r.WithContext(at.watch(ctx)))
	if err != nil {
		end()
		return nil, failed(at.step(), target, err)
	}
	answer.Body = &body{from: answer.Body, left: t.c.o.MaxBytes, target: target, end: end}
	if t.c.o.Proxy != nil && answer.StatusCode == http.StatusProxyAuthRequired {
		_ = answer.Body.Close()
		return nil, refusal(answer, target)
	}
	return answer, nil
}

func (c *Client) checkURL(u *url.URL) error {
	port := map[string]int{"http": 80, "https": 443}[u.Scheme]
	if port == 0 || u.Hostname() == "" || u.Opaque != "" {
		return fail(StepCheck, named(u), badTarget, "not an address of HTTP", nil)
	}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return fail(StepCheck, named(u), badTarget, "not a port", err)
		}
		port = int(n)
	}
	return c.checkTarget(u.Hostname(), port)
}

// progress remembers how far an exchange came. The transport reports from other goroutines.
type progress struct{ at atomic.Int32 }

const (
	dialing int32 = iota
	resolving
	handshaking
	exchanging
)

func (p *progress) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { p.at.Store(resolving) },
		DNSDone:           func(httptrace.DNSDoneInfo) { p.at.Store(dialing) },
		TLSHandshakeStart: func() { p.at.Store(handshaking) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				p.at.Store(exchanging)
			}
		},
		GotConn: func(httptrace.GotConnInfo) { p.at.Store(exchanging) },
	})
}

func (p *progress) step() Step {
	switch p.at.Load() {
	case resolving:
		return StepResolve
	case handshaking:
		return StepHandshake
	case exchanging:
		return StepRead
	default:
		return StepConnect
	}
}

// body ends the exchange when it is closed, and fails when it is longer than it may be.
type body struct {
	from   io.ReadCloser
	left   int64
	target string
	end    func()
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return max(0, n-1), fail(StepRead, b.target, tooLarge, "", nil)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = failed(StepRead, b.target, err)
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	defer b.end()
	return b.from.Close()
}
