package web

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
)

// Op describes an operation of the REST API.
type Op struct {
	Method  string
	Path    string // under /api/v1
	Name    string // operation id of the contract; generated clients take their method names from it
	Doc     string // one sentence
	Tag     string // the family in the document
	Needs   access.Needs
	Status  int    // of a success
	Type    string // media type of an answer of bytes
	MaxBody int64
	// Right opens the operation on everything. Who lacks it is refused, unless Rule says otherwise.
	Right access.Permission
	// Rule says who is answered without the Right, or whom an operation without one answers.
	Rule string
	// Describe completes the document where the types cannot say it.
	Describe func(huma.Registry, *huma.Operation)
}

// Call is one call of an operation.
type Call struct {
	context.Context
	Who access.Caller

	huma   huma.Context
	status int
}

// SetHeader sets a header of the answer.
func (c *Call) SetHeader(name, value string) { c.huma.SetHeader(name, value) }

// Answer returns the headers of the answer, to add cookies to.
func (c *Call) Answer() http.Header {
	_, w := unwrap(c.huma)
	return w.Header()
}

// SetStatus answers a success with another status than the usual one.
func (c *Call) SetStatus(status int) { c.status = status }

// Header returns a header of the request.
func (c *Call) Header(name string) string { return c.huma.Header(name) }

// None is the answer, or the input, of nothing.
type None struct{}

// Operation is an operation that can be registered.
type Operation struct {
	Op
	register func(*API)
}

// Handle makes an operation of a plain function. In is a huma input: fields tagged path, query or header, and Body; Out
// is the bare body of the answer, or None.
func Handle[In, Out any](op Op, serve func(*Call, In) (Out, error)) Operation {
	return Operation{op, func(a *API) { register(a, op, serve) }}
}

type callKey struct{}

type reply[Out any] struct {
	Status int
	Type   string `header:"Content-Type"`
	Body   Out
}

type bare struct {
	Status int
}

func register[In, Out any](a *API, op Op, serve func(*Call, In) (Out, error)) {
	h := operation(op)
	_, h.SkipValidateBody = reflect.TypeFor[In]().FieldByName("RawBody")
	h.Middlewares = huma.Middlewares{a.identify(op)}
	call := func(ctx context.Context, in *In) (*Call, Out, error) {
		c := ctx.Value(callKey{}).(*Call) // put there by identify, a few lines above
		c.Context = ctx
		out, err := serve(c, *in)
		c.receipt()
		if err != nil {
			err = a.spoken(c, op, err)
		}
		return c, out, err
	}
	if reflect.TypeFor[Out]() == reflect.TypeFor[None]() {
		huma.Register(a.huma, h, func(ctx context.Context, in *In) (*bare, error) {
			c, _, err := call(ctx, in)
			if err != nil {
				return nil, err
			}
			return &bare{Status: c.status}, nil
		})
	} else {
		huma.Register(a.huma, h, func(ctx context.Context, in *In) (*reply[Out], error) {
			c, out, err := call(ctx, in)
			if err != nil {
				return nil, err
			}
			return &reply[Out]{Status: c.status, Type: op.Type, Body: out}, nil
		})
	}
	a.finish(op)
}

func operation(op Op) huma.Operation {
	max := op.MaxBody
	if max == 0 {
		max = defaultMaxBody
	}
	o := huma.Operation{
		Method: op.Method, Path: Root + op.Path, OperationID: op.Name, Summary: op.Doc,
		Tags: []string{op.Tag}, DefaultStatus: op.Status, MaxBodyBytes: max,
		Errors:     []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusInternalServerError},
		Extensions: map[string]any{},
	}
	if op.Right != "" {
		o.Extensions["x-permission"] = string(op.Right)
	}
	if op.Rule != "" {
		o.Extensions["x-permission-rule"] = op.Rule
	}
	return o
}

// identify finds the caller before the input is read.
func (a *API) identify(op Op) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := unwrap(ctx)
		who, err := a.host.Identify(w.Header(), r, a.host.Caller(r, "rest"))
		if err == nil && op.Needs != access.Public {
			err = who.Known()
		}
		if err != nil {
			a.host.report(r, err)
			writeProblem(w, err)
			return
		}
		who.Receipt = &access.Receipt{}
		c := &Call{Who: who, huma: ctx, status: op.Status}
		next(huma.WithValue(ctx, callKey{}, c))
	}
}

// spoken logs an error where the operator has to see it, and turns it into the contract's body.
func (a *API) spoken(c *Call, op Op, err error) error {
	f := fault.Of(err)
	if f.Kind() == fault.Internal || f.Kind() == fault.Upstream {
		a.host.Log.Error("an operation failed", "operation", op.Name, "call", c.Who.Call, "error", f.Error())
	}
	return problem(err)
}
