package main

import (
	"context"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
)

// rights measures one decision about a permission: 10,000 principals, each with twenty of 200 roles of twenty rights.
func (b *bench) rights(context.Context) error {
	const principals, roles, each, budget = 10000, 200, 20, 20 * time.Microsecond
	all := make([][]access.Held, roles)
	for r := range all {
		for i := range 20 {
			all[r] = append(all[r], access.Held{Grant: access.Grant(fmt.Sprintf("lifecycle:webra:profile-%d:right-%d", r, i)), Role: fmt.Sprint(r)})
		}
	}
	people := make([]*access.Rights, principals)
	for p := range people {
		var h access.Holding
		for i := range each {
			h.Held = append(h.Held, all[(p+i*7)%roles]...)
		}
		people[p] = access.NewRights(h)
	}
	start, held := time.Now(), 0
	for p, one := range people {
		if (access.Caller{ID: "x", Rights: one}).Can(access.Permission(fmt.Sprintf("lifecycle:webra:profile-%d:right-19", p%roles))) {
			held++
		}
	}
	took := time.Since(start) / principals
	if held != principals {
		return fmt.Errorf("%d of %d hold what they were given", held, principals)
	}
	b.table.against("decision about a permission, 10,000 principals with 20 of 200 roles", took.String(), budget.String(), took < budget)
	return nil
}
