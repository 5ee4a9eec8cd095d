package web_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/web"
)

var busy = fault.Define("WEB-TEST-001", fault.TooMany, "Too many calls")

type echo struct {
	Name string `path:"name" maxLength:"5"`
	Body struct {
		Count int  `json:"count" required:"true" minimum:"1"`
		Flag  bool `json:"flag"`
	}
}

type said struct {
	Text string `json:"text"`
}

func start(t *testing.T) *httptest.Server {
	t.Helper()
	public, err := url.Parse("https://pki.example.com/base/")
	if err != nil {
		t.Fatal(err)
	}
	h := &web.Host{
		PublicURL: public, Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")},
		NewID: func() string { return "call" }, Clock: clock.NewManual(time.Unix(0, 0)), Log: slog.New(slog.DiscardHandler),
		Identify: func(_ http.Header, r *http.Request, from access.Caller) (access.Caller, error) {
			switch from.ID = r.Header.Get("X-API-ID"); from.ID {
			case "bad":
				return from, access.NotKnown
			}
			return from, nil
		},
	}
	if got, want := h.Link("/x"), "https://pki.example.com/base/x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	op := func(method, path string, needs access.Needs, status int) web.Op {
		return web.Op{Method: method, Path: path, Name: method + path, Needs: needs, Status: status, MaxBody: 256}
	}
	api := web.New(h, "test", []web.Operation{
		web.Handle(op("POST", "/echo/{name}", access.LoggedIn, 201), func(c *web.Call, in echo) (said, error) {
			switch in.Name {
			case "busy":
				return said{}, busy.Detail("slow down").Wait(1500 * time.Millisecond).Because(errors.New("internal reason"))
			case "oops":
				return said{}, errors.New("table 7 is gone")
			case "panic":
				panic("thrown")
			}
			return said{in.Name + "<&>"}, nil
		}),
		web.Handle(op("GET", "/where", access.Public, 200), func(c *web.Call, _ web.None) (said, error) {
			return said{c.Who.Address + " " + c.Who.Door + " " + c.Who.Call}, nil
		}),
		web.Stream(op("POST", "/pieces/{name}", access.Public, 200), func(_ *web.Call, in echo, w io.Writer) error {
			if in.Name == "busy" {
				return busy.Detail("<slow>")
			}
			for range in.Body.Count {
				if _, err := io.WriteString(w, in.Name+";"); err != nil {
					return err
				}
			}
			if in.Body.Flag {
				return busy
			}
			return nil
		}),
		web.Handle(op("DELETE", "/gone", access.LoggedIn, 204), func(*web.Call, web.None) (web.None, error) { return web.None{}, nil }),
	})
	s := httptest.NewServer(api)
	t.Cleanup(s.Close)
	return s
}

func TestOperations(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range []struct {
		name, who, method, path, body string
		status                        int
		contains, content             string
	}{
		{"success", "ann", "POST", "/echo/a", `{"count":1,"unknown":[]}`, 201, `{"text":"a<&>"}`, "application/json"},
		{"names in any case", "ann", "POST", "/echo/a", `{"COUNT":1}`, 201, `"text"`, "application/json"},
		{"everything wrong at once", "ann", "POST", "/echo/abcdefg", `{"count":0}`, 400, "count: ", "application/problem+json"},
		{"not JSON", "ann", "POST", "/echo/a", `{`, 400, "REQ-002", "application/problem+json"},
		{"too large", "ann", "POST", "/echo/a", `{"count":1,"x":"` + strings.Repeat("x", 300) + `"}`, 413, "REQ-011", "application/problem+json"},
		{"nobody", "", "POST", "/echo/a", `{"count":1}`, 401, "SEC-AUTH-002", "application/problem+json"},
		{"bad credentials", "bad", "GET", "/where", "", 401, "Invalid credentials or principal does not exist", "application/problem+json"},
		{"fault", "ann", "POST", "/echo/busy", `{"count":1}`, 429, `{"error":"WEB-TEST-001","message":"Too many calls","title":"Too many calls","status":429,"detail":"slow down"}`, "application/problem+json"},
		{"unexpected", "ann", "POST", "/echo/oops", `{"count":1}`, 500, `"message":"Unexpected error"`, "application/problem+json"},
		{"panic", "ann", "POST", "/echo/panic", `{"count":1}`, 500, "INTERNAL-001", "application/problem+json"},
		{"no such path", "ann", "GET", "/nowhere", "", 404, "REQ-012", "application/problem+json"},
		{"paths are not cleaned", "ann", "GET", "//where", "", 404, "REQ-012", "application/problem+json"},
		{"no such method", "ann", "PUT", "/gone", "", 405, "REQ-013", "application/problem+json"},
		{"body on DELETE", "ann", "DELETE", "/gone", "{}", 204, "", ""},
		{"body on GET", "", "GET", "/where", "{}", 200, "127.0.0.1 rest call", "application/json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequest(c.method, s.URL+"/api/v1"+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-API-ID", c.who)
			w, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = w.Body.Close() }()
			b, err := io.ReadAll(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			if w.StatusCode != c.status || !strings.Contains(string(b), c.contains) || w.Header.Get("Content-Type") != c.content {
				t.Errorf("got %d %q %s, want %d %q with %s", w.StatusCode, w.Header.Get("Content-Type"), b, c.status, c.content, c.contains)
			}
			if strings.Contains(string(b), "internal reason") || strings.Contains(string(b), "table 7") {
				t.Errorf("got %s: something internal left the server", b)
			}
			if c.name == "fault" && w.Header.Get("Retry-After") != "2" {
				t.Errorf("got Retry-After %q, want 2", w.Header.Get("Retry-After"))
			}
		})
	}
}

// Only a trusted proxy says who the client is, and only what it has seen itself.
// A stream is answered by a problem as long as nothing of it is sent, and broken off afterwards.
func TestStream(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, c := range map[string]struct {
		path, body string
		status     int
		want       string
		broken     bool
	}{
		"whole":             {"ab", `{"count":2}`, 200, "ab;ab;", false},
		"refused":           {"busy", `{"count":2}`, 429, `"detail":"<slow>"`, false},
		"input that is bad": {"ab", `{"count":0}`, 400, "count", false},
		"broken off":        {"ab", `{"count":2,"flag":true}`, 200, "", true},
	} {
		r, err := http.Post(s.URL+"/api/v1/pieces/"+c.path, "application/json", strings.NewReader(c.body))
		if err != nil {
			if !c.broken {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if r.StatusCode != c.status || !strings.Contains(string(b), c.want) || (err != nil) != c.broken {
			t.Errorf("%s: got %d %s %v", name, r.StatusCode, b, err)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	h := &web.Host{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:80", "", "192.0.2.1"},
		{"192.0.2.1:80", "198.51.100.7", "192.0.2.1"},
		{"10.0.0.1:80", "198.51.100.7", "198.51.100.7"},
		{"10.0.0.1:80", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
		{"10.0.0.1:80", "198.51.100.7, 10.0.0.2", "198.51.100.7"},
		{"10.0.0.1:80", "forged, 10.0.0.2", "10.0.0.2"},
		{"10.0.0.1:80", "", "10.0.0.1"},
		{"[::1]:80", "198.51.100.7", "::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := h.Address(r); got != c.want {
			t.Errorf("%s for %q: got %q, want %q", c.remote, c.forwarded, got, c.want)
		}
	}
}
