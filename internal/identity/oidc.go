package identity

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/store"
)

// OpenIDProvider lets people in whom a provider of OpenID Connect vouches for.
type OpenIDProvider struct {
	ProviderBase
	Type           string                            `json:"type" required:"true" enum:"OpenId" group:"what" title:"OpenID Connect" doc:"OpenID Connect"`
	Metadata       string                            `json:"providerMetadataUrl" required:"true" maxLength:"2048" doc:"Address of the provider's discovery document: its issuer, and behind it /.well-known/openid-configuration." group:"where"`
	Client         kind.Ref[connector.CredentialRef] `json:"clientCredentials" required:"true" minLength:"1" doc:"Credentials of the type password: the login is the client id, the password the client secret." group:"where"`
	Scope          string                            `json:"scope" required:"true" maxLength:"1000" example:"openid email profile" doc:"Scopes to ask for, openid among them: openid email profile." group:"ask"`
	TrustSystemCAs *bool                             `json:"trustSystemCAs,omitempty" doc:"Whether the provider may have a certificate of a CA the system trusts, besides those of the known CAs trusted for servers; true when left out." group:"where"`
	Identifier     rule.Template                     `json:"identifierClaim" keys:"claims" doc:"Identifier of who logs in, of the claims." group:"ask"`
	Email          rule.Template                     `json:"emailClaim" keys:"claims" doc:"Their e-mail address." group:"ask"`
	DisplayName    rule.Template                     `json:"nameClaim" keys:"claims" doc:"Their name." group:"ask"`
	Timeout        span.Duration                     `json:"timeout" doc:"How long to wait for the provider." group:"limits"`
	Proxy          kind.Ref[connector.HTTPProxy]     `json:"proxy,omitempty" doc:"HTTP proxy to call the provider through." group:"where"`
	Mapping        *ClaimMapping                     `json:"mapping,omitempty" doc:"Roles and teams by claims. With it they are replaced at every login." group:"who"`
}

// ClaimMapping gives roles and teams by claims, at every login.
type ClaimMapping struct {
	Extraction rule.Rule    `json:"extraction,omitempty" example:"[[groups]]" keys:"claims" doc:"Rule that gives the values to look up, of the claims: [[groups]]."`
	Entries    []ClaimEntry `json:"entries,omitempty" maxItems:"1000" doc:"What each value gives. Other values give nothing."`
	Mode       string       `json:"synchronizationMode,omitempty" enum:"roles_teams,roles,teams" default:"roles_teams" doc:"What is replaced. Permissions held besides roles are dropped, unless teams alone are replaced."`
}

// Grants is what the roles of the mapping give to whoever logs in.
func (p OpenIDProvider) Grants(tx *store.Tx) ([]access.Held, error) {
	if p.Mapping == nil {
		return nil, nil
	}
	var roles []kind.Ref[Role]
	for _, e := range p.Mapping.Entries {
		roles = append(roles, e.Roles...)
	}
	return Principal{Roles: roles}.Grants(tx)
}

// ClaimEntry is what one value of a claim gives.
type ClaimEntry struct {
	Claim string           `json:"claim" required:"true" minLength:"1" maxLength:"512" example:"pki-officers" doc:"The value."`
	Roles []kind.Ref[Role] `json:"roles,omitempty" maxItems:"200" doc:"Roles it gives."`
	Teams []kind.Ref[Team] `json:"teams,omitempty" maxItems:"200" doc:"Teams it gives."`
}

const (
	wellKnown   = "/.well-known/openid-configuration"
	maxWait     = span.Duration(time.Minute)
	usualWait   = span.Duration(10 * time.Second)
	rolesAlone  = "roles"
	teamsAlone  = "teams"
	openidScope = "openid"
)

// fill puts the usual settings where there are none.
func (p *OpenIDProvider) fill() {
	for t, usual := range map[*rule.Template]string{&p.Identifier: "{{email}}", &p.Email: "{{email}}", &p.DisplayName: "{{name}}"} {
		if t.IsZero() {
			*t, _ = rule.ParseTemplate(usual) // a test reads them
		}
	}
	if p.Timeout == 0 {
		p.Timeout = usualWait
	}
	if p.TrustSystemCAs == nil {
		p.TrustSystemCAs = new(true)
	}
}

// UnmarshalJSON reads a provider; what is left out gets its usual setting.
func (p *OpenIDProvider) UnmarshalJSON(b []byte) error {
	type plain OpenIDProvider
	var read plain
	if err := json.Unmarshal(b, &read); err != nil {
		return err
	}
	*p = OpenIDProvider(read)
	p.fill()
	return nil
}

// TransformSchema tells forms the usual settings.
func (OpenIDProvider) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	var usual OpenIDProvider
	usual.fill()
	for name, v := range map[string]any{
		"identifierClaim": usual.Identifier.String(), "emailClaim": usual.Email.String(), "nameClaim": usual.DisplayName.String(),
		"timeout": usual.Timeout.String(), "trustSystemCAs": true,
	} {
		s.Properties[name].Default = v
	}
	return s
}

// ExampleOpenID is a complete and valid provider, for the list of variants.
func ExampleOpenID() OpenIDProvider {
	p := OpenIDProvider{
		ProviderBase: ProviderBase{Named: kind.Named{Name: "company"}, Enabled: true, EnabledOnUI: true}, Type: "OpenId",
		Metadata: "https://login.example.com" + wellKnown, Client: "company-login", Scope: "openid email profile",
	}
	p.fill()
	return p
}

// problems lists what is wrong beyond what tags can say.
func (p OpenIDProvider) problems(tx *store.Tx) (problems []string) {
	if u, err := url.Parse(p.Metadata); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" {
		problems = append(problems, "providerMetadataUrl: it is no http or https address")
	}
	if c, err := connector.Credentials.Get(tx, string(p.Client)); err == nil {
		if _, ok := c.(connector.Password); !ok {
			problems = append(problems, fmt.Sprintf("clientCredentials: %s is not of the type password", p.Client))
		}
	}
	if !slices.Contains(strings.Fields(p.Scope), openidScope) {
		problems = append(problems, "scope: openid is missing")
	}
	if p.Timeout > maxWait {
		problems = append(problems, "timeout: at most "+maxWait.String())
	}
	return append(problems, p.Mapping.complaints()...)
}

func (m *ClaimMapping) complaints() (problems []string) {
	if m == nil {
		return nil
	}
	if len(m.Entries) > 0 && m.Extraction.IsZero() {
		problems = append(problems, "mapping.extraction: it says where the values come from")
	}
	for i, e := range m.Entries {
		if len(e.Roles)+len(e.Teams) == 0 {
			problems = append(problems, fmt.Sprintf("mapping.entries.%d: at least one role or team", i))
		}
	}
	return problems
}
