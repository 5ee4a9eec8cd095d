package kind

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// Viewer is implemented by objects that look different in answers.
type Viewer interface {
	View() any
}

// body is the JSON of one object, read and checked by its kind.
type body struct {
	RawBody []byte `contentType:"application/json"`
}

type keyed struct {
	Key string `path:"key" maxLength:"512"`
}

// Operations returns the operations of every kind.
func (s *Set) Operations(deps Deps) []web.Operation {
	var all []web.Operation
	for _, d := range s.All() {
		all = append(all, d.operations(deps)...)
	}
	return all
}

func (d *Definition) operations(deps Deps) []web.Operation {
	o := ops{d, deps}
	all := []web.Operation{
		web.Handle(d.op(http.MethodGet, "Get", "/{key}", 200, "Returns one of the "+d.Title+"."), o.get),
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
	return append(all,
		web.Handle(d.op(http.MethodPost, "Add", "", 201, "Adds to the "+d.Title+"."), o.add),
		web.Handle(d.op(http.MethodPut, "Update", "", 200, "Replaces one of the "+d.Title+"."), o.replace),
		web.Handle(d.op(http.MethodDelete, "Delete", "/{key}", 204, "Deletes one of the "+d.Title+"."), o.delete))
}

func (d *Definition) op(method, verb, rest string, status int, doc string) web.Op {
	return web.Op{
		Method: method, Path: d.Path + rest, Name: d.Name + verb, Doc: doc, Tag: d.Title,
		Needs: access.LoggedIn, Status: status, Describe: d.describe,
	}
}

// describe puts the schema of the kind where huma sees raw bytes.
func (d *Definition) describe(r huma.Registry, o *huma.Operation) {
	one := d.schemaIn(r)
	if o.RequestBody != nil {
		o.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: one}}
	}
	for status, response := range o.Responses {
		if status[0] != '2' || response.Content == nil {
			continue
		}
		s := one
		if o.OperationID == d.Name+"List" {
			s = &huma.Schema{Type: huma.TypeArray, Items: one}
		}
		response.Content = map[string]*huma.MediaType{"application/json": {Schema: s}}
	}
}

func (d *Definition) schemaIn(r huma.Registry) *huma.Schema {
	if d.By == "" {
		return r.Schema(d.variants[""].typ, true, d.Name)
	}
	s := &huma.Schema{Discriminator: &huma.Discriminator{PropertyName: d.By, Mapping: map[string]string{}}}
	for _, name := range d.order {
		v := r.Schema(d.variants[name].typ, true, d.Name+name)
		s.OneOf = append(s.OneOf, v)
		s.Discriminator.Mapping[name] = v.Ref
	}
	return s
}

// ops are the operations of one kind.
type ops struct {
	def  *Definition
	deps Deps
}

func (o ops) list(c *web.Call, _ web.None) ([]json.RawMessage, error) {
	all := []json.RawMessage{}
	err := o.read(c, func(s *snapshot) error {
		for _, one := range s.list(o.def.Kind) {
			v, err := view(one)
			if err != nil {
				return err
			}
			all = append(all, v)
		}
		return nil
	})
	return all, err
}

func (o ops) get(c *web.Call, in keyed) (v json.RawMessage, err error) {
	err = o.read(c, func(s *snapshot) error {
		one := s.find(o.def.Kind, in.Key)
		if one == nil {
			return o.def.faults.missing.Detail("%s", clip(in.Key))
		}
		v, err = view(one)
		return err
	})
	return v, err
}

func (o ops) read(c *web.Call, fn func(*snapshot) error) error {
	return o.deps.DB.Read(c, func(tx *store.Tx) error {
		s, err := at(tx)
		if err != nil {
			return err
		}
		if err := c.Who.May(o.def.Right(Read)); err != nil {
			if err := c.Who.May(o.def.Right(Manage)); err != nil {
				return err
			}
		}
		return fn(s)
	})
}

func (o ops) add(c *web.Call, in body) (json.RawMessage, error) {
	v, key, bad := o.def.parse(slices.Clone(in.RawBody))
	done, err := o.def.insert(c, o.def.change(o.deps, c.Who, o.def.Events.Add, key), v, key, bad)
	if err != nil {
		return nil, err
	}
	return view(done)
}

func (o ops) replace(c *web.Call, in body) (json.RawMessage, error) {
	v, key, bad := o.def.parse(slices.Clone(in.RawBody))
	done, err := o.def.update(c, o.def.change(o.deps, c.Who, o.def.Events.Update, key), v, key, bad)
	if err != nil {
		return nil, err
	}
	return view(done)
}

func (o ops) delete(c *web.Call, in keyed) (web.None, error) {
	return web.None{}, o.def.remove(c, o.def.change(o.deps, c.Who, o.def.Events.Delete, in.Key), in.Key)
}

// view is the object as answers show it: its members, and _id.
func view(one *item) (json.RawMessage, error) {
	v := one.value
	if w, ok := v.(Viewer); ok {
		v = w.View()
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	object := bytes.TrimSpace(b.Bytes())
	head := []byte(`{"_id":"` + one.id + `"`)
	if len(object) > 2 {
		head = append(head, ',')
	}
	return append(head, object[1:]...), nil
}
