package event

import (
	"bytes"
	"database/sql"
	"encoding/json"
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

// takePending removes and returns up to limit pending events, the oldest first.
func takePending(tx *store.Tx, limit int) ([]pendingRow, error) {
	return store.All(tx, func(r *sql.Rows) (p pendingRow, err error) {
		return p, r.Scan(&p.id, &p.canonical, &p.seal)
	}, `DELETE FROM event_pending WHERE id IN (SELECT id FROM event_pending ORDER BY id LIMIT $1) RETURNING id, canonical, seal`, limit)
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
	var details []byte
	if err = r.Scan(&e.seq, &e.ID, &e.Version, &e.Code, &e.Module, &e.Node, &ms, &e.Status, &details, &e.Seal, &e.leaf); err != nil {
		return e, err
	}
	e.Time = fromMillis(ms)
	e.Details, err = unpack(details)
	return e, err
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// pack writes details as a JSON array of pairs.
func pack(details []Detail) (string, error) {
	pairs := make([][2]string, len(details))
	for i, d := range details {
		pairs[i] = [2]string{d.Key, d.Value}
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(pairs); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// unpack reads what pack wrote. Other text is an error: nobody but the sealer writes it.
func unpack(text []byte) ([]Detail, error) {
	if details, ok := unpackPlain(text); ok {
		return details, nil
	}
	var pairs [][2]string
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&pairs); err != nil {
		return nil, fmt.Errorf("reading the details of an event: %w", err)
	}
	details := make([]Detail, len(pairs))
	for i, p := range pairs {
		details[i] = Detail{p[0], p[1]}
	}
	return details, nil
}

// unpackPlain reads [["k","v"],...] without escapes, which is nearly all of them, several times faster.
func unpackPlain(text []byte) (details []Detail, ok bool) {
	if len(text) < 2 || text[0] != '[' || text[len(text)-1] != ']' || bytes.IndexByte(text, '\\') >= 0 {
		return nil, false
	}
	s := string(text[1 : len(text)-1])
	if s == "" {
		return nil, true
	}
	details = make([]Detail, 0, strings.Count(s, `"],["`)+1)
	for {
		if !strings.HasPrefix(s, `["`) {
			return nil, false
		}
		s = s[2:]
		i := strings.IndexByte(s, '"')
		if i < 0 || !strings.HasPrefix(s[i:], `","`) {
			return nil, false
		}
		j := strings.IndexByte(s[i+3:], '"') + i + 3
		if j < i+3 || !strings.HasPrefix(s[j:], `"]`) {
			return nil, false
		}
		details = append(details, Detail{s[:i], s[i+3 : j]})
		s = s[j+2:]
		if s == "" {
			return details, true
		}
		if s[0] != ',' {
			return nil, false
		}
		s = s[1:]
	}
}

// indexed are the details with a column of their own.
var indexed = []string{"actorId", "ip", "certificateId", "requestId", "certificateProfile"}

const (
	insertColumns = 16
	insertRows    = 32
)

var insertText = map[int]string{1: insertEntries(1), insertRows: insertEntries(insertRows)}

func insertEntries(rows int) string {
	var b strings.Builder
	b.WriteString(`INSERT INTO event (` + entryColumns + `, actor_id, ip, certificate_id, request_id, profile) VALUES `)
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for j := range insertColumns {
			if j > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "$%d", i*insertColumns+j+1)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// addEntries writes rows of the log, many by one statement.
func addEntries(tx *store.Tx, entries []entry) error {
	for len(entries) > 0 {
		n := 1
		if len(entries) >= insertRows {
			n = insertRows
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
	ok, err := tx.Get(`SELECT hashes FROM event_tile WHERE level = $1 AND n = $2`, []any{level, n}, &raw)
	if err != nil {
		return nil, err
	}
	if !ok || len(raw)%tlog.HashSize != 0 || len(raw) > tileWidth*tlog.HashSize {
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

func addCheckpoint(tx *store.Tx, c Checkpoint) error {
	_, err := tx.Exec(`INSERT INTO event_checkpoint (size, time, root, note) VALUES ($1, $2, $3, $4)`,
		c.Size, store.Micros(c.Time), c.Root[:], c.Note)
	return err
}
