package batch

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
)

const columns = `b.id, b.state, b.principal, b.caller, b.wish, b.preview, b.progress, b.reason, b.created, b.started, b.ended, b.remove_at`

func scan(r *sql.Rows) (b Batch, err error) {
	var caller, wish, preview []byte
	var progress, reason sql.NullString
	var created int64
	var started, ended, removed sql.NullInt64
	if err = r.Scan(&b.ID, &b.State, &b.By, &caller, &wish, &preview, &progress, &reason, &created, &started, &ended, &removed); err != nil {
		return b, err
	}
	b.Reason, b.Created = reason.String, store.Time(created)
	for _, t := range []struct {
		to   *time.Time
		from sql.NullInt64
	}{{&b.Started, started}, {&b.Ended, ended}, {&b.RemoveAt, removed}} {
		if t.from.Valid {
			*t.to = store.Time(t.from.Int64)
		}
	}
	for _, j := range []struct {
		to   any
		from []byte
	}{{&b.who, caller}, {&b.Wish, wish}, {&b.Preview, preview}, {&b.Progress, []byte(progress.String)}} {
		if len(j.from) == 0 {
			continue
		}
		if err = json.Unmarshal(j.from, j.to); err != nil {
			return b, fmt.Errorf("reading the batch %s: %w", b.ID, err)
		}
	}
	return b, nil
}

