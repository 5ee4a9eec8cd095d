package identity

import (
	"fmt"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// Permission is one right of a principal or role.
type Permission struct {
	Value  access.Grant `json:"value" required:"true" maxLength:"512" example:"configuration:system:*" doc:"Right, in segments; * stands for any, and at the end for all that follow."`
	Filter string       `json:"filter,omitempty" maxLength:"4000" example:"team equals \"payments\"" query:"hcql" doc:"On which certificates and requests, by team and label: team equals \"payments\". Of lifecycle rights only."`
}

// Role is a named bundle of rights.
type Role struct {
	kind.Named
	Description string       `json:"description,omitempty" maxLength:"2000" doc:"What the role is for." group:"what"`
	Permissions []Permission `json:"permissions" maxItems:"1000" doc:"Rights of whoever has the role." group:"who"`
}

// KindName is the kind of roles.
func (Role) KindName() string { return "role" }

// Roles are named bundles of rights.
var Roles = kind.Define(kind.Info{
	Kind: Role{}.KindName(), Title: "roles", Singular: "Role", Menu: "access", Path: "/security/roles", Name: "SecurityRole",
	Summary: []string{"description", "permissions"},
	Area:    "configuration:security:role", Family: "ROLE", Events: event.OfRoles,
}, Role{Named: kind.Named{Name: "auditor"}, Description: "Reads the audit log.", Permissions: []Permission{{Value: "configuration:event:read"}}},
	func(tx *store.Tx, r Role) []string {
		return append(complaints(r.Permissions), unknown(tx, r.Permissions)...)
	})

// complaints lists what is wrong with permissions.
func complaints(all []Permission) (problems []string) {
	for i, p := range all {
		if !p.Value.Valid() {
			problems = append(problems, fmt.Sprintf("permissions.%d.value: %q does not begin with configuration, lifecycle or discovery, or holds other than letters, digits, . - _ and *", i, p.Value))
		}
		if p.Filter == "" {
			continue
		}
		if !access.Grant("lifecycle:*").Contains(p.Value) {
			problems = append(problems, fmt.Sprintf("permissions.%d.filter: only lifecycle rights can be narrowed", i))
		}
		if _, err := access.ParseFilter(p.Filter); err != nil {
			problems = append(problems, fmt.Sprintf("permissions.%d.filter: %s", i, err))
		}
	}
	return problems
}

// held returns the permissions as what is held, through a role or directly.
func held(all []Permission, role string) []access.Held {
	list := make([]access.Held, 0, len(all))
	for _, p := range all {
		h := access.Held{Grant: p.Value, Role: role}
		if p.Filter != "" {
			f, err := access.ParseFilter(p.Filter)
			if err != nil {
				continue // a filter this program cannot read gives nothing
			}
			h.Filter = f
		}
		list = append(list, h)
	}
	return list
}
