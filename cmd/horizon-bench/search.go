package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
)

// loadPortion is how many certificates horizon-load adds by one transaction.
const loadPortion = 250

// question is one kind of search; the query differs from one time to the next.
type question struct {
	what, name string
	query      func(i int) string
}

// searches measures each question.
func (b *bench) searches(ctx context.Context) error {
	say("searching")
	roots, err := b.server.Roots()
	if err != nil {
		return err
	}
	r := load.NewREST(load.Connected(roots), b.server.URL)
	all, err := b.questions(ctx, r)
	if err != nil {
		return err
	}
	for _, q := range all {
		var times []time.Duration
		empty := 0
		for i := range nSearches {
			began := time.Now()
			p, err := r.Page(ctx, load.Search{What: q.what, Query: q.query(i), Size: pageOfRows}, 1)
			if err != nil {
				return err
			}
			times = append(times, time.Since(began))
			if len(p.Results) == 0 {
				empty++
			}
		}
		name := q.what + " by " + q.name
		if empty > 0 {
			name += fmt.Sprintf(" (%d of %d found nothing)", empty, nSearches)
		}
		p99 := load.Percentile(times, 99)
		b.table.against(name+", p50 / p99", ms(load.Percentile(times, 50))+" / "+ms(p99), "p99 under 50 ms", p99 < searchAim)
	}
	return nil
}

// questions are what is asked, about a sample of what was loaded.
func (b *bench) questions(ctx context.Context, r *load.REST) ([]question, error) {
	var sample load.Page
	host := func(i int) string { // one of those that have an event: the first of each portion have
		n := (i%(nSamples-1) + 1) * (b.Size / nSamples)
		return fmt.Sprintf("host%07d", n-n%loadPortion+n%(loadPortion/5))
	}
	for i := range nSamples {
		p, err := r.Page(ctx, load.Search{What: "certificates", Query: fmt.Sprintf("san equals %q", host(i)+".load.example"), Size: 1}, 1)
		if err != nil {
			return nil, err
		}
		sample.Results = append(sample.Results, p.Results...)
	}
	if len(sample.Results) == 0 {
		return nil, errors.New("none of the loaded certificates is found")
	}
	newest, err := r.Page(ctx, load.Search{What: "events", Query: `code equals "LIFECYCLE-ENROLL"`, Size: 1}, 1)
	if err != nil {
		return nil, err
	}
	if len(newest.Results) == 0 {
		return nil, errors.New("no event is found")
	}
	one := func(i int) int { return i % len(sample.Results) }
	end := time.UnixMilli(newest.Results[0].Timestamp)
	instant := func(back time.Duration) string { return end.Add(-back).UTC().Format(time.RFC3339Nano) }
	return []question{
		{"certificates", "serial", func(i int) string { return fmt.Sprintf("serial equals %q", sample.Results[one(i)].Serial) }},
		{"certificates", "thumbprint", func(i int) string { return fmt.Sprintf("thumbprint equals %q", sample.Results[one(i)].Thumbprint) }},
		{"certificates", "san", func(i int) string { return fmt.Sprintf("san equals %q", host(i)+".load.example") }},
		{"certificates", "dn contains (one)", func(i int) string { return fmt.Sprintf("dn contains %q", host(i)) }},
		{"certificates", "dn contains (one, of letters all have)", always(`dn contains "host0000000"`)},
		{"certificates", "dn contains (many)", func(i int) string { return fmt.Sprintf("dn contains \"Unit %d\"", i%100) }},
		{"certificates", "end within 3 days", always("valid.until before +3d")},
		{"certificates", "profile", func(i int) string { return fmt.Sprintf("profile equals %q", []string{"devices", "mail", "vpn"}[i%3]) }},
		{"certificates", "nothing: the newest", always("")},
		{"events", "detail.certificateId", func(i int) string { return fmt.Sprintf("detail.certificateId equals %q", sample.Results[one(i)].ID) }},
		{"events", "detail.actorId", func(i int) string {
			return fmt.Sprintf("detail.actorId equals %q", sample.Results[one(i)].Owner)
		}},
		{"events", "code (rare)", always(`code equals "ACME-ACCOUNT-REGISTER"`)},
		{"events", "code (frequent) and status", always(`code equals "LIFECYCLE-ENROLL" and status equals "success"`)},
		{"events", "time, a second", func(i int) string {
			back := time.Duration(i%5) * time.Second
			return fmt.Sprintf("timestamp after %q and timestamp before %q", instant(back+time.Second), instant(back))
		}},
		{"events", "nothing: the newest", always("")},
	}, nil
}
