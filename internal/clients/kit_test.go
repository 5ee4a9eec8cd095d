// Package clients drives the product's own binary with the programs and libraries people use: certbot, acme-tiny, lego,
// x/crypto/acme, acmez, OpenSSL and the product's command line.
package clients

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/store/storetest"
)

const (
	adminPassword = "The-Administrator-1"
	patience      = 60 * time.Second      // for what has to happen at last
	step          = 25 * time.Millisecond // between two looks at it
	commandTime   = 2 * time.Minute       // for one program
	profiles      = "/api/v1/certificate/profiles"
)

// product is the binary under test. TestMain builds it once.
var product string

func TestMain(m *testing.M) {
	code, err := build(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the product:", err)
	}
	os.Exit(code)
}

func build(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "horizon")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	product = filepath.Join(dir, "horizon")
	args := append([]string{"build", "-buildvcs=false", "-o", product}, buildFlags...)
	c := exec.Command("go", append(args, "../../cmd/horizon")...)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// server is the product as a process with a data folder and a database of its own.
type server struct {
	t        testing.TB
	dir      string // data folder
	database string
	url      string // of the HTTPS address
	status   string // of the plain HTTP address
	manage   string // of the management address
	args     []string
	http01   int // port http-01 is validated at
	alpn01   int // port tls-alpn-01 is validated at
	client   *http.Client

	process *exec.Cmd
	said    *lines
	ended   chan struct{} // closed when the process has ended
	next    int64         // sequence number of the first event a test has not looked at
	marks   int

	key      string // the administrator's password
	tampered bool   // whether the log is not to hold any more
}

// start runs a server with the quick start whose profile has ports of its own, until the test ends.
func start(t testing.TB) *server {
	t.Helper()
	s := fresh(t)
	s.run()
	s.profile(func(p map[string]any) {
		p["http01Port"], p["tlsAlpn01Port"], p["verifyRetryCount"] = s.http01, s.alpn01, 1
	})
	s.skip()
	return s
}

// fresh is a server that has not been started, on an empty database.
func fresh(t testing.TB) *server {
	t.Helper()
	return at(t, filepath.Join(t.TempDir(), "data"), storetest.URL(t))
}

// at is a server that has not been started, on a data folder and a database.
func at(t testing.TB, dir, database string) *server {
	t.Helper()
	p := ports(t, 5)
	s := &server{
		t: t, dir: dir, database: database, key: adminPassword, http01: p[3], alpn01: p[4],
		url: fmt.Sprintf("https://localhost:%d", p[0]), status: fmt.Sprintf("http://localhost:%d", p[1]), manage: "http://" + local(p[2]),
		args: []string{"--listen", local(p[0]), "--http", local(p[1]), "--management", local(p[2])},
	}
	t.Cleanup(s.close)
	return s
}

// run starts the process and waits until it is ready.
func (s *server) run() {
	s.t.Helper()
	args := append([]string{"serve", "--quickstart"}, s.args...)
	s.process = s.command(args...)
	s.said, s.ended = &lines{}, make(chan struct{})
	s.process.Stdout, s.process.Stderr = s.said, s.said
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func(p *exec.Cmd, ended chan struct{}) {
		defer close(ended)
		_ = p.Wait() // stop looks at how it ended
	}(s.process, s.ended)
	s.until("it is ready", func() bool {
		select {
		case <-s.ended:
			state := s.process.ProcessState
			s.process = nil
			s.t.Fatalf("the server ended with %s:\n%s", state, s.said)
		default:
		}
		r, err := http.Get(s.manage + "/ready")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	s.client = &http.Client{Timeout: commandTime, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots(), MinVersion: tls.VersionTLS12}}}
	s.must(http.MethodGet, "/api/v1/security/principals/self", nil, http.StatusOK) // so that looking at events is no event
}

