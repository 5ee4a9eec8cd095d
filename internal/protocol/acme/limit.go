package acme

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what clients may ask for. Zero values are the defaults.
type Limits struct {
	Identifiers    int  // of one order; 100
	Authorizations int  // pending ones of one account; 2000
	Accounts       Rate // new accounts of one address; 60 a minute, 200 at once
	Orders         Rate // new orders and authorizations of one account, and of one address; 30000 a minute, 3000 at once
	Fetches        Rate // plain GETs of one address; 600 a minute, 200 at once
	Validations    int  // attempts at one time; 64
	PerAccount     int  // attempts at one time for one account; 16
	Waiting        int  // validations and issuances that wait for their turn in memory, the others in the database; 10000
}

// Rate is how many a minute, and how many at once.
type Rate struct{ Minute, Burst int }

func (l Limits) filled() Limits {
	for _, n := range []struct {
		value    *int
		standard int
	}{
		{&l.Identifiers, 100}, {&l.Authorizations, 2000}, {&l.Validations, 64}, {&l.PerAccount, 16}, {&l.Waiting, 10000},
		{&l.Accounts.Minute, 60}, {&l.Accounts.Burst, 200}, {&l.Orders.Minute, 30000}, {&l.Orders.Burst, 3000},
		{&l.Fetches.Minute, 600}, {&l.Fetches.Burst, 200},
	} {
		if *n.value <= 0 {
			*n.value = n.standard
		}
	}
	return l
}

// buckets holds a token bucket for each address or account. They live in the memory of one node.
type buckets struct {
	rate Rate

	mu  sync.Mutex // guards all
	all map[string]*rate.Limiter
}

const maxBuckets = 50000

func newBuckets(r Rate) *buckets { return &buckets{rate: r, all: map[string]*rate.Limiter{}} }

// take takes a token, or says how long to wait for one.
func (b *buckets) take(key string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.all[key]
	if one == nil {
		b.makeRoom(now)
		one = rate.NewLimiter(rate.Limit(float64(b.rate.Minute)/60), b.rate.Burst)
		b.all[key] = one
	}
	if one.AllowN(now, 1) {
		return nil
	}
	missing := 1 - one.TokensAt(now)
	wait := time.Duration(math.Ceil(missing/float64(one.Limit()))) * time.Second
	return rateLimited.Detail("at most %d a minute", b.rate.Minute).Wait(max(wait, time.Second))
}

// makeRoom forgets buckets that are full again; when that does not help, all of them. The caller holds mu.
func (b *buckets) makeRoom(now time.Time) {
	if len(b.all) < maxBuckets {
		return
	}
	for key, one := range b.all {
		if one.TokensAt(now) >= float64(one.Burst()) {
			delete(b.all, key)
		}
	}
	if len(b.all) >= maxBuckets {
		clear(b.all)
	}
}
