package identity

import (
	"net/http"
	"strconv"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/web"
)

// door is one family of routes on members.
type door struct {
	path, name string
	group      group
	managers   bool
}

// memberOperations returns the operations on who is a member of roles and teams.
func (s *Service) memberOperations() (all []web.Operation) {
	for _, d := range []door{
		{"/security/roles/{name}/members", "SecurityRoleMembers", groupOfRoles(), false},
		{"/security/teams/{name}/members", "SecurityTeamMembers", groupOfTeams(), false},
		{"/teams/{name}/members", "TeamMembers", groupOfTeams(), true},
	} {
		op := func(method, verb, doc, right string, status int) web.Op {
			o := web.Op{Method: method, Path: d.path, Name: d.name + verb, Doc: doc, Tag: d.group.def.Title, Needs: access.LoggedIn, Status: status, Right: d.group.def.Right(right)}
			if d.managers {
				o.Rule = "managers of the team need no right"
			}
			return o
		}
		in := func(joining bool) func(*web.Call, memberChange) (web.None, error) {
			return func(c *web.Call, in memberChange) (web.None, error) {
				return web.None{}, s.changeMembers(c, c.Who, membership{d.group, in.Name, in.Body, joining, d.managers})
			}
		}
		list := func(c *web.Call, in memberPage) ([]memberView, error) { return s.listMembers(c, d, in) }
		all = append(all,
			web.Handle(op(http.MethodGet, "Get", "Lists the members; the header X-Total-Count tells how many there are.", kind.Read, 200), list),
			web.Handle(op(http.MethodPost, "Add", "Adds members.", kind.Manage, 204), in(true)),
			web.Handle(op(http.MethodDelete, "Remove", "Removes members.", kind.Manage, 204), in(false)))
	}
	return all
}

type memberChange struct {
	Name string   `path:"name" maxLength:"128"`
	Body []string `required:"true" minItems:"1" maxItems:"1000" doc:"Identifiers of principals."`
}

type memberPage struct {
	Name  string `path:"name" maxLength:"128"`
	Index int    `query:"pageIndex" minimum:"1" maximum:"1000000" default:"1" doc:"Page, from 1."`
	Size  int    `query:"pageSize" minimum:"1" maximum:"10000" default:"1000" doc:"Members of a page."`
}

// memberView is a member on the wire. What it may do is shown to who may read principals.
type memberView struct {
	ID          string           `json:"_id"`
	Identifier  string           `json:"identifier"`
	Enabled     bool             `json:"enabled"`
	Contact     string           `json:"contact,omitempty"`
	Permissions []Permission     `json:"permissions,omitempty"`
	Roles       []kind.Ref[Role] `json:"roles,omitempty"`
	Teams       []kind.Ref[Team] `json:"teams,omitempty"`
}

func (s *Service) listMembers(c *web.Call, d door, in memberPage) ([]memberView, error) {
	all, err := s.membersOf(c, c.Who, membership{group: d.group, name: in.Name, managers: d.managers})
	if err != nil {
		return nil, err
	}
	c.SetHeader("X-Total-Count", strconv.Itoa(len(all)))
	whole := c.Who.Can(Principals.Right(kind.Read)) || c.Who.Can(Principals.Right(kind.Manage))
	views := []memberView{}
	for _, m := range part(all, in.Index, in.Size) {
		v := memberView{ID: m.ID, Identifier: m.Identifier, Enabled: m.enabled(), Contact: m.Contact}
		if whole {
			v.Permissions, v.Roles, v.Teams = m.Permissions, m.Roles, m.Teams
		}
		views = append(views, v)
	}
	return views, nil
}

// part is a page of a list, from 1.
func part[T any](all []T, index, size int) []T {
	from := min((index-1)*size, len(all))
	return all[from:min(from+size, len(all))]
}
