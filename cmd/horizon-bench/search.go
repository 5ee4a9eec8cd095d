package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
)

// sampleReach is how many events are looked through for one of a certificate.
const sampleReach = 20_000

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
		empty := 0
		f, err := b.times(nSearches, func(i int) error {
			p, err := r.Page(ctx, load.Search{What: q.what, Query: q.query(i), Size: pageOfRows}, 1)
			if err == nil && len(p.Results) == 0 {
				empty++
			}
			return err
		})
		if err != nil {
			return err
		}
		name := q.what + " by " + q.name
		if empty > 0 {
			name += fmt.Sprintf(" (%d of %d found nothing)", empty, nSearches)
		}
		b.within(name, f)
	}
	return nil
}

// samples are certificates that have an event, from all of the log.
func (b *bench) samples(ctx context.Context, r *load.REST) (all []load.Item, newest load.Item, err error) {
	enrolled := load.Search{What: "events", Query: `code equals "LIFECYCLE-ENROLL"`, Size: 1}
	p, err := r.Page(ctx, enrolled, 1)
	if err != nil {
		return nil, newest, err
	}
	if len(p.Results) == 0 {
		return nil, newest, errors.New("no event is found")
	}
	newest = p.Results[0]
	last := newest.Sequence
	for i := range nSamples {
		at := last / nSamples * int64(i)
		enrolled.Query = fmt.Sprintf(`code equals "LIFECYCLE-ENROLL" and sequence after %d and sequence before %d`, at, at+sampleReach)
		p, err := r.Page(ctx, enrolled, 1)
		if err != nil {
			return nil, newest, err
		}
		for _, e := range p.Results {
			c, err := r.Page(ctx, load.Search{What: "certificates", Query: fmt.Sprintf("id equals %q", e.Detail("certificateId")), Size: 1}, 1)
			if err != nil {
				return nil, newest, err
			}
			all = append(all, c.Results...)
		}
	}
	if len(all) == 0 {
		return nil, newest, errors.New("none of the loaded certificates is found")
	}
	return all, newest, nil
}

// questions are what is asked, about a sample of what was loaded.
func (b *bench) questions(ctx context.Context, r *load.REST) ([]question, error) {
	sample, newest, err := b.samples(ctx, r)
	if err != nil {
		return nil, err
	}
	one := func(i int) int { return i % len(sample) }
	end := time.UnixMilli(newest.Timestamp)
	host := func(i int) string { // its name is CN=host0001234.load.example,OU=...
		name, _, _ := strings.Cut(strings.TrimPrefix(sample[one(i)].DN, "CN="), ".")
		return name
	}
	instant := func(back time.Duration) string { return end.Add(-back).UTC().Format(time.RFC3339Nano) }
	return []question{
		{"certificates", "serial", func(i int) string { return fmt.Sprintf("serial equals %q", sample[one(i)].Serial) }},
		{"certificates", "thumbprint", func(i int) string { return fmt.Sprintf("thumbprint equals %q", sample[one(i)].Thumbprint) }},
		{"certificates", "san", func(i int) string { return fmt.Sprintf("san equals %q", host(i)+".load.example") }},
		{"certificates", "dn contains (one)", func(i int) string { return fmt.Sprintf("dn contains %q", host(i)) }},
		{"certificates", "dn contains (one, of letters all have)", always(`dn contains "host0000000"`)},
		{"certificates", "dn contains (many)", func(i int) string { return fmt.Sprintf("dn contains \"Unit %d\"", i%100) }},
		{"certificates", "end within 3 days", always("valid.until before +3d")},
		{"certificates", "profile", func(i int) string { return fmt.Sprintf("profile equals %q", []string{"devices", "mail", "vpn"}[i%3]) }},
		{"certificates", "nothing: the newest", always("")},
		{"events", "detail.certificateId", func(i int) string { return fmt.Sprintf("detail.certificateId equals %q", sample[one(i)].ID) }},
		{"events", "detail.actorId", func(i int) string {
			return fmt.Sprintf("detail.actorId equals %q", sample[one(i)].Owner)
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
