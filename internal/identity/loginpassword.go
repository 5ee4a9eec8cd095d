package identity

import (
	"errors"
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

var (
	passwordDue   = fault.Define("SEC-AUTH-010", fault.Denied, "The password has to be changed first")
	wrongPassword = fault.Define("LOCAL-ID-007", fault.Denied, "The current password is wrong")
	noPassword    = fault.Define("LOCAL-ID-009", fault.Denied, "Only local accounts have a password here")
)

const passwordPath = "/security/principals/password"

// due refuses what has to wait until the owner of an account has changed its password.
func (a *attempt) due() error {
	if !a.mustChange {
		return nil
	}
	switch a.r.URL.Path {
	case web.Root + passwordPath, web.Root + "/security/principals/self", web.Root + "/security/principals/authenticate",
		web.Root + "/security/principals/login", web.Root + "/security/principals/logout":
		return nil
	}
	return passwordDue.Detail("send it to PATCH %s", web.Root+passwordPath)
}

// passwordOperations are the operations on passwords.
func (s *Service) passwordOperations() []web.Operation {
	op := func(method, path, name, doc string, status int) web.Op {
		return web.Op{Method: method, Path: path, Name: name, Doc: doc, Tag: Accounts.Title, Needs: access.LoggedIn, Status: status, Rule: "everybody, of themselves; of others with rights on local accounts"}
	}
	locals := Accounts.Path
	return []web.Operation{
		web.Handle(op(http.MethodPatch, passwordPath, "SecurityPrincipalPasswordSet", "Changes the caller's own password. All other sessions end.", 204), s.changePassword),
		web.Handle(op(http.MethodPatch, locals, "SecurityIdentityLocalPasswordSet", "Sets the password of a local account. Its sessions end.", 204), s.setPassword),
		web.Handle(op(http.MethodPost, locals+"/generate-password", "SecurityIdentityLocalPasswordGenerate", "Draws a password that keeps the policy of local accounts.", 200), s.drawPassword),
		web.Handle(op(http.MethodGet, locals+"/{identifier}/lock", "SecurityIdentityLocalLockGet", "Tells whether failed attempts to log in make an account wait, and when it was last used.", 200), s.lock),
		web.Handle(op(http.MethodDelete, locals+"/{identifier}/lock", "SecurityIdentityLocalLockDelete", "Forgets the failed attempts to log in to an account.", 204), s.forgive),
	}
}

type ownPassword struct {
	Body struct {
		Current string `json:"current" required:"true" maxLength:"1024" doc:"The password of now."`
		New     string `json:"new" required:"true" maxLength:"1024" doc:"The password from now on."`
	}
}

// changePassword gives the caller's own account another password.
func (s *Service) changePassword(c *web.Call, in ownPassword) (web.None, error) {
	facts := event.Object{Kind: Accounts.Kind, Name: clip(c.Who.ID)}
	refuse := func(err error) (web.None, error) {
		return web.None{}, act.Refuse(c, s.DB, c.Who, event.LocalIdentityUpdate, &facts, err)
	}
	account, err := s.ownAccount(c)
	if err != nil {
		return refuse(err)
	}
	if err := s.prove(c, account, in.Body.Current); err != nil {
		return refuse(err)
	}
	if in.Body.New == in.Body.Current {
		return refuse(Accounts.Invalid().Detail("new: it is the password of now"))
	}
	account.Password, account.MustChange = kind.NewSecret(in.Body.New), false
	if err := Accounts.Replace(c, s.deps(), c.Who.Entrusted(), account); err != nil || c.Who.Session == "" {
		return web.None{}, err
	}
	return web.None{}, s.openSession(c, c.Answer(), c.Header("User-Agent"), c.Who) // the old one has ended with the others
}

// ownAccount returns the local account of the caller.
func (s *Service) ownAccount(c *web.Call) (Account, error) {
	if c.Who.Type != access.Local {
		return Account{}, noPassword
	}
	return Accounts.Look(c, s.DB.DB, c.Who.ID)
}

// prove asks for the current password. Wrong ones count like those of a login.
func (s *Service) prove(c *web.Call, account Account, current string) error {
	if err := s.waits(c, account.Identifier, c.Who.Address); err != nil {
		return err
	}
	_, err := s.verify(c, account, secret.NewText(current))
	if !errors.Is(err, access.NotKnown) {
		return err
	}
	if err := s.count(c, account.Identifier, c.Who.Address); err != nil {
		return err
	}
	return wrongPassword
}

type newPassword struct {
	Body struct {
		Identifier string `json:"identifier" required:"true" maxLength:"256" doc:"The account."`
		Password   string `json:"password" required:"true" maxLength:"1024" doc:"The new password."`
		MustChange *bool  `json:"mustChangePassword,omitempty" doc:"Whether the owner has to change it before anything else."`
	}
}

// setPassword gives an account a new password. It is recorded as a change of the account.
func (s *Service) setPassword(c *web.Call, in newPassword) (web.None, error) {
	account, err := Accounts.Look(c, s.DB.DB, in.Body.Identifier)
	if err != nil {
		account = Account{Identifier: in.Body.Identifier} // Replace says that it is missing, after it has asked for the right
	}
	account.Password = kind.NewSecret(in.Body.Password)
	if in.Body.MustChange != nil {
		account.MustChange = *in.Body.MustChange
	}
	if err := Accounts.Replace(c, s.deps(), c.Who, account); err != nil {
		return web.None{}, err
	}
	return web.None{}, s.DB.Write(c, func(tx *store.Tx) error { return s.unlock(tx, account.Identifier) })
}

func (s *Service) drawPassword(c *web.Call, _ web.None) (password string, err error) {
	err = s.DB.Read(c, func(tx *store.Tx) error {
		if err := c.Who.May(Accounts.Right(kind.Manage)); err != nil {
			return err
		}
		policy, err := localPolicy(tx)
		if err != nil {
			return err
		}
		password, err = policy.Generate()
		return err
	})
	return password, err
}

// localPolicy is the policy of the passwords of local accounts.
func localPolicy(tx *store.Tx) (PasswordPolicy, error) {
	provider, err := Providers.Get(tx, LocalProviderName)
	if err != nil {
		return PasswordPolicy{}, err
	}
	local, ok := provider.(LocalProvider)
	if !ok || local.Policy == "" {
		return DefaultPolicy(), nil
	}
	return PasswordPolicies.Get(tx, string(local.Policy))
}

func (s *Service) deps() kind.Deps { return kind.Deps{DB: s.DB, Keys: s.Keys} }
