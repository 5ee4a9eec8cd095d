package task

import (
	"context"
	"database/sql"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// BenchmarkIdle measures what a node with nothing to do costs: commits that wrote something (on SQLite) and processor
// time, with 20 kinds of job and, beside them, 5 works a minute.
func BenchmarkIdle(b *testing.B) {
	for _, singles := range []int{0, 5} {
		b.Run(fmt.Sprintf("periodic=%d", singles), func(b *testing.B) {
			for range b.N {
				idle(b, singles, time.Minute)
			}
		})
	}
}

func idle(b *testing.B, singles int, during time.Duration) {
	address := storetest.URL(b)
	db := storetest.OpenURL(b, address, nil)
	var definitions []Definition
	for i := range 20 {
		d := Define(4, time.Minute, func(context.Context, push) error { return nil })
		d.name = fmt.Sprintf("job-%d", i)
		definitions = append(definitions, d)
	}
	var periodic []Periodic
	for i := range singles {
		periodic = append(periodic, Periodic{Name: fmt.Sprintf("minutely-%d", i), Every: time.Minute, Timeout: time.Minute,
			Run: func(context.Context) error { return nil }})
	}
	stop := serve(b, newRunner(b, db, definitions, periodic...))
	<-time.After(5 * time.Second) // the start is not measured
	before := used(b)
	commits := countCommits(b, db, address, during)
	b.ReportMetric(float64((used(b)-before).Milliseconds())/during.Seconds(), "cpu-ms/s")
	b.ReportMetric(float64(commits)/during.Seconds(), "writes/s")
	if err := stop(); err != nil {
		b.Error(err)
	}
}

// countCommits counts the changes of the file that another connection sees.
func countCommits(b *testing.B, db *store.DB, address string, during time.Duration) (n int) {
	end := time.After(during)
	if db.Dialect != store.SQLite {
		<-end
		return 0
	}
	look, err := sql.Open("sqlite", address)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = look.Close() }()
	look.SetMaxOpenConns(1)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for last := -1; ; {
		var version int
		if err := look.QueryRow("PRAGMA data_version").Scan(&version); err != nil {
			b.Fatal(err)
		}
		if last >= 0 && version != last {
			n++
		}
		last = version
		select {
		case <-tick.C:
		case <-end:
			return n
		}
	}
}

func used(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
