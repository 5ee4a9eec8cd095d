package app

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/horizon-clm/horizon/internal/api"
	"github.com/horizon-clm/horizon/internal/store"
)

// keyBackup is what is known about the last backup that held the keys.
type keyBackup struct {
	Time    time.Time `json:"time"`
	Keys    []uint32  `json:"keys"`
	Sealing string    `json:"sealing"` // how the keyset lay on disk, and so in the backup
}

func keyBackupOf(tx *store.Tx) (b keyBackup, err error) {
	_, err = getJSON(tx, metaBackup, &b)
	return b, err
}

// keysNow is what a backup made now holds.
func (a *App) keysNow(now time.Time) keyBackup {
	return keyBackup{now, a.ring.Keys(), a.ring.Sealing()}
}

// holds reports whether the backup holds all keys, sealed as they are now.
func (b keyBackup) holds(now keyBackup) bool {
	return !b.Time.IsZero() && b.Sealing == now.Sealing && !slices.ContainsFunc(now.Keys, func(k uint32) bool { return !slices.Contains(b.Keys, k) })
}

// backupAdvice says what is to be said about backups of the keys, or "".
func (a *App) backupAdvice(b keyBackup) string {
	const loss = "Without the keys the secrets in the database, the private keys of CAs among them, cannot be read again: run \"horizon backup\" and keep the file elsewhere"
	switch {
	case b.Time.IsZero():
		return "no backup of the keys was ever made. " + loss
	case !b.holds(a.keysNow(b.Time)):
		return fmt.Sprintf("the keys have changed since their last backup of %s. %s", b.Time.Format(time.DateOnly), loss)
	}
	return ""
}

// serverFacts is what only this node knows of how the server was set up.
func (a *App) serverFacts(ctx context.Context) (f api.ServerFacts, err error) {
	err = a.DB.Read(ctx, func(tx *store.Tx) error {
		b, err := keyBackupOf(tx)
		f = api.ServerFacts{KeysSealedBy: a.ring.Sealing(), SealSecret: !a.Config.SealSecret.IsZero(), Backup: b.Time, BackupHolds: a.backupAdvice(b) == ""}
		return err
	})
	return f, err
}

// measureKeys adds the age of the last backup that holds all keys to the metrics: infinite when there is none.
func (a *App) measureKeys() {
	a.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "horizon_keyset_backup_age_seconds", Help: "Age of the last backup that holds all keys of this node; +Inf when none does.",
	}, func() float64 {
		_, b := a.keyState.get()
		if a.backupAdvice(b) != "" {
			return math.Inf(1)
		}
		return a.DB.Clock.Now().Sub(b.Time).Seconds()
	}))
}
