package kind

import (
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const summaryKey = "x-summary"

// summarized tells which members of an object tell in one line what it is: those of the definition's that it has.
func (s schema) summarized(paths []string) {
	var known []string
	for _, path := range paths {
		if s.has(path) {
			known = append(known, path)
		}
	}
	if known == nil {
		return
	}
	if s.root.Extensions == nil {
		s.root.Extensions = map[string]any{}
	}
	s.root.Extensions[summaryKey] = known
}

// has reports whether there is a member at a path: names of members, also of those of the objects of a list.
func (s schema) has(path string) bool {
	at := s.root
	for name := range strings.SplitSeq(path, ".") {
		if at = s.plain(at).Properties[name]; at == nil {
			return false
		}
	}
	return true
}

// plain is a schema itself: of a list that of what is in it, of a reference that it refers to.
func (s schema) plain(one *huma.Schema) *huma.Schema {
	for one.Items != nil || one.Ref != "" {
		if one.Ref != "" {
			one = s.registry.SchemaFromRef(one.Ref)
			continue
		}
		one = one.Items
	}
	return one
}

// unsummarized lists the paths of the summary that no variant has.
func (d *Definition) unsummarized() (all []string) {
	for _, path := range d.Summary {
		if !slices.ContainsFunc(d.order, func(name string) bool { return d.variants[name].schema().has(path) }) {
			all = append(all, d.Kind+"."+path+": in the summary, and nowhere else")
		}
	}
	return all
}
