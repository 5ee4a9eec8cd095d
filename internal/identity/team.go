package identity

import (
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
)

// Localized is a text in one language.
type Localized struct {
	Lang  string `json:"lang" required:"true" pattern:"^[a-z]{2}$" doc:"Two-letter language code."`
	Value string `json:"value" required:"true" maxLength:"2000" doc:"The text."`
}

// Team is a group that can own certificates and requests. It gives no rights.
type Team struct {
	kind.Named
	DisplayName []Localized           `json:"displayName,omitempty" maxItems:"20" doc:"Name for people."`
	Description []Localized           `json:"description,omitempty" maxItems:"20" doc:"What the team does."`
	Contact     string                `json:"contact,omitempty" maxLength:"320" format:"email" doc:"Where to write to."`
	Managers    []kind.Ref[Principal] `json:"managers,omitempty" maxItems:"100" doc:"Principals that add and remove members."`
	Webhook     *Webhook              `json:"webhook,omitempty" doc:"Channel of the team in a messaging tool."`
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
	Kind: Team{}.KindName(), Title: "teams", Singular: "Team", Menu: "Security", Path: "/security/teams", Name: "SecurityTeam",
	Area: "configuration:security:team", Family: "TEAM", Events: event.OfTeams,
}, Team{Named: kind.Named{Name: "payments"}, Contact: "payments@example.com"}, nil)
