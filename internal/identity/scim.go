package identity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// ScimProfile lets an identity manager keep principals, and which roles and teams they have, over SCIM.
type ScimProfile struct {
	kind.Named
	Description string        `json:"description,omitempty" maxLength:"2000" doc:"Which identity manager uses it." group:"what"`
	MailType    string        `json:"mailType,omitempty" maxLength:"64" doc:"Which of the addresses of a user becomes the contact; work when left out." group:"ask"`
	Mappings    []ScimMapping `json:"mappings,omitempty" maxItems:"500" doc:"What the groups of the identity manager stand for." group:"who"`
}

// ScimMapping gives the members of one group a role or a team.
type ScimMapping struct {
	Group string         `json:"group" required:"true" minLength:"1" maxLength:"256" doc:"Name (displayName) of the group at the identity manager."`
	Role  kind.Ref[Role] `json:"role,omitempty" doc:"Role of the members. Either this or a team."`
	Team  kind.Ref[Team] `json:"team,omitempty" doc:"Team of the members. Either this or a role."`
}

// KindName is the kind of SCIM profiles.
func (ScimProfile) KindName() string { return "scim-profile" }

// Mail is which of the addresses of a user becomes the contact.
func (p ScimProfile) Mail() string {
	if p.MailType == "" {
		return "work"
	}
	return p.MailType
}

// Has reports whether the principal is a member of the group.
func (m ScimMapping) Has(p Principal) bool {
	if m.Role != "" {
		return slices.Contains(p.Roles, m.Role)
	}
	return slices.Contains(p.Teams, m.Team)
}

// group is what the mapping makes principals members of.
func (m ScimMapping) group() (g group, name string) {
	if m.Role != "" {
		return groupOfRoles(), string(m.Role)
	}
	return groupOfTeams(), string(m.Team)
}

// ScimUse is the right to use SCIM profiles, of the account an identity manager logs in with.
const ScimUse access.Permission = "configuration:security:scimprofile:use"

// ScimProfiles are what identity managers may do over SCIM.
var ScimProfiles = kind.Define(kind.Info{
	Kind: ScimProfile{}.KindName(), Title: "SCIM profiles", Singular: "SCIM profile", Menu: "access", Path: "/security/scim/profiles",
	Summary: []string{"description", "mailType", "mappings"},
	Name:    "SecurityScimprofile", Area: "configuration:security:scimprofile", Family: "SCIM-PROFILE", Events: event.OfScimProfiles,
}, ScimProfile{Named: kind.Named{Name: "okta"}, MailType: "work"}, func(_ *store.Tx, p ScimProfile) (problems []string) {
	groups := map[string]bool{}
	for i, m := range p.Mappings {
		if (m.Role == "") == (m.Team == "") {
			problems = append(problems, fmt.Sprintf("mappings.%d: either a role or a team is needed", i))
		}
		if key := strings.ToLower(m.Group); groups[key] {
			problems = append(problems, fmt.Sprintf("mappings.%d.group: it is mapped already", i))
		} else {
			groups[key] = true
		}
	}
	return problems
})

var (
	scimShared  = fault.Define("SCIM-PROFILE-006", fault.Invalid, "A role or team that SCIM manages is managed by SCIM alone")
	scimManaged = fault.Define("SCIM-PROFILE-007", fault.Denied, "Who has this role or team is managed over SCIM")
)

// Grants is what the roles of the mappings give.
func (p ScimProfile) Grants(tx *store.Tx) ([]access.Held, error) {
	var roles []kind.Ref[Role]
	for _, m := range p.Mappings {
		if m.Role != "" {
			roles = append(roles, m.Role)
		}
	}
	return Principal{Roles: roles}.Grants(tx)
}

// Stored refuses to map a role or team that somebody has already, or another mapping gives.
func (p ScimProfile) Stored(tx *store.Tx, _ access.Caller, from any) error {
	before, _ := from.(ScimProfile)
	all, err := ScimProfiles.List(tx)
	if err != nil {
		return err
	}
	all = append(slices.DeleteFunc(all, func(o ScimProfile) bool { return o.Name == p.Name }), p)
	for _, m := range p.Mappings {
		if givers(all, m) > 1 {
			return scimShared.Detail("%s%s is mapped more than once", m.Role, m.Team)
		}
		if slices.ContainsFunc(before.Mappings, func(o ScimMapping) bool { return o.Role == m.Role && o.Team == m.Team }) {
			continue
		}
		held, err := allWith(tx, m.Has)
		if err != nil {
			return err
		}
		if len(held) > 0 {
			return scimShared.Detail("%s%s is held by %s", m.Role, m.Team, held[0].Identifier)
		}
	}
	return nil
}

// Deleted has nothing to refuse: principals stay as they are.
func (p ScimProfile) Deleted(*store.Tx, access.Caller) error { return nil }

// givers counts the mappings that give what m gives.
func givers(all []ScimProfile, m ScimMapping) (n int) {
	for _, p := range all {
		for _, o := range p.Mappings {
			if o.Role == m.Role && o.Team == m.Team {
				n++
			}
		}
	}
	return n
}

// byScimAlone refuses to give or take by hand what SCIM manages.
func byScimAlone(tx *store.Tx, who access.Caller, before, next Principal) error {
	if who.IsSystem() {
		return nil
	}
	all, err := ScimProfiles.All(tx)
	if err != nil {
		return err
	}
	for p := range all {
		for _, m := range p.Mappings {
			if m.Has(before) != m.Has(next) {
				return scimManaged.Detail("%s%s by the profile %s", m.Role, m.Team, p.Name)
			}
		}
	}
	return nil
}
