package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// names is a resolver of a few names.
type names map[string][]netip.Addr

func (n names) Addresses(_ context.Context, name string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}, nil
	}
	if all, ok := n[name]; ok {
		return all, nil
	}
	return nil, fail(StepResolve, name, NameMissing, "", nil)
}

func (n names) TXT(context.Context, string) ([]string, error) { return nil, RecordMissing }
func (n names) CAA(context.Context, string) ([]CAA, error)    { return nil, RecordMissing }

// rebinding answers with the next address on every question.
type rebinding struct {
	names
	turn  atomic.Int64
	addrs []netip.Addr
}

func (r *rebinding) Addresses(context.Context, string) ([]netip.Addr, error) {
	i := min(int(r.turn.Add(1)), len(r.addrs))
	return r.addrs[i-1 : i], nil
}

var home = Policy{AllowLoopback: true}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	if o.Resolver == nil {
		o.Resolver = names{"a.example": addrs("127.0.0.1"), "localhost": addrs("127.0.0.1")}
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, h http.HandlerFunc) (base string, port int) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL, portOf(t, s.URL)
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func wantClass(t *testing.T, err error, class Class, step Step) {
	t.Helper()
	f, ok := errors.AsType[*Failure](err)
	if !ok || f.Class != class || f.Step != step {
		t.Fatalf("got %v, want class %q at step %q", err, class, step)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	base, port := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		switch r.URL.Path {
		case "/hop":
			http.SetCookie(w, &http.Cookie{Name: "c", Value: "v"})
			http.Redirect(w, r, "/ok?token=1", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/meta":
			http.Redirect(w, r, "http://169.254.169.254/latest", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/login":
			http.Redirect(w, r, "http://a:b@localhost/", http.StatusFound)
		case "/port":
			http.Redirect(w, r, "http://localhost:22/", http.StatusFound)
		case "/big":
			_, _ = io.WriteString(w, strings.Repeat("x", 101))
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/cut":
			w.Header().Set("Content-Length", "50")
			_, _ = io.WriteString(w, "short")
		default:
			_, _ = io.WriteString(w, "hello")
		}
	})
	c := client(t, Options{Policy: home, MaxRedirects: 50, PortAllowed: func(p int) bool { return p == port }})
	named := "http://a.example:" + strconv.Itoa(port)
	for _, x := range []struct {
		path, body string
		status     int
		class      Class
		step       Step
	}{
		{path: base + "/", status: 200, body: "hello"},
		{path: named + "/", status: 200, body: "hello"},
		{path: named + "/hop", status: 200, body: "hello"},
		{path: named + "/gone", status: 410},
		{path: named + "/big", class: ClassTooLarge, step: StepRead},
		{path: named + "/cut", class: ClassConnection, step: StepRead},
		{path: named + "/loop", class: ClassInvalid, step: StepRead},
		{path: named + "/meta", class: ClassRefused, step: StepCheck},
		{path: named + "/file", class: ClassInvalid, step: StepRead},
		{path: named + "/login", class: ClassInvalid, step: StepRead},
		{path: named + "/port", class: ClassRefused, step: StepCheck},
		{path: "http://none.example:" + strconv.Itoa(port), class: ClassDNS, step: StepResolve},
		{path: "http://10.0.0.1:" + strconv.Itoa(port), class: ClassRefused, step: StepCheck},
		{path: "http://[::ffff:169.254.169.254]:" + strconv.Itoa(port), class: ClassRefused, step: StepCheck},
		{path: "http://127.1:" + strconv.Itoa(port), class: ClassInvalid, step: StepCheck},
		{path: "http://0x7f000001:" + strconv.Itoa(port), class: ClassInvalid, step: StepCheck},
		{path: "http://metadata.google.internal:" + strconv.Itoa(port), class: ClassRefused, step: StepCheck},
		{path: "https://a.example:" + strconv.Itoa(port), class: ClassTLS, step: StepHandshake},
		{path: "ftp://a.example/", class: ClassInvalid, step: StepCheck},
		{path: "http://a.example:0/", class: ClassInvalid, step: StepCheck},
		{path: "http://a.example/", class: ClassRefused, step: StepCheck},
		{path: "::", class: ClassInvalid, step: StepCheck},
		{path: "", class: ClassInvalid, step: StepCheck},
	} {
		t.Run(x.path, func(t *testing.T) {
			t.Parallel()
			got, err := c.Get(t.Context(), x.path, 100)
			if x.class != "" {
				wantClass(t, err, x.class, x.step)
				return
			}
			if err != nil || got.Status != x.status || string(got.Body) != x.body || got.Remote.Port() != uint16(port) {
				t.Fatalf("got %+v, %v, want %d and %q", got, err, x.status, x.body)
			}
		})
	}
}

func TestNoRedirects(t *testing.T) {
	t.Parallel()
	base, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	got, err := client(t, Options{Policy: home}).Get(t.Context(), base, 100)
	if err != nil || got.Status != http.StatusFound {
		t.Errorf("got %d, %v, want the redirect itself", got.Status, err)
	}
}

func TestRebinding(t *testing.T) {
	t.Parallel()
	_, port := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was reached") })
	address := "http://rebind.example:" + strconv.Itoa(port)

	c := client(t, Options{Resolver: names{"rebind.example": addrs("127.0.0.1", "::1", "10.0.0.1", "169.254.169.254")}})
	_, err := c.Get(t.Context(), address, 100)
	wantClass(t, err, ClassRefused, StepCheck)
	if !strings.Contains(err.Error(), "127.0.0.1, a loopback address") {
		t.Errorf("got %v, want the address and the rule", err)
	}

	// The name's address changes between the first request and its redirect.
	var r *rebinding
	_, port = serve(t, func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, "/again", http.StatusFound) })
	r = &rebinding{addrs: addrs("127.0.0.1", "169.254.169.254")}
	c = client(t, Options{Policy: home, Resolver: r, MaxRedirects: 5})
	_, err = c.Get(t.Context(), "http://rebind.example:"+strconv.Itoa(port), 100)
	wantClass(t, err, ClassRefused, StepCheck)

	// Whatever was resolved, the socket judges what it connects to.
	if err := guard(Policy{})("tcp4", "127.0.0.1:80", syscall.RawConn(nil)); !errors.Is(err, Refused) {
		t.Errorf("got %v, want the socket to refuse", err)
	}
	if err := guard(home)("tcp4", "nonsense", syscall.RawConn(nil)); !errors.Is(err, Refused) {
		t.Errorf("got %v, want the socket to refuse", err)
	}
}

