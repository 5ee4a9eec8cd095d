package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/query"
)

var tooMany = fault.Define("HQL-002", fault.Invalid, "Too many rows to sort")

// maxSorted is how many rows are sorted before they are handed over: their keys are in memory.
const maxSorted = 200_000

// walkRows are read at a time.
const walkRows = 500

// Found is the condition of what a search finds, and the column, unique, in whose order it is read. Behind a plus no index
// is used for the order.
type Found struct {
	Where query.Clause
	Last  string
}

// Walk reads all that a search finds, a part at a time. Each part is read in a transaction of its own, behind the row that
// was last: who takes the rows slowly holds nothing up, and no more than a part is in memory.
type Walk[T any] struct {
	Columns string // as Scan reads them
	From    string // "certificate c"
	Down    bool   // from the last row to the first
	Scan    func(*sql.Rows) (T, error)
	Key     func(T) any // its value of Found.Last
	// Within runs read in a transaction, within the limits of a search.
	Within func(ctx context.Context, read func(*Tx, Found) error) error
	// Sort, when it is set, is the order: " ORDER BY ...". Then the rows are sorted once, and are at most 200,000.
	Sort string
}

// Each hands over all rows.
func (w Walk[T]) Each(ctx context.Context, use func([]T) error) error {
	if w.Sort != "" {
		return w.sorted(ctx, use)
	}
	var after any
	for {
		part, more, err := w.Next(ctx, after, walkRows)
		if err != nil {
			return err
		}
		if err := use(part); err != nil || !more {
			return err
		}
		after = w.Key(part[len(part)-1])
	}
}

// Next returns so many rows behind the one with the key, or from the beginning when that is nil, and reports whether there
// are more.
func (w Walk[T]) Next(ctx context.Context, after any, size int) (part []T, more bool, err error) {
	err = w.Within(ctx, func(tx *Tx, f Found) error {
		statement, args := `SELECT `+w.Columns+` FROM `+w.From+` WHERE `+f.Where.SQL, slices.Clip(f.Where.Args)
		than, order := " > ", ""
		if w.Down {
			than, order = " < ", " DESC"
		}
		if after != nil {
			args = append(args, after)
			statement += ` AND ` + f.Last + than + `$` + strconv.Itoa(len(args))
		}
		part, err = All(tx, w.Scan, statement+` ORDER BY `+f.Last+order+` LIMIT `+strconv.Itoa(size+1), args...)
		return err
	})
	if err == nil && len(part) > size {
		part, more = part[:size], true
	}
	return part, more, err
}

// sorted reads the keys in their order, and then the rows by their keys.
func (w Walk[T]) sorted(ctx context.Context, use func([]T) error) error {
	var keys []any
	err := w.Within(ctx, func(tx *Tx, f Found) (err error) {
		keys, err = All(tx, func(r *sql.Rows) (key any, err error) { return key, r.Scan(&key) },
			`SELECT `+strings.TrimPrefix(f.Last, "+")+` FROM `+w.From+` WHERE `+f.Where.SQL+w.Sort+` LIMIT `+strconv.Itoa(maxSorted+1), f.Where.Args...)
		return err
	})
	if err != nil {
		return err
	}
	if len(keys) > maxSorted {
		return tooMany.Detail("at most %d: narrow the query, or leave the order out", maxSorted)
	}
	for chunk := range slices.Chunk(keys, walkRows) {
		part, err := w.some(ctx, chunk)
		if err != nil {
			return err
		}
		if err := use(part); err != nil {
			return err
		}
	}
	return nil
}

// some returns the rows with the keys, in the order of the keys, without those that are found no longer.
func (w Walk[T]) some(ctx context.Context, keys []any) (part []T, err error) {
	err = w.Within(ctx, func(tx *Tx, f Found) error {
		args := slices.Clip(f.Where.Args)
		var names []string
		for _, k := range keys {
			args = append(args, k)
			names = append(names, "$"+strconv.Itoa(len(args)))
		}
		apart := ""
		if tx.Dialect() == SQLite {
			apart = "+" // no index but that of the keys
		}
		part, err = All(tx, w.Scan, `SELECT `+w.Columns+` FROM `+w.From+` WHERE `+apart+`(`+f.Where.SQL+`) AND `+strings.TrimPrefix(f.Last, "+")+` IN (`+strings.Join(names, ", ")+`)`, args...)
		return err
	})
	place := make(map[any]int, len(keys))
	for i, k := range keys {
		place[k] = i
	}
	slices.SortFunc(part, func(a, b T) int { return place[w.Key(a)] - place[w.Key(b)] })
	return part, err
}
