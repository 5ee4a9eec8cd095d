package identity

import (
	"fmt"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// Permission is one right of a principal.
type Permission struct {
	Value access.Grant `json:"value" required:"true" maxLength:"512" doc:"Right, in segments; * stands for any, and at the end for all that follow."`
}

// Principal is what an identifier may do, whatever provider vouches for it.
type Principal struct {
	Identifier  string       `json:"identifier" required:"true" minLength:"1" maxLength:"512" doc:"Identifier the providers know."`
	Enabled     *bool        `json:"enabled,omitempty" doc:"Whether it may do anything; true when left out."`
	Contact     string       `json:"contact,omitempty" maxLength:"320" doc:"Where to write to."`
	Permissions []Permission `json:"permissions,omitempty" maxItems:"1000" doc:"Rights."`
}

// KindName is the kind of principals.
func (Principal) KindName() string { return "principal-info" }

// enabled reports whether the principal may do anything.
func (p Principal) enabled() bool { return p.Enabled == nil || *p.Enabled }

// grants returns the rights of the principal.
func (p Principal) grants() []access.Grant {
	all := make([]access.Grant, 0, len(p.Permissions))
	for _, x := range p.Permissions {
		all = append(all, x.Value)
	}
	return all
}

// Principals are what identifiers may do.
var Principals = kind.Define(kind.Info{
	Kind: Principal{}.KindName(), Title: "authorizations", Singular: "Principal", Menu: "Security",
	Path: "/security/principalinfos", Name: "SecurityPrincipalInfo", Area: "configuration:security:principalinfo",
	Family: "SEC-PI", Events: event.OfAuthorizations, Key: "identifier", Unlisted: true,
}, Principal{Identifier: "ann", Permissions: []Permission{{Value: "lifecycle:*"}}}, func(_ *store.Tx, p Principal) (problems []string) {
	for i, x := range p.Permissions {
		if !x.Value.Valid() {
			problems = append(problems, fmt.Sprintf("permissions.%d.value: %q does not begin with configuration, lifecycle or discovery, or holds other than letters, digits, . - _ and *", i, x.Value))
		}
	}
	return problems
})

// AdministratorName is the identifier of the account made at the first start.
const AdministratorName = "administrator"

// Administrator is the principal made at the first start.
func Administrator() Principal {
	return Principal{Identifier: AdministratorName, Permissions: []Permission{{"configuration:*"}, {"discovery:*"}, {"lifecycle:*"}}}
}
