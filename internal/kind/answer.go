package kind

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/web"
)

// dryRun is what the answer to a dry run says besides.
type dryRun struct {
	Changes []difference `json:"changes" doc:"Members that would change."`
}

// tried is the member of it.
type tried struct {
	ID      string  `json:"_id,omitempty" readOnly:"true" doc:"Identifier of the object."`
	Secrets []held  `json:"_secrets,omitempty" readOnly:"true" doc:"The secrets that have a value, never which."`
	DryRun  *dryRun `json:"_dryRun,omitempty" readOnly:"true" doc:"Only there after a dry run."`
}

// shown is what the server adds to an object it returns.
type shown struct {
	ID      string `json:"_id,omitempty" readOnly:"true" doc:"Identifier of the object."`
	Secrets []held `json:"_secrets,omitempty" readOnly:"true" doc:"The secrets that have a value, never which."`
}

// answerOf is the answer to a change: the object as it is stored, with its entity tag, or, after a dry run, as it would be
// stored, with what would change.
func answerOf(c *web.Call, change *change, done *item, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, err
	}
	object, err := done.answer()
	if err != nil {
		return nil, err
	}
	if !change.dry {
		c.SetHeader("ETag", done.tag())
		return object, nil
	}
	said := dryRun{Changes: change.diff}
	if said.Changes == nil {
		said.Changes = []difference{}
	}
	tail, err := plainJSON(said)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{object[:len(object)-1], []byte(`,"_dryRun":`), tail, []byte("}")}, nil), nil
}

// view is the object as answers show it: its members, _id, and _secrets.
func view(one *item) (json.RawMessage, error) {
	v := one.value
	if w, ok := v.(Viewer); ok {
		v = w.View()
	}
	object, err := plainJSON(v)
	if err != nil {
		return nil, err
	}
	more, err := plainJSON(shown{one.id, one.held()})
	if err != nil {
		return nil, err
	}
	switch {
	case len(more) <= 2:
		return object, nil
	case len(object) <= 2:
		return more, nil
	}
	return bytes.Join([][]byte{more[:len(more)-1], object[1:]}, []byte(",")), nil
}

// describe puts the schema of the kind where huma sees raw bytes, and says what headers and refusals there are.
func (d *Definition) describe(r huma.Registry, o *huma.Operation) {
	one := d.schemaIn(r)
	changes := o.OperationID == d.Name+"Add" || o.OperationID == d.Name+"Update" || o.OperationID == d.Name+"Upsert"
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
		if changes {
			s = &huma.Schema{AllOf: []*huma.Schema{one, r.Schema(reflect.TypeFor[tried](), true, "")}}
		}
		response.Content = map[string]*huma.MediaType{"application/json": {Schema: s}}
		if changes || o.OperationID == d.Name+"Get" {
			response.Headers = map[string]*huma.Param{"ETag": {
				Description: "Revision of the object, for If-Match and If-None-Match.", Schema: &huma.Schema{Type: huma.TypeString},
			}}
		}
	}
	if refused := o.Responses["400"]; refused != nil && (o.OperationID == d.Name+"Delete" || changes && o.OperationID != d.Name+"Add") {
		o.Responses["409"] = &huma.Response{Description: "The object has changed since it was read; current is the object as it is.", Content: refused.Content}
	}
	if o.OperationID == d.Name+"Get" {
		o.Responses["304"] = &huma.Response{Description: http.StatusText(http.StatusNotModified)}
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
