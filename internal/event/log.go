package event

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/horizon-clm/horizon/internal/store"
)

// Log is the sealed log of one database.
type Log struct {
	DB        *store.DB
	Seals     *Seals
	Signer    note.Signer   // of checkpoints
	Key       note.Verifier // the public key of Signer
	PublicKey string        // its text, for who verifies elsewhere
	Retention time.Duration // events older than this are purged; 0 keeps them for ever
	Sink      func(Event)   // receives every event when it is sealed; nil is none

	stretch int64 // entries verified by one goroutine at a time, whole tiles; 0 is the usual number
}

const (
	sealBatch  = 512
	leaseName  = "event-sealer"
	leaseTime  = 15 * time.Second
	gatherTime = 200 * time.Millisecond // how long events gather before a batch, so that checkpoints stay few
	idleTime   = time.Second            // how often a node looks for events of other nodes
	upkeepTime = 10 * time.Minute       // how often the log is purged and thinned when nothing happens
)

// Run seals pending events until ctx ends, while no other node does. It then seals what is left.
func (l *Log) Run(ctx context.Context) {
	woken := l.DB.Woken(topic)
	var upkeep time.Time
	for ctx.Err() == nil {
		if now := l.DB.Clock.Now(); l.waiting(ctx) || now.Sub(upkeep) >= upkeepTime { // a node that is idle writes nothing
			upkeep = now
			if err := l.sealAll(ctx); err != nil && ctx.Err() == nil {
				slog.Error("sealing events", "error", err)
			}
		}
		idle, cancel := context.WithCancel(ctx)
		go func() { defer cancel(); _ = l.DB.Clock.Wait(idle, idleTime) }()
		select {
		case <-woken:
			_ = l.DB.Clock.Wait(ctx, gatherTime)
		case <-idle.Done():
		}
		cancel()
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseTime)
	defer cancel()
	if err := errors.Join(l.sealAll(last), l.release(last)); err != nil {
		slog.Error("sealing the last events", "error", err)
	}
}

// waiting reports whether there are pending events, or whether that cannot be told.
func (l *Log) waiting(ctx context.Context) bool {
	var some bool
	err := l.DB.Read(ctx, func(tx *store.Tx) (err error) {
		some, err = tx.Get(`SELECT id FROM event_pending LIMIT 1`, nil, new(string))
		return err
	})
	return some || err != nil
}

// release lets another node seal at once.
func (l *Log) release(ctx context.Context) error {
	lease, err := l.DB.Lease(ctx, leaseName, leaseTime)
	if err != nil || lease == nil {
		return err
	}
	return lease.Release(ctx, l.DB)
}

// sealAll takes the lease and seals until nothing is pending.
func (l *Log) sealAll(ctx context.Context) error {
	lease, err := l.DB.Lease(ctx, leaseName, leaseTime)
	if err != nil || lease == nil {
		return err
	}
	for {
		n, err := l.sealSome(ctx, lease)
		if errors.Is(err, store.ErrLeaseLost) {
			return nil
		}
		if err != nil {
			return err
		}
		if n < sealBatch {
			return errors.Join(l.purge(ctx, lease), l.thin(ctx, lease))
		}
	}
}

// Seal seals all that is pending now and reports how many. It returns 0 when another node is the sealer.
func (l *Log) Seal(ctx context.Context) (total int, err error) {
	lease, err := l.DB.Lease(ctx, leaseName, leaseTime)
	if err != nil || lease == nil {
		return 0, err
	}
	for {
		n, err := l.sealSome(ctx, lease)
		total += n
		if err != nil || n < sealBatch {
			return total, err
		}
	}
}

