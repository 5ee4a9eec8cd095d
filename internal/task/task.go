// Package task keeps durable jobs and periodic work.
//
// A job is a small struct, inserted in the transaction that causes it and worked after its commit, on any node, at least
// once: its function can run twice. Periodic work is worked on one node or on each. In production River works the jobs;
// in tests Due works everything that the clock has made due, by the same tables and the same functions.
package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// Job is a small struct that is kept as JSON until it is worked. It holds ids, never what they stand for and never a
// secret.
type Job interface {
	// Task returns the name of the definition that works the job: lower-case words with hyphens.
	Task() string
}

// Definition says how the jobs of one name are worked.
type Definition struct {
	name        string
	concurrency int
	timeout     time.Duration
	run         func(ctx context.Context, args []byte) error
	single      *Periodic // set where the jobs are the runs of periodic work
}

// Define says that the jobs of type J are worked by run, on each node at most so many at a time, each no longer than
// the timeout. An error is tried again after a while; a panic is an error. J is a struct, not a pointer to one.
func Define[J Job](concurrency int, timeout time.Duration, run func(ctx context.Context, job J) error) Definition {
	var zero J
	return Definition{name: zero.Task(), concurrency: concurrency, timeout: timeout,
		run: func(ctx context.Context, args []byte) error {
			var job J
			if err := json.Unmarshal(args, &job); err != nil {
				return GiveUp(fmt.Errorf("reading the job: %w", err))
			}
			return run(ctx, job)
		}}
}

// check returns what is wrong with the definition.
func (d Definition) check() error {
	switch {
	case len(d.name) < 2 || len(d.name) > maxName || !nameForm.MatchString(d.name):
		return fmt.Errorf("task: the name %q is not lower-case words with hyphens", d.name)
	case d.run == nil:
		return fmt.Errorf("task: %s has no function", d.name)
	case d.concurrency < 1 || d.concurrency > maxConcurrency:
		return fmt.Errorf("task: %s has a concurrency of %d, not of 1 to %d", d.name, d.concurrency, maxConcurrency)
	case d.timeout <= 0:
		return fmt.Errorf("task: %s has no timeout", d.name)
	}
	return nil
}

const (
	maxName        = 64
	maxConcurrency = 1000
)

var nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// GiveUp marks an error that another try cannot mend: the job is not tried again.
func GiveUp(err error) error {
	if err == nil {
		return nil
	}
	return hopeless{err}
}

// hopeless is an error that GiveUp has marked.
type hopeless struct{ error }

// Unwrap returns the marked error.
func (h hopeless) Unwrap() error { return h.error }

// Runner works the jobs and the periodic work of one node.
type Runner struct {
	// Grace is how long Run waits for running work when it ends. Set it before Run.
	Grace time.Duration

	db      *store.DB
	id      string // of this runner among all, also of earlier lives of the node
	started time.Time
	works   map[string]Definition
	queues  []string // those of works
	each    []*repeat
	poll    time.Duration
	woken   <-chan struct{}

	mu      sync.Mutex    // guards all below
	running map[int64]int // the attempt of each job that is worked, by its id
	halted  bool          // from now on a job that fails was interrupted
	chained bool          // the next run of each single work is in the table
	busy    bool          // Run has been called
}

const (
	defaultGrace = 20 * time.Second
	pollEvery    = time.Second
	maxNode      = 60
)

// New returns the runner of a database. It starts nothing.
func New(db *store.DB, definitions []Definition, periodic []Periodic) (*Runner, error) {
	r := &Runner{Grace: defaultGrace, db: db, started: db.Clock.Now(), works: map[string]Definition{},
		poll: pollEvery, woken: db.Woken(topic), running: map[int64]int{}}
	r.id = db.Node[:min(len(db.Node), maxNode)] + "/" + db.NewID()
	known := map[string]bool{}
	for _, p := range periodic {
		if err := p.check(); err != nil {
			return nil, err
		}
		if known[p.Name] {
			return nil, fmt.Errorf("task: %s is defined twice", p.Name)
		}
		known[p.Name] = true
		if p.EachNode {
			r.each = append(r.each, &repeat{Periodic: p, next: p.first(r.started)})
			continue
		}
		r.works[p.Name] = p.definition()
	}
	if len(r.works) > 0 {
		r.queues = append(r.queues, periodicQueue)
	}
	for _, d := range definitions {
		if err := d.check(); err != nil {
			return nil, err
		}
		if known[d.name] || d.name == periodicQueue {
			return nil, fmt.Errorf("task: %s is defined twice", d.name)
		}
		known[d.name] = true
		r.works[d.name] = d
		r.queues = append(r.queues, d.name)
	}
	return r, nil
}

// protect runs fn within the timeout and turns a panic into an error.
func protect(ctx context.Context, timeout time.Duration, fn func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(ctx)
}

// given reports whether the error was marked by GiveUp.
func given(err error) bool {
	var h hopeless
	return errors.As(err, &h)
}
