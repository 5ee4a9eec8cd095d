package store_test

import (
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/store"
)

func TestNarrow(t *testing.T) {
	t.Parallel()
	x := store.TextIndex{Table: "words", Row: "w.n"}
	for needle, want := range map[string]string{
		"":       "",
		"ab":     "",
		"a\x00b": "",
		"abc":    `"abc"`,
		"été1":   `"été" AND "té1"`,
		`a"b"`:   `"a""b" AND """b"""`,
		`a" OR`:  `"a"" " AND """ O" AND " OR"`,
		// Stored: these never change.
		"hostname":  "6oajyvu",
		"HOSTNAMES": "6oajyvu AND vghrwok",
		"a\nbc":     "\"a\nb\" AND \"\nbc\"",
	} {
		before, after, got, ok := x.Narrow(store.SQLite, needle)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q", needle, got)
		}
		table := "words"
		if len(needle) > 7 && !strings.Contains(needle, "\n") {
			table = "words_part"
		}
		if ok && before+"$1"+after != "w.n IN (SELECT rowid FROM "+table+" WHERE "+table+" MATCH $1)" {
			t.Errorf("got %q", before+"$1"+after)
		}
	}
	if _, _, _, ok := x.Narrow(store.PostgreSQL, "abc"); ok {
		t.Error("PostgreSQL needs no condition of its own")
	}
	if _, _, long, _ := x.Narrow(store.SQLite, strings.Repeat("abc", 1000)); len(long) > 1000 {
		t.Errorf("got %d bytes for a long needle", len(long))
	}
}
