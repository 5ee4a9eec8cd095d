package api

import (
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/web"
)

// Teams returns the operations on teams beyond those of the kind.
func (d Deps) Teams() []web.Operation {
	return []web.Operation{web.Handle(web.Op{
		Method: http.MethodPatch, Path: "/security/teams/{previousTeam}/{newTeam}", Name: "SecurityTeamSwitch", Tag: identity.Teams.Title,
		Doc:   "Gives everything of a team to another one; renames the team when there is none of the new name.",
		Needs: access.LoggedIn, Status: 200, Right: identity.Teams.Right(kind.Manage),
	}, d.switchTeam)}
}

type teamPair struct {
	Previous string `path:"previousTeam" maxLength:"128"`
	New      string `path:"newTeam" maxLength:"128"`
}

// teamSwitched is what became of it.
type teamSwitched struct {
	Renamed    bool     `json:"renamed" doc:"There was no team of the new name: the old one has it now."`
	References []string `json:"references" doc:"Objects of the configuration that name the other team now."`
	Filters    []string `json:"filters" doc:"Roles and principals with a filter that names the old team. Filters stay as they were written."`
	Moved      int64    `json:"moved" doc:"Certificates and requests that were moved at once."`
	Continues  bool     `json:"continues" doc:"Whether more follow in the background."`
}

func (d Deps) switchTeam(c *web.Call, in teamPair) (teamSwitched, error) {
	t, err := d.Lifecycle.SwitchTeam(c, c.Who, in.Previous, in.New)
	return teamSwitched{t.Renamed, append([]string{}, t.References...), append([]string{}, t.Filters...), t.Moved, t.Continues}, err
}
