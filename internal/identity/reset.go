package identity

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
	"github.com/horizon-clm/horizon/internal/web"
)

// Resets is how people who have lost their password get another one.
type Resets struct {
	Mail *mail.Service
	Link func(path string) string // public address of a path
	Life time.Duration            // how long a link can be used; 0 is 2 minutes
}

const (
	usualResetLife = 2 * time.Minute
	resetPage      = "/ui/reset-password#" // what follows # reaches neither logs nor other sites
)

var (
	badReset      = fault.Define("LOCAL-ID-010", fault.Unauthenticated, "The reset does not exist, was used or has run out")
	tooManyResets = fault.Define("LOCAL-ID-011", fault.TooMany, "Too many resets of passwords were asked for")
	noReset       = fault.Define("LOCAL-ID-012", fault.Denied, "No link can be sent")
)

// How often a reset is asked for, for an account and from an address.
var (
	resetsOfAccount = brake{free: 3, most: time.Hour, forget: 24 * time.Hour}
	resetsOfAddress = brake{free: 20, most: time.Hour, forget: 24 * time.Hour}
)

func (r Resets) life() time.Duration {
	if r.Life > 0 {
		return r.Life
	}
	return usualResetLife
}

// resetOperations are the two steps of a reset.
func (s *Service) resetOperations() []web.Operation {
	op := func(method, path, name, doc string) web.Op {
		return web.Op{Method: method, Path: Accounts.Path + path, Name: name, Doc: doc, Tag: Accounts.Title, Needs: access.Public, Status: 204}
	}
	return []web.Operation{
		web.Handle(op(http.MethodGet, "/password/{identifier}", "SecurityIdentityLocalPasswordResetRequest",
			"Sends a link to set a new password to the owner of an account. The answer is the same without such an account."), s.askReset),
		web.Handle(op(http.MethodPost, "/password", "SecurityIdentityLocalPasswordReset", "Sets a new password by the id of the link, once."), s.completeReset),
	}
}

// resetMail looks for the account and sends the link. It is a job, so that the answer takes as long with and without an
// account.
type resetMail struct {
	Identifier string
	Address    string
	Call       string
}

// Task returns the name of the job.
func (resetMail) Task() string { return "reset-password" }

// Jobs is the work of the service.
func (s *Service) Jobs() []task.Definition {
	return []task.Definition{task.Define(2, time.Minute, s.sendReset)}
}

// askReset keeps the wish for a link.
func (s *Service) askReset(c *web.Call, in anAccount) (web.None, error) {
	counters := []counted{{s.Sessions.hidden("reset account", in.Identifier), resetsOfAccount}, {s.Sessions.hidden("reset address", network(c.Who.Address)), resetsOfAddress}}
	err := s.DB.Write(c, func(tx *store.Tx) error {
		if err := early(tx, counters, tooManyResets); err != nil {
			return err
		}
		if err := raise(tx, counters); err != nil {
			return err
		}
		return task.Insert(tx, resetMail{clip(in.Identifier), c.Who.Address, c.Who.Call}, task.Attempts(3))
	})
	if errors.Is(err, tooManyResets) {
		facts := event.Object{Kind: Accounts.Kind, Name: clip(in.Identifier)}
		err = act.Refuse(c, s.DB, nobody(c.Who), event.LocalIdentityReset, &facts, err)
	}
	return web.None{}, err
}

// sendReset sends the link, or records why there is none.
func (s *Service) sendReset(ctx context.Context, job resetMail) error {
	who := access.Caller{Type: access.Anonymous, Address: job.Address, Door: "rest", Call: job.Call}
	facts := event.Object{Kind: Accounts.Kind, Name: job.Identifier}
	m, err := s.resetFor(ctx, job.Identifier)
	if err != nil {
		return s.unsent(act.Refuse(ctx, s.DB, who, event.LocalIdentityReset, &facts, err))
	}
	raw := make([]byte, tokenBytes)
	if _, err := rand.Read(raw); err != nil {
		return fmt.Errorf("drawing the id of a reset: %w", err)
	}
	id := base64.RawURLEncoding.EncodeToString(raw)
	message, err := m.message(s.Resets, id)
	if err != nil {
		return s.unsent(act.Refuse(ctx, s.DB, who, event.LocalIdentityReset, &facts, err))
	}
	message.Call = job.Call
	return s.unsent(act.Do(ctx, s.DB, who, event.LocalIdentityReset, &facts, func(tx *store.Tx) error {
		if err := insertReset(tx, digest(id), job.Identifier, job.Address, tx.Now().Add(s.Resets.life())); err != nil {
			return err
		}
		_, err := s.Resets.Mail.Queue(tx, message)
		return err
	}))
}

