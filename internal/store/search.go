package store

import (
	"slices"
	"strings"
	"unicode"
)

// TextIndex finds rows by a part of their text. On SQLite it is two tables of its own, of the rows that hold each three
// letters and each eight; on PostgreSQL indexes the database keeps by itself: pg_trgm, where there is one, and the
// function text_parts.
//
// It narrows a search and does not answer it: what it finds is compared again with the text.
type TextIndex struct {
	Table string // of SQLite: contentless, with the one column "text"; the table of eight letters has "_part" behind its name
	Row   string // SQL of the number of the searched row
}

const (
	maxTrigrams = 24 // of a needle that are looked up: the more, the fewer rows are found in vain
	partLetters = 8  // of a part: few rows share so many, also where all rows share each three
	maxParts    = 16
)

// Insert indexes the text of the row that the transaction has inserted last. Names in it are divided by line feeds.
func (x TextIndex) Insert(tx *Tx, text string) error {
	if tx.db.Dialect == PostgreSQL {
		return nil
	}
	if _, err := tx.Exec(`INSERT INTO `+x.Table+` (rowid, text) VALUES (last_insert_rowid(), $1)`, text); err != nil {
		return err
	}
	// The row that was inserted last is now the one above, of the same number.
	_, err := tx.Exec(`INSERT INTO `+x.Table+`_part (rowid, text) VALUES (last_insert_rowid(), $1)`, strings.Join(parts(text, len(text)), " "))
	return err
}

// InsertAll indexes the texts of rows of following numbers.
func (x TextIndex) InsertAll(tx *Tx, first int64, texts []string) error {
	if tx.db.Dialect == PostgreSQL {
		return nil
	}
	whole, divided := make([][]any, len(texts)), make([][]any, len(texts))
	for i, text := range texts {
		n := first + int64(i)
		whole[i], divided[i] = []any{n, text}, []any{n, strings.Join(parts(text, len(text)), " ")}
	}
	columns := []string{"rowid", "text"}
	if err := tx.Copy(x.Table, columns, whole); err != nil {
		return err
	}
	return tx.Copy(x.Table+"_part", columns, divided)
}

// Narrow returns SQL before and after its one parameter, and the value of that, of a condition that holds for every row
// with all of the needles in its text, and for few others. ok is false when there is no such condition: the needles have
// less than three letters, or the database needs none.
func (x TextIndex) Narrow(d Dialect, needles ...string) (before, after, value string, ok bool) {
	table, value, ok := x.match(needles)
	if d == PostgreSQL || !ok {
		return "", "", "", false
	}
	return x.Row + " IN (SELECT rowid FROM " + table + " WHERE " + table + " MATCH ", ")", value, true
}

// NarrowColumn is Narrow for the lower-case text of one column on PostgreSQL. It helps with needles of eight letters and
// more; pg_trgm does with shorter ones.
func (x TextIndex) NarrowColumn(d Dialect, lower, needle string) (before, after, value string, ok bool) {
	letters := []rune(needle)
	if d != PostgreSQL || len(letters) < partLetters {
		return "", "", "", false
	}
	letters = letters[:min(len(letters), partLetters+maxParts-1)]
	return `text_parts(` + lower + `) COLLATE "C" @> text_parts(lower(`, `)) COLLATE "C"`, string(letters), true
}

// Frequent reports whether so many rows hold the needles that reading them in their order finds a page of them sooner than
// the index, which finds all of them first.
func (x TextIndex) Frequent(tx *Tx, needles []string, limit int) (bool, error) {
	table, value, ok := x.match(needles)
	if tx.db.Dialect == PostgreSQL || !ok {
		return false, nil
	}
	var n int
	_, err := tx.Get(`SELECT count(*) FROM (SELECT rowid FROM `+table+` WHERE `+table+` MATCH $1 LIMIT $2)`, []any{value, limit}, &n)
	return n == limit, err
}

// Next returns the number of the row that is the limit-th of those behind a row that may hold the needles, in the order they
// were inserted in, and false when there are less. The database is SQLite.
func (x TextIndex) Next(tx *Tx, needles []string, behind int64, limit int) (n int64, ok bool, err error) {
	table, value, found := x.match(needles)
	if !found {
		return 0, false, nil
	}
	ok, err = tx.Get(`SELECT rowid FROM `+table+` WHERE `+table+` MATCH $1 AND rowid > $2 ORDER BY rowid LIMIT 1 OFFSET $3`,
		[]any{value, behind, limit - 1}, &n)
	return n, ok, err
}

// Together divides needles into those that one look finds together: each table of the index knows of one kind.
func (x TextIndex) Together(needles []string) (groups [][]string) {
	var long, short []string
	for _, n := range needles {
		if len(parts(n, 1)) > 0 {
			long = append(long, n)
		} else if _, ok := trigrams([]string{n}); ok {
			short = append(short, n)
		}
	}
	for _, group := range [][]string{long, short} {
		if len(group) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// match returns the table that finds the needles, and what to look for in it: the long ones, if there are any.
func (x TextIndex) match(needles []string) (table, value string, ok bool) {
	var found []string
	for _, n := range needles {
		found = append(found, parts(n, maxParts)...)
	}
	if len(found) > 0 {
		return x.Table + "_part", strings.Join(found[:min(len(found), 2*maxParts)], " AND "), true
	}
	value, ok = trigrams(needles)
	return x.Table, value, ok
}

// trigrams writes needles as a search for every three letters of them. A quote within a text is doubled.
func trigrams(needles []string) (string, bool) {
	var all []string
	for _, n := range needles {
		letters := []rune(n)
		if strings.ContainsRune(n, 0) {
			continue
		}
		for i := range min(len(letters)-2, maxTrigrams) {
			all = append(all, `"`+strings.ReplaceAll(string(letters[i:i+3]), `"`, `""`)+`"`)
		}
	}
	return strings.Join(all[:min(len(all), 2*maxTrigrams)], " AND "), len(all) > 0
}

// parts returns a word for every eight letters of the text, at most so many, each once. It is the same for upper and
// lower case. Two texts that share the letters share the word; others hardly ever do.
func parts(text string, limit int) []string {
	letters := []rune(text)
	for i, r := range letters {
		letters[i] = unicode.ToLower(r)
	}
	var found []string
	for i := 0; i+partLetters <= len(letters) && len(found) < limit; i++ {
		if part := letters[i : i+partLetters]; !slices.Contains(part, '\n') {
			found = append(found, word(part))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Constants of FNV-1a with 64 bits, and what words are written with.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
	wordChars = "abcdefghijklmnopqrstuvwxyz234567"
	wordSize  = 7
)

// word is a hash of the letters, of 35 bits. It is stored, so that it never changes.
func word(letters []rune) string {
	sum := uint64(fnvOffset)
	for _, r := range letters {
		sum = (sum ^ uint64(r)) * fnvPrime
	}
	sum ^= sum >> 29
	var b [wordSize]byte
	for i := range b {
		b[i] = wordChars[sum>>(5*i)&31]
	}
	return string(b[:])
}
