package app

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/lifecycle/batch"
	"github.com/horizon-clm/horizon/internal/web"
)

// modules are those of the contract; rights on the ones this program does not have can be given and open nothing.
var modules = []string{"acme", "acme-external", "crmp", "est", "intune", "intunepkcs", "jamf", "monitored", "scep", "wcce", "webra"}

// right is one permission there is, for people who give it.
type right struct {
	Permission access.Permission `json:"permission" doc:"Its segments; one in braces stands for any name."`
	Doc        string            `json:"description" doc:"What it opens."`
	Operations []string          `json:"operations" doc:"Operations it opens, by their identifiers."`
}

// rights lists every permission there is, derived from the operations, the kinds and the levels of the profiles.
func rights(ops []web.Op) []right {
	all := map[access.Permission]*right{}
	add := func(p access.Permission, doc string) *right {
		if all[p] == nil {
			all[p] = &right{Permission: p, Doc: doc, Operations: []string{}}
		}
		return all[p]
	}
	for _, d := range kinds.All() {
		add(d.Right(kind.Read), "Read the "+d.Title+".")
		add(d.Right(kind.Manage), "Read and change the "+d.Title+".")
	}
	for _, op := range ops {
		if op.Right != "" {
			r := add(op.Right, op.Doc)
			r.Operations = append(r.Operations, op.Name)
		}
	}
	for _, module := range modules {
		for _, step := range steps() {
			add(access.Of("lifecycle", module, "{profile}", step), "On a profile of the module "+module+": "+strings.ReplaceAll(step, "_", " ")+".")
		}
	}
	add(batch.Read, "See the batches of others, with what became of each certificate.")
	add(batch.Manage, "See and stop the batches of others.")
	add(identity.ScimUse, "Keep users and groups over SCIM.")
	add("discovery:{module}:{campaign}:{right}", "On a discovery campaign.")
	var list []right
	for _, p := range slices.Sorted(maps.Keys(all)) {
		slices.Sort(all[p].Operations)
		list = append(list, *all[p])
	}
	return list
}

// steps are those a profile sets levels for, as permissions spell them: request_enroll.
func steps() (all []string) {
	t := reflect.TypeFor[lifecycle.AuthorizationLevels]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		var b strings.Builder
		for _, r := range name {
			if unicode.IsUpper(r) {
				b.WriteByte('_')
			}
			b.WriteRune(unicode.ToLower(r))
		}
		all = append(all, b.String())
	}
	return all
}

// learn makes the permissions known that there are, and returns the operation that lists them.
func (a *App) learn(ops []web.Operation) web.Operation {
	bare := make([]web.Op, 0, len(ops))
	for _, op := range ops {
		bare = append(bare, op.Op)
	}
	all := rights(bare)
	known := access.Known{}
	for _, r := range all {
		known = append(known, r.Permission)
	}
	identity.Learn(a.DB.DB, known)
	return web.Handle(web.Op{
		Method: http.MethodGet, Path: "/security/permissions", Name: "SecurityPermissionList", Doc: "Lists every permission there is.",
		Tag: "authorizations", Needs: access.LoggedIn, Status: 200, Rule: "everybody",
	}, func(*web.Call, web.None) ([]right, error) { return all, nil })
}