func TestSlow(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	base, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = io.WriteString(w, "some")
			w.(http.Flusher).Flush()
		}
		<-stop
	})
	t.Cleanup(func() { close(stop) })
	l, err := net.Listen("tcp", "127.0.0.1:0") // connects and stays silent
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := client(t, Options{Policy: home, Timeout: 250 * time.Millisecond})
	_, err = c.Get(t.Context(), base+"/head", 100)
	wantClass(t, err, ClassTimeout, StepRead)
	_, err = c.Get(t.Context(), base+"/body", 100)
	wantClass(t, err, ClassTimeout, StepRead)
	_, err = c.Get(t.Context(), "https://"+l.Addr().String(), 100)
	wantClass(t, err, ClassTimeout, StepHandshake)
	_, _, err = c.DialTLS(t.Context(), "127.0.0.1", portOf(t, "x://"+l.Addr().String()), "a.example", nil)
	wantClass(t, err, ClassTimeout, StepHandshake)

	d := resolver(t, DNSOptions{Servers: []string{serveDNS(t, example())}})
	slow := client(t, Options{Policy: home, Timeout: 250 * time.Millisecond, Resolver: d})
	_, err = slow.Get(t.Context(), "http://slow.example", 100)
	wantClass(t, err, ClassTimeout, StepResolve)
}

func TestRefusedConnection(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, err = client(t, Options{Policy: home}).Get(t.Context(), "http://"+address, 100)
	wantClass(t, err, ClassConnection, StepConnect)
	if !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v, want what the system says", err)
	}
}

func TestMaxBytes(t *testing.T) {
	t.Parallel()
	base, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 100)) })
	for limit, class := range map[int64]Class{99: ClassTooLarge, 100: ""} {
		r, err := client(t, Options{Policy: home, MaxBytes: limit}).HTTP().Get(base)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		if ClassOf(err) != class || int64(len(b)) != limit {
			t.Errorf("got %d bytes, %v, want %d and class %q", len(b), err, limit, class)
		}
		_ = r.Body.Close()
	}
}

