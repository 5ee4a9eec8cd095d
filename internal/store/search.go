package store

import "strings"

// TextIndex finds rows by a part of their text. On SQLite it is a table of its own, of the rows that hold each three
// letters; on PostgreSQL an index the database keeps and uses by itself (pg_trgm), where there is one.
//
// It narrows a search and does not answer it: what it finds is compared again with the text.
type TextIndex struct {
	Table string // of SQLite: contentless, with the one column "text"
	Row   string // SQL of the number of the searched row
}

// maxTrigrams bounds how much of a needle is looked up: the more, the fewer rows are found in vain.
const maxTrigrams = 24

// Insert indexes the text of the row that the transaction has inserted last.
func (x TextIndex) Insert(tx *Tx, text string) error {
	if tx.db.Dialect == PostgreSQL {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO `+x.Table+` (rowid, text) VALUES (last_insert_rowid(), $1)`, text)
	return err
}

// Narrow returns SQL before and after its one parameter, and the value of that, of a condition that holds for every row
// with the needle in its text, and for few others. ok is false when there is no such condition: the needle has less than
// three letters, or the database needs none.
func (x TextIndex) Narrow(d Dialect, needle string) (before, after, value string, ok bool) {
	value, ok = trigrams(needle)
	if d == PostgreSQL || !ok {
		return "", "", "", false
	}
	return x.Row + " IN (SELECT rowid FROM " + x.Table + " WHERE " + x.Table + " MATCH ", ")", value, true
}

// Frequent reports whether so many rows hold the needle that reading them in their order finds a page of them sooner than
// the index, which finds all of them first.
func (x TextIndex) Frequent(tx *Tx, needle string, limit int) (bool, error) {
	value, ok := trigrams(needle)
	if tx.db.Dialect == PostgreSQL || !ok {
		return false, nil
	}
	var n int
	_, err := tx.Get(`SELECT count(*) FROM (SELECT rowid FROM `+x.Table+` WHERE `+x.Table+` MATCH $1 LIMIT $2)`, []any{value, limit}, &n)
	return n == limit, err
}

// trigrams writes the needle as a search for every three letters of it. A quote within a text is doubled.
func trigrams(needle string) (string, bool) {
	letters := []rune(needle)
	if len(letters) < 3 || strings.ContainsRune(needle, 0) {
		return "", false
	}
	var b strings.Builder
	for i := range min(len(letters)-2, maxTrigrams) {
		if i > 0 {
			b.WriteString(" AND ")
		}
		b.WriteString(`"` + strings.ReplaceAll(string(letters[i:i+3]), `"`, `""`) + `"`)
	}
	return b.String(), true
}