// until waits for something to hold.
func (s *server) until(what string, holds func() bool) {
	s.t.Helper()
	tick := time.NewTicker(step)
	defer tick.Stop()
	for range patience / step {
		if holds() {
			return
		}
		<-tick.C
	}
	s.t.Fatalf("waited %s in vain: %s\n%s", patience, what, s.said)
}

// stop asks the process to end, as systemd does, and looks at how it did.
func (s *server) stop() {
	s.t.Helper()
	if s.process == nil {
		return
	}
	if s.client != nil { // it became ready
		s.cover()
		s.client.CloseIdleConnections()
	}
	process := s.process
	s.process = nil
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Errorf("stopping the server: %v", err)
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		_ = process.Process.Kill()
		<-s.ended
		s.t.Errorf("the server did not stop within %s", patience)
	}
	if !process.ProcessState.Success() {
		s.t.Errorf("the server ended with %s:\n%s", process.ProcessState, s.said)
	}
	last := s.ok("events", "search", "--limit", "1")
	if !strings.Contains(last, "SERVICE-STOP") || !strings.Contains(last, "success") {
		s.t.Errorf("the last event after a stop is %q, want SERVICE-STOP", last)
	}
}

// close ends the process when the test ends, and wants its log to hold.
func (s *server) close() {
	if s.process == nil {
		return
	}
	s.stop()
	if !s.tampered {
		s.ok("events", "verify")
	}
	if s.t.Failed() {
		s.t.Logf("the server said:\n%s", s.said)
	}
}

// command is the product's command line on the server's data.
func (s *server) command(args ...string) *exec.Cmd {
	c := exec.Command(product, append(args, "--data", s.dir, "--database", s.database)...)
	c.Env = append(environment(), "HORIZON_ADMIN_PASSWORD="+adminPassword, "HORIZON_NODE=test")
	return c
}

// ok runs a command that has to succeed and returns what it printed.
func (s *server) ok(args ...string) string {
	s.t.Helper()
	out, complaint, code := finish(s.t, s.command(args...))
	if code != 0 {
		s.t.Fatalf("horizon %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, complaint)
	}
	return out
}

// environment is that of the test without what would configure the product.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(line string) bool { return strings.HasPrefix(line, "HORIZON_") })
}

// finish runs a program to its end.
func finish(t testing.TB, c *exec.Cmd) (out, complaint string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(commandTime, func() { _ = c.Process.Kill() })
	defer timer.Stop()
	err := c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), c.ProcessState.ExitCode()
}

// caFile has the roots clients trust.
func (s *server) caFile() string { return filepath.Join(s.dir, "quickstart", "ca.pem") }

func (s *server) directory() string { return s.url + "/acme/quickstart/directory" }

func (s *server) roots() *x509.CertPool {
	s.t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(read(s.t, s.caFile())) {
		s.t.Fatalf("%s holds no certificate", s.caFile())
	}
	return pool
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// lines is what a process says, while it says it.
type lines struct {
	mu  sync.Mutex // guards all
	all bytes.Buffer
}

// Write takes what was said.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

// String is everything so far.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// search is where the search for free ports goes on, so that no two tests of this process get the same.
var search struct {
	sync.Mutex
	port int
}

// Ports are taken below those the system gives to outgoing connections, and from a place that differs between processes.
const (
	firstPort = 10000
	lastPort  = 32000
)

// ports returns ports nobody listens at.
func ports(t testing.TB, n int) (all []int) {
	t.Helper()
	search.Lock()
	defer search.Unlock()
	for tries := 0; len(all) < n && tries < 1000; tries++ {
		if search.port == 0 {
			search.port = firstPort + os.Getpid()*97%(lastPort-firstPort)
		}
		if search.port++; search.port >= lastPort {
			search.port = firstPort
		}
		if l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", local(search.port)); err == nil {
			_ = l.Close()
			all = append(all, search.port)
		}
	}
	if len(all) < n {
		t.Fatal("there are no free ports")
	}
	return all
}