// sealSome moves one batch of pending events into the log.
func (l *Log) sealSome(ctx context.Context, lease *store.Lease) (n int, err error) {
	var sealed []entry
	err = l.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lease.Hold(tx); err != nil {
			return err
		}
		rows, err := takePending(tx, sealBatch)
		if err != nil || len(rows) == 0 {
			n, sealed = 0, nil
			return err
		}
		slices.SortFunc(rows, func(a, b pendingRow) int { return strings.Compare(a.id, b.id) })
		entries, err := l.append(tx, rows)
		if err != nil {
			return err
		}
		n, sealed = len(rows), entries
		return nil
	})
	if err == nil && l.Sink != nil {
		for _, e := range sealed {
			l.Sink(e.Event)
		}
	}
	return n, err
}

// append gives pending events their place: sequence number, chain, tree, checkpoint.
func (l *Log) append(tx *store.Tx, rows []pendingRow) ([]entry, error) {
	last, err := lastCheckpoint(tx)
	if err != nil {
		return nil, err
	}
	t, err := loadTree(tx, last.Size)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(rows))
	var canonical, buffer []byte
	for _, row := range rows {
		for _, e := range l.checked(tx, row, t.size) {
			var leaf tlog.Hash
			canonical = e.appendCanonical(canonical[:0])
			leaf, buffer = leafHash(buffer, t.size, e.Seal, t.last(), canonical)
			entries = append(entries, entry{seq: t.size, Event: e, leaf: leaf[:]})
			t.add(leaf)
		}
	}
	if err := addEntries(tx, entries); err != nil {
		return nil, err
	}
	if err := t.save(tx); err != nil {
		return nil, err
	}
	c, err := signCheckpoint(l.Signer, t.size, t.root(), tx.Now())
	if err != nil {
		return nil, err
	}
	return entries, addCheckpoint(tx, c)
}

// checked returns the pending event, and when its seal does not hold, marked, with the event that says so.
func (l *Log) checked(tx *store.Tx, row pendingRow, seq int64) []Event {
	e, err := Decode(row.canonical)
	why := ""
	switch {
	case err == nil && e.ID != row.id:
		why = "the event is not the one its row names"
	case !row.seal.Valid:
		why = "the event has no seal"
	default:
		why = l.Seals.Check(row.canonical, row.seal.String)
	}
	e.Seal = row.seal.String
	if why == "" && err == nil {
		return []Event{e}
	}
	facts := Anomaly{EventID: row.id, EventCode: e.Code, Message: why}
	code := InvalidSealPendingEvent
	mark := markInvalid + clean(row.seal.String)
	if !row.seal.Valid {
		code, mark = UnsealedPendingEvent, markUnsealed
	}
	if err != nil || !store.IsID(e.ID) || e.ID != row.id || hasNUL(row.canonical) {
		facts.Content = base64.StdEncoding.EncodeToString(row.canonical[:min(len(row.canonical), maxDetail/2)])
		facts.Message += "; its content is not shown as an event"
		return []Event{l.anomaly(tx, code.Code, facts)}
	}
	e.Seal = mark
	facts.Sequence = fmt.Sprint(seq)
	return []Event{e, l.anomaly(tx, code.Code, facts)}
}

func hasNUL(b []byte) bool { return slices.Contains(b, 0) }

// anomaly makes the sealer's own event.
func (l *Log) anomaly(tx *store.Tx, c *Code, facts Anomaly) Event {
	e := New(c, Failure, append([]Detail{{"actorId", "system"}, {"actorType", "system"}}, DetailsOf(facts)...)).tidied(tx)
	e.Seal = l.Seals.Seal(e.Canonical())
	return e
}

// Pending tells how many events wait to be sealed, and since when the oldest does.
func (l *Log) Pending(ctx context.Context) (n int, oldest time.Time, err error) {
	err = l.DB.Read(ctx, func(tx *store.Tx) error {
		var id *string
		if _, err := tx.Get(`SELECT count(*), min(id) FROM event_pending`, nil, &n, &id); err != nil || id == nil {
			return err
		}
		oldest = store.TimeOf(*id)
		return nil
	})
	return n, oldest, err
}
