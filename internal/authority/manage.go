package authority

import (
	"context"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

var errUsed = fault.Define("AUTHORITY-014", fault.Conflict, "Certification authority is used elsewhere")

// Adjust replaces the settings of a CA, and makes its revocation lists anew.
func (e *Engine) Adjust(ctx context.Context, who access.Caller, name string, s Settings) error {
	s = s.orDefault()
	facts := event.Object{Kind: Kind, Name: clip(name, maxName), Changed: []string{"settings"}}
	return act.Do(ctx, e.DB, who, event.ConfUpdate, &facts, func(tx *store.Tx) error {
		if err := who.May(Manage); err != nil {
			return err
		}
		d, err := e.at(tx)
		if err != nil {
			return err
		}
		c, err := d.named(name)
		if err != nil {
			return err
		}
		if problems := s.complaints(); len(problems) > 0 {
			return Invalid.Each(problems)
		}
		if err := raise(tx); err != nil {
			return err
		}
		if err := updateSettings(tx, c.id, s); err != nil {
			return err
		}
		return changedList(tx, c.id)
	})
}

// Rebuild lets the revocation lists of a CA be made anew. When it returns they are.
func (e *Engine) Rebuild(ctx context.Context, who access.Caller, name string) error {
	facts := event.Object{Kind: Kind, Name: clip(name, maxName), Changed: []string{"crl"}}
	err := act.Do(ctx, e.DB, who, event.ConfUpdate, &facts, func(tx *store.Tx) error {
		if err := who.May(Manage); err != nil {
			return err
		}
		d, err := e.at(tx)
		if err != nil {
			return err
		}
		c, err := d.named(name)
		if err != nil {
			return err
		}
		return task.Insert(tx, listJob{Authority: c.id}, task.Unique())
	})
	if err != nil {
		return err
	}
	return e.BuildCRL(ctx, name)
}

// Delete removes a CA with its keys, and all that is known of what it issued. A CA that has issued what is still valid
// stays, and with it whoever stands above; so does one that a connector issues from, and one whose certificate something
// else refers to.
func (e *Engine) Delete(ctx context.Context, who access.Caller, name string) error {
	facts := event.Object{Kind: Kind, Name: clip(name, maxName)}
	var gone *ca
	err := act.Do(ctx, e.DB, who, event.ConfDelete, &facts, func(tx *store.Tx) error {
		if err := who.May(Manage); err != nil {
			return err
		}
		if err := e.order(tx); err != nil {
			return err
		}
		d, err := e.at(tx)
		if err != nil {
			return err
		}
		c, err := d.named(name)
		if err != nil {
			return err
		}
		if err := e.unused(tx, c); err != nil {
			return err
		}
		if err := e.unlist(tx, who, c); err != nil {
			return err
		}
		gone = c
		return erase(tx, c.id)
	})
	if err == nil {
		e.forget(gone)
	}
	return err
}

// unused refuses a CA that has issued what is still valid, or that the configuration names.
func (e *Engine) unused(tx *store.Tx, c *ca) error {
	n, err := valid(tx, c.id, 1)
	if err != nil {
		return err
	}
	if n > 0 {
		return InUse.Detail("%s", c.name)
	}
	if e.Registry == nil {
		return nil
	}
	by, err := e.Registry.UsedBy(tx, c.name)
	if err == nil && by != "" {
		err = errUsed.Detail("%s is used by %s", c.name, by)
	}
	return err
}

// order makes changes of CAs wait for each other. It comes first in a step.
func (e *Engine) order(tx *store.Tx) error {
	if e.Registry != nil {
		if err := e.Registry.Hold(tx); err != nil {
			return err
		}
	}
	return raise(tx)
}

// unlist makes the certificates of a CA known no more.
func (e *Engine) unlist(tx *store.Tx, who access.Caller, c *ca) error {
	if e.Registry == nil {
		return nil
	}
	for _, g := range c.all {
		if err := e.Registry.Remove(tx, who, g.cert); err != nil {
			return err
		}
	}
	return nil
}

// forget drops the opened keys of a CA.
func (e *Engine) forget(c *ca) {
	for _, g := range c.all {
		e.signers.Delete(object(c.id, g.key))
		e.duties.Delete(object(c.id, g.key) + "/ocsp")
	}
}