// unsent is the end of the job: where another try cannot help, the reason is on record.
func (s *Service) unsent(err error) error {
	if err == nil || fault.Of(err).Kind() != fault.Internal {
		return nil
	}
	return err
}

// resetFor returns what to write to the owner of an account.
func (s *Service) resetFor(ctx context.Context, identifier string) (m resetMessage, err error) {
	if !s.Resets.Mail.Configured() {
		return m, noReset.Detail("no mail server is configured")
	}
	if m.account, err = Accounts.Look(ctx, s.DB.DB, identifier); err != nil {
		return m, err
	}
	provider, err := Providers.Look(ctx, s.DB.DB, LocalProviderName)
	if err != nil {
		return m, err
	}
	local, ok := provider.(LocalProvider)
	switch {
	case !ok || !local.Enabled:
		return m, noReset.Detail("the identity provider %s is not enabled", LocalProviderName)
	case m.account.Email == "":
		return m, noReset.Detail("the account has no e-mail address")
	}
	m.template = local.EmailTemplate
	return m, nil
}

type resetWith struct {
	Body struct {
		ID       string `json:"uuid,omitempty" maxLength:"128" doc:"Id of the reset, from the link."`
		ResetID  string `json:"resetId,omitempty" maxLength:"128" doc:"The same, by another name."`
		Password string `json:"password" required:"true" maxLength:"1024" doc:"The new password."`
	}
}

// completeReset sets the password. The id is used up in the transaction that sets it; a password that breaks the policy
// does not use it up.
func (s *Service) completeReset(c *web.Call, in resetWith) (web.None, error) {
	id, who := in.Body.ID+in.Body.ResetID, nobody(c.Who)
	facts := event.Object{Kind: Accounts.Kind}
	refuse := func(err error) (web.None, error) {
		return web.None{}, act.Refuse(c, s.DB, who, event.LocalIdentityReset, &facts, err)
	}
	var identifier string
	err := s.DB.Read(c, func(tx *store.Tx) (err error) {
		identifier, err = findReset(tx, digest(id))
		return err
	})
	if err != nil {
		return web.None{}, err
	}
	facts.Name = identifier
	account, err := Accounts.Look(c, s.DB.DB, identifier)
	if err != nil {
		return refuse(badReset.Because(err))
	}
	problems, err := policyProblems(c, s.deps(), in.Body.Password)
	if err != nil {
		return web.None{}, err
	}
	if len(problems) > 0 {
		return refuse(Accounts.Invalid().Each(problems))
	}
	account.Password, account.MustChange, account.reset = kind.NewSecret(in.Body.Password), false, digest(id)
	if err := Accounts.Replace(c, s.deps(), who.Entrusted(), account); err != nil {
		return web.None{}, err
	}
	return web.None{}, s.DB.Write(c, func(tx *store.Tx) error { return s.unlock(tx, identifier) })
}

// useReset uses a reset up, and with it all others of the account, in the transaction that sets the password.
func useReset(tx *store.Tx, token, identifier string) error {
	found, err := findReset(tx, token)
	if err == nil && found != identifier {
		err = badReset
	}
	if err == nil {
		err = deleteResets(tx, identifier)
	}
	if err != nil {
		return err
	}
	act.Also(tx, event.LocalIdentityReset, event.Success, &event.Object{Kind: Accounts.Kind, Name: identifier}, nil)
	return nil
}
