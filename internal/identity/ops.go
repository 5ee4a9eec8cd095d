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
	return slices.Concat(s.logins(), s.passwordOperations(), s.sessionOperations(), s.memberOperations(), s.resetOperations(), s.preferenceOperations(), s.sso(), []web.Operation{
		s.offers(),
		s.searchKnown(),
		web.Handle(web.Op{Method: http.MethodGet, Path: "/security/principals/self", Name: "SecurityPrincipalSelf", Doc: "Tells who the caller is and what they may do; 204 without credentials.",
			Tag: "principals", Needs: access.Public, Status: 200}, s.self),
		web.Handle(web.Op{Method: http.MethodGet, Path: "/security/passwordpolicies/{name}/generate", Name: "PasswordPolicyGenerate", Doc: "Draws a password that keeps the policy.",
			Tag: PasswordPolicies.Title, Needs: access.LoggedIn, Status: 200, Rule: "everybody"}, s.generate),
	})
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
