package web

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// Stream makes an operation whose answer is written piece by piece. An error before anything is written is answered as
// always; after that the connection is broken off, so that nobody takes a part for the whole.
func Stream[In any](op Op, serve func(*Call, In, io.Writer) error) Operation {
	return Operation{op, func(a *API) {
		h := operation(op)
		h.Middlewares = huma.Middlewares{a.identify(op)}
		h.Responses = map[string]*huma.Response{strconv.Itoa(op.Status): {
			Description: "The answer.", Content: map[string]*huma.MediaType{op.Type: {Schema: &huma.Schema{Type: huma.TypeString}}},
		}}
		huma.Register(a.huma, h, func(ctx context.Context, in *In) (*streamed, error) {
			c := ctx.Value(callKey{}).(*Call) // put there by identify
			c.Context = ctx
			return &streamed{Body: func(huma.Context) { a.stream(c, op, func(w io.Writer) error { return serve(c, *in, w) }) }}, nil
		})
		a.finish(op)
	}}
}

type streamed struct {
	Body func(huma.Context)
}

// started is an answer whose header is sent with the first piece.
type started struct {
	http.ResponseWriter
	call *Call
	op   Op
	sent bool
}

func (s *started) Write(b []byte) (int, error) {
	if !s.sent {
		s.sent = true
		s.call.receipt()
		s.Header().Set("Content-Type", s.op.Type)
		s.WriteHeader(s.op.Status)
	}
	return s.ResponseWriter.Write(b)
}

func (a *API) stream(c *Call, op Op, serve func(io.Writer) error) {
	_, w := unwrap(c.huma)
	out := &started{ResponseWriter: w, call: c, op: op}
	err := serve(out)
	switch {
	case err == nil:
		_, _ = out.Write(nil) // of nothing, too, there is a header
	case out.sent:
		_ = a.spoken(c, op, err)
		panic(http.ErrAbortHandler)
	default:
		_ = a.spoken(c, op, err)
		c.receipt()
		writeProblem(w, err)
	}
}
