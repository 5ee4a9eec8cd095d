package identity

import (
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
)

// Localized is a text in one language.
type Localized = kind.Localized

// Team is a group that can own certificates and requests. It gives no rights.
type Team struct {
	kind.Named
	DisplayName []Localized           `json:"displayName,omitempty" maxItems:"20" doc:"Name for people." group:"what"`
	Description []Localized           `json:"description,omitempty" maxItems:"20" doc:"What the team does." group:"what"`
	Contact     string                `json:"contact,omitempty" maxLength:"320" format:"email" example:"payments@example.com" doc:"Where to write to." group:"what"`
	Managers    []kind.Ref[Principal] `json:"managers,omitempty" maxItems:"100" doc:"Principals that add and remove members." group:"who"`
	Webhook     *Webhook              `json:"webhook,omitempty" doc:"Channel of the team in a messaging tool." group:"follow"`
}

// Webhook is a channel in a messaging tool.
type Webhook struct {
	Type string `json:"type" required:"true" enum:"slack,teams,mattermost" doc:"Messaging tool."`
	URL  string `json:"url" required:"true" maxLength:"2000" pattern:"^https?://" doc:"Address of the channel."`
}

// KindName is the kind of teams.
func (Team) KindName() string { return "team" }

// Teams are groups that can own certificates and requests.
var Teams = kind.Define(kind.Info{
	Kind: Team{}.KindName(), Title: "teams", Singular: "Team", Menu: "access", Path: "/security/teams", Name: "SecurityTeam",
	Summary: []string{"description", "managers", "contact", "webhook.type"},
	Area:    "configuration:security:team", Family: "TEAM", Events: event.OfTeams,
}, Team{Named: kind.Named{Name: "payments"}, Contact: "payments@example.com"}, nil)
