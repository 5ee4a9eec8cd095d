package console_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/horizon-clm/horizon/internal/console"
)

// get asks for an address of the console.
func get(t *testing.T, address, encoding string) *httptest.ResponseRecorder {
	t.Helper()
	d, err := console.New()
	if err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	d.Mount(r)
	ask := httptest.NewRequest(http.MethodGet, address, nil)
	ask.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	r.ServeHTTP(w, ask)
	return w
}

func TestPageAllowsOnlyItsNonce(t *testing.T) {
	t.Parallel()
	nonces := map[string]bool{}
	for _, address := range []string{"/ui/", "/ui/certificates?q=x", "/ui/config/profile/web"} {
		w := get(t, address, "")
		if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%s: %d, Cache-Control %q", address, w.Code, w.Header().Get("Cache-Control"))
		}
		found := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(w.Header().Get("Content-Security-Policy"))
		if found == nil || !strings.Contains(w.Body.String(), `content="`+found[1]+`"`) {
			t.Fatalf("%s: the policy's nonce %v does not stand in the page", address, found)
		}
		if strings.Contains(w.Header().Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: the policy allows what is unsafe: %s", address, w.Header().Get("Content-Security-Policy"))
		}
		nonces[found[1]] = true
	}
	if len(nonces) != 3 {
		t.Errorf("3 answers had %d nonces", len(nonces))
	}
}

func TestFilesOfTheBuild(t *testing.T) {
	t.Parallel()
	script := regexp.MustCompile(`src="(/ui/assets/[^"]+\.js)"`).FindStringSubmatch(get(t, "/ui/", "").Body.String())
	if script == nil {
		t.Fatal("the page names no script")
	}
	plain, small := get(t, script[1], ""), get(t, script[1], "gzip, br")
	for _, w := range []*httptest.ResponseRecorder{plain, small} {
		if got := w.Header().Get("Content-Type"); w.Code != 200 || got != "text/javascript; charset=utf-8" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %q, Cache-Control %q", script[1], w.Code, got, w.Header().Get("Cache-Control"))
		}
	}
	if small.Header().Get("Content-Encoding") != "gzip" || small.Body.Len() >= plain.Body.Len() {
		t.Errorf("compressed: %q, %d of %d bytes", small.Header().Get("Content-Encoding"), small.Body.Len(), plain.Body.Len())
	}
	if w := get(t, "/ui/assets/gone.js", ""); w.Code != http.StatusNotFound {
		t.Errorf("a file of another release is answered with %d", w.Code)
	}
}

func TestTheWayIn(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"/", "/ui"} {
		if w := get(t, address, ""); w.Code != http.StatusFound || w.Header().Get("Location") != "/ui/" {
			t.Errorf("%s: %d to %q", address, w.Code, w.Header().Get("Location"))
		}
	}
}
