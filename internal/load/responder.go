package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Responder answers http-01 validations (RFC 8555, 8.3) for every name.
type Responder struct {
	Asked atomic.Int64 // validations answered so far

	tokens sync.Map // token to key authorization
	server *http.Server
	ended  chan error
}

const wellKnown = "/.well-known/acme-challenge/"

// Respond opens the address and answers until Close.
func Respond(ctx context.Context, address string) (*Responder, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("opening the address validations are answered at: %w", err)
	}
	r := &Responder{ended: make(chan error, 1)}
	r.server = &http.Server{Handler: http.HandlerFunc(r.answer), ReadHeaderTimeout: 10 * time.Second}
	go func() { r.ended <- r.server.Serve(l) }()
	return r, nil
}

// Set makes the responder answer for a token.
func (r *Responder) Set(token, authorization string) { r.tokens.Store(token, authorization) }

// Forget ends that.
func (r *Responder) Forget(token string) { r.tokens.Delete(token) }

func (r *Responder) answer(w http.ResponseWriter, q *http.Request) {
	text, ok := r.tokens.Load(strings.TrimPrefix(q.URL.Path, wellKnown))
	if !ok {
		http.NotFound(w, q)
		return
	}
	r.Asked.Add(1)
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write([]byte(text.(string)))
}

// Close ends the responder.
func (r *Responder) Close() error {
	err := r.server.Close()
	if ended := <-r.ended; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}
