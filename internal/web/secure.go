package web

import (
	"net/http"

	"github.com/horizon-clm/horizon/internal/fault"
)

var crossOrigin = fault.Define("SEC-PERM-002", fault.Denied, "The request comes from a page of another site")

const year = "31536000" // seconds

// Secure is around everything the HTTPS address answers: each answer tells browsers what they must not do with it, and what
// a page of another site asks to change is refused. No other site is allowed to read answers: there are no CORS headers,
// and a preflight is no method of any address.
func (h *Host) Secure(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	if err := protection.AddTrustedOrigin(h.PublicURL.Scheme + "://" + h.PublicURL.Host); err != nil {
		panic(err) // the configuration holds a scheme and a host
	}
	protection.SetDenyHandler(h.Wrap("web", "cross-origin", speak, func(http.ResponseWriter, *http.Request) error { return crossOrigin }))
	safe := protection.Handler(next)
	promises := h.promises()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range promises {
			w.Header().Set(name, value)
		}
		safe.ServeHTTP(w, r)
	})
}

// promises are the headers of every answer. Pages of the console set their own Content-Security-Policy.
func (h *Host) promises() map[string]string {
	all := map[string]string{
		"X-Content-Type-Options":  "nosniff",
		"X-Frame-Options":         "DENY",
		"Referrer-Policy":         "no-referrer",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	}
	if h.PublicURL.Scheme == "https" && h.PublicURL.Hostname() != "localhost" { // other programs on a developer's machine have no TLS
		all["Strict-Transport-Security"] = "max-age=" + year
	}
	return all
}
