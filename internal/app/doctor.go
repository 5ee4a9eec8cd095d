package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
)

// Finding is one line of the doctor.
type Finding struct {
	Level string // ok, info, warning or error
	Text  string
}

// Doctor looks at what commonly goes wrong and says what to do.
func (a *App) Doctor(ctx context.Context) []Finding {
	var all []Finding
	say := func(level, format string, args ...any) {
		all = append(all, Finding{level, fmt.Sprintf(format, args...)})
	}
	say("info", "version %s, node %s, database %s", Version, a.Config.Node, store.Redacted(a.Config.Database))
	a.doctorFolder(say)
	if err := a.DB.Ping(ctx); err != nil {
		say("error", "the database does not answer: %v", err)
		return all
	}
	say("ok", "the database answers, its schema is up to date, and the keys are its own")
	a.doctorKeys(ctx, say)
	a.doctorLog(ctx, say)
	a.doctorMail(ctx, say)
	if c, err := a.tls.get(nil); err != nil {
		say("error", "the server has no certificate: %v", err)
	} else if left := c.Leaf.NotAfter.Sub(a.DB.Clock.Now()); left < 7*24*time.Hour {
		say("warning", "the server's certificate ends on %s: renew the file of tls.certificate", c.Leaf.NotAfter.Format(time.DateOnly))
	} else {
		say("ok", "the server's certificate lasts until %s", c.Leaf.NotAfter.Format(time.DateOnly))
	}
	done, err := a.meta(ctx, metaBootstrapped)
	switch {
	case err != nil:
		say("error", "reading the database: %v", err)
	case done == "":
		say("warning", "the database was never set up: start the server once")
	default:
		say("ok", "the database was set up on %s", done)
	}
	return all
}

func (a *App) doctorFolder(say func(level, format string, args ...any)) {
	info, err := os.Stat(a.Config.Data)
	switch {
	case err != nil:
		say("error", "the data folder cannot be read: %v", err)
	case info.Mode().Perm()&0o077 != 0:
		say("warning", "the data folder %s is open to others: chmod 700 %s", a.Config.Data, a.Config.Data)
	default:
		say("ok", "the data folder is the owner's alone")
	}
	if db := filepath.Join(a.Config.Data, "horizon.db"); a.DB.Dialect == store.SQLite {
		if info, err := os.Stat(db); err == nil {
			say("info", "the database file has %d MiB", info.Size()>>20)
		}
	}
}

// doctorKeys looks at the keyset, and at whether it could be lost.
func (a *App) doctorKeys(ctx context.Context, say func(level, format string, args ...any)) {
	k, err := a.KeyStatus(ctx)
	if err != nil {
		say("error", "the keys: %v", err)
		return
	}
	say("info", "the keyset has %d keys and lies on disk as %s", len(k.Keys), k.Sealing)
	if k.Backup != "" {
		say("warning", "%s", k.Backup)
	} else {
		say("ok", "a backup holds all keys")
	}
	if k.Staged != 0 {
		say("info", "the key %d was prepared and does not seal yet: \"horizon secrets rotate\" goes on", k.Staged)
	}
}

// stuck is how long events may wait to be sealed before something is wrong.
const stuck = time.Minute

func (a *App) doctorLog(ctx context.Context, say func(level, format string, args ...any)) {
	pending, oldest, err := a.Log.Pending(ctx)
	if err != nil {
		say("error", "reading the pending events: %v", err)
		return
	}
	if pending > 0 && a.DB.Clock.Now().Sub(oldest) > stuck {
		say("warning", "%d events wait to be sealed since %s: is a server running?", pending, oldest.Format(time.RFC3339))
	}
	report, err := a.Log.Verify(ctx, event.VerifyOptions{From: max(0, a.lastEvents(ctx))})
	switch {
	case err != nil:
		say("error", "the event log cannot be read: %v", err)
	case report.Problem != nil:
		say("error", "the event log does not hold: %s", report.Problem)
	default:
		say("ok", "the event log has %d entries; the last %d hold (events verify looks at all)", report.Size, report.Held)
	}
}

func (a *App) doctorMail(ctx context.Context, say func(level, format string, args ...any)) {
	if !a.Mail.Configured() {
		say("info", "no mail server is configured: nothing is sent (mail.host)")
		return
	}
	if err := a.Mail.Check(ctx); err != nil {
		say("error", "the mail server: %s", fault.Of(err).Reason())
	} else {
		say("ok", "the mail server answers")
	}
	switch waiting, failed, err := a.Mail.Count(ctx); {
	case err != nil:
		say("error", "reading the messages: %v", err)
	case failed > 0:
		say("warning", "%d messages could not be sent: GET /api/v1/system/mail/messages?state=failed lists them", failed)
	default:
		say("ok", "%d messages wait to be sent, none has failed", waiting)
	}
}

// lastEvents returns the sequence number from which the doctor looks at the log.
func (a *App) lastEvents(ctx context.Context) int64 {
	const looked = 100_000
	var size int64
	_ = a.DB.Read(ctx, func(tx *store.Tx) error {
		last, err := a.Log.LastCheckpoint(tx)
		size = last.Size
		return err
	})
	return size - looked
}

// ResetPassword gives an account a new password and returns it.
func (a *App) ResetPassword(ctx context.Context, identifier string) (string, error) {
	return a.identity.ResetPassword(ctx, a.System("cli"), identifier)
}
