package identity

import (
	"context"
	"errors"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// Explanation says whether a principal holds a permission, and why.
type Explanation struct {
	Identifier string
	Permission access.Permission
	Known      bool // there is such a principal, and it is enabled
	Allowed    bool
	Reason     string // in a sentence
	Grants     []GrantExplained
}

// GrantExplained is a grant that covers the permission, and whether it holds on the object in question.
type GrantExplained struct {
	access.Held
	Holds  bool
	Reason string
}

// mayRead asks for the right to know what others hold. Everybody may know it of themselves.
func mayRead(who access.Caller, identifier string) error {
	if who.ID == identifier && identifier != "" || who.Can(Principals.Right(kind.Manage)) {
		return nil
	}
	return who.May(Principals.Right(kind.Read))
}

// Holdings returns what a principal holds, each with where it comes from.
func (s *Service) Holdings(ctx context.Context, who access.Caller, identifier string) (h access.Holding, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		if err := mayRead(who, identifier); err != nil {
			return err
		}
		if _, err := Principals.Get(tx, identifier); err != nil {
			return err
		}
		h, err = inside(tx).ofPrincipal(identifier)
		if errors.Is(err, access.NotKnown) { // one that is not enabled holds nothing
			return nil
		}
		return err
	})
	return h, err
}

// Explain says whether a principal holds a permission, on an object or, without one, everywhere.
func (s *Service) Explain(ctx context.Context, who access.Caller, identifier string, p access.Permission, on *access.Object) (e Explanation, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		if err := mayRead(who, identifier); err != nil {
			return err
		}
		e, err = explain(tx, identifier, p, on)
		return err
	})
	return e, err
}

func explain(tx *store.Tx, identifier string, p access.Permission, on *access.Object) (Explanation, error) {
	e := Explanation{Identifier: identifier, Permission: p}
	principal, err := Principals.Get(tx, identifier)
	switch {
	case errors.Is(err, Principals.Missing()):
		e.Reason = "There is no such principal."
		return e, nil
	case err != nil:
		return e, err
	case !principal.enabled():
		e.Reason = "The principal is not enabled."
		return e, nil
	}
	h, err := inside(tx).ofPrincipal(identifier)
	if err != nil {
		return e, err
	}
	e.Known = true
	for _, one := range h.Held {
		if one.Grant.Covers(p) {
			g := explained(one, on)
			e.Grants, e.Allowed = append(e.Grants, g), e.Allowed || g.Holds
		}
	}
	switch {
	case e.Allowed:
		e.Reason = "A grant covers the permission and holds."
	case len(e.Grants) > 0:
		e.Reason = "Grants cover the permission, but none of their filters holds."
	default:
		e.Reason = "No grant of the principal or its roles covers the permission."
	}
	return e, nil
}

func explained(one access.Held, on *access.Object) GrantExplained {
	g := GrantExplained{Held: one}
	switch {
	case one.Filter == nil:
		g.Holds, g.Reason = true, "It is held everywhere."
	case on == nil:
		g.Reason = "It is held only where its filter holds; name a team or labels to try it."
	case one.Filter.Allows(*on):
		g.Holds, g.Reason = true, "Its filter holds for this team and these labels."
	default:
		g.Reason = "Its filter does not hold for this team and these labels."
	}
	return g
}
