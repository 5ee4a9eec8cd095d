package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/web"
)

// Every answer says what browsers must not do with it; pages of other sites change nothing.
func TestSecure(t *testing.T) {
	t.Parallel()
	for address, hsts := range map[string]string{"https://pki.example.com": "max-age=31536000", "https://localhost:8443": "", "http://pki.example.com": ""} {
		public, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		h := &web.Host{PublicURL: public, Clock: clock.NewManual(time.Unix(0, 0)), Log: slog.New(slog.DiscardHandler)}
		s := h.Secure(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "changed") }))
		for name, c := range map[string]struct {
			method, header, value string
			status                int
		}{
			"a program":                 {http.MethodPost, "X-Any", "x", http.StatusOK},
			"its own page":              {http.MethodPost, "Origin", address, http.StatusOK},
			"another page":              {http.MethodPost, "Origin", "https://evil.example.com", http.StatusForbidden},
			"another page of the site":  {http.MethodPost, "Sec-Fetch-Site", "same-site", http.StatusForbidden},
			"another page that reads":   {http.MethodGet, "Sec-Fetch-Site", "cross-site", http.StatusOK},
			"another page that deletes": {http.MethodDelete, "Sec-Fetch-Site", "cross-site", http.StatusForbidden},
			"nobody knows":              {http.MethodPost, "Origin", "null", http.StatusForbidden},
		} {
			r := httptest.NewRequest(c.method, "http://10.0.0.1/x", nil)
			r.Header.Set(c.header, c.value)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != c.status || (c.status == http.StatusForbidden) != strings.Contains(w.Body.String(), "SEC-PERM-002") {
				t.Errorf("%s, %s: got %d %s, want %d", address, name, w.Code, w.Body.String(), c.status)
			}
			if got := w.Header().Get("Strict-Transport-Security"); got != hsts {
				t.Errorf("%s, %s: Strict-Transport-Security is %q, want %q", address, name, got, hsts)
			}
			if got := w.Header().Get("Content-Security-Policy"); !strings.Contains(got, "frame-ancestors 'none'") {
				t.Errorf("%s, %s: Content-Security-Policy is %q", address, name, got)
			}
		}
	}
}
