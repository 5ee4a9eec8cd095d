package app

import (
	"net"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/connector/integrated"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/protocol/acme"
	"github.com/horizon-clm/horizon/internal/system"
	"github.com/horizon-clm/horizon/internal/trust"
)

// kinds is the list of configuration objects, within their menus in the order people see them.
var kinds = kind.NewSet(
	// issuing
	lifecycle.Profiles.Variants(acme.Example(), lifecycle.WebraExample(), lifecycle.MonitoredExample()),
	connector.Connectors.Variants(integrated.Example()),
	trust.CAs.Definition,
	system.Labels.Definition,
	system.TermsOfServices.Definition,
	inventory.GradingPolicies.Definition,
	inventory.GradingRulesets.Definition,
	// deploying
	notify.Triggers.Variants(notify.Example()),
	// access
	identity.Principals.Definition,
	identity.Accounts.Definition,
	identity.ServiceAccounts.Definition,
	identity.Roles.Definition,
	identity.Teams.Definition,
	identity.Providers.Variants(identity.DefaultProvider(), identity.ExampleOpenID()),
	connector.Credentials.Variants(connector.Examples()...),
	identity.PasswordPolicies.Definition,
	identity.ScimProfiles.Definition,
	// system
	system.Configurations.Variants(system.Midnight(), system.Plain()),
	connector.HTTPProxies.Definition,
).
	Outside(authority.Kind, "built-in certification authorities", authority.Read).
	Counting("profile", "certificates", inventory.CountOfProfile).
	Counting("team", "certificates", inventory.CountOfTeam).
	Counting("label", "certificates", inventory.CountOfLabel).
	Counting("pki-connector", "certificates", inventory.CountOfConnector).
	Counting("ca", "certificates", inventory.CountOfCA).
	Watching("profile", "requests", lifecycle.Failing).
	Watching("trigger", "messages", inventory.FailedTriggers)

// tries are how configuration objects are tried before they are stored, by kind, or kind and variant.
func (a *App) tries() map[string]kind.Try {
	env := a.Lifecycle.PKIs.Env
	return map[string]kind.Try{
		"pki-connector/integrated": integrated.Try(env),
		"identity-provider/OpenId": a.identity.TryOpenID,
		"http-proxy":               connector.TryProxy(env, a.ownAddress()),
	}
}

// ownAddress is where this server answers, with its port: an address that can be asked for through a proxy.
func (a *App) ownAddress() string {
	u := a.host.PublicURL
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), "443")
}
