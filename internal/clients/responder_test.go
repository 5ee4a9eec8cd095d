package clients

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"testing"
)

// responder answers http-01 and tls-alpn-01 for clients in this process.
type responder struct {
	mu    sync.Mutex // guards both
	files map[string]string
	certs map[string]*tls.Certificate
}

// respond answers at the ports of a server's profile.
func respond(s *server) *responder {
	s.t.Helper()
	r := &responder{files: map[string]string{}, certs: map[string]*tls.Certificate{}}
	serve(s.t, s.http01, r)
	l, err := tls.Listen("tcp", local(s.alpn01), &tls.Config{NextProtos: []string{"acme-tls/1"}, GetCertificate: r.certificate, MinVersion: tls.VersionTLS12})
	if err != nil {
		s.t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				_ = c.(*tls.Conn).HandshakeContext(context.Background()) // that is all
				_ = c.Close()
			})
		}
	})
	s.t.Cleanup(func() { _ = l.Close(); open.Wait() })
	return r
}

// ServeHTTP hands a key authorization out (RFC 8555, 8.3).
func (r *responder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	text, ok := r.files[q.URL.Path]
	r.mu.Unlock()
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_, _ = w.Write([]byte(text)) // who asked has gone
}

// certificate shows the certificate of a name (RFC 8737, 3).
func (r *responder) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.certs[hello.ServerName], nil
}

func (r *responder) put(path, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files[path] = text
}

func (r *responder) show(name string, c *tls.Certificate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.certs[name] = c
}

// serve answers HTTP at a port until the test ends.
func serve(t testing.TB, port int, h http.Handler) {
	t.Helper()
	l, err := net.Listen("tcp", local(port))
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() { defer close(done); _ = web.Serve(l) }() // it ends with Close
	t.Cleanup(func() { _ = web.Close(); <-done })
}

// serveFiles answers http-01 with the files of a folder.
func serveFiles(t testing.TB, port int, root string) {
	t.Helper()
	serve(t, port, http.StripPrefix("/.well-known/acme-challenge/", http.FileServer(http.Dir(root))))
}
