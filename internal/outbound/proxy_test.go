package outbound

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// relay is an HTTP proxy that wants user:p@ss and sends every call to one server.
type relay struct {
	to     string
	called atomic.Int64
	status int // answered instead, when it is set
}

func (p *relay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.called.Add(1)
	r.Header.Set("Authorization", r.Header.Get("Proxy-Authorization"))
	if login, password, _ := r.BasicAuth(); login != "user" || password != "p@ss" {
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	if p.status != 0 {
		w.WriteHeader(p.status)
		return
	}
	if r.Method != http.MethodConnect {
		_, _ = io.WriteString(w, "forwarded "+r.URL.String())
		return
	}
	up, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer up.Close()
	down, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer down.Close()
	_, _ = io.WriteString(down, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(up, down); _ = up.Close() }()
	_, _ = io.Copy(down, up)
}

func startRelay(t *testing.T, p *relay) *Proxy {
	t.Helper()
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return &Proxy{Host: "127.0.0.1", Port: portOf(t, s.URL), Login: "user", Password: "p@ss"}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "through "+r.Host) }))
	t.Cleanup(s.Close)
	p := &relay{to: s.Listener.Addr().String()}
	proxy := startRelay(t, p)
	// The policy allows no loopback, and the name resolves nowhere: both are the proxy's business.
	c := client(t, Options{Proxy: proxy, InsecureSkipVerify: true})
	got, err := c.Get(t.Context(), "https://inner.test/x", 100)
	if err != nil || string(got.Body) != "through inner.test" || got.Remote.Port() != uint16(proxy.Port) {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = c.Get(t.Context(), "http://inner.test/x", 100)
	if err != nil || string(got.Body) != "forwarded http://inner.test/x" {
		t.Errorf("got %s, %v", got.Body, err)
	}
	state, at, err := c.DialTLS(t.Context(), "inner.test", 443, "inner.test", nil)
	if err != nil || !state.PeerCertificates[0].Equal(s.Certificate()) || at.Port() != uint16(proxy.Port) {
		t.Errorf("got %v, %v", at, err)
	}
	calls := p.called.Load()
	for _, target := range []string{"http://127.0.0.1/", "https://169.254.169.254/", "http://localhost/", "http://a.localhost./", "http://metadata.google.internal/", "http://[::ffff:7f00:1]/"} {
		if _, err := c.Get(t.Context(), target, 100); ClassOf(err) != ClassRefused {
			t.Errorf("%s: got %v, want it refused", target, err)
		}
	}
	if _, err := c.Get(t.Context(), "http://2130706433/", 100); ClassOf(err) != ClassInvalid {
		t.Errorf("got %v, want a number refused as a name", err)
	}
	if _, err := c.Dial(t.Context(), "udp", "inner.test:53"); ClassOf(err) != ClassInvalid {
		t.Errorf("got %v, want no UDP through a proxy", err)
	}
	if p.called.Load() != calls {
		t.Error("the proxy was asked for what is refused")
	}
}

func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	wrong := *startRelay(t, &relay{})
	wrong.Password = "other"
	closed := startRelay(t, &relay{status: http.StatusForbidden})
	for name, proxy := range map[string]*Proxy{"password": &wrong, "forbidden": closed} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, Options{Proxy: proxy, InsecureSkipVerify: true})
			_, err := c.Get(t.Context(), "https://inner.test/", 100)
			wantClass(t, err, ClassConnection, StepProxy)
			_, _, err = c.DialTLS(t.Context(), "inner.test", 443, "inner.test", nil)
			wantClass(t, err, ClassConnection, StepProxy)
			if strings.Contains(fmt.Sprint(err), "p@ss") || !strings.Contains(fmt.Sprint(err), "it answered 40") {
				t.Errorf("got %v, want the status and no password", err)
			}
			got, err := c.Get(t.Context(), "http://inner.test/", 100)
			if name == "password" {
				wantClass(t, err, ClassConnection, StepProxy)
			} else if got.Status != http.StatusForbidden {
				t.Errorf("got %d, %v, want what the proxy answered", got.Status, err)
			}
		})
	}
}

func TestProxyOptions(t *testing.T) {
	t.Parallel()
	for _, bad := range []Proxy{{Host: "p", Port: 0}, {Host: "p", Port: 65536}, {Host: "", Port: 1}, {Host: "p p", Port: 1}, {Host: "p", Port: 1, Login: "a:b"}} {
		if _, err := New(Options{Proxy: &bad}); err == nil {
			t.Errorf("%v was taken for a proxy", bad)
		}
	}
	p := Proxy{Host: "p", Port: 1, Login: "user", Password: "p@ss"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(format, p) + fmt.Sprintf(format, &p); strings.Contains(s, "p@ss") {
			t.Errorf("%s printed %s", format, s)
		}
	}
}

// oneAnswer is a server that reads a head and says one thing.
func oneAnswer(t *testing.T, text string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop); _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = io.WriteString(conn, text)
					<-stop
				}
			}()
		}
	}()
	return &Proxy{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port}
}

func TestOddProxy(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		says  string
		class Class
	}{
		"nonsense": {"SSH-2.0-x\r\n\r\n", ClassConnection},
		"endless":  {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*maxConnect), ClassConnection},
		"silent":   {"", ClassTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, Options{Proxy: oneAnswer(t, x.says), Timeout: 200 * time.Millisecond})
			_, err := c.Dial(t.Context(), "tcp", "inner.test:25")
			wantClass(t, err, x.class, StepProxy)
		})
	}
	// A server that speaks first, as mail servers do, may come in one piece with the proxy's answer.
	c := client(t, Options{Proxy: oneAnswer(t, "HTTP/1.1 200 OK\r\n\r\n220 mail")})
	conn, err := c.Dial(t.Context(), "tcp", "inner.test:25")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	b := make([]byte, 8)
	if _, err := io.ReadFull(conn, b); err != nil || string(b) != "220 mail" {
		t.Errorf("got %q, %v", b, err)
	}
}

func TestProxyGone(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	c := client(t, Options{Proxy: &Proxy{Host: "127.0.0.1", Port: port}})
	for _, target := range []string{"http://inner.test", "https://inner.test"} {
		if _, err := c.Get(t.Context(), target, 10); ClassOf(err) != ClassConnection {
			t.Errorf("got %v, want a failed connection", err)
		}
	}
	if _, err := c.Dial(t.Context(), "tcp", "inner.test:"+strconv.Itoa(port)); ClassOf(err) != ClassConnection {
		t.Errorf("got %v, want a failed connection", err)
	}
}
