package identity

import (
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// Principal is what an identifier may do, whatever provider vouches for it.
type Principal struct {
	Identifier  string           `json:"identifier" required:"true" minLength:"1" maxLength:"512" example:"ann@example.com" doc:"Identifier the providers know." group:"what"`
	Enabled     *bool            `json:"enabled,omitempty" doc:"Whether it may do anything; true when left out." group:"what"`
	Contact     string           `json:"contact,omitempty" maxLength:"320" example:"ann@example.com" doc:"Where to write to." group:"what"`
	Permissions []Permission     `json:"permissions,omitempty" maxItems:"1000" doc:"Rights, besides those of the roles." group:"who"`
	Roles       []kind.Ref[Role] `json:"roles,omitempty" maxItems:"200" doc:"Roles." group:"who"`
	Teams       []kind.Ref[Team] `json:"teams,omitempty" maxItems:"200" doc:"Teams it is a member of." group:"who"`
}

// KindName is the kind of principals.
func (Principal) KindName() string { return "principal-info" }

// enabled reports whether the principal may do anything.
func (p Principal) enabled() bool { return p.Enabled == nil || *p.Enabled }

// Principals are what identifiers may do.
var Principals = kind.Define(kind.Info{
	Kind: Principal{}.KindName(), Title: "authorizations", Singular: "Principal", Menu: "access",
	Summary: []string{"contact", "roles", "teams", "permissions"},
	Path:    "/security/principalinfos", Name: "SecurityPrincipalInfo", Area: "configuration:security:principalinfo",
	Family: "SEC-PI", Events: event.OfAuthorizations, Key: "identifier", Unlisted: true,
}, Principal{Identifier: "ann", Permissions: []Permission{{Value: "lifecycle:*"}}},
	func(tx *store.Tx, p Principal) []string {
		return append(complaints(p.Permissions), unknown(tx, p.Permissions)...)
	})

// AdministratorName is the identifier of the account made at the first start.
const AdministratorName = "administrator"

// Administrator is the principal made at the first start.
func Administrator() Principal {
	return Principal{Identifier: AdministratorName, Permissions: []Permission{{Value: "configuration:*"}, {Value: "discovery:*"}, {Value: "lifecycle:*"}}}
}
