package event

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// What is measured shares its processors with whatever else runs, so that each benchmark reports the processor time an
// event takes beside the events a second.

const benchEvents = 100_000

// cpu returns the processor time this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure runs fn b.N times. Each time it handles the number of events.
func measure(b *testing.B, events int, fn func()) {
	b.Helper()
	b.ReportAllocs()
	before := cpu(b)
	b.ResetTimer()
	for range b.N {
		fn()
	}
	b.StopTimer()
	all := float64(b.N * events)
	b.ReportMetric(all/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/all, "cpu-ns/event")
}

// many returns a log of benchEvents events.
func many(b *testing.B) *book {
	book := newBook(b)
	book.stretch = 0
	for range benchEvents / 2000 {
		book.write(2000)
		book.seal()
	}
	return book
}

func BenchmarkVerify(b *testing.B) {
	book := many(b)
	measure(b, benchEvents, func() {
		if r := book.verify(VerifyOptions{}); r.Problem != nil || r.Held != benchEvents {
			b.Fatalf("%+v", r)
		}
	})
}

func BenchmarkVerifyExport(b *testing.B) {
	book := many(b)
	text := strings.Join(book.export(0), "")
	measure(b, benchEvents, func() {
		r, err := VerifyExport(strings.NewReader(text), book.Key, nil)
		if err != nil || r.Problem != nil || r.Held != benchEvents {
			b.Fatalf("%+v %v", r, err)
		}
	})
}

const benchWritten = 2000

// BenchmarkSeal writes events, seals them and adds them to the tree. Compare with BenchmarkBare.
func BenchmarkSeal(b *testing.B) {
	book := newBook(b)
	measure(b, benchWritten, func() {
		book.write(benchWritten)
		book.seal()
	})
}

// BenchmarkBare inserts the same pending rows and the same rows of the log, and deletes the pending rows, with the same
// statements, transactions and lease: what the database alone takes.
func BenchmarkBare(b *testing.B) {
	book := newBook(b)
	book.write(benchWritten)
	var pending []pendingRow
	in := func(fn func(tx *store.Tx) error) {
		if err := book.DB.Write(context.Background(), fn); err != nil {
			b.Fatal(err)
		}
	}
	in(func(tx *store.Tx) (err error) {
		if pending, err = takePending(tx, benchWritten); err != nil {
			return err
		}
		return addPending(tx, pending)
	})
	book.seal()
	entries := book.entries(0, benchWritten)
	seq := int64(benchWritten)
	measure(b, benchWritten, func() {
		in(func(tx *store.Tx) error {
			for i := range pending {
				pending[i].id = tx.NewID()
				entries[i].ID = pending[i].id
			}
			return addPending(tx, pending)
		})
		for at := 0; at < benchWritten; at += sealBatch {
			in(func(tx *store.Tx) error {
				batch := entries[at:min(at+sealBatch, benchWritten)]
				for i := range batch {
					batch[i].seq = seq
					seq++
				}
				_, err := takePending(tx, sealBatch)
				return errors.Join(err, addEntries(tx, batch))
			})
		}
	})
}
