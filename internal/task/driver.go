package task

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/store"
)

// driverOf returns River's driver of the database. Without a pool it inserts within transactions and does nothing else.
func driverOf(db *store.DB, pool *sql.DB) riverdriver.Driver[*sql.Tx] {
	if db.Dialect == store.PostgreSQL {
		return silent{riverdatabasesql.New(pool)}
	}
	return silent{riversqlite.New(pool)}
}

// silent is a driver that sends no notification through the database: a NOTIFY makes commits of PostgreSQL queue up,
// and nobody listens.
type silent struct {
	riverdriver.Driver[*sql.Tx]
}

// SupportsListenNotify returns false.
func (silent) SupportsListenNotify() bool { return false }

// waking is the driver of the client that works: River learns of new jobs from the commits of this process, and by
// reading the table every second.
type waking struct {
	riverdriver.Driver[*sql.Tx]
	r *Runner
}

// SupportsListener returns true.
func (waking) SupportsListener() bool { return true }

// GetListener returns the one listener of the client.
func (w waking) GetListener(*riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{r: w.r}
}

// listener tells River which queues have something to work. It is used by one goroutine at a time.
type listener struct {
	r     *Runner
	ready []string
}

// insertTopic is River's topic of new jobs.
const insertTopic = "river_insert"

// WaitForNotification waits for a commit that inserts a job, or for the next look at the table.
func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	for len(l.ready) == 0 {
		if err := l.wait(ctx); err != nil {
			return nil, err
		}
		err := l.r.db.Read(ctx, func(tx *store.Tx) (err error) {
			l.ready, err = ready(tx)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("looking for jobs: %w", err)
		}
	}
	payload, err := json.Marshal(map[string]string{"queue": l.ready[0]})
	l.ready = l.ready[1:]
	return &riverdriver.Notification{Topic: insertTopic, Payload: string(payload)}, err
}

func (l *listener) wait(ctx context.Context) error {
	t := time.NewTimer(l.r.poll)
	defer t.Stop()
	select {
	case <-l.r.woken:
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// Close does nothing, as there is no connection.
func (l *listener) Close(context.Context) error { return nil }

// Connect does nothing.
func (l *listener) Connect(context.Context) error { return nil }

// Listen does nothing: there is one topic.
func (l *listener) Listen(context.Context, string) error { return nil }

// Unlisten does nothing.
func (l *listener) Unlisten(context.Context, string) error { return nil }

// Ping does nothing.
func (l *listener) Ping(context.Context) error { return nil }

// Schema returns "": the connection knows it.
func (l *listener) Schema() string { return "" }

// SetAfterConnectExec does nothing.
func (l *listener) SetAfterConnectExec(string) {}

// timeOf returns the clock as River takes it, or nil for the clock of the machine: River then takes the time of the
// database, which all nodes share.
func timeOf(db *store.DB) rivertype.TimeGenerator {
	if _, machine := db.Clock.(clock.Real); machine {
		return nil
	}
	return ownTime{db.Clock}
}

type ownTime struct{ clock clock.Clock }

// NowUTC returns the time of the clock.
func (o ownTime) NowUTC() time.Time { return o.clock.Now() }

// NowUTCOrNil returns the time of the clock.
func (o ownTime) NowUTCOrNil() *time.Time {
	now := o.clock.Now()
	return &now
}

// worker hands River's jobs to the runner.
type worker struct {
	river.WorkerDefaults[raw]
	r       *Runner
	timeout time.Duration
}

// Work does one job.
func (w worker) Work(ctx context.Context, job *river.Job[raw]) error {
	return w.r.work(ctx, job.JobRow)
}

// Timeout returns the timeout of the definition.
func (w worker) Timeout(*river.Job[raw]) time.Duration { return w.timeout }

// NextRetry returns when a job that has just failed is tried again.
func (w worker) NextRetry(job *river.Job[raw]) time.Time {
	return w.r.db.Clock.Now().Add(wait(job.JobRow))
}

// quietLog is the log for River: warnings and errors, without the failures of jobs, which the runner logs.
func quietLog() *slog.Logger { return slog.New(quiet{slog.Default().Handler()}) }

type quiet struct{ slog.Handler }

// Enabled reports whether the level is logged.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// Handle logs the record unless the runner has logged the same.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "JobExecutor: Job errored") {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

// WithAttrs returns the handler with attributes.
func (q quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(a)} }

// WithGroup returns the handler with a group.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
