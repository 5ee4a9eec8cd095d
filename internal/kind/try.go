package kind

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

var (
	noTry     = fault.Define("KIND-002", fault.Invalid, "Objects of this kind cannot be tried")
	tryFailed = fault.Define("KIND-004", fault.Upstream, "The object was tried, and did not work")
)

// draft is an object that is tried before it is stored.
type draft struct {
	Key     string `path:"key" maxLength:"512"`
	RawBody []byte `contentType:"application/json"`
}

// tryOp tries objects as they would be stored.
func (s *Set) tryOp(deps Deps) web.Operation {
	op := web.Op{
		Method: http.MethodPost, Path: "/system/kinds/{key}/test", Name: "SystemKindTest", Tag: "configuration",
		Doc: "Tries an object of a kind as it would be stored, where that can be done: calls what it connects to, and tells step by step what was found. " +
			"Secrets that are left out are those of the stored object of the same name. Nothing is stored; the try is recorded.",
		Needs: access.LoggedIn, Status: http.StatusOK, Rule: "by the right to manage objects of the kind", MaxBody: maxDraft,
	}
	return web.Handle(op, func(c *web.Call, in draft) (*Trial, error) {
		d, ok := s.all[in.Key]
		if !ok {
			return nil, noKind.Detail("%s", clip(in.Key))
		}
		return d.try(c, deps, c.Who, slices.Clone(in.RawBody))
	})
}

const maxDraft = 1 << 20 // bytes

// try tries an object. The permission, the form and the rules are asked as if it were stored.
func (d *Definition) try(ctx context.Context, deps Deps, who access.Caller, raw []byte) (*Trial, error) {
	v, key, bad := d.parse(raw)
	facts := event.Object{Kind: d.Kind, Name: clip(key)}
	var run Try
	var given any // as it was sent
	err := deps.DB.Read(ctx, func(tx *store.Tx) error {
		s, err := at(tx)
		if err != nil {
			return err
		}
		if err := who.May(d.Right(Manage)); err != nil {
			return err
		}
		if bad != nil {
			return bad
		}
		if run = deps.try(d, v); run == nil {
			return noTry.Detail("%s", d.nameOf(v))
		}
		old := s.find(d.Kind, key)
		if err := d.sameVariant(v, old); err != nil {
			return err
		}
		problems, err := d.problems(tx, s, v, old)
		if err == nil && len(problems) > 0 {
			err = d.faults.invalid.Each(problems)
		}
		given, v = v, d.withStored(v, old)
		return err
	})
	if err != nil {
		return nil, act.Refuse(ctx, deps.DB, who, event.ConfTest, &facts, err)
	}
	return d.judged(ctx, deps, who, given, func(ctx context.Context) *Trial { return run(ctx, v) })
}

// judged runs the try, for a bounded time, and keeps and records how it went.
func (d *Definition) judged(ctx context.Context, deps Deps, who access.Caller, given any, run func(context.Context) *Trial) (*Trial, error) {
	bounded, cancel := context.WithTimeout(ctx, maxTry)
	defer cancel()
	t := run(bounded)
	facts := event.Object{Kind: d.Kind, Name: clip(d.keyOf(given))}
	err := act.Do(ctx, deps.DB, who, event.ConfTest, &facts, func(tx *store.Tx) error {
		if err := d.remember(tx, who, given, t); err != nil {
			return err
		}
		if t.OK {
			return nil
		}
		last := t.Steps[len(t.Steps)-1]
		return act.Keep(event.Failure, tryFailed.Detail("%s: %s", last.Step, last.Detail))
	})
	if errors.Is(err, tryFailed) { // what went wrong is the answer
		err = nil
	}
	return t, err
}

// try returns how objects like v are tried, or nil.
func (deps Deps) try(d *Definition, v any) Try { return deps.Tries[d.nameOf(v)] }

// nameOf is the kind of an object with its variant: "pki-connector/integrated".
func (d *Definition) nameOf(v any) string { return d.withVariant(d.variantName(v)) }

func (d *Definition) withVariant(name string) string {
	if name == "" {
		return d.Kind
	}
	return d.Kind + "/" + name
}

// withStored returns the value with the stored secrets in place of those that were left out.
func (d *Definition) withStored(v any, old *item) any {
	if old == nil {
		return v
	}
	c := reflect.New(reflect.TypeOf(v)).Elem()
	c.Set(reflect.ValueOf(v))
	walk(c, "", func(path string, f reflect.Value) {
		x, ok := f.Interface().(Secret)
		if ok && x.plain == nil && !x.removed && old.secrets[path] != nil && f.CanSet() {
			f.Set(reflect.ValueOf(Secret{sealed: old.secrets[path], object: d.boundTo(old.key, path)}))
		}
	})
	return c.Interface()
}
