package kind

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// target is a reference of an object to another one.
type target struct{ path, kind, key string }

// referencesOf lists the references of an object that name something.
func referencesOf(v any) (all []target) {
	walk(reflect.ValueOf(v), "", func(path string, f reflect.Value) {
		if r, ok := f.Interface().(reference); ok {
			if kind, key := r.target(); key != "" {
				all = append(all, target{path, kind, key})
			}
		}
	})
	return all
}

// use is one object that refers to another, or is referred to.
type use struct {
	Kind   string   `json:"kind" doc:"Kind of the object."`
	Title  string   `json:"title" doc:"Kind of the object, for people."`
	Key    string   `json:"key" doc:"What names the object."`
	Fields []string `json:"fields" doc:"Members that hold the reference."`
}

// uses is what stands in connection with an object.
type uses struct {
	UsedBy []use            `json:"usedBy" doc:"Objects that refer to this one. While there are any it cannot be deleted."`
	Uses   []use            `json:"uses" doc:"Objects this one refers to."`
	Hidden int              `json:"hidden" doc:"How many further objects there are of kinds the caller may not read."`
	Counts map[string]int64 `json:"counts" doc:"How many facts belong to the object, by their sort, such as certificates."`
}

// users lists the objects that refer to one, by kind and key.
func (s *snapshot) users(kind, key string) (all []use) {
	for k, items := range s.kinds {
		for _, one := range items {
			if k == kind && one.key == key {
				continue
			}
			u := use{Kind: k, Key: one.key}
			for _, r := range one.refs {
				if r.kind == kind && r.key == key {
					u.Fields = append(u.Fields, r.path)
				}
			}
			if u.Fields != nil {
				all = append(all, u)
			}
		}
	}
	return inOrder(all)
}

// used lists the objects that one refers to.
func (one *item) used() (all []use) {
	for _, r := range one.refs {
		i := slices.IndexFunc(all, func(u use) bool { return u.Kind == r.kind && u.Key == r.key })
		if i < 0 {
			i = len(all)
			all = append(all, use{Kind: r.kind, Key: r.key})
		}
		all[i].Fields = append(all[i].Fields, r.path)
	}
	return inOrder(all)
}

func inOrder(all []use) []use {
	slices.SortFunc(all, func(a, b use) int {
		return strings.Compare(a.Kind+" "+a.Key, b.Kind+" "+b.Key)
	})
	return all
}

// usesOp tells the uses of an object. Its path hangs below the object, as the contract's other questions about one object
// do (explain, members); no family of the contract has an operation of this name.
func (d *Definition) usesOp(o ops) web.Operation {
	op := d.op(http.MethodGet, "Uses", "/{key}/uses", 200, "Tells what refers to one of the "+d.Title+", what it refers to, and how much belongs to it.")
	op.Describe = nil
	return web.Handle(op, o.uses)
}

func (o ops) uses(c *web.Call, in keyed) (u uses, err error) {
	err = o.read(c, func(tx *store.Tx, s *snapshot) error {
		one := s.find(o.def.Kind, in.Key)
		if one == nil {
			return o.def.faults.missing.Detail("%s", clip(in.Key))
		}
		u = uses{Counts: map[string]int64{}}
		for facts, count := range o.set.counts[o.def.Kind] {
			found, err := count(tx, []string{one.key}, everything)
			if err != nil {
				return err
			}
			u.Counts[facts] = found[one.key]
		}
		u.UsedBy = o.set.visible(c.Who, s.users(o.def.Kind, one.key), &u.Hidden)
		u.Uses = o.set.visible(c.Who, one.used(), &u.Hidden)
		return nil
	})
	return u, err
}

// counts says how many objects refer to each object of a kind. One that refers to itself does not count.
func (s *snapshot) counts(kind string) map[string]int {
	all := map[string]int{}
	for k, items := range s.kinds {
		for _, one := range items {
			for _, u := range one.used() {
				if u.Kind == kind && (k != kind || u.Key != one.key) {
					all[u.Key]++
				}
			}
		}
	}
	return all
}

// visible keeps the objects the caller may read, and counts the others.
func (s *Set) visible(who access.Caller, all []use, hidden *int) []use {
	seen := []use{}
	for _, u := range all {
		title, ok := s.seen(who, u.Kind)
		if !ok {
			*hidden++
			continue
		}
		u.Title = title
		seen = append(seen, u)
	}
	return seen
}

// readable returns nil when the caller may read objects of the kind: who may change them may.
func (d *Definition) readable(who access.Caller) error {
	err := who.May(d.Right(Read))
	if err != nil && who.May(d.Right(Manage)) == nil {
		return nil
	}
	return err
}
