package app

import (
	"context"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/task"
)

// jobs is the list of background work that changes cause.
func (a *App) jobs() []task.Definition {
	return slices.Concat(a.Lifecycle.Jobs(), a.Batches.Jobs(), a.authority.Jobs(), a.acme.Jobs(), a.Mail.Jobs(), a.identity.Jobs(), a.secretJobs())
}

// periodic is the list of work that is done again and again.
func (a *App) periodic() []task.Periodic {
	return []task.Periodic{
		{Name: "repair-requests", Every: time.Minute, EachNode: true, Timeout: 5 * time.Minute, Run: func(ctx context.Context) error {
			_, err := a.Lifecycle.Repair(ctx, false)
			return err
		}},
		{Name: "poll-pkis", Every: time.Minute, Timeout: 30 * time.Minute, Run: a.Lifecycle.Poll},
		{Name: "tend-keys", Every: tendEvery, EachNode: true, Timeout: time.Minute, Run: a.tendKeys},
		{Name: "clean-requests", Every: 30 * time.Minute, Timeout: 10 * time.Minute, Run: a.Lifecycle.Clean},
		{Name: "tend-batches", Every: 10 * time.Minute, Timeout: 10 * time.Minute, Run: a.Batches.Tend},
		{Name: "remind", Every: 10 * time.Minute, Timeout: 10 * time.Minute, Run: a.Lifecycle.Remind},
		{Name: "look-ahead", Every: time.Minute, EachNode: true, Timeout: time.Minute, Run: func(ctx context.Context) error { return inventory.LookAhead(ctx, a.DB.DB) }},
		{Name: "auto-renew", Every: 6 * time.Hour, Timeout: time.Hour, Run: a.Lifecycle.RenewDue},
		{Name: "resume-acme", Every: 15 * time.Second, EachNode: true, Timeout: 5 * time.Minute, Run: a.acme.Resume},
		{Name: "clean-acme", Every: time.Hour, Timeout: 10 * time.Minute, Run: a.acme.Clean},
		{Name: "clean-identity", Every: time.Hour, Timeout: 10 * time.Minute, Run: a.identity.Clean},
		{Name: "tend-mail", Every: time.Hour, Timeout: 5 * time.Minute, Run: a.Mail.Tend},
		{Name: "renew-crls", Every: 10 * time.Minute, AtStart: true, Timeout: 10 * time.Minute, Run: a.authority.Due},
	}
}
