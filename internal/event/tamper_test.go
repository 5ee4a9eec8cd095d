package event

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/store"
)

// hide removes the entry behind one and puts its text into that one, as a verification reads them.
func hide(b *book, seq int64) {
	two := b.entries(seq, 2)
	a, z := two[0], two[1]
	details, err := pack(z.Details)
	if err != nil {
		b.t.Fatal(err)
	}
	text := strings.Join([]string{fmt.Sprint(z.seq), z.ID, fmt.Sprint(z.Version), z.Code, z.Module, z.Node, fmt.Sprint(z.Time.UnixMilli()), string(z.Status), details, z.Seal}, fieldEnd)
	b.sql(`UPDATE event SET seal = $1, leaf = $2 WHERE seq = $3`, a.Seal+fieldEnd+fmt.Sprintf("%x", a.leaf)+recordEnd+text, z.leaf, seq)
	b.sql(`DELETE FROM event WHERE seq = $1`, seq+1)
}

// Every manipulation of the database is found, at its place and with its reason.
func TestTampering(t *testing.T) {
	t.Parallel()
	const last = 599
	change := `UPDATE event SET status = 'failure' WHERE seq = $1`
	swap := func(a, b int64) func(*book) {
		return func(k *book) {
			k.sql(`UPDATE event SET seq = -1 WHERE seq = $1`, a)
			k.sql(`UPDATE event SET seq = $1 WHERE seq = $2`, a, b)
			k.sql(`UPDATE event SET seq = $1 WHERE seq = -1`, b)
		}
	}
	sql := func(statement string, args ...any) func(*book) {
		return func(b *book) { b.sql(statement, args...) }
	}
	for _, c := range []struct {
		name   string
		do     func(*book)
		seq    int64
		reason string
	}{
		{"first changed", sql(change, 0), 0, whyChanged},
		{"middle changed", sql(change, 300), 300, whyChanged},
		{"last changed", sql(change, last), last, whyChanged},
		{"a detail changed", sql(`UPDATE event SET details = replace(details, '"system"', '"nobody"') WHERE seq = 7`), 7, whyChanged},
		{"a time changed", sql(`UPDATE event SET time = time + 1 WHERE seq = 7`), 7, whyChanged},
		{"details unreadable", sql(`UPDATE event SET details = 'x' WHERE seq = 7`), 7, whyUnreadable},
		{"seal removed", sql(`UPDATE event SET seal = '' WHERE seq = 7`), 7, whyChanged},
		{"seal marked later", sql(`UPDATE event SET seal = 'UNSEALED' WHERE seq = 7`), 7, whyChanged},
		{"leaf changed", sql(`UPDATE event SET leaf = $1 WHERE seq = 300`, make([]byte, 32)), 300, whyChanged},
		{"first removed", sql(`DELETE FROM event WHERE seq = 0`), 0, whyMissing},
		{"middle removed", sql(`DELETE FROM event WHERE seq = 300`), 300, whyMissing},
		{"last removed", sql(`DELETE FROM event WHERE seq = $1`, last), last, whyMissing},
		{"beginning removed", sql(`DELETE FROM event WHERE seq < 100`), 0, whyMissing},
		{"all removed", sql(`DELETE FROM event`), 0, whyMissing},
		{"one hidden in the one before it", func(b *book) { hide(b, 300) }, 300, whyChanged},
		{"neighbours swapped", swap(10, 11), 10, whyChanged},
		{"first and last swapped", swap(0, last), 0, whyChanged},
		{"inserted behind the last", sql(`INSERT INTO event (seq, id, version, code, module, node, time, status, details, seal, leaf)
			SELECT 600, 'ffffffffffffffffffffffff', version, code, module, node, time, status, details, seal, leaf FROM event WHERE seq = 599`), 600, whyUncovered},
		{"inserted before the first", sql(`INSERT INTO event (seq, id, version, code, module, node, time, status, details, seal, leaf)
			SELECT -1, 'ffffffffffffffffffffffff', version, code, module, node, time, status, details, seal, leaf FROM event WHERE seq = 599`), -1, whyBefore},
		{"changed, with its leaf", func(b *book) { forge(b, 300, false) }, 300, "the seal does not match the event"},
		{"marked, with its leaf and tile", func(b *book) { forge(b, 300, true) }, 301, whyChanged},
		{"the last marked, with its leaf and tile", func(b *book) { forge(b, last, true) }, 500, "the entries up to 600 do not match the checkpoint of that size"},
		{"tile of leaves changed", func(b *book) { b.flip(0, 1, 44) }, 300, whyTile},
		{"tile above changed", func(b *book) { b.flip(1, 0, 1) }, 256, "tile 0 of level 1 of the tree does not match the entries below it"},
		{"tile removed", sql(`DELETE FROM event_tile WHERE level = 0 AND n = 1`), 256, "tile 0/1 of the event tree is missing or broken"},
		{"checkpoint forged", sql(`UPDATE event_checkpoint SET note = replace(note, '—', '-') WHERE size = 300`), 200, "the checkpoint of size 300 is not signed by the log's key"},
		{"checkpoint's root changed", sql(`UPDATE event_checkpoint SET root = $1 WHERE size = 300`, make([]byte, 32)), 200, "the checkpoint of size 300 is not signed by the log's key"},
		{"last checkpoint removed", sql(`DELETE FROM event_checkpoint WHERE size = 600`), 500, whyUncovered},
		{"all checkpoints removed", sql(`DELETE FROM event_checkpoint`), 0, whyUncovered},
		{"a purge that never was", func(b *book) {
			b.sql(`INSERT INTO meta (key, value) VALUES ('event.purged', $1)`, "log.test purged\n100\n\n— log.test AAAA\n")
			b.sql(`DELETE FROM event WHERE seq < 100`)
		}, 0, "the record of what was purged is not signed by the log's key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBook(t)
			b.fill(600)
			c.do(b)
			r := b.verify(VerifyOptions{})
			if r.Problem == nil || r.Problem.Sequence != c.seq || r.Problem.Reason != c.reason {
				t.Fatalf("got %v, want entry %d: %s", r.Problem, c.seq, c.reason)
			}
			if r.Held != max(c.seq, 0) {
				t.Errorf("got %d entries that hold before the problem at %d", r.Held, c.seq)
			}
			b.stretch = 0 // all in one go
			if diff := cmp.Diff(r, b.verify(VerifyOptions{})); diff != "" {
				t.Errorf("the report depends on how the log was cut (-tile by tile +at once):\n%s", diff)
			}
		})
	}
}

