package identity

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Password lets a local account in by its password, for a door whose requests no browser sends by itself.
func (s *Service) Password(r *http.Request, from access.Caller, id string, key secret.Text) (access.Caller, error) {
	a := &attempt{Service: s, ctx: r.Context(), r: r, answer: http.Header{}, from: from}
	who, _, err := a.local("basic", id, key)
	return who, err
}

// Provisioned is a principal as identity managers see it.
type Provisioned struct {
	Principal
	kind.About
}

// Active reports whether the principal may do anything.
func (p Provisioned) Active() bool { return p.enabled() }

// Provisioning is what an identity manager does under a SCIM profile. What the profile gives is given in its name: whoever
// wrote its mappings held it.
type Provisioning struct {
	*Service
	ctx     context.Context
	who     access.Caller
	profile string
}

// Provisioning returns what the caller may do under a profile.
func (s *Service) Provisioning(ctx context.Context, who access.Caller, profile string) Provisioning {
	return Provisioning{s, ctx, who, profile}
}

func (p Provisioning) open(tx *store.Tx) (ScimProfile, error) {
	if err := p.who.May(ScimUse); err != nil {
		return ScimProfile{}, err
	}
	return ScimProfiles.Get(tx, p.profile)
}

// Allowed returns nil when the caller may use the profile.
func (p Provisioning) Allowed() error {
	return p.DB.Read(p.ctx, func(tx *store.Tx) error {
		_, err := p.open(tx)
		return err
	})
}

// All returns the profile and every principal, in the order of their identifiers.
func (p Provisioning) All() (profile ScimProfile, all []Provisioned, err error) {
	err = p.DB.Read(p.ctx, func(tx *store.Tx) (err error) {
		if profile, err = p.open(tx); err != nil {
			return err
		}
		members, err := allWith(tx, func(Principal) bool { return true })
		all = make([]Provisioned, len(members))
		for i, m := range members {
			all[i] = Provisioned(m)
		}
		return err
	})
	return profile, all, err
}

// One returns the profile and a principal.
func (p Provisioning) One(id string) (profile ScimProfile, one Provisioned, err error) {
	err = p.DB.Read(p.ctx, func(tx *store.Tx) (err error) {
		if profile, err = p.open(tx); err == nil {
			one.Principal, one.About, err = Principals.Find(tx, id)
		}
		return err
	})
	return profile, one, err
}

// granter is in whose name rights are given.
func (p Provisioning) granter() access.Caller { return access.System("scim", p.who.Call) }

// do runs a step on one principal and returns what it is then.
func (p Provisioning) do(code event.Type[event.Object], id string, fn func(tx *store.Tx, profile ScimProfile, facts *event.Object) error) (one Provisioned, err error) {
	first := event.Object{Kind: Principals.Kind, Name: clip(id)}
	facts := first
	err = act.Do(p.ctx, p.DB, p.who, code, &facts, func(tx *store.Tx) error {
		facts = first
		if err := kind.Hold(tx); err != nil {
			return err
		}
		profile, err := p.open(tx)
		if err != nil {
			return err
		}
		if err := fn(tx, profile, &facts); err != nil {
			return err
		}
		v, about, err := Principals.Find(tx, id)
		if err == nil {
			one = Provisioned{v, about}
		}
		if code == event.AuthorizationDelete {
			return nil
		}
		return err
	})
	return one, err
}

// Add adds a principal.
func (p Provisioning) Add(v Principal) (Provisioned, error) {
	return p.do(event.AuthorizationAdd, v.Identifier, func(tx *store.Tx, _ ScimProfile, _ *event.Object) error {
		if _, err := Principals.Get(tx, v.Identifier); err == nil {
			return Principals.Exists().Detail("%s", clip(v.Identifier))
		}
		_, err := Principals.Put(tx, p.deps(), p.granter(), v)
		return err
	})
}

// Change replaces a principal by what fn makes of it.
func (p Provisioning) Change(id string, fn func(ScimProfile, Provisioned) (Principal, error)) (Provisioned, error) {
	return p.do(event.AuthorizationUpdate, id, func(tx *store.Tx, profile ScimProfile, facts *event.Object) error {
		v, about, err := Principals.Find(tx, id)
		if err != nil {
			return err
		}
		next, err := fn(profile, Provisioned{v, about})
		if err != nil {
			return err
		}
		if p.who.ID == id && !next.enabled() {
			return ownAccount.Detail("%s is the caller", id)
		}
		changes, err := Principals.Put(tx, p.deps(), p.granter(), next)
		if err == nil {
			*facts = changes[0]
		}
		return err
	})
}

// Remove deletes a principal that fn agrees to.
func (p Provisioning) Remove(id string, fn func(Provisioned) error) error {
	_, err := p.do(event.AuthorizationDelete, id, func(tx *store.Tx, _ ScimProfile, _ *event.Object) error {
		v, about, err := Principals.Find(tx, id)
		if err != nil {
			return err
		}
		if err := fn(Provisioned{v, about}); err != nil {
			return err
		}
		if p.who.ID == id {
			return ownAccount.Detail("%s is the caller", id)
		}
		return Principals.Drop(tx, p.deps(), p.granter(), id)
	})
	return err
}

// SetMembers makes those members of a group that fn names, who is told who they are. Each principal that changes is an
// event.
func (p Provisioning) SetMembers(m ScimMapping, fn func(now []string) ([]string, error)) error {
	facts := event.Object{Kind: Principals.Kind}
	err := act.Do(p.ctx, p.DB, p.who, event.AuthorizationUpdate, &facts, func(tx *store.Tx) error {
		facts = event.Object{Kind: Principals.Kind}
		if err := kind.Hold(tx); err != nil {
			return err
		}
		if _, err := p.open(tx); err != nil {
			return err
		}
		changed, err := m.to(tx, fn)
		if err != nil {
			return err
		}
		if len(changed) == 0 {
			return act.ErrAlready
		}
		changes, err := Principals.Put(tx, p.deps(), p.granter(), changed...)
		if err != nil {
			return err
		}
		facts = changes[0]
		for i := range changes[1:] {
			act.Also(tx, event.AuthorizationUpdate, event.Success, &changes[1+i], nil)
		}
		return nil
	})
	if errors.Is(err, act.ErrAlready) {
		return nil
	}
	return err
}

// to returns the principals that are members from now on, or no longer.
func (m ScimMapping) to(tx *store.Tx, fn func([]string) ([]string, error)) ([]Principal, error) {
	held, err := allWith(tx, m.Has)
	if err != nil {
		return nil, err
	}
	now := make([]string, len(held))
	for i, one := range held {
		now[i] = one.Identifier
	}
	next, err := fn(slices.Clone(now))
	if err != nil {
		return nil, err
	}
	g, name := m.group()
	outside := func(of []string) func(string) bool {
		set := make(map[string]bool, len(of))
		for _, id := range of {
			set[id] = true
		}
		return func(id string) bool { return set[id] }
	}
	joining, err := membership{group: g, name: name, joining: true, members: slices.DeleteFunc(slices.Clone(next), outside(now))}.changed(tx)
	if err != nil {
		return nil, err
	}
	leaving, err := membership{group: g, name: name, members: slices.DeleteFunc(now, outside(next))}.changed(tx)
	return append(joining, leaving...), err
}
