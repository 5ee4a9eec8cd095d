package outbound

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Proxy is an HTTP proxy: plain HTTP is forwarded, everything else goes through CONNECT (RFC 9110, 9.3.6).
type Proxy struct {
	Host     string
	Port     int
	Login    string // basic authentication; "" is none
	Password string
}

// String leaves out the credentials.
func (p Proxy) String() string { return net.JoinHostPort(p.Host, strconv.Itoa(p.Port)) }

// GoString leaves out the credentials.
func (p Proxy) GoString() string { return p.String() }

func (p Proxy) check() error {
	if p.Port < 1 || p.Port > 65535 {
		return badTarget.Detail("the port of a proxy is 1 to 65535, not %d", p.Port)
	}
	if _, err := netip.ParseAddr(p.Host); err != nil {
		if _, err := canonical(p.Host); err != nil {
			return err
		}
	}
	if strings.Contains(p.Login, ":") { // RFC 7617, 2
		return badTarget.Detail("the login for a proxy holds no colon")
	}
	return nil
}

func (p Proxy) url() *url.URL {
	u := &url.URL{Scheme: "http", Host: p.String()}
	if p.Login != "" {
		u.User = url.UserPassword(p.Login, p.Password)
	}
	return u
}

// proxyPolicy is for reaching the proxy itself, which an administrator chose. What no policy allows stays refused.
var proxyPolicy = Policy{AllowLoopback: true, AllowPrivate: true}

func (c *Client) dialProxy(ctx context.Context) (net.Conn, error) {
	return c.direct(ctx, proxyPolicy, "tcp", c.o.Proxy.Host, c.o.Proxy.Port)
}

const maxConnect = 32 << 10 // bytes of a proxy's answer before the tunnel

// tunnel asks the proxy to connect to address.
func (c *Client) tunnel(ctx context.Context, address string) (net.Conn, error) {
	conn, err := c.dialProxy(ctx)
	if err != nil {
		return nil, failed(StepProxy, address, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	answer, early, err := connect(conn, c.o.Proxy, address)
	inTime := stop()
	switch {
	case err != nil && ctx.Err() != nil:
		err = failed(StepProxy, address, ctx.Err())
	case err != nil:
		err = failed(StepProxy, address, err)
	case !inTime:
		err = failed(StepProxy, address, context.Cause(ctx))
	default:
		err = refusal(answer, address)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &tunnelled{Conn: conn, early: early}, nil
}

// connect sends the request and reads the head of the answer, without taking bytes of the tunnel away.
func connect(conn net.Conn, p *Proxy, address string) (*http.Response, []byte, error) {
	head := fmt.Sprintf("CONNECT %s HTTP/1.1\r\nHost: %s\r\n", address, address)
	if p.Login != "" {
		head += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(p.Login+":"+p.Password)) + "\r\n"
	}
	if _, err := io.WriteString(conn, head+"\r\n"); err != nil {
		return nil, nil, err
	}
	r := bufio.NewReader(io.LimitReader(conn, maxConnect))
	answer, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return nil, nil, err
	}
	early, _ := r.Peek(r.Buffered()) // never more than is there
	return answer, early, nil
}

// refusal returns the failure a proxy's answer to CONNECT stands for, or nil.
func refusal(answer *http.Response, target string) error {
	if answer.StatusCode/100 == 2 {
		return nil
	}
	f := fail(StepProxy, target, proxyFailed, fmt.Sprintf("it answered %d", answer.StatusCode), nil)
	f.Status = answer.StatusCode
	return f
}

// tunnelled first hands out what came together with the proxy's answer.
type tunnelled struct {
	net.Conn
	early []byte
}

func (t *tunnelled) Read(p []byte) (int, error) {
	if len(t.early) > 0 {
		n := copy(p, t.early)
		t.early = t.early[n:]
		return n, nil
	}
	return t.Conn.Read(p)
}
