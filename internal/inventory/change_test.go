package inventory

import (
	"database/sql"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/store"
)

// indexed returns the labels of a certificate as searches find them.
func indexed(tx *store.Tx, id string) ([]Pair, error) {
	return store.All(tx, func(r *sql.Rows) (p Pair, err error) { return p, r.Scan(&p.Key, &p.Value) },
		`SELECT name, value FROM certificate_label WHERE certificate = $1 ORDER BY name, value`, id)
}

// label gives the certificate labels in place of those it has.
func label(id string, labels ...Pair) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		c, err := Get(tx, id)
		if err != nil {
			return err
		}
		change := c.Current()
		change.Labels = labels
		return Apply(tx, id, change)
	}
}

// What searches find is what the certificate has, whatever it had before.
func TestLabels(t *testing.T) {
	t.Parallel()
	db := open(t)
	ids := fill(t, db, 2)
	before := read(t, db, func(tx *store.Tx) ([]Pair, error) { return indexed(tx, ids[1]) })
	for _, want := range [][]Pair{
		{{"a", "1"}, {"b", "2"}},
		{{"a", "1"}, {"b", "3"}, {"c", ""}},
		{{"b", "1"}},
		nil,
		{{"a", "1"}},
	} {
		write(t, db, label(ids[0], want...))
		if diff := cmp.Diff(want, read(t, db, func(tx *store.Tx) ([]Pair, error) { return indexed(tx, ids[0]) })); diff != "" {
			t.Errorf("labels (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(before, read(t, db, func(tx *store.Tx) ([]Pair, error) { return indexed(tx, ids[1]) })); diff != "" {
		t.Errorf("the labels of another certificate changed (-before +after):\n%s", diff)
	}
}

// Whoever comes last has said what the labels are; nothing of the others stays.
func TestLabelsRace(t *testing.T) {
	t.Parallel()
	db := open(t)
	id := fill(t, db, 1)[0]
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			if err := db.Write(t.Context(), label(id, Pair{"turn", strconv.Itoa(i)}, Pair{"of" + strconv.Itoa(i%3), "x"})); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	c := read(t, db, func(tx *store.Tx) (Certificate, error) { return Get(tx, id) })
	if diff := cmp.Diff(c.Labels, read(t, db, func(tx *store.Tx) ([]Pair, error) { return indexed(tx, id) })); diff != "" {
		t.Errorf("what searches find differs from what the certificate has (-has +found):\n%s", diff)
	}
}
