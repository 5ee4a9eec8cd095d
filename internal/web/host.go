// Package web is the HTTP kit of every door: it finds out who calls from where, limits what comes in, turns panics and
// faults into answers, and registers the operations of the REST API.
package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/fault"
)

// Identify turns the credentials of a request into a caller, and may add headers to the answer. from already tells address,
// door, path and call; without credentials it is returned as it came.
type Identify func(answer http.Header, r *http.Request, from access.Caller) (access.Caller, error)

// Host is what every door stands on.
type Host struct {
	PublicURL *url.URL // every link is built from it, never from the Host header
	Trusted   []netip.Prefix
	Identify  Identify
	NewID     func() string
	Clock     clock.Clock
	Log       *slog.Logger
	MaxBody   int64 // bytes of a request; 0 is 1 MiB
	requests  *prometheus.HistogramVec
}

const defaultMaxBody = 1 << 20

// Metrics makes the host count its requests.
func (h *Host) Metrics(to prometheus.Registerer) {
	h.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "horizon_http_request_seconds", Help: "Duration of requests by door, operation and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"door", "operation", "status"})
	to.MustRegister(h.requests)
}

// Link returns the public address of a path.
func (h *Host) Link(path string) string {
	return strings.TrimSuffix(h.PublicURL.String(), "/") + path
}

// Caller returns what is known of whoever sent the request before any credentials: address, door, path and a new
// correlation id.
func (h *Host) Caller(r *http.Request, door string) access.Caller {
	path := r.URL.Path
	if len(path) > 256 {
		path = path[:256] + "…"
	}
	return access.Caller{
		Type: access.Anonymous, Address: h.Address(r), Door: door,
		Verb: r.Method, Path: path, Call: h.NewID(),
	}
}

// Address returns the address of the client: of the connection, or, when that is a trusted proxy, the last one in
// X-Forwarded-For that is not a trusted proxy itself.
func (h *Host) Address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if !h.trusts(host) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			return host // a proxy that is trusted does not write this
		}
		if host = hop; !h.trusts(hop) {
			return hop
		}
	}
	return host
}

// FromProxy reports whether the connection itself comes from a trusted proxy.
func (h *Host) FromProxy(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && h.trusts(host)
}

func (h *Host) trusts(address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, p := range h.Trusted {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// Speak writes an error in the form of a door's protocol.
type Speak func(w http.ResponseWriter, r *http.Request, err error)

// Wrap makes a handler of a door's function: the body is limited, the answer is counted, a panic is logged and answered,
// and an error is spoken in the protocol's form.
func (h *Host) Wrap(door, operation string, speak Speak, serve func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := h.Clock.Now()
		out := &answer{ResponseWriter: w, status: http.StatusOK}
		r.Body = http.MaxBytesReader(out, r.Body, h.limit())
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler { //nolint:errorlint // it is the very value that is thrown
				h.thrown(r, p)
				speak(out, r, fault.Unexpected)
			}
			h.count(door, operation, out.status, h.Clock.Now().Sub(start))
			if p == http.ErrAbortHandler { //nolint:errorlint // as above
				panic(p) // which breaks the connection off
			}
		}()
		if err := serve(out, r); err != nil {
			var big *http.MaxBytesError
			if errors.As(err, &big) {
				err = tooLarge.Detail("at most %d bytes", big.Limit)
			}
			h.report(r, err)
			speak(out, r, err)
		}
	}
}

func (h *Host) limit() int64 {
	if h.MaxBody > 0 {
		return h.MaxBody
	}
	return defaultMaxBody
}

// thrown logs a panic with its stack.
func (h *Host) thrown(r *http.Request, p any) {
	h.Log.Error("a request made the program panic", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
}

// report logs what the operator has to see.
func (h *Host) report(r *http.Request, err error) {
	f := fault.Of(err)
	switch {
	case errors.Is(err, context.Canceled):
	case f.Kind() == fault.Internal || f.Kind() == fault.Upstream:
		h.Log.Error("a request failed", "method", r.Method, "path", r.URL.Path, "error", f.Error())
	default:
		h.Log.Debug("a request was refused", "method", r.Method, "path", r.URL.Path, "error", f.Error())
	}
}

func (h *Host) count(door, operation string, status int, took time.Duration) {
	if h.requests != nil {
		h.requests.WithLabelValues(door, operation, strconv.Itoa(status)).Observe(took.Seconds())
	}
}

// answer remembers the status it sent.
type answer struct {
	http.ResponseWriter
	status int
	sent   bool
}

// WriteHeader sends the status once.
func (a *answer) WriteHeader(status int) {
	if a.sent {
		return
	}
	a.status, a.sent = status, true
	a.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the body.
func (a *answer) Write(b []byte) (int, error) {
	a.sent = true
	return a.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController what lies below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Body reads the whole body, up to the limit of the host.
func Body(r *http.Request) ([]byte, error) {
	var b bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= defaultMaxBody {
		b.Grow(int(n) + bytes.MinRead)
	}
	if _, err := b.ReadFrom(r.Body); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