// forge changes an entry and its leaf hash, as one could who does not know the secrets; with its tile, too.
func forge(b *book, seq int64, withTile bool) {
	all := b.entries(max(seq-1, 0), 2)
	e := all[len(all)-1]
	e.Status = Failure
	if withTile {
		e.Seal = markUnsealed
	}
	leaf := LeafHash(seq, e.Seal, all[0].leaf, e.Canonical())
	b.sql(`UPDATE event SET status = 'failure', seal = $1, leaf = $2 WHERE seq = $3`, e.Seal, leaf[:], seq)
	if !withTile {
		return
	}
	err := b.DB.Write(context.Background(), func(tx *store.Tx) error {
		hashes, err := readTile(tx, 0, seq/tileWidth)
		if err != nil {
			return err
		}
		hashes[seq%tileWidth] = leaf
		return writeTile(tx, 0, seq/tileWidth, hashes)
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) flip(level, n int64, at int) {
	b.t.Helper()
	err := b.DB.Write(context.Background(), func(tx *store.Tx) error {
		hashes, err := readTile(tx, level, n)
		if err != nil {
			return err
		}
		hashes[at][0] ^= 1
		return writeTile(tx, level, n, hashes)
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// A database that was put back to an earlier state holds in itself; a checkpoint kept outside tells.
func TestRollback(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(300)
	outside := b.checkpoint()
	b.sql(`DELETE FROM event WHERE seq >= 200`)
	b.sql(`DELETE FROM event_checkpoint WHERE size > 200`)
	b.truncate(200)
	if r := b.verify(VerifyOptions{}); r.Problem != nil {
		t.Fatalf("got %v, want that an earlier state holds in itself", r.Problem)
	}
	r := b.verify(VerifyOptions{Outside: &outside})
	if r.Problem == nil || !strings.Contains(r.Problem.Reason, "older than the checkpoint kept outside") || r.Problem.Sequence != 200 {
		t.Errorf("got %v, want that the database is older", r.Problem)
	}
	b.fill(200)
	r = b.verify(VerifyOptions{Outside: &outside})
	if r.Problem == nil || !strings.Contains(r.Problem.Reason, "do not match the checkpoint kept outside") {
		t.Errorf("got %v, want that the log was rewritten", r.Problem)
	}
}

func (b *book) truncate(size int64) {
	b.t.Helper()
	err := b.DB.Write(context.Background(), func(tx *store.Tx) error {
		hashes, err := readTile(tx, 0, 0)
		if err != nil {
			return err
		}
		return writeTile(tx, 0, 0, hashes[:size])
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.sql(`DELETE FROM event_tile WHERE level > 0 OR n > 0`)
}

// A purged range does not come back, and only what was purged on purpose may be missing.
func TestTamperingWithThePurged(t *testing.T) {
	t.Parallel()
	purged := func(t *testing.T) *book {
		b := newBook(t)
		b.Retention = 24 * time.Hour
		b.fill(300)
		b.now.Advance(25 * time.Hour)
		b.fill(300)
		if err := b.sealAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name, sql string
		seq       int64
		reason    string
	}{
		{"an entry put back", `INSERT INTO event (seq, id, version, code, module, node, time, status, details, seal, leaf)
			SELECT 5, 'ffffffffffffffffffffffff', version, code, module, node, time, status, details, seal, leaf FROM event WHERE seq = 400`, 5, whyPurgedThere},
		{"more removed", `DELETE FROM event WHERE seq < 310`, 300, whyMissing},
		{"the record removed", `DELETE FROM meta WHERE key = 'event.purged'`, 0, whyMissing},
		{"a checkpoint behind forged", `UPDATE event_checkpoint SET note = replace(note, '—', '-') WHERE size = 500`, 400, "the checkpoint of size 500 is not signed by the log's key"},
		{"the checkpoints behind removed", `DELETE FROM event_checkpoint WHERE size > 300`, 300, whyUncovered},
		{"all checkpoints removed", `DELETE FROM event_checkpoint`, 0, "the log is shorter than what was purged of it"},
		{"a leaf hash changed", `UPDATE event_tile SET hashes = (SELECT hashes FROM event_tile WHERE level = 0 AND n = 1) WHERE level = 0 AND n = 0`, 0, "tile 0 of level 1 of the tree does not match the entries below it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := purged(t)
			b.sql(c.sql)
			r := b.verify(VerifyOptions{})
			if r.Problem == nil || r.Problem.Sequence != c.seq || r.Problem.Reason != c.reason {
				t.Errorf("got %v, want entry %d: %s", r.Problem, c.seq, c.reason)
			}
		})
	}
}

// A pending event whose seal is wrong or missing is taken in, marked, and reported.
func TestTamperingWithThePending(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sql string
		code      string
		seal      string
		reason    string
		visible   bool
	}{
		{"changed", `UPDATE event_pending SET canonical = $1`, "INVALID-SEAL-PENDING-EVENT", markInvalid, "the seal does not match the event", true},
		{"no seal", `UPDATE event_pending SET seal = NULL`, "UNSEALED-PENDING-EVENT", markUnsealed, "the event has no seal", true},
		{"other form", `UPDATE event_pending SET seal = 'x'`, "INVALID-SEAL-PENDING-EVENT", markInvalid + "x", "the seal is not of a known form", true},
		{"another id", `UPDATE event_pending SET id = 'ffffffffffffffffffffffff'`, "INVALID-SEAL-PENDING-EVENT", "", "the event is not the one its row names; its content is not shown as an event", false},
		{"no event", `UPDATE event_pending SET canonical = $1`, "INVALID-SEAL-PENDING-EVENT", "", "the seal does not match the event; its content is not shown as an event", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBook(t)
			b.write(1)
			switch c.name {
			case "changed":
				b.sql(c.sql, b.pendingAs(func(e *Event) { e.Status = Warning }))
			case "no event":
				b.sql(c.sql, []byte("garbage\x00"))
			default:
				b.sql(c.sql)
			}
			b.seal()
			all := b.entries(0, 10)
			want := 1
			if c.visible {
				want = 2
				if all[0].Code != "SERVICE-START" || !strings.HasPrefix(all[0].Seal, c.seal) || !Marked(all[0].Seal) {
					t.Errorf("got %v sealed %q, want the event, marked", all[0].Event, all[0].Seal)
				}
			}
			if len(all) != want {
				t.Fatalf("got %d entries, want %d", len(all), want)
			}
			e := all[want-1]
			if e.Code != c.code || e.Status != Failure || e.Detail("message") != c.reason || e.Detail("eventId") == "" {
				t.Errorf("got %v %v, want %s: %s", e.Event, e.Details, c.code, c.reason)
			}
			r := b.verify(VerifyOptions{})
			if r.Problem != nil || r.Marked != int64(want-1) || r.Held != int64(want) {
				t.Errorf("got %+v (%v)", r, r.Problem)
			}
		})
	}
}

func (b *book) pendingAs(change func(*Event)) (canonical []byte) {
	b.t.Helper()
	err := b.DB.Read(context.Background(), func(tx *store.Tx) error {
		if ok, err := tx.Get(`SELECT canonical FROM event_pending`, nil, &canonical); err != nil || !ok {
			return fmt.Errorf("%v %w", ok, err)
		}
		e, err := Decode(canonical)
		change(&e)
		canonical = e.Canonical()
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return canonical
}
