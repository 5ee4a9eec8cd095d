package acme

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// accountView is an account (RFC 8555, 7.1.2).
type accountView struct {
	Status    string          `json:"status"`
	Contact   []string        `json:"contact,omitempty"`
	Terms     bool            `json:"termsOfServiceAgreed,omitempty"`
	Binding   json.RawMessage `json:"externalAccountBinding,omitempty"`
	Orders    string          `json:"orders"`
	InitialIP string          `json:"initialIp,omitempty"`
	CreatedAt string          `json:"createdAt,omitempty"`
}

func (d *Door) sendAccount(c *call, status int, a *account) error {
	at := d.to(c.site, "account", a.ID)
	if status == http.StatusCreated || c.account == nil {
		c.w.Header().Set("Location", at)
	}
	return c.send(status, accountView{
		Status: a.Status, Contact: a.Contacts, Terms: !a.Terms.IsZero(), Binding: a.Binding, Orders: at + "/orders",
		InitialIP: a.IP, CreatedAt: stamp(a.Created),
	})
}

// registration is the payload of newAccount (RFC 8555, 7.3). What it does not know is ignored.
type registration struct {
	Contact  []string        `json:"contact"`
	Terms    bool            `json:"termsOfServiceAgreed"`
	Existing bool            `json:"onlyReturnExisting"`
	Binding  json.RawMessage `json:"externalAccountBinding"`
}

// newAccount makes an account for a key, or returns the one it has (RFC 8555, 7.3 and 7.3.1).
func (d *Door) newAccount(c *call) error {
	var in registration
	if err := c.m.into(&in); err != nil {
		return err
	}
	if found, err := d.found(c); found || err != nil {
		return err
	}
	if in.Existing {
		return accountMissing.Detail("there is none of this key")
	}
	if err := d.opening.take(c.who.Address, d.DB.Clock.Now()); err != nil {
		return err
	}
	a := &account{Profile: c.site.Name, key: c.key, Status: valid, IP: c.who.Address}
	bound, err := d.welcome(c, a, in)
	if err != nil {
		return err
	}
	err = d.do(c, event.AcmeAccountRegister, func(tx *store.Tx, facts *event.Acme) error {
		a.ID, a.Created, a.Revision = tx.NewID(), tx.Now(), 1
		if in.Terms {
			a.Terms = tx.Now()
		}
		if fresh, err := insertAccount(tx, a); err != nil || !fresh {
			return errors.Join(err, alreadyIf(!fresh))
		}
		facts.AccountID = a.ID
		return bound.bind(tx)
	})
	if errors.Is(err, act.ErrAlready) { // the same key a moment ago
		if found, err := d.found(c); found || err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return d.sendAccount(c, http.StatusCreated, a)
}

func alreadyIf(done bool) error {
	if done {
		return act.ErrAlready
	}
	return nil
}

// found answers with the account the key has.
func (d *Door) found(c *call) (bool, error) {
	var a *account
	err := d.DB.Read(c.r.Context(), func(tx *store.Tx) (err error) {
		a, err = accountOfKey(tx, c.site.Name, c.key.thumbprint)
		return err
	})
	if err != nil || a == nil {
		return false, err
	}
	c.facts.AccountID = a.ID
	if a.Status != valid {
		return true, accountClosed.Detail("it was %s", a.Status)
	}
	return true, d.sendAccount(c, http.StatusOK, a)
}

// welcome checks what a new account brings: terms, contacts, external account.
func (d *Door) welcome(c *call, a *account, in registration) (*externalKey, error) {
	c.facts.Contacts = clipped(in.Contact)
	if c.site.RequireTermsOfService && !in.Terms { // RFC 8555, 7.3
		c.w.Header().Add("Link", "<"+c.site.meta().TermsOfService+`>;rel="terms-of-service"`)
		return nil, termsNotAgreed.Detail("%s", c.site.meta().TermsOfService)
	}
	contacts := in.Contact
	if len(contacts) == 0 {
		contacts = c.site.standardContacts()
	}
	mails, err := c.site.contacts(contacts)
	if err != nil {
		return nil, err
	}
	a.Contacts = contacts
	if len(in.Binding) == 0 || string(in.Binding) == "null" {
		if c.site.meta().ExternalAccountRequired {
			return nil, bindingRequired
		}
		return nil, nil
	}
	x, err := d.external(c, in.Binding)
	if err != nil {
		return nil, err
	}
	a.EAB, a.Binding, c.facts.ExternalAccount = x.Name, in.Binding, x.Name
	return x, x.admits(c.site.Name, mails, d.DB.Clock.Now())
}

func (s *site) standardContacts() []string {
	all := make([]string, len(s.DefaultContacts))
	for i, c := range s.DefaultContacts {
		all[i] = "mailto:" + strings.TrimPrefix(c, "mailto:")
	}
	return all
}

// contacts checks the contacts of an account and returns their addresses.
func (s *site) contacts(contacts []string) ([]string, error) {
	mails, err := addresses(contacts)
	if err != nil {
		return nil, err
	}
	if len(mails) == 0 && !s.AuthorizeEmptyContact {
		return nil, badContact.Detail("an account needs one")
	}
	for _, m := range mails {
		_, domain, _ := strings.Cut(m, "@")
		if s.mails == nil {
			break
		}
		if ok, err := s.mails.Whole(domain); err != nil || !ok {
			return nil, badContact.Detail("the domain '%s' is not allowed by the profile", domain)
		}
	}
	return mails, nil
}

// clipped keeps what an event tells of a list short.
func clipped(list []string) []string {
	if len(list) > maxContacts {
		list = list[:maxContacts]
	}
	all := make([]string, len(list))
	for i, s := range list {
		all[i] = brief(s)
	}
	return all
}
