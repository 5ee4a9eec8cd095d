package inventory

import (
	"context"
	"testing"

	"github.com/horizon-clm/horizon/internal/store"
)

const rowsOfBench = 100_000

func BenchmarkAdd(b *testing.B) {
	db := open(b)
	fill(b, db, rowsOfBench)
	i := rowsOfBench
	for b.Loop() {
		c := made(i)
		i++
		write(b, db, func(tx *store.Tx) error {
			_, err := Add(tx, New{Certificate: c, Module: "acme", Profile: "web", Policies: []string{"Horizon Grading Policy"}})
			return err
		})
	}
}

// BenchmarkAddMany has 16 who record at once: on SQLite they share commits.
func BenchmarkAddMany(b *testing.B) {
	db := open(b)
	fill(b, db, rowsOfBench)
	next := make(chan int, 1)
	next <- rowsOfBench
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := <-next
			next <- i + 1
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				_, err := Add(tx, New{Certificate: made(i), Module: "acme", Profile: "web"})
				return err
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	db := open(b)
	fill(b, db, rowsOfBench)
	for name, text := range map[string]string{
		"serial":     `serial equals "` + made(777).Serial + `"`,
		"thumbprint": `thumbprint equals "` + made(777).Thumbprint + `"`,
		"dn-rare":    `dn contains "host000777"`,
		"dn-common":  `dn contains "example.com"`,
		"san-rare":   `san contains "host000777"`,
		"san":        `san equals "host000777.example.com"`,
		"expiring":   `valid.until before 8d and status is valid`,
		"profile":    `profile equals "rare"`,
		"everything": ``,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if p, err := Find(context.Background(), db, system, Search{Query: text}); err != nil || len(p.Certificates) == 0 {
					b.Fatal(p, err)
				}
			}
		})
	}
}
