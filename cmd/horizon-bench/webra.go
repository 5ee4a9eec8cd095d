package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
)

const (
	webraProfile = "bench"
	webraAccount = "bencher"
	enrollAim    = 700 * time.Microsecond // that of EST
)

// webra measures enrollments over REST that are carried out at once: with the key of a CSR, and with a key that the server
// makes, hands out as PKCS#12 and puts into escrow.
func (b *bench) webra(ctx context.Context) error {
	if err := b.start(ctx); err != nil {
		return err
	}
	return errors.Join(b.enrollments(ctx), b.server.Stop())
}

func (b *bench) enrollments(ctx context.Context) error {
	roots, err := b.server.Roots()
	if err != nil {
		return err
	}
	admin := load.NewREST(load.Connected(roots), b.server.URL)
	err = errors.Join(admin.MakeProfile(ctx, webraProfile), admin.MakeAccount(ctx, webraAccount, "lifecycle:"+load.Module+":"+webraProfile+":enroll_api"))
	if err != nil {
		return err
	}
	before, err := measureBare()
	if err != nil {
		return err
	}
	all := map[way]figures{}
	for _, w := range ways {
		clients := make([]*load.REST, w.clients)
		for i := range clients {
			clients[i] = load.NewREST(load.Connected(roots), b.server.URL).As(webraAccount)
		}
		if all[w], err = b.enroll(ctx, w, clients); err != nil {
			return err
		}
	}
	after, err := measureBare()
	if err != nil {
		return err
	}
	b.reportEnrollments(all, mean(before, after))
	return nil
}

// way is how certificates are asked for.
type way struct {
	central bool // the server makes the keys
	clients int
}

var ways = []way{{false, 1}, {false, 16}, {true, 1}, {true, 16}}

func (w way) String() string {
	if w.central {
		return "centralized"
	}
	return "decentralized"
}

// enroll measures the enrollments of so many clients at once.
func (b *bench) enroll(ctx context.Context, w way, clients []*load.REST) (f figures, err error) {
	say("%d enrollments, %s, at concurrency %d", b.Orders, w, w.clients)
	run := func(n int, prefix string) ([]time.Duration, time.Duration, error) {
		return together(ctx, w.clients, n, func(ctx context.Context, client, i int) error {
			wish, err := load.NewWish(webraProfile, fmt.Sprintf("%s%d-%s-%d.bench.localhost", prefix, i, w, w.clients), w.central)
			if err != nil {
				return err
			}
			q, err := clients[client].Submit(ctx, wish)
			if err != nil {
				return err
			}
			if q.Status != load.Completed || q.Certificate == nil || w.central != (q.PKCS12 != nil) {
				return fmt.Errorf("the request %s is %s, or not answered whole", q.ID, q.Status)
			}
			return nil
		})
	}
	if _, _, err := run(warmUp*w.clients, "w"); err != nil {
		return f, err
	}
	return served{b.server.PID(), b.profiling(ctx)}.measure(fmt.Sprintf("%s.%d", w, w.clients), func() ([]time.Duration, time.Duration, error) { return run(b.Orders, "e") })
}

func (b *bench) reportEnrollments(all map[way]figures, public bare) {
	for _, w := range ways {
		f, cost := all[w], public.enroll(w.central)
		at := fmt.Sprintf("REST, %s, %s: ", w, clientsOf(w.clients))
		b.table.add(at+"enrollments a second", fmt.Sprintf("%.0f", f.rate()))
		b.table.add(at+"latency p50 / p99", ms(load.Percentile(f.all, 50))+" / "+ms(load.Percentile(f.all, 99)))
		if w.central { // besides its public-key operations, a password is stretched for the PKCS#12
			b.table.add(at+"server CPU of an enrollment", ms(f.cpuEach()))
		} else {
			b.table.against(at+"server CPU of an enrollment", ms(f.cpuEach()), "under 0.7 ms, that of EST", f.cpuEach() < enrollAim)
		}
		b.table.add(at+"ratio to its public-key operations", fmt.Sprintf("%.2f (to %s)", float64(f.cpuEach())/float64(cost), ms(cost)))
		b.table.add(at+"resident memory after / peak", mib(f.memory.Resident)+" / "+mib(f.memory.Peak))
	}
	b.table.add("public-key operations: verify a CSR, make a key, sign", fmt.Sprintf("%s, %s, %s (decentralized: CSR + sign; centralized: key + sign)", ms(public.csr), ms(public.key), ms(public.sign)))
}
