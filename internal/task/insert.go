package task

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/horizon-clm/horizon/internal/store"
)

// topic is signalled by a commit that has inserted a job.
const topic = "task"

const (
	maxArgs         = 64 << 10
	maxAttempts     = 1000
	defaultAttempts = 20 // with the default back-off, within half a day
	defaultFirst    = 10 * time.Second
	defaultMost     = time.Hour
)

// Option changes how one job is kept.
type Option func(*settings)

type settings struct {
	at       time.Time
	unique   bool
	byArgs   bool
	attempts int
	backoff  backoff
}

// At lets the job wait until t.
func At(t time.Time) Option { return func(s *settings) { s.at = t } }

// Unique inserts nothing while an equal job (same name, same fields) waits; that one is brought forward when it was to
// wait longer. A job that is being worked does not count: it may not have seen what this transaction changes.
func Unique() Option { return func(s *settings) { s.unique, s.byArgs = true, true } }

// Attempts limits how often the job is tried. The default is 20.
func Attempts(n int) Option { return func(s *settings) { s.attempts = n } }

// Backoff sets the wait after the first failure, which doubles with each further one, and the longest wait. The
// default is 10 seconds and an hour.
func Backoff(first, most time.Duration) Option {
	return func(s *settings) { s.backoff = backoff{first.Milliseconds(), most.Milliseconds()} }
}

// Insert keeps the job within the transaction: it is worked when the transaction has committed, and never when it has
// not. No runner is needed for it.
func Insert(tx *store.Tx, job Job, options ...Option) error {
	s := settings{attempts: defaultAttempts}
	for _, o := range options {
		o(&s)
	}
	if s.attempts < 1 || s.attempts > maxAttempts {
		return fmt.Errorf("inserting the job %s: %d attempts are not 1 to %d", job.Task(), s.attempts, maxAttempts)
	}
	if !s.backoff.valid() {
		return fmt.Errorf("inserting the job %s: the back-off is not a wait and a longest wait", job.Task())
	}
	args, err := json.Marshal(job)
	if err != nil {
		return fmt.Errorf("writing the job %s: %w", job.Task(), err)
	}
	if len(args) > maxArgs {
		return fmt.Errorf("inserting the job %s: %d bytes are more than %d", job.Task(), len(args), maxArgs)
	}
	return insert(tx, raw{job.Task(), args}, job.Task(), s)
}

// insert writes the row, or finds the one that waits already.
func insert(tx *store.Tx, args raw, queue string, s settings) error {
	c := insertClient(tx.DB())
	if c.err != nil {
		return c.err
	}
	o := &river.InsertOpts{Queue: queue, MaxAttempts: s.attempts}
	if s.at.After(tx.Now()) {
		o.ScheduledAt = s.at.UTC()
	} else {
		s.at = tx.Now()
	}
	if s.unique {
		o.UniqueOpts = river.UniqueOpts{ByArgs: s.byArgs, ByState: waiting}
	}
	if s.backoff != (backoff{}) {
		var err error
		if o.Metadata, err = json.Marshal(map[string]backoff{backoffKey: s.backoff}); err != nil {
			return fmt.Errorf("writing the back-off of %s: %w", args.kind, err)
		}
	}
	t, err := tx.SQL()
	if err != nil {
		return err
	}
	res, err := c.InsertTx(tx.Context(), t, args, o)
	if err != nil {
		return fmt.Errorf("inserting the job %s: %w", args.kind, err)
	}
	if res.UniqueSkippedAsDuplicate && res.Job.State == rivertype.JobStateScheduled && res.Job.ScheduledAt.After(s.at) {
		if err := forward(tx, res.Job.ID, s.at); err != nil {
			return fmt.Errorf("bringing the job %s forward: %w", args.kind, err)
		}
	}
	tx.Wake(topic)
	return nil
}

// waiting are the states in which a job keeps others like it out. River demands the running state among them; what runs
// has given its key up before it looks at anything.
var waiting = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled}

// raw is a job as the table holds it.
type raw struct {
	kind string
	args json.RawMessage
}

// Kind returns the name.
func (r raw) Kind() string { return r.kind }

// MarshalJSON returns the fields of the job.
func (r raw) MarshalJSON() ([]byte, error) { return r.args, nil }

// UnmarshalJSON keeps the fields of the job.
func (r *raw) UnmarshalJSON(b []byte) error {
	r.args = append(r.args[:0], b...)
	return nil
}

// inserter is a River client that inserts and works nothing.
type inserter struct {
	*river.Client[*sql.Tx]
	err error
}

type inserterKey struct{}

// insertClient returns the client of the database that inserts within transactions.
func insertClient(db *store.DB) inserter {
	return db.Cache(inserterKey{}, func() any {
		c, err := river.NewClient(driverOf(db, nil), &river.Config{Logger: quietLog(), Test: river.TestConfig{Time: timeOf(db)}})
		return inserter{c, err}
	}).(inserter)
}
