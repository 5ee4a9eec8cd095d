package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
)

const (
	nGroupings = 5
	// firstCounted are the certificates counted beside a list.
	firstCounted = 10_000
	csvPart      = 25_000 // rows
	csvMore      = 1_000_000
	csvSample    = 20 * time.Millisecond
	csvGrowth    = 16 << 20 // bytes; far less than the rows are
)

// inventory measures what people do with an inventory of many certificates: one, a page, counts, an export.
func (b *bench) inventory(ctx context.Context) error {
	if err := b.make(ctx); err != nil {
		return err
	}
	if err := b.start(ctx); err != nil {
		return err
	}
	return errors.Join(b.browse(ctx), b.server.Stop())
}

func (b *bench) browse(ctx context.Context) error {
	say("browsing the inventory")
	roots, err := b.server.Roots()
	if err != nil {
		return err
	}
	r := load.NewREST(load.Connected(roots), b.server.URL)
	for _, part := range []func(context.Context, *load.REST) error{b.points, b.pages, b.groups, b.export} {
		if err := part(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// timed are the times of one question, and what the server computed meanwhile: that says as much on a busy machine.
type timed struct {
	all      []time.Duration
	computed []time.Duration
}

// times measures one question so many times.
func (b *bench) times(n int, one func(i int) error) (f timed, err error) {
	for i := range n {
		before, err := load.Computed(b.server.PID())
		if err != nil {
			return f, err
		}
		began := time.Now()
		if err := one(i); err != nil {
			return f, err
		}
		f.all = append(f.all, time.Since(began))
		after, err := load.Computed(b.server.PID())
		if err != nil {
			return f, err
		}
		f.computed = append(f.computed, after-before)
	}
	return f, nil
}

func (b *bench) within(name string, f timed) {
	p99 := load.Percentile(f.all, 99)
	b.table.against(name+", p50 / p99 (computing in the server)", fmt.Sprintf("%s / %s (%s / %s)", ms(load.Percentile(f.all, 50)), ms(p99),
		ms(load.Percentile(f.computed, 50)), ms(load.Percentile(f.computed, 99))), "p99 under 50 ms", p99 < searchAim)
}

// browsed names a measurement of the inventory.
func (b *bench) browsed(name string) string { return fmt.Sprintf("inventory of %d, %s", b.Size, name) }

// points gets single certificates.
func (b *bench) points(ctx context.Context, r *load.REST) error {
	var ids []string
	for i := range nSamples {
		p, err := r.Page(ctx, load.Search{What: "certificates", Query: fmt.Sprintf(`san equals "host%07d.load.example"`, i*(b.Size/nSamples)), Fields: []string{"_id"}, Size: 1}, 1)
		if err != nil {
			return err
		}
		for _, x := range p.Results {
			ids = append(ids, x.ID)
		}
	}
	if len(ids) == 0 {
		return errors.New("none of the loaded certificates is found")
	}
	f, err := b.times(nSearches, func(i int) error {
		return r.Call(ctx, http.MethodGet, "/api/v1/certificates/"+ids[i%len(ids)], nil, nil)
	})
	if err == nil {
		b.within(b.browsed("get one by its identifier"), f)
	}
	return err
}

// pages gets pages in an order.
func (b *bench) pages(ctx context.Context, r *load.REST) error {
	for _, one := range sortedPages() {
		f, err := b.times(nSearches, func(i int) error {
			p, err := r.Page(ctx, load.Search{What: "certificates", Query: one.query(i), Sort: one.sort, Size: pageOfRows}, 1)
			if err == nil && len(p.Results) == 0 {
				err = fmt.Errorf("%s: nothing is found", one.query(i))
			}
			return err
		})
		if err != nil {
			return err
		}
		b.within(b.browsed(one.name), f)
	}
	return nil
}

// sortedPage is one kind of page; the query differs from one time to the next.
type sortedPage struct {
	name, sort string
	query      func(i int) string
}

// sortedPages are conditions that few and many certificates meet, in the orders people sort by.
func sortedPages() (all []sortedPage) {
	profile := func(i int) string { return fmt.Sprintf("profile equals %q", []string{"devices", "mail", "vpn"}[i%3]) }
	team := func(i int) string { return fmt.Sprintf(`team equals "team-%02d"`, i%50) }
	all = []sortedPage{
		{"page of 50 by owner, sorted by dn", "dn", func(i int) string { return fmt.Sprintf(`owner equals "load-%04d"`, i%1000) }},
		{"page of 50 by end within a week, sorted by end", "notAfter", func(i int) string { return fmt.Sprintf("valid.until before +%dd", i%7+1) }},
		{"page of 50 by end within a week, sorted by dn", "dn", func(i int) string { return fmt.Sprintf("valid.until before +%dd", i%7+1) }},
		{"page of 50 by dn contains (one), sorted by end", "notAfter", func(i int) string { return fmt.Sprintf(`dn contains "host%07d"`, i*997) }},
		{"page of 50 by dn contains (many), sorted by id", "_id", func(i int) string { return fmt.Sprintf(`dn contains "Unit %d"`, i%100) }},
		{"page of 50 by dn contains (many), sorted by end", "notAfter", func(i int) string { return fmt.Sprintf(`dn contains "Unit %d"`, i%100) }},
	}
	for _, sort := range []struct{ by, name string }{{"notAfter", "end"}, {"notBefore", "begin"}, {"dn", "dn"}, {"", "nothing"}} {
		for _, one := range []sortedPage{
			{"profile", sort.by, profile}, {"team", sort.by, team},
			{"issuer", sort.by, always(`issuer equals "CN=Horizon Load CA,O=Horizon"`)}, {"key type", sort.by, always(`keytype equals "ec-secp256r1"`)},
			{"module", sort.by, always(`module equals "acme"`)}, {"state", sort.by, always("state is valid")},
			{"label", sort.by, func(i int) string { return fmt.Sprintf("label.env equals %q", []string{"prod", "test"}[i%2]) }},
		} {
			one.name = "page of 50 by " + one.name + ", sorted by " + sort.name
			all = append(all, one)
		}
	}
	return all
}

func always(text string) func(int) string { return func(int) string { return text } }

// groups counts by values: all certificates, and as lists do, which tell what the first ones have.
func (b *bench) groups(ctx context.Context, r *load.REST) error {
	for _, one := range []struct {
		by, query string
		most      int
	}{
		{"profile", "", 0}, {"notAfter.month", "", 0},
		{"profile", "", firstCounted}, {"keyType", `profile equals "devices"`, firstCounted}, {"notAfter.month", `dn contains "Unit 5"`, firstCounted},
		{"team", `label.env equals "prod"`, firstCounted},
	} {
		var out struct {
			Items []struct {
				Count int `json:"count"`
			} `json:"items"`
		}
		f, err := b.times(nGroupings, func(int) error {
			return r.Call(ctx, http.MethodPost, "/api/v1/certificates/aggregate", map[string]any{"groupBy": []string{one.by}, "query": one.query, "most": one.most}, &out)
		})
		if err != nil {
			return err
		}
		n := 0
		for _, x := range out.Items {
			n += x.Count
		}
		name := "all"
		if one.query != "" {
			name = one.query
		}
		b.table.add(fmt.Sprintf("inventory, %s counted by %s: %d groups of %d certificates, p50 / longest", name, one.by, len(out.Items), n), ms(load.Percentile(f.all, 50))+" / "+ms(load.Percentile(f.all, 100)))
	}
	return nil
}

// export streams a CSV and looks at the memory of the server meanwhile. The most it holds while a part is sent must not
// depend on how much was sent before: the second part, behind the start, is compared with the last one, which takes as long.
func (b *bench) export(ctx context.Context, r *load.REST) error {
	before, err := load.MemoryOf(b.server.PID())
	if err != nil {
		return err
	}
	w := b.watchMemory()
	defer w.stop()
	began := time.Now()
	var most []load.Memory // during each part
	rows, size, err := lines(ctx, r, csvMore, func() { most = append(most, w.take()) })
	if err != nil {
		return err
	}
	if len(most) <= 2 {
		return fmt.Errorf("the CSV has %d rows: load %d at least", rows, 3*csvPart)
	}
	took, second, last := time.Since(began).Seconds(), most[1], most[len(most)-1]
	b.table.add(fmt.Sprintf("inventory, CSV of %d rows (%s)", rows, mib(size)), fmt.Sprintf("%.1f s, %.0f rows a second", took, float64(rows)/took))
	b.table.add(fmt.Sprintf("memory before / at most during the second %d rows (without pages of files)", csvPart), fmt.Sprintf("%s / %s (%s / %s)", mib(before.Resident), mib(second.Resident), mib(before.Anonymous), mib(second.Anonymous)))
	b.table.against(fmt.Sprintf("memory at most during the last %d rows, without pages of files", csvPart), mib(last.Anonymous), "constant: under 16 MiB more", last.Anonymous-second.Anonymous < csvGrowth)
	return nil
}

// memoryWatch looks at the memory of the server again and again.
type memoryWatch struct {
	mu    sync.Mutex
	top   load.Memory
	ended chan struct{}
}

func (b *bench) watchMemory() *memoryWatch {
	w := &memoryWatch{ended: make(chan struct{})}
	go func() {
		tick := time.NewTicker(csvSample)
		defer tick.Stop()
		for {
			if m, err := load.MemoryOf(b.server.PID()); err == nil {
				w.see(m)
			}
			select {
			case <-w.ended:
				return
			case <-tick.C:
			}
		}
	}()
	return w
}

func (w *memoryWatch) stop() { close(w.ended) }

func (w *memoryWatch) see(m load.Memory) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m.Anonymous > w.top.Anonymous {
		w.top = m
	}
}

// take returns the most the server has held since it was asked before.
func (w *memoryWatch) take() load.Memory {
	w.mu.Lock()
	defer w.mu.Unlock()
	top := w.top
	w.top = load.Memory{}
	return top
}

// lines streams so many rows of the CSV of all certificates, as they come, and tells of every part.
func lines(ctx context.Context, r *load.REST, want int, part func()) (n int, size int64, err error) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	body, err := r.Stream(ctx, "/api/v1/certificates/csv", map[string]any{"query": "", "fields": []string{"_id", "dn", "serial", "profile", "owner", "notBefore", "notAfter", "subjectAlternateNames", "labels"}})
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = body.Close() }()
	rows := bufio.NewScanner(body)
	for n < want && rows.Scan() {
		n++
		size += int64(len(rows.Bytes())) + 1
		if n%csvPart == 0 {
			part()
		}
	}
	return n, size, rows.Err()
}
