package notify

import (
	"errors"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/system"
)

// Kinds of recipients.
const (
	static           = "static"
	teamContact      = "team_contact"
	byLabel          = "label"
	requester        = "requester"
	contact          = "contact"
	approver         = "approver"
	certificateName  = "certificate_rfc822name"
	teamManager      = "team_manager"
	teamMembers      = "team_members"
	certificateOwner = "certificate_owner"
	operators        = "lifecycle_operators"
)

// Recipient is who gets a message: an address, or somebody an occasion is about.
type Recipient struct {
	Type  string                 `json:"type" required:"true" enum:"static,team_contact,label,requester,contact,approver,certificate_rfc822name,team_manager,team_members,certificate_owner,lifecycle_operators" doc:"Who: an address, what a label holds, or somebody the event is about."`
	Email string                 `json:"email,omitempty" maxLength:"320" example:"ann@example.com" doc:"The address, of the type static."`
	Label kind.Ref[system.Label] `json:"label,omitempty" doc:"The label whose value is the address, of the type label."`
}

func (r Recipient) problems(e Event) (bad []string) {
	if r.Type == static {
		if _, err := mail.ParseAddress(r.Email); err != nil {
			bad = append(bad, "email: it is not an e-mail address")
		}
	} else if r.Email != "" {
		bad = append(bad, "email: only of the type static")
	}
	if (r.Type == byLabel) != (r.Label != "") {
		bad = append(bad, "label: it is needed of the type label, and only there")
	}
	if r.Type == approver && !e.decided() {
		bad = append(bad, "type: nobody has decided when "+string(e)+" comes")
	}
	return bad
}

// People are who an occasion is about. What is not known is empty.
type People struct {
	Requester Person
	Approver  string // identifier, as that of the owner
	Owner     string
	Team      string // that owns the certificate or the request
	Contact   string // contact address
	Names     []string
	Labels    map[string]string
	// Operates reports whether a caller is to decide about the request; nil is nobody.
	Operates func(access.Caller) bool
}

// Person is a principal, with the address it had when it asked.
type Person struct{ ID, Email string }

// addresses returns where the recipients can be written to, each address once.
func (p People) addresses(tx *store.Tx, recipients []Recipient) (all []string, err error) {
	for _, r := range recipients {
		found, err := p.of(tx, r)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			a, err := mail.ParseAddress(one)
			if err == nil && !slices.Contains(all, a.Address) {
				all = append(all, a.Address)
			}
		}
	}
	return all, nil
}

// of returns the texts that should be addresses of one recipient.
func (p People) of(tx *store.Tx, r Recipient) ([]string, error) {
	switch r.Type {
	case static:
		return []string{r.Email}, nil
	case byLabel:
		return []string{p.Labels[string(r.Label)]}, nil
	case contact:
		return []string{p.Contact}, nil
	case certificateName:
		return p.Names, nil
	case certificateOwner:
		return addressOf(tx, p.Owner)
	case approver:
		return addressOf(tx, p.Approver)
	case requester:
		found, err := addressOf(tx, p.Requester.ID)
		if len(found) == 0 {
			found = []string{p.Requester.Email}
		}
		return found, err
	case operators:
		return p.operators(tx)
	}
	return p.team(tx, r.Type)
}

// team returns where the team, its managers or its members are written to.
func (p People) team(tx *store.Tx, who string) (all []string, err error) {
	t, err := identity.Teams.Get(tx, p.Team)
	if p.Team == "" || errors.Is(err, identity.Teams.Missing()) {
		return nil, nil
	}
	if err != nil || who == teamContact {
		return []string{t.Contact}, err
	}
	var members []string
	if who == teamManager {
		for _, m := range t.Managers {
			members = append(members, string(m))
		}
	} else if members, err = principals(tx, func(one identity.Principal) bool {
		return slices.Contains(one.Teams, kind.Ref[identity.Team](p.Team))
	}); err != nil {
		return nil, err
	}
	return addressesOf(tx, members)
}

// operators returns where those are written to who are to decide. Whoever asked is none of them.
func (p People) operators(tx *store.Tx) ([]string, error) {
	if p.Operates == nil {
		return nil, nil
	}
	var bad error
	all, err := principals(tx, func(one identity.Principal) bool {
		rights, err := identity.RightsOf(tx, one.Identifier)
		bad = errors.Join(bad, err)
		return err == nil && one.Identifier != p.Requester.ID && p.Operates(access.Caller{ID: one.Identifier, Rights: rights})
	})
	if err = errors.Join(err, bad); err != nil {
		return nil, err
	}
	return addressesOf(tx, all)
}

// principals lists the identifiers of enabled principals of which something is true.
func principals(tx *store.Tx, is func(identity.Principal) bool) (all []string, err error) {
	every, err := identity.Principals.All(tx)
	if err != nil {
		return nil, err
	}
	for p := range every {
		if (p.Enabled == nil || *p.Enabled) && is(p) {
			all = append(all, p.Identifier)
		}
	}
	slices.Sort(all)
	return all, nil
}

func addressesOf(tx *store.Tx, identifiers []string) (all []string, err error) {
	for _, id := range identifiers {
		found, err := addressOf(tx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// addressOf returns where a principal is written to: its contact, the address of its local account, or its identifier when
// that is an address, as it mostly is where an identity provider vouches for it.
func addressOf(tx *store.Tx, identifier string) ([]string, error) {
	if identifier == "" {
		return nil, nil
	}
	p, err := identity.Principals.Get(tx, identifier)
	if err == nil && p.Contact != "" {
		return []string{p.Contact}, nil
	}
	if err != nil && !errors.Is(err, identity.Principals.Missing()) {
		return nil, err
	}
	a, err := identity.Accounts.Get(tx, identifier)
	if err == nil && a.Email != "" {
		return []string{a.Email}, nil
	}
	if err != nil && !errors.Is(err, identity.Accounts.Missing()) {
		return nil, err
	}
	if _, err := mail.ParseAddress(identifier); err != nil {
		return nil, nil //nolint:nilerr // it is no address
	}
	return []string{identifier}, nil
}
