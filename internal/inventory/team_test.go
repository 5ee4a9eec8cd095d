package inventory

import (
	"context"
	"testing"

	"github.com/horizon-clm/horizon/internal/store"
)

// The certificates of a team go to another one in batches, and those of others stay.
func TestMoveTeam(t *testing.T) {
	t.Parallel()
	db := open(t)
	fill(t, db, 2600)
	var moved []int64
	for range 3 {
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			n, err := MoveTeam(tx, "core", "payments", 4)
			moved = append(moved, n)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if moved[0] != 4 || moved[1] != 2 || moved[2] != 0 {
		t.Errorf("got %v, want 4, 2 and none", moved)
	}
	p, err := Find(context.Background(), db, system, Search{Query: `team equals "payments"`, Count: true})
	if err != nil || p.Count == nil || *p.Count != 6 {
		t.Errorf("got %v %v", p.Count, err)
	}
}