func TestParallel(t *testing.T) {
	t.Parallel()
	base, port := serve(t, func(http.ResponseWriter, *http.Request) {})
	c := client(t, Options{Policy: home, Parallel: 1, Timeout: 300 * time.Millisecond})
	held, err := c.Dial(t.Context(), "tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Get(t.Context(), base, 100)
	wantClass(t, err, ClassTimeout, StepConnect)
	_ = held.Close()
	_ = held.Close() // gives its place back once
	for range 3 {
		if _, err = c.Get(t.Context(), base, 100); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeepAlive(t *testing.T) {
	t.Parallel()
	for keep, want := range map[bool]int64{true: 1, false: 3} {
		var connections atomic.Int64
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				connections.Add(1)
			}
		}
		s.Start()
		t.Cleanup(s.Close)
		c := client(t, Options{Policy: home, KeepAlive: keep})
		for range 3 {
			if _, err := c.Get(t.Context(), s.URL, 100); err != nil {
				t.Fatal(err)
			}
		}
		c.Close()
		if got := connections.Load(); got != want {
			t.Errorf("keep %v: got %d connections, want %d", keep, got, want)
		}
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, "http://a.example/", http.StatusFound)
		}
		_, _ = io.WriteString(w, strconv.Itoa(len(r.TLS.PeerCertificates)))
	}))
	s.TLS = &tls.Config{NextProtos: []string{"acme-tls/1", "http/1.1"}, ClientAuth: tls.RequestClientCert}
	s.StartTLS()
	t.Cleanup(s.Close)
	port := portOf(t, s.URL)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	_, err := client(t, Options{Policy: home}).Get(t.Context(), s.URL, 100)
	wantClass(t, err, ClassTLS, StepHandshake)
	blind := client(t, Options{Policy: home, InsecureSkipVerify: true})
	if _, err := blind.Get(t.Context(), s.URL, 100); err != nil {
		t.Error(err)
	}
	trusting := client(t, Options{Policy: home, RootCAs: roots, ClientCert: &s.TLS.Certificates[0], MaxRedirects: 1})
	if got, err := trusting.Get(t.Context(), s.URL, 100); err != nil || string(got.Body) != "1" {
		t.Errorf("got %s, %v, want the client's certificate to arrive", got.Body, err)
	}
	_, err = trusting.Get(t.Context(), s.URL+"/down", 100)
	wantClass(t, err, ClassInvalid, StepRead)

	state, at, err := blind.DialTLS(t.Context(), "a.example", port, "1.0.0.127.in-addr.arpa", []string{"acme-tls/1"})
	if err != nil {
		t.Fatal(err)
	}
	if state.NegotiatedProtocol != "acme-tls/1" || state.ServerName != "1.0.0.127.in-addr.arpa" ||
		!state.PeerCertificates[0].Equal(s.Certificate()) || at != netip.AddrPortFrom(addrs("127.0.0.1")[0], uint16(port)) {
		t.Errorf("got %+v at %v", state, at)
	}
	_, _, err = blind.DialTLS(t.Context(), "a.example", port, "a.example", []string{"other"})
	wantClass(t, err, ClassTLS, StepHandshake)
	_, _, err = trusting.DialTLS(t.Context(), "a.example", port, "other.test", nil)
	wantClass(t, err, ClassTLS, StepHandshake)
	_, _, err = blind.DialTLS(t.Context(), "192.168.0.1", port, "a.example", nil)
	wantClass(t, err, ClassRefused, StepCheck)
}

func TestDial(t *testing.T) {
	t.Parallel()
	_, port := serve(t, func(http.ResponseWriter, *http.Request) {})
	at := ":" + strconv.Itoa(port)
	both := names{"a.example": addrs("10.0.0.1", "::1", "127.0.0.1")}
	c := client(t, Options{Policy: home, Resolver: both})
	conn, err := c.Dial(t.Context(), "tcp4", "a.example"+at)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if conn, err = c.Dial(t.Context(), "tcp", "a.example"+at); err != nil { // ::1 has no listener
		t.Fatal(err)
	}
	_ = conn.Close()
	if conn, err = c.Dial(t.Context(), "udp", "127.0.0.1:9"); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	for target, class := range map[string]Class{
		"a.example": ClassInvalid, "a.example:http": ClassInvalid, "a.example:0": ClassInvalid, ":80": ClassInvalid,
		"::1:80": ClassInvalid, "a.example:65536": ClassInvalid, "10.0.0.1:80": ClassRefused, "a b:80": ClassInvalid,
	} {
		if _, err := c.Dial(t.Context(), "tcp", target); ClassOf(err) != class {
			t.Errorf("%s: got %v, want class %q", target, err, class)
		}
	}
	if _, err := c.Dial(t.Context(), "unix", "a.example:1"); ClassOf(err) != ClassInvalid {
		t.Errorf("got %v, want no such network", err)
	}
	_, err = client(t, Options{Policy: home, Resolver: names{"a.example": addrs("127.0.0.1")}}).Dial(t.Context(), "tcp6", "a.example"+at)
	wantClass(t, err, ClassDNS, StepResolve)
	strict := client(t, Options{})
	_, err = strict.Dial(t.Context(), "udp", "127.0.0.1:53")
	wantClass(t, err, ClassRefused, StepCheck)
	_, err = strict.Dial(t.Context(), "tcp", "x.localhost:80")
	wantClass(t, err, ClassRefused, StepCheck)
}
