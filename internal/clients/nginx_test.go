package clients

import (
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// proxyAddress is where nginx calls from, so that it can be told apart from clients that call by themselves.
const proxyAddress = "127.0.0.2"

// snippet is the configuration docs/security.md shows, for this server.
func snippet(s *server, listen int, dir string) string {
	s.t.Helper()
	found := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindStringSubmatch(string(read(s.t, "../../docs/security.md")))
	if found == nil {
		s.t.Fatal("docs/security.md shows no configuration of nginx")
	}
	text := strings.NewReplacer(
		"listen 443 ssl;", fmt.Sprintf("listen %s ssl;", local(listen)), "/etc/nginx/horizon.pem", filepath.Join(dir, "front.pem"), "/etc/nginx/horizon.key", filepath.Join(dir, "front.key"),
		"/etc/nginx/horizon-root.pem", s.caFile(), "https://horizon.internal:8443", s.url, "proxy_ssl_name horizon.internal;", "proxy_ssl_name localhost; proxy_bind "+proxyAddress+";",
	).Replace(found[1])
	return "daemon off; pid " + dir + "/pid; error_log " + dir + "/error.log; events {}\nhttp {\naccess_log off; client_body_temp_path " + dir + "/body; proxy_temp_path " + dir + "/proxy; fastcgi_temp_path " + dir +
		"/f; uwsgi_temp_path " + dir + "/u; scgi_temp_path " + dir + "/s;\n" + text + "}\n"
}

// authority is a CA of people, made for one test.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  any
}

func (a *authority) issue(c *x509.Certificate, key any, public any) []byte {
	a.t.Helper()
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent := a.cert
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, public, key)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key := ecKey(t, elliptic.P256())
	a := &authority{t: t, key: key}
	der := a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "People"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, key, key.Public())
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

// holder issues a certificate with its key.
func (a *authority) holder(cn string, usage x509.ExtKeyUsage, names ...string) tls.Certificate {
	a.t.Helper()
	key := ecKey(a.t, elliptic.P256())
	der := a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: cn}, DNSNames: names, ExtKeyUsage: []x509.ExtKeyUsage{usage}}, a.key, key.Public())
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func block(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

// showing is a client that shows a certificate and trusts the CA and the server's roots.
func (a *authority) showing(s *server, c *tls.Certificate) *http.Client {
	pool := s.roots()
	pool.AddCert(a.cert)
	config := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	if c != nil {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return c, nil }
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}, Timeout: patience}
	s.t.Cleanup(client.CloseIdleConnections)
	return client
}

// identifies asks who calls and wants the status and the text.
func identifies(t testing.TB, c *http.Client, address string, header http.Header, status int, contains string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/api/v1/security/principals/self", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	w, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	var text strings.Builder
	_ = w.Write(&text)
	if w.StatusCode != status || !strings.Contains(text.String(), contains) {
		t.Errorf("got %s, want %d with %q", &text, status, contains)
	}
}

// A person logs in with a client certificate: by a TLS connection of their own, and behind nginx as it is documented.
func TestNginxClientCertificate(t *testing.T) {
	t.Parallel()
	program := need(t, "nginx", "nginx")
	s := fresh(t)
	s.args = append(s.args, "--config", filepath.Join(t.TempDir(), "horizon.yaml"))
	write(t, s.args[len(s.args)-1], "proxies:\n  trusted: ["+proxyAddress+"]\n  certificateHeader: X-Client-Certificate\n")
	s.run()
	people := newAuthority(t)
	ann, front := people.holder("Ann", x509.ExtKeyUsageClientAuth), people.holder("front", x509.ExtKeyUsageServerAuth, "localhost")
	s.must(http.MethodPost, "/api/v1/cas", map[string]any{"name": "people", "certificate": block("CERTIFICATE", people.cert.Raw), "trustedForClientAuthentication": true, "outdatedRevocationStatusPolicy": "lastavailablestatus"}, http.StatusCreated)
	s.must(http.MethodPost, "/api/v1/security/principalinfos", map[string]any{"identifier": "CN=Ann"}, http.StatusCreated)
	identifies(t, people.showing(s, &ann), s.url, http.Header{}, http.StatusOK, `"CN=Ann"`)
	identifies(t, people.showing(s, nil), s.url, http.Header{"X-Client-Certificate": {"x"}}, http.StatusUnauthorized, "trusted proxies only")

	dir, port := t.TempDir(), ports(t, 1)[0]
	key, err := x509.MarshalPKCS8PrivateKey(front.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "front.pem"), block("CERTIFICATE", front.Certificate[0]))
	write(t, filepath.Join(dir, "front.key"), block("PRIVATE KEY", key))
	file := filepath.Join(dir, "nginx.conf")
	write(t, file, snippet(s, port, dir))
	nginx := exec.Command(program, "-c", file, "-p", dir)
	said := &lines{}
	nginx.Stdout, nginx.Stderr = said, said
	if err := nginx.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nginx.Process.Signal(syscall.SIGTERM); _ = nginx.Wait() })
	address := fmt.Sprintf("https://localhost:%d", port)
	s.until("nginx answers", func() bool {
		w, err := people.showing(s, nil).Get(address)
		if err != nil {
			return false
		}
		return w.Body.Close() == nil
	})
	s.skip()
	identifies(t, people.showing(s, &ann), address, http.Header{}, http.StatusOK, `"CN=Ann"`)
	identifies(t, people.showing(s, nil), address, http.Header{}, http.StatusNoContent, "")
	identifies(t, people.showing(s, nil), address, http.Header{"X-Client-Certificate": {strings.ReplaceAll(block("CERTIFICATE", ann.Certificate[0]), "\n", " ")}}, http.StatusNoContent, "")
	stranger := newAuthority(t).holder("Ann", x509.ExtKeyUsageClientAuth)
	identifies(t, people.showing(s, &stranger), address, http.Header{}, http.StatusUnauthorized, "SEC-AUTH-003")
	s.expect("SEC-AUTHENTICATION failure") // the success was recorded a moment ago: the same certificate from the same address
}
