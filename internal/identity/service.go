package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-jose/go-jose/v4"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/store"
)

// ServiceAccount lets workloads in that show a token of an issuer outside, such as a CI system or a cluster.
type ServiceAccount struct {
	kind.Named
	Identifier  rule.Template    `json:"identifierMapping,omitempty" example:"{{sub}}" keys:"token" doc:"What is added to the identifier of the caller, of the claims of the token: {{sub}}." group:"what"`
	Trust       TrustConfig      `json:"trustConfig" required:"true" doc:"Whose tokens are taken." group:"where"`
	Rules       []rule.Condition `json:"validationRules" maxItems:"100" keys:"token" doc:"Conditions about the claims, all of which must hold: {{sub}} equals \"project:42\"." group:"ask"`
	Skew        span.Duration    `json:"jwtAllowedClockSkew,omitempty" doc:"How far the clock of the issuer may differ." group:"limits"`
	Future      span.Duration    `json:"iatFutureRestriction,omitempty" doc:"How far in the future a token may have been issued; with iatPastRestriction, or not at all." group:"limits"`
	Past        span.Duration    `json:"iatPastRestriction,omitempty" doc:"How long ago a token may have been issued; with iatFutureRestriction, or not at all." group:"limits"`
	Permissions []Permission     `json:"permissions" maxItems:"1000" doc:"Rights of whoever comes by this account, besides those of the roles." group:"who"`
	Roles       []kind.Ref[Role] `json:"roles" maxItems:"200" doc:"Roles of whoever comes by this account." group:"who"`
}

// TrustConfig is where the keys of an issuer come from.
type TrustConfig struct {
	Type  string                        `json:"type" required:"true" enum:"static_jwks,dynamic_jwks" doc:"static_jwks: the keys are given here. dynamic_jwks: they are fetched."`
	JWKS  Keys                          `json:"jwks,omitzero" doc:"Of static_jwks: the key set (RFC 7517, 5), as a JSON text or an object."`
	URL   string                        `json:"url,omitempty" maxLength:"2048" doc:"Of dynamic_jwks: address of the key set, or of the issuer's discovery document."`
	Proxy kind.Ref[connector.HTTPProxy] `json:"proxy,omitempty" doc:"Of dynamic_jwks: HTTP proxy to fetch it through."`
}

// Keys is a key set as it was given.
type Keys struct{ json.RawMessage }

var errKeys = errors.New("jwks: expected a JSON Web Key Set, as a text or an object")

// UnmarshalJSON reads an object, or a text that holds one.
func (k *Keys) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		b = []byte(text)
	}
	var object map[string]json.RawMessage
	if len(b) > maxKeySet || json.Unmarshal(b, &object) != nil {
		return errKeys
	}
	k.RawMessage = bytes.Clone(b)
	return nil
}

// Schema describes both forms.
func (Keys) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "A JSON Web Key Set, as a text or an object."}
}

// KindName is the kind of service accounts.
func (ServiceAccount) KindName() string { return "service-account" }

// ServiceAccounts let workloads in.
var ServiceAccounts = kind.Define(kind.Info{
	Kind: ServiceAccount{}.KindName(), Title: "service accounts", Singular: "Service account", Menu: "access",
	Summary: []string{"trustConfig.type", "trustConfig.url", "roles", "permissions"},
	Path:    "/security/service-accounts", Name: "SecurityServiceAccount", Area: "configuration:security:serviceaccount",
	Family: "SERV-ACC", Numbers: kind.Numbers{Missing: "004", Exists: "003", Used: "006"},
	Events: event.OfServiceAccounts, Reads: event.ServiceAccountGet,
}, ServiceAccount{
	Named: kind.Named{Name: "deployer"}, Trust: TrustConfig{Type: "dynamic_jwks", URL: "https://ci.example.com/.well-known/openid-configuration"},
	Rules: []rule.Condition{exampleRule()}, Permissions: []Permission{{Value: "lifecycle:*"}}, Roles: []kind.Ref[Role]{},
}, checkServiceAccount)

func exampleRule() rule.Condition {
	c, err := rule.ParseCondition(`{{sub}} equals "project:42"`)
	if err != nil {
		panic(err) // at start
	}
	return c
}

// Grants is what the account gives to whoever it lets in.
func (a ServiceAccount) Grants(tx *store.Tx) ([]access.Held, error) {
	return Principal{Permissions: a.Permissions, Roles: a.Roles}.Grants(tx)
}

func checkServiceAccount(tx *store.Tx, a ServiceAccount) []string {
	problems := append(complaints(a.Permissions), unknown(tx, a.Permissions)...)
	problems = append(problems, a.Trust.complaints()...)
	if (a.Future > 0) != (a.Past > 0) {
		problems = append(problems, "iatFutureRestriction, iatPastRestriction: both or neither")
	}
	for i, r := range a.Rules {
		if r.NeedsDNS() {
			problems = append(problems, fmt.Sprintf("validationRules.%d: resolvesDNS is not asked here", i))
		}
	}
	if a.Skew > maxSkew {
		problems = append(problems, "jwtAllowedClockSkew: at most "+maxSkew.String())
	}
	return problems
}

const maxSkew = span.Day

func (c TrustConfig) complaints() (problems []string) {
	if c.Type == "dynamic_jwks" {
		u, err := url.Parse(c.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			problems = append(problems, "trustConfig.url: it is no http or https address")
		}
		if c.JWKS.RawMessage != nil {
			problems = append(problems, "trustConfig.jwks: keys that are fetched are not given")
		}
		return problems
	}
	if c.URL != "" || c.Proxy != "" {
		problems = append(problems, "trustConfig.url, trustConfig.proxy: keys that are given are not fetched")
	}
	set, err := c.JWKS.set()
	if err != nil || len(usable(set)) == 0 {
		problems = append(problems, "trustConfig.jwks: it holds no public key for signatures")
	}
	return problems
}

func (k Keys) set() (set jose.JSONWebKeySet, err error) {
	return set, json.Unmarshal(k.RawMessage, &set)
}

// fetch returns the keys of the issuer as they are now.
func (c TrustConfig) fetch(ctx context.Context, s *Service) (jose.JSONWebKeySet, error) {
	if c.Type == "static_jwks" {
		return c.JWKS.set()
	}
	client, err := s.client(ctx, reach{proxy: string(c.Proxy)})
	if err != nil {
		return jose.JSONWebKeySet{}, err
	}
	defer client.Close()
	var found struct {
		jose.JSONWebKeySet
		Address string `json:"jwks_uri"`
	}
	if err := getJSON(ctx, client, c.URL, &found); err != nil || found.Keys != nil || found.Address == "" {
		return found.JSONWebKeySet, err
	}
	if strings.HasPrefix(c.URL, "https:") && !strings.HasPrefix(found.Address, "https:") {
		return jose.JSONWebKeySet{}, errors.New("the discovery document names a key set without TLS")
	}
	var set jose.JSONWebKeySet
	return set, getJSON(ctx, client, found.Address, &set)
}

// serviceAccountView is an account as answers show it.
type serviceAccountView struct {
	ServiceAccount
	ReadOnly bool `json:"readonly"` // none is declared by the configuration of the server
}

// View tells that the account can be changed.
func (a ServiceAccount) View() any { return serviceAccountView{ServiceAccount: a} }
