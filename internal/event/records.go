package event

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/store"
)

// A verification reads many entries as one text: what the databases and their drivers do for each row and each column takes
// longer than all hashing.
const (
	fieldEnd   = "\x1f" // between the columns of an entry
	recordEnd  = "\x1e" // between entries
	recordRows = 4 * tileWidth
	columns    = 11
)

// recordText selects the number of entries, the number of those with a column that is NULL, and the text of all.
var recordText = map[store.Dialect]string{
	store.SQLite:     records("char(31)", "char(30)", "hex(leaf)", "event WHERE seq >= $1 AND seq < $2"), // in the order of its key
	store.PostgreSQL: records("chr(31)", "chr(30)", "encode(leaf, 'hex')", "(SELECT "+entryColumns+" FROM event WHERE seq >= $1 AND seq < $2 ORDER BY seq) AS e"),
}

func records(field, record, leaf, from string) string {
	return `SELECT count(*), count(CASE WHEN ` + strings.ReplaceAll(entryColumns, ",", " IS NULL OR") + ` IS NULL THEN 1 END),
		string_agg(concat_ws(` + field + `, ` + strings.TrimSuffix(entryColumns, "leaf") + leaf + `), ` + record + `) FROM ` + from
}

// whole verifies the span as text, and reports whether it holds. If not, it is to be read row by row, which tells why.
func (r *reader) whole() bool {
	row := newSealedRow()
	row.leaf = make([]byte, 0, 32)
	for r.next < r.end {
		from, end := r.next, min(r.end, r.next+recordRows)
		var n, holes int64
		var text *string
		if _, err := r.tx.Get(recordText[r.tx.Dialect()], []any{from, end}, &n, &holes, &text); err != nil || text == nil || n != end-from || holes > 0 {
			return false
		}
		// As many entries are cut out as there are rows, and each ends where a row ends: none is hidden in another.
		rest := *text
		for i := int64(1); i <= n; i++ {
			record, more, found := strings.Cut(rest, recordEnd)
			if found != (i < n) || !row.cut(record) {
				return false
			}
			if r.one(&row.sealed); r.Problem != nil {
				return false
			}
			rest = more
		}
	}
	return true
}

// cut reads an entry out of its text. One with a separator within a column is left to the reading row by row.
func (r *sealedRow) cut(record string) bool {
	var f [columns]string
	for i := range f {
		var found bool
		if f[i], record, found = strings.Cut(record, fieldEnd); found != (i < columns-1) {
			return false
		}
	}
	seq, err1 := strconv.ParseInt(f[0], 10, 64)
	version, err2 := strconv.Atoi(f[2])
	ms, err3 := strconv.ParseInt(f[6], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || len(f[10]) != 2*cap(r.leaf) {
		return false
	}
	r.seq, r.seal = seq, f[9]
	r.head = Event{ID: f[1], Version: version, Code: f[3], Module: f[4], Node: f[5], Time: fromMillis(ms), Status: Status(f[7])}
	r.leaf = r.leaf[:cap(r.leaf)]
	if _, err := hex.Decode(r.leaf, []byte(f[10])); err != nil {
		return false
	}
	var err error
	r.canonical, err = appendDetails(r.head.appendHead(r.canonical[:0]), f[8])
	return err == nil
}
