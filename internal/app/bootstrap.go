package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/inventory/grade"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/system"
)

// Keys of meta that belong to the whole server.
const (
	metaBootstrapped = "bootstrapped"
	metaCanary       = "canary"
)

// canary is what the sealed value in meta must open to.
const (
	canary        = "horizon"
	canaryPurpose = "server"
)

// expectKeyset refuses to go on without a keyset where the database has sealed values: a new one would open none of them.
func (a *App) expectKeyset(ctx context.Context) error {
	mark, err := a.meta(ctx, metaCanary)
	if err != nil || mark == "" || secret.HasKeyset(a.keys) {
		return err
	}
	return fmt.Errorf("the database was made with keys that are not in %s (there is no secrets.keyset): bring that folder back from a backup with \"horizon restore\", or copy it from another node", a.Config.keyFolder())
}

// belongs checks that the keys are those of the database. A database that is new gets its mark.
func (a *App) belongs(ctx context.Context) error {
	if _, err := a.agree(ctx); err != nil {
		return err
	}
	return a.DB.Write(ctx, func(tx *store.Tx) error {
		var sealed string
		found, err := tx.Get(`SELECT value FROM meta WHERE key = $1`, []any{metaCanary}, &sealed)
		if err != nil {
			return err
		}
		if found {
			return a.opens(tx, sealed)
		}
		fresh, err := a.ring.Seal(canaryPurpose, metaCanary, []byte(canary))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO meta (key, value) VALUES ($1, $2)`, metaCanary, string(encode(fresh)))
		return err
	})
}

// opens reports keys that are not those of the database in one clear line.
func (a *App) opens(tx *store.Tx, sealed string) error {
	raw, err := decode(sealed)
	if err == nil {
		_, err = a.ring.Open(canaryPurpose, metaCanary, raw)
	}
	if err != nil {
		return fmt.Errorf("the keys in %s/keys are not those of the database: bring back the folder the database was made with", a.Config.Data)
	}
	last, err := a.Log.LastCheckpoint(tx)
	if err != nil || last.Size == 0 {
		return err
	}
	if _, err := event.OpenCheckpoint(last.Note, a.Log.Key); err != nil {
		return fmt.Errorf("the event log was signed with another key than %s/keys/event-checkpoint.key: bring back the folder the database was made with", a.Config.Data)
	}
	return nil
}

// Bootstrap makes, once for a database, what a first administrator needs. It returns the administrator's password when it
// was drawn.
func (a *App) Bootstrap(ctx context.Context) (password string, err error) {
	lease, err := a.leaseFor(ctx, "bootstrap")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lease.Release(context.WithoutCancel(ctx), a.DB.DB)) }()
	done, err := a.meta(ctx, metaBootstrapped)
	if err != nil || done != "" {
		return "", err
	}
	who := a.System("bootstrap")
	steps := []func() error{
		func() error {
			return identity.PasswordPolicies.Ensure(ctx, a.deps, who, identity.DefaultPolicy(), event.BootstrapPasswordPolicy)
		},
		func() error {
			return identity.Providers.Ensure(ctx, a.deps, who, identity.DefaultProvider(), event.BootstrapLocalIdentityProvider)
		},
		func() (err error) { password, err = a.administrator(ctx); return err },
		func() error { return a.markDrawn(ctx, password) },
		func() error {
			return identity.Principals.Ensure(ctx, a.deps, who, identity.Administrator(), event.BootstrapAdministratorPrincipal)
		},
		func() error { return inventory.BootstrapGrading(ctx, a.deps, who, grade.DefaultScale()) },
		func() error {
			return system.Configurations.Ensure(ctx, a.deps, who, system.Midnight(), event.BootstrapSystemConfiguration)
		},
		func() error { return a.setMeta(ctx, metaBootstrapped, a.DB.Clock.Now().Format(time.RFC3339)) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return "", fmt.Errorf("setting up a new database: %w", err)
		}
	}
	return password, nil
}

// administrator makes the first account and returns its password when it was drawn.
func (a *App) administrator(ctx context.Context) (drawn string, err error) {
	password := a.Config.AdminPassword.Reveal()
	if password == "" {
		if drawn, err = identity.DefaultPolicy().Generate(); err != nil {
			return "", err
		}
		password = drawn
	}
	account := identity.Account{Identifier: identity.AdministratorName, Name: "Horizon Administrator", Password: kind.NewSecret(password)}
	return drawn, identity.Accounts.Ensure(ctx, a.deps, a.System("bootstrap"), account, event.BootstrapAdministratorAccount)
}

// markDrawn keeps that nobody has chosen the administrator's password.
func (a *App) markDrawn(ctx context.Context, drawn string) error {
	if drawn == "" {
		return nil
	}
	return a.DB.Write(ctx, func(tx *store.Tx) error { return identity.MarkDrawn(tx, identity.AdministratorName) })
}

const leaseWait = 100 * time.Millisecond

// leaseFor waits until this node holds the lease.
func (a *App) leaseFor(ctx context.Context, name string) (*store.Lease, error) {
	for {
		lease, err := a.DB.Lease(ctx, name, time.Minute)
		if err != nil || lease != nil {
			return lease, err
		}
		if err := a.DB.Clock.Wait(ctx, leaseWait); err != nil {
			return nil, err
		}
	}
}

func (a *App) meta(ctx context.Context, key string) (value string, err error) {
	err = a.DB.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.Get(`SELECT value FROM meta WHERE key = $1`, []any{key}, &value)
		return err
	})
	return value, err
}

func (a *App) setMeta(ctx context.Context, key, value string) error {
	return a.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
		return err
	})
}