// find returns batches with how far they have come.
func find(tx *store.Tx, where string, args ...any) ([]Batch, error) {
	all, err := store.All(tx, scan, `SELECT `+columns+` FROM batch b WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading batches: %w", err)
	}
	for i := range all {
		switch b := &all[i]; {
		case b.State == previewed:
			b.Progress = b.Preview.progress()
			continue
		case !b.Ended.IsZero():
			continue
		}
		if all[i].Progress, err = progress(tx, all[i].ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// byID returns a batch that is not just being written down.
func byID(tx *store.Tx, id string) (Batch, error) {
	if !store.IsID(id) {
		return Batch{}, Missing
	}
	all, err := find(tx, `b.id = $1 AND b.state <> 'preparing'`, id)
	if err == nil && len(all) == 0 {
		err = Missing.Detail("%s", id)
	}
	if err != nil {
		return Batch{}, err
	}
	return all[0], nil
}

// progress counts the certificates of a batch by what became of them.
func progress(tx *store.Tx, id string) (p Progress, err error) {
	type counted struct {
		outcome string
		n       int
	}
	all, err := store.All(tx, func(r *sql.Rows) (c counted, err error) { return c, r.Scan(&c.outcome, &c.n) },
		`SELECT state, count(*) FROM batch_item WHERE batch = $1 GROUP BY state`, id)
	for _, c := range all {
		p.add(c.outcome, c.n)
	}
	return p, err
}

// count tells how many batches of a principal are in one of the states.
func count(tx *store.Tx, principal string, states ...string) (n int, err error) {
	_, err = tx.Get(`SELECT count(*) FROM batch WHERE principal = $1 AND state IN (`+quoted(states)+`)`, []any{principal}, &n)
	return n, err
}

// quoted writes words that are ours as SQL.
func quoted(words []string) string { return "'" + strings.Join(words, "', '") + "'" }

func add(tx *store.Tx, b Batch, state string) error {
	args := []any{b.ID, state, b.By}
	for _, v := range []any{b.who, b.Wish, b.Preview} {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		args = append(args, string(text))
	}
	_, err := tx.Exec(`INSERT INTO batch (id, state, principal, caller, wish, preview, created, touched, remove_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
		append(args, store.Micros(b.Created), store.Micros(b.RemoveAt))...)
	if err != nil {
		return fmt.Errorf("keeping the batch %s: %w", b.ID, err)
	}
	return nil
}

// move takes a batch from one state to another, and reports whether it was this call that did.
func move(tx *store.Tx, id, to, from string) (bool, error) {
	n, err := tx.Exec(`UPDATE batch SET state = $1, touched = $2 WHERE id = $3 AND state = $4`, to, store.Micros(tx.Now()), id, from)
	return n == 1, err
}

// touch says that somebody works on the batch.
func touch(tx *store.Tx, id string) error {
	_, err := tx.Exec(`UPDATE batch SET touched = $1 WHERE id = $2`, store.Micros(tx.Now()), id)
	return err
}

// end takes a batch to its end, with what became of it, and reports whether it was this call that did.
func end(tx *store.Tx, b Batch, to string, keep time.Duration) (bool, error) {
	text, err := json.Marshal(b.Progress)
	if err != nil {
		return false, err
	}
	now := tx.Now()
	n, err := tx.Exec(`UPDATE batch SET state = $1, progress = $2, ended = $3, touched = $3, remove_at = $4 WHERE id = $5 AND state = $6`,
		to, string(text), store.Micros(now), store.Micros(now.Add(keep)), b.ID, b.State)
	return n == 1, err
}

// item is a certificate of a batch.
type item struct {
	N                     int
	Certificate           string
	State                 string
	DN                    string
	Request               string
	Code, Message, Detail string
}

// refuse says why nothing became of it.
func (it *item) refuse(state string, f *fault.Fault) {
	it.State, it.Code, it.Message, it.Detail = state, f.Code(), f.Text(), f.Occurrence()
}

const itemColumns = `n, certificate, state, COALESCE(dn, ''), COALESCE(request, ''), COALESCE(code, ''), COALESCE(message, ''), COALESCE(detail, '')`

func scanItem(r *sql.Rows) (it item, err error) {
	return it, r.Scan(&it.N, &it.Certificate, &it.State, &it.DN, &it.Request, &it.Code, &it.Message, &it.Detail)
}

// addItems writes certificates down.
func addItems(tx *store.Tx, id string, items []item) error {
	args := []any{id}
	rows := make([]string, 0, len(items))
	for _, it := range items {
		var names []string
		for _, v := range []any{it.N, it.Certificate, it.State, text(it.DN), text(it.Code), text(it.Message), text(it.Detail)} {
			args = append(args, v)
			names = append(names, "$"+strconv.Itoa(len(args)))
		}
		rows = append(rows, "($1, "+strings.Join(names, ", ")+")")
	}
	_, err := tx.Exec(`INSERT INTO batch_item (batch, n, certificate, state, dn, code, message, detail) VALUES `+strings.Join(rows, ", "), args...)
	if err != nil {
		return fmt.Errorf("keeping the certificates of the batch %s: %w", id, err)
	}
	return nil
}

// next returns certificates in a state, in their order, behind a place.
func next(tx *store.Tx, id, state string, behind, most int) ([]item, error) {
	return store.All(tx, scanItem, `SELECT `+itemColumns+` FROM batch_item WHERE batch = $1 AND state = $2 AND n > $3 ORDER BY n LIMIT $4`, id, state, behind, most)
}

// certificates returns the certificates in one of the states, in their order.
func certificates(tx *store.Tx, id string, states ...string) ([]string, error) {
	return store.All(tx, func(r *sql.Rows) (c string, err error) { return c, r.Scan(&c) },
		`SELECT certificate FROM batch_item WHERE batch = $1 AND state IN (`+quoted(states)+`) ORDER BY n`, id)
}

// take gives a certificate the request that was made for it, once and only while the batch runs. It reports whether it did.
func take(tx *store.Tx, id string, n int, state, request string) (bool, error) {
	moved, err := tx.Exec(`UPDATE batch_item SET state = $1, request = $2 WHERE batch = $3 AND n = $4 AND state = 'left'
		AND EXISTS (SELECT 1 FROM batch b WHERE b.id = $3 AND b.state = 'running')`, state, request, id, n)
	return moved == 1, err
}

// conclude says what became of a certificate that was left or under way.
func conclude(tx *store.Tx, id string, it item) error {
	_, err := tx.Exec(`UPDATE batch_item SET state = $1, code = $2, message = $3, detail = $4 WHERE batch = $5 AND n = $6 AND state IN ('left', 'underway')`,
		it.State, text(it.Code), text(it.Message), text(it.Detail), id, it.N)
	return err
}

func text(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
