package kind

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// wanted asks for objects of any kind by a part of their names.
type wanted struct {
	Name  string `query:"name" required:"true" minLength:"1" maxLength:"256" doc:"Part of what names the objects, in either case."`
	Limit int    `query:"limit" default:"20" minimum:"1" maximum:"200" doc:"How many objects to return."`
}

// found is an object of some kind.
type found struct {
	Kind    string `json:"kind" doc:"Kind of the object."`
	Key     string `json:"key" doc:"What names the object."`
	Variant string `json:"variant,omitempty" doc:"Value of the member that tells the variants of the kind apart."`
}

// objects finds objects of all kinds the caller may read, so that an interface can go to one by its name.
func (s *Set) objects(deps Deps) web.Operation {
	op := web.Op{
		Method: http.MethodGet, Path: "/system/objects", Name: "SystemObjectFind", Tag: "configuration",
		Doc:   "Finds objects of all kinds the caller may read by a part of their names: first those that have the very name, then those that begin with it.",
		Needs: access.LoggedIn, Status: http.StatusOK, Rule: "by the right to read objects of each kind",
	}
	return web.Handle(op, func(c *web.Call, in wanted) (all []found, err error) {
		err = deps.DB.Read(c, func(tx *store.Tx) error {
			now, err := at(tx)
			if err != nil {
				return err
			}
			all = s.named(c.Who, now, strings.ToLower(in.Name))
			return nil
		})
		return all[:min(len(all), in.Limit)], err
	})
}

// named lists the objects whose names have a part, the closest first.
func (s *Set) named(who access.Caller, now *snapshot, part string) []found {
	all := []found{}
	for _, d := range s.All() {
		if d.readable(who) != nil {
			continue
		}
		for _, one := range now.kinds[d.Kind] {
			if distance(one.key, part) < apart {
				all = append(all, found{Kind: d.Kind, Key: one.key, Variant: d.variantName(one.value)})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(
			cmp.Compare(distance(a.Key, part), distance(b.Key, part)),
			strings.Compare(strings.ToLower(a.Key), strings.ToLower(b.Key)),
			strings.Compare(a.Kind, b.Kind))
	})
	return all
}

const apart = 3 // the distance of names that do not have the part

// distance says how far a name is from a part of one, in small letters: 0 is the very name, 1 begins with it, 2 has it.
func distance(name, part string) int {
	name = strings.ToLower(name)
	switch {
	case name == part:
		return 0
	case strings.HasPrefix(name, part):
		return 1
	case strings.Contains(name, part):
		return 2
	}
	return apart
}
