package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
)

const (
	warmUp   = 20          // orders of each client, not measured
	settling = time.Second // after which the server has sealed the events of the orders, which is work for them
)

// target is an ACME server that is measured.
type target struct {
	name      string
	directory string
	pid       int
	roots     *x509.CertPool
	domain    string
	responder *load.Responder
}

// acme measures orders, here and, if asked to, at another server.
func (b *bench) acme(ctx context.Context) error {
	if err := b.start(ctx); err != nil {
		return err
	}
	r, err := load.Respond(ctx, b.HTTP01)
	if err != nil {
		return errors.Join(err, b.server.Stop())
	}
	roots, err := b.server.Roots()
	if err == nil {
		t := target{"horizon", b.server.Directory(), b.server.PID(), roots, "bench.localhost", r}
		err = b.compare(ctx, t)
	}
	return errors.Join(err, b.server.Stop(), r.Close())
}

func (b *bench) compare(ctx context.Context, t target) error {
	before, err := measureBare()
	if err != nil {
		return err
	}
	all := map[int]figures{}
	for _, c := range []int{1, 16} {
		if all[c], err = b.orders(ctx, t, c); err != nil {
			return err
		}
	}
	peers, err := b.peer(ctx, t)
	if err != nil {
		return err
	}
	after, err := measureBare()
	if err != nil {
		return err
	}
	b.report(all, mean(before, after))
	b.table = append(b.table, peers...)
	return nil
}

// orders measures the orders of so many clients at once.
func (b *bench) orders(ctx context.Context, t target, concurrency int) (f figures, err error) {
	say("%s: %d orders at concurrency %d", t.name, b.Orders, concurrency)
	clients := make([]*load.Client, concurrency)
	for i := range clients {
		if clients[i], err = load.NewClient(load.Connected(t.roots), t.directory); err != nil {
			return f, err
		}
		if err := clients[i].Register(ctx); err != nil {
			return f, err
		}
	}
	if f.validation, err = b.validation(ctx, t.responder, concurrency); err != nil {
		return f, err
	}
	if _, _, err := t.run(ctx, clients, warmUp*concurrency, "w"); err != nil {
		return f, err
	}
	validation, sent := f.validation, count(clients)
	p := served{pid: t.pid}
	if t.name == "horizon" {
		p.profile = b.profiling(ctx)
	}
	f, err = p.measure(strconv.Itoa(concurrency), func() ([]time.Duration, time.Duration, error) { return t.run(ctx, clients, b.Orders, "o") })
	f.validation, f.requests = validation, float64(count(clients)-sent)/float64(b.Orders)
	return f, err
}

func count(clients []*load.Client) (n int) {
	for _, c := range clients {
		n += c.Requests
	}
	return n
}

// run places n orders and returns how long each and all took.
func (t target) run(ctx context.Context, clients []*load.Client, n int, prefix string) (all []time.Duration, took time.Duration, err error) {
	return together(ctx, len(clients), n, func(ctx context.Context, client, i int) error {
		c := clients[client]
		o, err := c.NewOrder(ctx, fmt.Sprintf("%s%d-c%d.%s", prefix, i, len(clients), t.domain))
		if err != nil {
			return err
		}
		return c.Complete(ctx, o, t.responder)
	})
}

// profiling takes profiles of the server; nil when none are wanted.
func (b *bench) profiling(ctx context.Context) func(label string) func() error {
	if b.Profile == "" {
		return nil
	}
	return func(label string) func() error { return b.takeProfile(ctx, b.Profile+"."+label) }
}

// takeProfile asks the server for a profile of the time a thousand things may take, and returns what waits for it.
func (b *bench) takeProfile(ctx context.Context, file string) func() error {
	done := make(chan error, 1)
	go func() {
		seconds := max(2, b.Orders/250)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.server.Manage+"/debug/pprof/profile?seconds="+strconv.Itoa(seconds), nil)
		if err != nil {
			done <- err
			return
		}
		w, err := b.server.HTTP.Do(r)
		if err != nil {
			done <- err
			return
		}
		text, err := io.ReadAll(w.Body)
		done <- errors.Join(err, w.Body.Close(), os.WriteFile(file, text, 0o600))
	}()
	return func() error { return <-done }
}

// report writes the figures of this server.
func (b *bench) report(all map[int]figures, public bare) {
	for _, c := range []int{1, 16} {
		f := all[c]
		at := "ACME, " + clientsOf(c) + ": "
		rate := f.rate()
		if c == 16 {
			b.table.against(at+"orders a second", fmt.Sprintf("%.0f", rate), "over 200", rate > 200)
		} else {
			b.table.add(at+"orders a second", fmt.Sprintf("%.0f", rate))
		}
		b.table.add(at+"latency p50 / p99", ms(load.Percentile(f.all, 50))+" / "+ms(load.Percentile(f.all, 99)))
		own := f.cpuEach() - f.validation
		cost := public.of(f.requests)
		ratio := float64(own) / float64(cost)
		b.table.add(at+"requests of an order", fmt.Sprintf("%.2f", f.requests))
		b.table.add(at+"server CPU of an order, validation included", ms(f.cpuEach()))
		b.table.add(at+"outgoing validation alone", ms(f.validation))
		b.table.against(at+"server CPU of an order", ms(own), "under 2 ms", own < 2*time.Millisecond)
		b.table.against(at+"ratio to its public-key operations", fmt.Sprintf("%.2f (to %s)", ratio, ms(cost)), "at most 2.5", ratio <= 2.5)
		b.table.add(at+"resident memory after / peak", mib(f.memory.Resident)+" / "+mib(f.memory.Peak))
	}
	b.table.add("public-key operations: verify a JWS, verify a CSR, sign", fmt.Sprintf("%s, %s, %s (requests x JWS + CSR + sign; TLS kept: none)", ms(public.verify), ms(public.csr), ms(public.sign)))
}

// peer measures the other server, if one is named.
func (b *bench) peer(ctx context.Context, mine target) (rows table, err error) {
	if b.Directory == "" {
		return nil, nil
	}
	t := target{"peer", b.Directory, b.PID, nil, b.PeerName, mine.responder}
	if b.Roots != "" {
		text, err := os.ReadFile(b.Roots)
		if err != nil {
			return nil, err
		}
		t.roots = x509.NewCertPool()
		t.roots.AppendCertsFromPEM(text)
	}
	if b.PeerDNS != "" {
		closes, err := names(ctx, b.PeerDNS)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, closes()) }()
	}
	if b.PeerHTTP != "" && b.PeerHTTP != b.HTTP01 {
		if t.responder, err = load.Respond(ctx, b.PeerHTTP); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, t.responder.Close()) }()
	}
	for _, c := range []int{1, 16} {
		f, err := b.orders(ctx, t, c)
		if err != nil {
			return nil, err
		}
		rows.add(fmt.Sprintf("peer, %d clients: orders a second, p50 / p99", c), fmt.Sprintf("%.0f, %s / %s", f.rate(), ms(load.Percentile(f.all, 50)), ms(load.Percentile(f.all, 99))))
		rows.add(fmt.Sprintf("peer, %d clients: CPU of an order, requests, memory", c), fmt.Sprintf("%s, %.2f, %s", ms(f.cpuEach()), f.requests, mib(f.memory.Resident)))
	}
	return slices.Clip(rows), nil
}

// splitPort reads HOST:PORT.
func splitPort(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	port, err = strconv.Atoi(text)
	return host, port, err
}
