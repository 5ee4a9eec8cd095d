package identity

import (
	"errors"
	"net/http"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// principalView is the answer to "who am I".
type principalView struct {
	Identity    identityView `json:"identity"`
	Permissions []Permission `json:"permissions"`
	Roles       []string     `json:"roles"`
	Teams       []string     `json:"teams"`
	TeamInfos   []teamInfo   `json:"teamInfos" doc:"Teams the caller is a member of or manages."`
	Sections    []Section    `json:"sections" doc:"Parts of the product the caller has rights in. Of each kind of configuration objects, GET /system/kinds tells."`
	MustChange  bool         `json:"mustChangePassword,omitempty" doc:"Whether the password has to be changed before anything else."`

	Preferences map[string]any `json:"preferences,omitempty"`
	Dashboards  []Dashboard    `json:"customDashboards"`
}

// teamInfo is a team of the caller.
type teamInfo struct {
	Name        string      `json:"name"`
	DisplayName []Localized `json:"displayName,omitempty"`
	Description []Localized `json:"description,omitempty"`
	Manager     bool        `json:"manager" doc:"Whether the caller adds and removes members."`
	External    bool        `json:"externallyManaged" doc:"Whether another system keeps its members."`
}

// providerTypes are the kinds of caller as the contract names them.
var providerTypes = map[string]string{access.Local: "Local", access.OpenID: "OpenId", access.X509: "X509", access.PoP: "Pop", access.Service: "ServiceAccount"}

type identityView struct {
	Identifier string `json:"identifier"`
	Name       string `json:"name,omitempty"`
	Email      string `json:"email,omitempty"`
	Provider   string `json:"identityProviderName,omitempty"`
	Type       string `json:"identityProviderType,omitempty" enum:"Local,OpenId,X509,Pop,ServiceAccount"`
}

func (s *Service) self(c *web.Call, _ web.None) (*principalView, error) {
	if c.Who.ID == "" {
		c.SetStatus(http.StatusNoContent)
		return nil, nil
	}
	return s.view(c)
}

// view tells who the caller is and what they may do.
func (s *Service) view(c *web.Call) (*principalView, error) {
	v := &principalView{
		Identity: identityView{Identifier: c.Who.ID, Name: c.Who.Name, Email: c.Who.Email, Provider: c.Who.Provider, Type: providerTypes[c.Who.Type]},
		Roles:    []string{}, Teams: []string{}, Permissions: []Permission{},
	}
	if c.Who.Type == access.Local {
		account, err := Accounts.Look(c, s.DB.DB, c.Who.ID)
		if err != nil {
			return nil, err
		}
		v.MustChange = account.MustChange
	}
	var err error
	if v.Sections, err = s.Sections(c, c.Who); err != nil {
		return nil, err
	}
	h := c.Who.Rights.Now()
	v.Roles, v.Teams = append(v.Roles, h.Roles...), append(v.Teams, h.Teams...)
	for _, one := range h.Held {
		p := Permission{Value: one.Grant}
		if one.Filter != nil {
			p.Filter = one.Filter.Text()
		}
		v.Permissions = append(v.Permissions, p)
	}
	return v, s.DB.Read(c, func(tx *store.Tx) (err error) {
		if v.TeamInfos, err = teamInfos(tx, c.Who.ID, v.Teams); err != nil {
			return err
		}
		if v.Dashboards, err = ownOf[Dashboard](tx, c.Who.ID, ownDashboard); err != nil {
			return err
		}
		all, err := ownOf[map[string]any](tx, c.Who.ID, ownPreferences)
		if err == nil && len(all) > 0 {
			v.Preferences = all[0]
		}
		return err
	})
}

// teamInfos tells of the teams a principal is a member of, then of those it only manages.
func teamInfos(tx *store.Tx, identifier string, teams []string) ([]teamInfo, error) {
	infos := []teamInfo{}
	scim, err := ScimProfiles.List(tx)
	if err != nil {
		return nil, err
	}
	all, err := Teams.List(tx)
	if err != nil {
		return nil, err
	}
	for _, team := range all {
		if slices.Contains(team.Managers, kind.Ref[Principal](identifier)) && !slices.Contains(teams, team.Name) {
			teams = append(slices.Clip(teams), team.Name)
		}
	}
	for _, name := range teams {
		team, err := Teams.Get(tx, name)
		if errors.Is(err, Teams.Missing()) {
			continue // removed a moment ago
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, teamInfo{
			Name: name, DisplayName: team.DisplayName, Description: team.Description,
			Manager:  slices.Contains(team.Managers, kind.Ref[Principal](identifier)),
			External: givers(scim, ScimMapping{Team: kind.Ref[Team](name)}) > 0,
		})
	}
	return infos, nil
}
