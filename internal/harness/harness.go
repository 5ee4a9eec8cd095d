// Package harness is the real server inside a test: an empty database, a clock that moves when it is told to, real HTTPS,
// and callers with different rights.
package harness

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/mail/mailtest"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// AdminPassword is the password of the administrator.
const AdminPassword = "The-Administrator-1"

// Server is a running server.
type Server struct {
	T      testing.TB
	App    *app.App
	Clock  *clock.Manual
	URL    string // of the HTTPS address
	Status string // of the plain HTTP address
	Manage string // of the management address
	Dir    string // data folder
	Client *http.Client
	Mail   *mailtest.Server // what the server hands its messages to

	passwords map[string]string
	next      int64 // sequence number of the first event a story has not looked at
	read      int   // how many messages it has looked at
}

// Option changes what the server is built of.
type Option func(flags map[string]string, parts *app.Parts)

// With sets a key of the configuration.
func With(key, value string) Option {
	return func(flags map[string]string, _ *app.Parts) { flags[key] = value }
}

// LogTo lets the server log to l, in place of the test's own output.
func LogTo(l *slog.Logger) Option { return func(_ map[string]string, p *app.Parts) { p.Log = l } }

// New starts a server on an empty database.
func New(t testing.TB, options ...Option) *Server {
	t.Helper()
	return Open(t, t.TempDir(), storetest.URL(t), clock.NewManual(time.Now().Truncate(time.Second)), options...)
}

// Open starts a server on a data folder and a database that may have been used before.
func Open(t testing.TB, dir, database string, now *clock.Manual, options ...Option) *Server {
	t.Helper()
	listener := listen(t)
	status := httptest.NewUnstartedServer(nil)
	sink := mailtest.Start(t)
	flags := map[string]string{
		"data": filepath.Join(dir, "data"), "database": database, "listen": listener.Addr().String(),
		"public.url": "https://localhost:" + port(listener), "public.http": "http://" + status.Listener.Addr().String(),
		"admin.password": AdminPassword, "node": "test",
		"mail.host": sink.Host, "mail.port": strconv.Itoa(sink.Port), "mail.tls": "none", "mail.from": "Horizon <pki@example.com>",
	}
	parts := app.Parts{Clock: now, Log: quiet(t)}
	for _, o := range options {
		o(flags, &parts)
	}
	maps.DeleteFunc(flags, func(_, text string) bool { return text == "" })
	config, err := app.Load("", nil, flags)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	a, err := app.New(ctx, config, parts)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{T: t, App: a, Clock: now, URL: config.PublicURL, Dir: config.Data, Mail: sink, passwords: map[string]string{"admin": AdminPassword}}
	t.Cleanup(func() { _ = a.Close() })
	if _, err := a.Bootstrap(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.Start(ctx); err != nil {
		t.Fatal(err)
	}
	s.serve(listener, status)
	t.Cleanup(s.cover)                                                                      // while it still answers
	s.Must("admin", http.MethodGet, "/api/v1/security/principals/self", nil, http.StatusOK) // so that looking at events is no event
	return s
}

func (s *Server) serve(listener net.Listener, status *httptest.Server) {
	web := httptest.NewUnstartedServer(s.App.Handler())
	_ = web.Listener.Close()
	web.Listener = listener
	web.TLS = s.App.TLSConfig()
	web.StartTLS()
	s.T.Cleanup(web.Close)
	status.Config.Handler = s.App.StatusHandler()
	status.Start()
	s.T.Cleanup(status.Close)
	manage := httptest.NewServer(s.App.ManagementHandler())
	s.T.Cleanup(manage.Close)
	s.Status, s.Manage = status.URL, manage.URL
	s.Client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Roots(), Time: s.Clock.Now, MinVersion: tls.VersionTLS12}}}
	s.T.Cleanup(s.Client.CloseIdleConnections)
}

