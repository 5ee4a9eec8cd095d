package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/load"
)

const (
	searchers   = 4                     // who search while events are written
	searchEvery = 50 * time.Millisecond // of each, as long as answers come in time: a busy console
	writtenAim  = 5000                  // events a second
	writtenWarm = 3 * time.Second       // not measured
	writtenTime = 15 * time.Second      // measured
)

// written measures how many events a second are written, sealed and in the tree while others search.
func (b *bench) written(ctx context.Context) (err error) {
	say("writing events while searching")
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s := &load.Server{Binary: self, Data: b.server.Data, Database: b.server.Database, HTTP: load.Plain(), Env: b.server.Env}
	if err := s.Start(ctx); err != nil {
		return err
	}
	if err := s.Ready(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	roots, err := s.Roots()
	if err != nil {
		return err
	}
	searching, stop := context.WithCancel(ctx)
	g, run := errgroup.WithContext(searching)
	times := make([][]time.Duration, searchers)
	for i := range searchers {
		r := load.NewREST(load.Connected(roots), s.URL)
		g.Go(func() (err error) {
			times[i], err = again(run, r)
			return err
		})
	}
	sealed, took, err := growth(ctx, load.NewREST(load.Connected(roots), s.URL))
	stop()
	if err = errors.Join(err, g.Wait()); err != nil {
		return err
	}
	var all []time.Duration
	for _, t := range times {
		all = append(all, t...)
	}
	rate := float64(sealed) / took.Seconds()
	name := fmt.Sprintf("events written and sealed while %d search (%.0f searches a second, p50 / p99 %s / %s)", searchers,
		float64(len(all))/(took+writtenWarm).Seconds(), ms(load.Percentile(all, 50)), ms(load.Percentile(all, 99)))
	if b.Database != "" {
		b.table.add(name, fmt.Sprintf("%.0f a second", rate))
		return nil
	}
	b.table.against(name, fmt.Sprintf("%.0f a second", rate), "over 5,000 a second", rate > writtenAim)
	return nil
}

// again searches events at a steady pace until the context ends.
func again(ctx context.Context, r *load.REST) (times []time.Duration, err error) {
	queries := []string{"", `code equals "LIFECYCLE-ENROLL"`, `code equals "ACME-ORDER-NEW" and status equals "success"`, `detail.actorId equals "writer-01"`}
	pace := time.NewTicker(searchEvery)
	defer pace.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		<-pace.C
		began := time.Now()
		if _, err := r.Page(ctx, load.Search{What: "events", Query: queries[i%len(queries)], Size: pageOfRows}, 1); err != nil {
			if ctx.Err() != nil {
				break
			}
			return nil, err
		}
		times = append(times, time.Since(began))
	}
	return times, nil
}

// growth returns how much the log has grown, by its signed checkpoints, and in which time.
func growth(ctx context.Context, r *load.REST) (int64, time.Duration, error) {
	time.Sleep(writtenWarm)
	before, err := size(ctx, r)
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	time.Sleep(writtenTime)
	after, err := size(ctx, r)
	return after - before, time.Since(began), err
}

// size asks for the size of the log.
func size(ctx context.Context, r *load.REST) (int64, error) {
	var c struct {
		Size int64 `json:"size"`
	}
	return c.Size, r.Call(ctx, http.MethodGet, "/api/v1/events/checkpoint", nil, &c)
}
