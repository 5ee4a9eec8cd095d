package identity

import (
	"context"
	"net/http"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// Operations returns the operations on identities beyond those of the kinds.
func (s *Service) Operations() []web.Operation {
	return slices.Concat(s.logins(), s.passwordOperations(), s.sessionOperations(), s.memberOperations(), []web.Operation{
		web.Handle(web.Op{Method: http.MethodGet, Path: "/security/principals/self", Name: "SecurityPrincipalSelf", Doc: "Tells who the caller is and what they may do; 204 without credentials.",
			Tag: "principals", Needs: access.Public, Status: 200}, s.self),
		web.Handle(web.Op{Method: http.MethodGet, Path: "/security/passwordpolicies/{name}/generate", Name: "PasswordPolicyGenerate", Doc: "Draws a password that keeps the policy.",
			Tag: PasswordPolicies.Title, Needs: access.LoggedIn, Status: 200}, s.generate),
	})
}

// principalView is the answer to "who am I".
type principalView struct {
	Identity    identityView `json:"identity"`
	Permissions []Permission `json:"permissions"`
	Roles       []string     `json:"roles"`
	Teams       []string     `json:"teams"`
	MustChange  bool         `json:"mustChangePassword,omitempty" doc:"Whether the password has to be changed before anything else."`
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
	h := c.Who.Rights.Now()
	v.Roles, v.Teams = append(v.Roles, h.Roles...), append(v.Teams, h.Teams...)
	for _, one := range h.Held {
		p := Permission{Value: one.Grant}
		if one.Filter != nil {
			p.Filter = one.Filter.Text()
		}
		v.Permissions = append(v.Permissions, p)
	}
	return v, nil
}

type policyName struct {
	Name string `path:"name" maxLength:"128"`
}

func (s *Service) generate(c *web.Call, in policyName) (string, error) {
	var p PasswordPolicy
	err := s.DB.Read(c, func(tx *store.Tx) (err error) {
		p, err = PasswordPolicies.Get(tx, in.Name)
		return err
	})
	if err != nil {
		return "", err
	}
	return p.Generate()
}

// ResetPassword draws a new password for an account, for who has the data folder at hand, and returns it.
func (s *Service) ResetPassword(ctx context.Context, who access.Caller, identifier string) (string, error) {
	account, err := Accounts.Look(ctx, s.DB.DB, identifier)
	if err != nil {
		return "", err
	}
	password, err := DefaultPolicy().Generate()
	if err != nil {
		return "", err
	}
	account.Password = kind.NewSecret(password)
	if err := Accounts.Replace(ctx, s.deps(), who, account); err != nil {
		return "", err
	}
	return password, s.DB.Write(ctx, func(tx *store.Tx) error { return s.unlock(tx, identifier) })
}
