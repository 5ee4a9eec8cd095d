package kind

import (
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Groups are the parts every form has, in their order, as the tag "group" names them: what the object is, where it
// connects or who signs, what may be asked, who may, what follows, and limits.
func Groups() []string { return []string{"what", "where", "ask", "who", "follow", "limits"} }

// Menus are the parts of the configuration a kind is listed in.
func Menus() []string { return []string{"issuing", "deploying", "domains", "access", "system"} }

const groupKey = "x-group"

// grouped tells forms in which part of them each member of an object stands. What is within a member stands with it.
func grouped(t reflect.Type, s *huma.Schema) {
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		member := s.Properties[name]
		if group := f.Tag.Get("group"); member != nil && group != "" {
			if member.Extensions == nil {
				member.Extensions = map[string]any{}
			}
			member.Extensions[groupKey] = group
		}
	}
}

// spoken are the tags of a member that forms are told as keywords: the unit of a number, an example of a value, the language
// of a query, the operation that draws a secret, the keys of expressions, and the duration that this one is best shorter than: a member of the object, or
// of one it refers to ("pkiConnector.crtLifetime").
var spoken = map[string]string{"unit": "x-unit", "example": "x-example", "query": "x-query", "generate": "x-generate", "shorter": "x-shorter-than", keysTag: "x-keys"}

// keysTag says which keys an expression may read: the context, and behind a slash the member of the object that tells its
// variant. Of a list or a map of expressions it belongs to each.
const keysTag = "keys"

// worded gives the members of an object their keywords.
func worded(t reflect.Type, s *huma.Schema) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return
	}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		member := s.Properties[name]
		for tag, keyword := range spoken {
			text := f.Tag.Get(tag)
			if member == nil || text == "" {
				continue
			}
			to := member
			if tag == keysTag {
				to = each(member)
			}
			if to.Extensions == nil {
				to.Extensions = map[string]any{}
			}
			to.Extensions[keyword] = text
		}
	}
}

// each returns the schema of the members of a list or a map, or else the schema itself.
func each(s *huma.Schema) *huma.Schema {
	if s.Items != nil {
		return s.Items
	}
	if of, ok := s.AdditionalProperties.(*huma.Schema); ok {
		return of
	}
	return s
}

// titleTag returns what the member that tells variants apart says of a variant, for people.
func titleTag(t reflect.Type, by string) string {
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == by {
			return f.Tag.Get("title")
		}
	}
	return ""
}

// Unformed lists what a form of the kind would lack: members without a text, members of an object without a group, and a
// menu or a variant without a name, and what its summary names that is nowhere.
func (d *Definition) Unformed() (all []string) {
	if !slices.Contains(Menus(), d.Menu) {
		all = append(all, d.Kind+": the menu "+d.Menu)
	}
	all = append(all, d.unsummarized()...)
	for _, name := range d.order {
		form := d.variants[name].schema()
		prefix := d.Kind
		if name != "" {
			prefix += "/" + name
			if titleTag(d.variants[name].typ, d.By) == "" {
				all = append(all, prefix+": no title")
			}
		}
		for member, s := range form.root.Properties {
			if group, _ := s.Extensions[groupKey].(string); !slices.Contains(Groups(), group) {
				all = append(all, prefix+"."+member+": no group")
			}
		}
		all = append(all, undocumented(prefix, form, form.root, map[string]bool{})...)
	}
	slices.Sort(all)
	return all
}

func undocumented(prefix string, all schema, s *huma.Schema, seen map[string]bool) (lacking []string) {
	for s.Items != nil {
		s = s.Items
	}
	if s.Ref != "" {
		if seen[s.Ref] {
			return nil
		}
		seen[s.Ref] = true
		s = all.registry.SchemaFromRef(s.Ref)
	}
	if s.Extensions["x-secret"] != nil {
		return nil
	}
	for name, member := range s.Properties {
		if member.Description == "" {
			lacking = append(lacking, prefix+"."+name+": no text")
		}
		lacking = append(lacking, undocumented(prefix+"."+name, all, member, seen)...)
	}
	return lacking
}
