package acme

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// BenchmarkOrder measures a whole order without TLS: new order, authorization, challenge with its http-01, finalize,
// download. The CPU is that of the process, with the client's signatures and the web server that is validated.
func BenchmarkOrder(b *testing.B) {
	s := &bench{t: b, now: clock.NewManual(time.Now()), key: []byte("a key for the nonces of tests"), proof: newProver(b)}
	s.open(storetest.Open(b, s.now))
	s.serve(Limits{}, 0)
	s.profile("web")
	c := s.client("web")
	c.http = &http.Client{Transport: direct{s.door}}
	c.register(`{}`).want(b, 201)
	key := newKey(b)
	request := csr(b, key, "", "a.localhost")
	body := `{"csr":"` + encode64(request) + `"}`
	b.ResetTimer()
	before := cpu()
	for b.Loop() {
		o := c.order("a.localhost").want(b, 201)
		c.prove(o)
		done := c.post(o.text(b, "finalize"), body).want(b, 200)
		c.post(done.text(b, "certificate"), "").want(b, 200)
	}
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-us/order")
}

// direct hands requests to the door without a connection.
type direct struct{ to http.Handler }

// RoundTrip implements http.RoundTripper.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	r.RemoteAddr = "127.0.0.1:1"
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	w.Body = &bytes.Buffer{}
	d.to.ServeHTTP(w, r)
	return w.Result(), nil
}

func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
