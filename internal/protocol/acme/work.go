package acme

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// runs are the goroutines of the door: each does one thing with a name, and nothing is done twice at a time.
type runs struct {
	most int

	mu      sync.Mutex // guards all below
	all     map[string]*run
	closing bool

	group  sync.WaitGroup
	stop   context.Context    //nolint:containedctx // ends what can be taken up later
	giveUp context.CancelFunc // ends stop
	kill   context.Context    //nolint:containedctx // ends everything
	end    context.CancelFunc // ends kill
}

// run is one of them.
type run struct {
	done chan struct{}
	poke chan struct{} // asks not to wait any longer

	// What the one who waits is told; read when done is closed.
	err   error
	order *order         // what has become of it
	authz *authorization // what has become of it
	from  string         // the address that answered
}

func newRuns(most int) *runs {
	r := &runs{most: most, all: map[string]*run{}}
	r.stop, r.giveUp = context.WithCancel(context.Background())
	r.kill, r.end = context.WithCancel(context.Background())
	return r
}

// start does fn under a name, unless that is being done already. It returns nil when there is no room, or the door is
// being closed: the database remembers what is left to do. lasting marks what a stop should not interrupt.
func (r *runs) start(name string, lasting bool, fn func(context.Context, *run)) *run {
	one, _ := r.begin(name, lasting, fn)
	return one
}

// begin is start, and reports whether it was this call that began it.
func (r *runs) begin(name string, lasting bool, fn func(context.Context, *run)) (one *run, fresh bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if one := r.all[name]; one != nil {
		return one, false
	}
	if r.closing || len(r.all) >= r.most {
		return nil, false
	}
	one = &run{done: make(chan struct{}), poke: make(chan struct{}, 1)}
	r.all[name] = one
	ctx := r.stop
	if lasting {
		ctx = r.kill
	}
	r.group.Go(func() {
		defer func() {
			r.leave(name, one)
			close(one.done)
		}()
		fn(ctx, one)
	})
	return one, true
}

// leave gives up the room and the name of a run, which may go on as part of another one.
func (r *runs) leave(name string, one *run) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all[name] == one {
		delete(r.all, name)
	}
}

// find returns the run of a name, or nil.
func (r *runs) find(name string) *run {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[name]
}

// wait waits for a run to end, for a while at most, and returns what it has to tell.
func (one *run) wait(ctx context.Context, most time.Duration) error {
	if one == nil {
		return nil
	}
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-one.done:
		return one.err
	case <-t.C:
	case <-ctx.Done():
	}
	return nil
}

// over reports whether a run has ended.
func (one *run) over() bool {
	select {
	case <-one.done:
		return true
	default:
		return false
	}
}

// ended returns what has become of the order or authorization of a run that has ended.
func (one *run) ended() (*order, *authorization) {
	if one == nil || !one.over() {
		return nil, nil
	}
	return one.order, one.authz
}

// hurry ends a wait between two attempts.
func (one *run) hurry() {
	if one == nil {
		return
	}
	select {
	case one.poke <- struct{}{}:
	default:
	}
}

// close ends the runs and waits for them; those that last have some time.
func (r *runs) close(most time.Duration) {
	r.mu.Lock()
	r.closing = true
	r.mu.Unlock()
	r.giveUp()
	t := time.AfterFunc(most, r.end)
	r.group.Wait()
	t.Stop()
	r.end()
}

// turns bounds what is done at one time, in all and for one account.
type turns struct {
	all        *semaphore.Weighted
	perAccount int

	mu   sync.Mutex // guards each
	each map[string]*turn
}

type turn struct {
	free  *semaphore.Weighted
	users int
}

func newTurns(all, perAccount int) *turns {
	return &turns{all: semaphore.NewWeighted(int64(all)), perAccount: perAccount, each: map[string]*turn{}}
}

// take waits for a turn. The account's comes first, so that one with many does not keep the others waiting.
func (t *turns) take(ctx context.Context, account string) (release func(), err error) {
	one := t.of(account)
	if err := one.free.Acquire(ctx, 1); err != nil {
		t.leave(account, one)
		return nil, err
	}
	if err := t.all.Acquire(ctx, 1); err != nil {
		one.free.Release(1)
		t.leave(account, one)
		return nil, err
	}
	return func() {
		t.all.Release(1)
		one.free.Release(1)
		t.leave(account, one)
	}, nil
}

func (t *turns) of(account string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.each[account]
	if one == nil {
		one = &turn{free: semaphore.NewWeighted(int64(t.perAccount))}
		t.each[account] = one
	}
	one.users++
	return one
}

func (t *turns) leave(account string, one *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(t.each, account)
	}
}