// Roots returns the root of the server's own certificate.
func (s *Server) Roots() *x509.CertPool {
	s.T.Helper()
	b, err := os.ReadFile(filepath.Join(s.Dir, "tls", "root.pem"))
	if err != nil {
		s.T.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(b)
	return pool
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	for range 20 { // the two ports behind must be valid numbers
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if l.Addr().(*net.TCPAddr).Port < 65000 {
			return l
		}
		_ = l.Close()
	}
	t.Fatal("no free port")
	return nil
}

func port(l net.Listener) string { return fmt.Sprint(l.Addr().(*net.TCPAddr).Port) }

// quiet writes what the server logs into the test's own output.
func quiet(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(output{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

type output struct{ t testing.TB }

// Write logs a line.
func (o output) Write(b []byte) (int, error) {
	if o.t.Context().Err() == nil { // a test that has ended takes no more
		o.t.Log(strings.TrimSpace(string(b)))
	}
	return len(b), nil
}

// Advance moves the clock, runs in order everything that became due, and seals the events.
func (s *Server) Advance(d time.Duration) {
	s.T.Helper()
	s.Clock.Advance(d)
	ctx := context.Background()
	if err := s.App.Tasks.Due(ctx); err != nil {
		s.T.Fatal(err)
	}
	s.seal()
}

func (s *Server) seal() {
	s.T.Helper()
	if _, err := s.App.Log.Seal(context.Background()); err != nil {
		s.T.Fatal(err)
	}
}

// User makes a local account with rights, known by its name.
func (s *Server) User(name string, permissions ...string) {
	s.T.Helper()
	password := "Password-of-" + name + "-1"
	s.Must("admin", http.MethodPost, "/api/v1/security/identity/locals", map[string]any{"identifier": name, "password": password}, http.StatusCreated)
	var values []map[string]string
	for _, p := range permissions {
		values = append(values, map[string]string{"value": p})
	}
	s.Must("admin", http.MethodPost, "/api/v1/security/principalinfos", map[string]any{"identifier": name, "permissions": values}, http.StatusCreated)
	s.passwords[name] = password
}

// Knows makes a user of another server one of this server, who has the same password here.
func (s *Server) Knows(other *Server, name string) { s.passwords[name] = other.passwords[name] }

// Call sends a request as somebody: admin, a name given to User, or nobody. body is nil, a text, or a value sent as JSON. Headers
// are named and valued in turn.
func (s *Server) Call(who, method, path string, body any, headers ...string) (int, string) {
	s.T.Helper()
	status, text, _ := s.send(who, method, path, body, headers)
	return status, text
}

// Answer sends a request as Call does, and returns the headers of the answer too.
func (s *Server) Answer(who, method, path string, body any, headers ...string) (int, string, http.Header) {
	s.T.Helper()
	return s.send(who, method, path, body, headers)
}

// Tag returns the entity tag of what is at a path.
func (s *Server) Tag(who, path string) string {
	s.T.Helper()
	_, _, header := s.send(who, http.MethodGet, path, nil, nil)
	return header.Get("ETag")
}

func (s *Server) send(who, method, path string, body any, headers []string) (int, string, http.Header) {
	s.T.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			s.T.Fatal(err)
		}
		in = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, s.URL+path, in)
	if err != nil {
		s.T.Fatal(err)
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != "nobody" {
		name := who
		if who == "admin" {
			name = "administrator"
		}
		r.Header.Set("X-API-ID", name)
		r.Header.Set("X-API-KEY", s.passwords[who])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := s.Client.Do(r)
	if err != nil {
		s.T.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	return w.StatusCode, strings.TrimSpace(string(text)), w.Header
}

// Must sends a request that has to be answered with the status, and returns the body.
func (s *Server) Must(who, method, path string, body any, status int) string {
	s.T.Helper()
	got, text := s.Call(who, method, path, body)
	if got != status {
		s.T.Fatalf("%s %s %s: got %d %s, want %d", who, method, path, got, text, status)
	}
	return text
}

// Mails returns the messages that were sent, the oldest first.
func (s *Server) Mails() []mailtest.Mail { return s.Mail.Mails() }

// Event is an event as the API returns it.
type Event struct {
	ID       string `json:"_id"`
	Code     string `json:"code"`
	Status   string `json:"status"`
	Sequence int64  `json:"sequence"`
	Details  []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"details"`
}

// Detail returns the first value of a key.
func (e Event) Detail(key string) string {
	for _, d := range e.Details {
		if d.Key == key {
			return d.Value
		}
	}
	return ""
}

// String is the event's code and status.
func (e Event) String() string { return e.Code + " " + e.Status }

// Events seals what is pending and returns the events a query describes, the oldest first, as the API returns them.
func (s *Server) Events(query string) (all []Event) {
	s.T.Helper()
	s.seal()
	for page := 1; ; page++ {
		text := s.Must("admin", http.MethodPost, "/api/v1/events/search", map[string]any{
			"query": query, "pageIndex": page, "pageSize": 1000, "sortedBy": []map[string]string{{"element": "sequence", "order": "Asc"}},
		}, http.StatusOK)
		var out struct {
			Results []Event `json:"results"`
			HasMore bool    `json:"hasMore"`
		}
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			s.T.Fatal(err)
		}
		all = append(all, out.Results...)
		if !out.HasMore {
			return all
		}
	}
}

// Fresh returns the events since the last call, without those of looking at events.
func (s *Server) Fresh() (all []Event) {
	s.T.Helper()
	for _, e := range s.Events("") {
		if e.Sequence >= s.next {
			s.next = e.Sequence + 1
			all = append(all, e)
		}
	}
	return all
}

// cover writes which events this server emitted.
func (s *Server) cover() {
	if s.Client == nil || s.T.Failed() {
		return
	}
	Cover(s.T, func() []Event {
		if status, _ := s.Call("admin", http.MethodGet, "/api/v1/security/principals/self", nil); status != http.StatusOK {
			return nil // the test has taken the administrator's way in, and nobody can look
		}
		return s.Events("")
	})
}

// Cover writes which events a server emitted, as they are read back through the API, for the list of what the tests have
// seen. Without such a list nothing is read.
func Cover(t testing.TB, events func() []Event) {
	dir := os.Getenv("EVENTS_COVERAGE")
	if dir == "" {
		return
	}
	f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("events-%d.jsonl", os.Getpid())), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = f.Close() }()
	enc := json.NewEncoder(f)
	for _, e := range events() {
		if err := enc.Encode(map[string]string{"code": e.Code, "status": e.Status, "story": t.Name()}); err != nil {
			t.Error(err)
		}
	}
}
