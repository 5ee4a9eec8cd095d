package kind

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// Viewer is implemented by objects that look different in answers.
type Viewer interface {
	View() any
}

// body is the JSON of one object, read and checked by its kind.
type body struct {
	DryRun  bool   `query:"dryRun" doc:"Whether everything is only checked: the answer is the one there would be, with the member _dryRun, and nothing is stored or recorded."`
	IfMatch string `header:"If-Match" maxLength:"1024" doc:"ETag of the object as it was read: when it has changed since, nothing is done and the answer is 409 with the object as it is."`
	RawBody []byte `contentType:"application/json"`
}

type added struct {
	DryRun  bool   `query:"dryRun" doc:"Whether everything is only checked: the answer is the one there would be, with the member _dryRun, and nothing is stored or recorded."`
	RawBody []byte `contentType:"application/json"`
}

type keyed struct {
	Key string `path:"key" maxLength:"512"`
}

type read struct {
	Key  string `path:"key" maxLength:"512"`
	None string `header:"If-None-Match" maxLength:"1024" doc:"ETag of the object as it was read: when it is the same still, the answer is 304 without a body."`
}

type removed struct {
	Key     string `path:"key" maxLength:"512"`
	DryRun  bool   `query:"dryRun" doc:"Whether everything is only checked: the answer is the one there would be, and nothing is stored or recorded."`
	IfMatch string `header:"If-Match" maxLength:"1024" doc:"ETag of the object as it was read: when it has changed since, nothing is done and the answer is 409 with the object as it is."`
}

// Operations returns the operations of every kind.
func (s *Set) Operations(deps Deps) []web.Operation {
	all := append(append(s.own(deps), s.overviewOp(deps), s.tryOp(deps)), s.transfers(deps)...)
	for _, d := range s.All() {
		all = append(all, d.operations(ops{d, deps, s})...)
	}
	return append(all, s.objects(deps))
}

func (d *Definition) operations(o ops) []web.Operation {
	all := []web.Operation{
		web.Handle(d.op(http.MethodGet, "Get", "/{key}", 200, "Returns one of the "+d.Title+"."), o.get),
		d.usesOp(o),
	}
	if !d.Unlisted {
		all = append(all, web.Handle(d.op(http.MethodGet, "List", "", 200, "Lists the "+d.Title+"."), o.list))
	}
	if d.ReadOnly {
		return all
	}
	if d.Upsert {
		return append(all, web.Handle(d.op(http.MethodPut, "Upsert", "", 200, "Sets one of the "+d.Title+"."), o.replace))
	}
	return append(all, d.replaceOp(o),
		web.Handle(d.op(http.MethodPost, "Add", "", 201, "Adds to the "+d.Title+"."), o.add),
		web.Handle(d.op(http.MethodPut, "Update", "", 200, "Replaces one of the "+d.Title+"."), o.replace),
		web.Handle(d.op(http.MethodDelete, "Delete", "/{key}", 204, "Deletes one of the "+d.Title+"."), o.delete))
}

func (d *Definition) op(method, verb, rest string, status int, doc string) web.Op {
	right := Manage
	if method == http.MethodGet {
		right = Read
	}
	return web.Op{
		Right:  d.Right(right),
		Method: method, Path: d.Path + rest, Name: d.Name + verb, Doc: doc, Tag: d.Title,
		Needs: access.LoggedIn, Status: status, Describe: d.describe,
	}
}

// ops are the operations of one kind.
type ops struct {
	def  *Definition
	deps Deps
	set  *Set
}

func (o ops) list(c *web.Call, _ web.None) ([]json.RawMessage, error) {
	all := []json.RawMessage{}
	err := o.read(c, func(_ *store.Tx, s *snapshot) error {
		for _, one := range s.list(o.def.Kind) {
			v, err := one.answer()
			if err != nil {
				return err
			}
			all = append(all, v)
		}
		return nil
	})
	return all, err
}

func (o ops) get(c *web.Call, in read) (v json.RawMessage, err error) {
	err = o.read(c, func(tx *store.Tx, s *snapshot) error {
		one := s.find(o.def.Kind, in.Key)
		if one == nil {
			return o.def.faults.missing.Detail("%s", clip(in.Key))
		}
		c.SetHeader("ETag", one.tag())
		if in.None != "" && names(in.None, one) {
			c.SetStatus(http.StatusNotModified)
			return nil
		}
		if v, err = one.answer(); err != nil {
			return err
		}
		v, err = tell(tx, one, v)
		return err
	})
	return v, o.noted(c, in.Key, err)
}

// noted records that one object was read, or was to be, where that is an event.
func (o ops) noted(c *web.Call, key string, err error) error {
	code, facts := o.def.Reads, event.Object{Kind: o.def.Kind, Name: clip(key)}
	switch {
	case code.Code == nil:
		return err
	case err != nil:
		return act.Refuse(c, o.deps.DB, c.Who, code, &facts, err)
	}
	return act.Note(c, o.deps.DB, c.Who, code, event.Success, &facts, nil)
}

func (o ops) read(c *web.Call, fn func(*store.Tx, *snapshot) error) error {
	return o.deps.DB.Read(c, func(tx *store.Tx) error {
		s, err := at(tx)
		if err != nil {
			return err
		}
		if err := o.def.readable(c.Who); err != nil {
			return err
		}
		return fn(tx, s)
	})
}

func (o ops) add(c *web.Call, in added) (json.RawMessage, error) {
	v, key, bad := o.def.parse(slices.Clone(in.RawBody))
	change := o.def.change(o.deps, c.Who, o.def.Events.Add, key)
	change.dry = in.DryRun
	done, err := o.def.insert(c, change, v, key, bad)
	return answerOf(c, change, done, err)
}

func (o ops) replace(c *web.Call, in body) (json.RawMessage, error) {
	v, key, bad := o.def.parse(slices.Clone(in.RawBody))
	change := o.def.change(o.deps, c.Who, o.def.Events.Update, key)
	change.terms = terms{in.DryRun, in.IfMatch}
	done, err := o.def.update(c, change, v, key, bad)
	return answerOf(c, change, done, err)
}

func (o ops) delete(c *web.Call, in removed) (web.None, error) {
	change := o.def.change(o.deps, c.Who, o.def.Events.Delete, in.Key)
	change.terms = terms{in.DryRun, in.IfMatch}
	return web.None{}, o.def.remove(c, change, in.Key)
}
