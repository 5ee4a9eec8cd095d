package lifecycle

import (
	"context"
	"errors"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
)

// Powers tells how far the caller may go with a certificate, for each workflow of its profile: by a right on what belongs
// to its team, by an access level of the profile, or as its owner. One of no profile has none.
func (s *Service) Powers(ctx context.Context, who access.Caller, c inventory.Certificate) ([]Offered, error) {
	if c.Profile == "" {
		return nil, nil
	}
	p, err := Profiles.Look(ctx, s.DB.DB, c.Profile)
	if errors.Is(err, Profiles.Missing()) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Offered
	for _, name := range offers(Profiles.Variant(p)) {
		far, _ := workflows[name].stands(who, p, &c, c.Object()) // a refusal is no power
		if far != mayNot {
			all = append(all, Offered{Workflow: name, Perform: far >= mayDo, Request: true})
		}
	}
	return all, nil
}

// Power returns what a list says of a workflow.
func Power(all []Offered, workflow string) Offered {
	if i := slices.IndexFunc(all, func(o Offered) bool { return o.Workflow == workflow }); i >= 0 {
		return all[i]
	}
	return Offered{Workflow: workflow}
}
