package event

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/horizon-clm/horizon/internal/store"
)

// pendingRow is one row of event_pending.
type pendingRow struct {
	id        string
	canonical []byte
	seal      sql.NullString
}

// addPending writes pending events, several by one statement.
func addPending(tx *store.Tx, rows []pendingRow) error {
	for len(rows) > 0 {
		n := min(len(rows), pendingRows)
		args := make([]any, 0, n*3)
		for _, p := range rows[:n] {
			args = append(args, p.id, p.canonical, p.seal)
		}
		if _, err := tx.Exec(pendingText[n], args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// takePending removes and returns up to limit pending events, the oldest first.
func takePending(tx *store.Tx, limit int) ([]pendingRow, error) {
	return store.All(tx, func(r *sql.Rows) (p pendingRow, err error) {
		return p, r.Scan(&p.id, &p.canonical, &p.seal)
	}, `DELETE FROM event_pending WHERE id IN (SELECT id FROM event_pending ORDER BY id LIMIT $1) RETURNING id, canonical, seal`, limit)
}

// findPending returns the pending event with the id. What is no event waits for the sealer to say so.
func findPending(tx *store.Tx, id string) (e Event, found bool, err error) {
	var row pendingRow
	found, err = tx.Get(`SELECT id, canonical, seal FROM event_pending WHERE id = $1`, []any{id}, &row.id, &row.canonical, &row.seal)
	if err != nil || !found {
		return e, false, err
	}
	e, err = Decode(row.canonical)
	e.Seal = row.seal.String
	return e, err == nil && e.ID == id, nil
}

// entry is one row of the log.
type entry struct {
	seq int64
	Event
	leaf []byte
}

const entryColumns = `seq, id, version, code, module, node, time, status, details, seal, leaf`

func scanEntry(r *sql.Rows) (e entry, err error) {
	var ms int64
	var details string
	if err = r.Scan(&e.seq, &e.ID, &e.Version, &e.Code, &e.Module, &e.Node, &ms, &e.Status, &details, &e.Seal, &e.leaf); err != nil {
		return e, err
	}
	e.Time = fromMillis(ms)
	e.Details, err = unpack(details)
	return e, err
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// sealedRow is a row of the log as a verification reads it. Texts are those the driver made, numbers are taken as they
// come: converting them would take as long as hashing.
type sealedRow struct {
	sealed
	head             Event
	row, version, ms any
	status, details  string
	leafBytes        sql.RawBytes
	to               []any
}

func newSealedRow() *sealedRow {
	r := &sealedRow{}
	h := &r.head
	r.to = []any{&r.row, &h.ID, &r.version, &h.Code, &h.Module, &h.Node, &r.ms, &r.status, &r.details, &r.seal, &r.leafBytes}
	return r
}

var errRow = errors.New("event: the row is not an entry of the log")

// scan reads the columns entryColumns of the current row.
func (r *sealedRow) scan(rows *sql.Rows) (err error) {
	if err := rows.Scan(r.to...); err != nil {
		return err
	}
	seq, ok1 := r.row.(int64)
	version, ok2 := r.version.(int64)
	ms, ok3 := r.ms.(int64)
	if !ok1 || !ok2 || !ok3 {
		return errRow
	}
	r.head.Version, r.head.Time, r.head.Status = int(version), fromMillis(ms), Status(r.status)
	r.seq, r.leaf = seq, r.leafBytes
	r.canonical, err = appendDetails(r.head.appendHead(r.canonical[:0]), r.details)
	return err
}

// indexed are the details with a column of their own.
var indexed = []string{"actorId", "ip", "certificateId", "requestId", "certificateProfile", "name"}

const (
	insertColumns = 17
	pendingRows   = 4
)

// insertRows is how many rows of the log one statement inserts. SQLite looks every parameter up among all of the
// statement, so that many do not pay; PostgreSQL is asked over the network.
var insertRows = map[store.Dialect]int{store.SQLite: 8, store.PostgreSQL: 32}

var (
	insertText  = texts(`INSERT INTO event (`+entryColumns+`, actor_id, ip, certificate_id, request_id, profile, object_name) VALUES `, insertColumns, 1, 8, 32)
	pendingText = texts(`INSERT INTO event_pending (id, canonical, seal) VALUES `, 3, 1, 2, 3, pendingRows)
)

// texts returns the statements that insert the numbers of rows.
func texts(insert string, columns int, rows ...int) map[int]string {
	all := map[int]string{}
	for _, n := range rows {
		all[n] = insert + tuples(columns, n)
	}
	return all
}

func tuples(columns, rows int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	return b.String() + ")"
}

// addEntries writes rows of the log, many by one statement.
func addEntries(tx *store.Tx, entries []entry) error {
	for len(entries) > 0 {
		n := insertRows[tx.Dialect()]
		if len(entries) < n {
			n = 1
		}
		args := make([]any, 0, n*insertColumns)
		for _, e := range entries[:n] {
			details, err := pack(e.Details)
			if err != nil {
				return err
			}
			args = append(args, e.seq, e.ID, e.Version, e.Code, e.Module, e.Node, e.Time.UnixMilli(), string(e.Status), details, e.Seal, e.leaf)
			for _, key := range indexed {
				v := e.Detail(key)
				args = append(args, sql.NullString{String: v, Valid: v != ""})
			}
		}
		if _, err := tx.Exec(insertText[n], args...); err != nil {
			return fmt.Errorf("adding to the log: %w", err)
		}
		entries = entries[n:]
	}
	return nil
}

// entriesFrom returns up to limit rows of the log from a sequence number on, in order.
func entriesFrom(tx *store.Tx, seq int64, limit int) ([]entry, error) {
	return store.All(tx, scanEntry, `SELECT `+entryColumns+` FROM event WHERE seq >= $1 ORDER BY seq LIMIT $2`, seq, limit)
}

func readTile(tx *store.Tx, level, n int64) ([]tlog.Hash, error) {
	var raw []byte
	if _, err := tx.Get(`SELECT hashes FROM event_tile WHERE level = $1 AND n = $2`, []any{level, n}, &raw); err != nil {
		return nil, err
	}
	return unpackTile(level, n, raw)
}

// unpackTile reads the hashes of a tile. No tile is empty.
func unpackTile(level, n int64, raw []byte) ([]tlog.Hash, error) {
	if len(raw) == 0 || len(raw)%tlog.HashSize != 0 || len(raw) > tileWidth*tlog.HashSize {
		return nil, fmt.Errorf("tile %d/%d of the event tree is missing or broken", level, n)
	}
	hashes := make([]tlog.Hash, len(raw)/tlog.HashSize)
	for i := range hashes {
		copy(hashes[i][:], raw[i*tlog.HashSize:])
	}
	return hashes, nil
}

func writeTile(tx *store.Tx, level, n int64, hashes []tlog.Hash) error {
	raw := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		raw = append(raw, h[:]...)
	}
	_, err := tx.Exec(`INSERT INTO event_tile (level, n, hashes) VALUES ($1, $2, $3)
		ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes`, level, n, raw)
	return err
}

func scanCheckpoint(r *sql.Rows) (c Checkpoint, err error) {
	var us int64
	var root []byte
	err = r.Scan(&c.Size, &us, &root, &c.Note)
	c.Time = store.Time(us)
	copy(c.Root[:], root)
	return c, err
}

const checkpointColumns = `size, time, root, note`

// lastCheckpoint returns the newest checkpoint, or the zero one of an empty log.
func lastCheckpoint(tx *store.Tx) (c Checkpoint, err error) {
	all, err := store.All(tx, scanCheckpoint, `SELECT `+checkpointColumns+` FROM event_checkpoint ORDER BY size DESC LIMIT 1`)
	if err != nil || len(all) == 0 {
		return Checkpoint{}, err
	}
	return all[0], nil
}

// checkpointsFrom returns up to limit checkpoints of trees of at least the size, the smallest first.
func checkpointsFrom(tx *store.Tx, size int64, limit int) ([]Checkpoint, error) {
	return store.All(tx, scanCheckpoint, `SELECT `+checkpointColumns+` FROM event_checkpoint WHERE size >= $1 ORDER BY size LIMIT $2`, size, limit)
}

// checkpointsBelow returns up to limit checkpoints of trees of less than the size, the greatest first.
func checkpointsBelow(tx *store.Tx, size int64, limit int) ([]Checkpoint, error) {
	return store.All(tx, scanCheckpoint, `SELECT `+checkpointColumns+` FROM event_checkpoint WHERE size < $1 ORDER BY size DESC LIMIT $2`, size, limit)
}

// checkpointsBetween returns the checkpoints of trees of more than one size and at most another, the smallest first.
func checkpointsBetween(tx *store.Tx, above, upTo int64) ([]Checkpoint, error) {
	return store.All(tx, scanCheckpoint, `SELECT `+checkpointColumns+` FROM event_checkpoint WHERE size > $1 AND size <= $2 ORDER BY size`, above, upTo)
}

// checkpointBefore returns the size of the newest checkpoint of a tree of at most the size, or 0.
func checkpointBefore(tx *store.Tx, size int64) (found int64, err error) {
	_, err = tx.Get(`SELECT coalesce(max(size), 0) FROM event_checkpoint WHERE size <= $1`, []any{size}, &found)
	return found, err
}

// pointTime is a checkpoint's size and time.
type pointTime struct {
	size int64
	time time.Time
}

// pointTimes returns up to limit checkpoints of trees of more than a size, the smallest first.
func pointTimes(tx *store.Tx, above int64, limit int) ([]pointTime, error) {
	return store.All(tx, func(r *sql.Rows) (p pointTime, err error) {
		var us int64
		err = r.Scan(&p.size, &us)
		p.time = store.Time(us)
		return p, err
	}, `SELECT size, time FROM event_checkpoint WHERE size > $1 ORDER BY size LIMIT $2`, above, limit)
}

// setMeta writes a value of the log's own.
func setMeta(tx *store.Tx, key string, value any) error {
	_, err := tx.Exec(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, fmt.Sprint(value))
	return err
}

func addCheckpoint(tx *store.Tx, c Checkpoint) error {
	_, err := tx.Exec(`INSERT INTO event_checkpoint (size, time, root, note) VALUES ($1, $2, $3, $4)`,
		c.Size, store.Micros(c.Time), c.Root[:], c.Note)
	return err
}
