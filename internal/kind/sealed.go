package kind

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/store"
)

// Sealed calls each for the sealed secrets of the objects after a place, at most so many objects, and stores what it
// returns in their stead, unless that is the same or the object was changed meanwhile. It returns the place it came to, or
// "" at the end. Objects that change get a new revision, so that every node reads them again.
func (s *Set) Sealed(tx *store.Tx, after string, limit int, each func(purpose, object string, sealed []byte) ([]byte, error)) (next string, err error) {
	if err := hold(tx); err != nil { // a change that has read the old ones would bring them back
		return "", err
	}
	defer changed(tx)
	kind, name, _ := strings.Cut(after, "/")
	rows, err := rowsAfter(tx, kind, name, limit)
	if err != nil {
		return "", err
	}
	for _, o := range rows {
		if err := o.resealed(tx, each); err != nil {
			return "", fmt.Errorf("visiting the secrets of the %s %s: %w", o.kind, o.name, err)
		}
	}
	if len(rows) < limit {
		return "", nil
	}
	last := rows[len(rows)-1]
	return last.kind + "/" + last.name, nil
}

// rowsAfter returns the objects there are after one of them.
func rowsAfter(tx *store.Tx, kind, name string, limit int) ([]row, error) {
	return store.All(tx, func(r *sql.Rows) (o row, err error) {
		return o, r.Scan(&o.kind, &o.name, &o.body, &o.revision)
	}, `SELECT kind, name, body, revision FROM object WHERE NOT deleted AND (kind > $1 OR kind = $1 AND name > $2)
		ORDER BY kind, name LIMIT $3`, kind, name, limit)
}

func (o row) resealed(tx *store.Tx, each func(purpose, object string, sealed []byte) ([]byte, error)) error {
	var s stored
	if err := json.Unmarshal(o.body, &s); err != nil {
		return err
	}
	changed := false
	for _, path := range slices.Sorted(maps.Keys(s.Secrets)) {
		fresh, err := each(purpose, o.kind+"/"+o.name+"/"+path, s.Secrets[path])
		if err != nil {
			return err
		}
		changed = changed || !bytes.Equal(fresh, s.Secrets[path])
		s.Secrets[path] = fresh
	}
	if !changed {
		return nil
	}
	body, err := json.Marshal(s)
	if err != nil {
		return err
	}
	revision, err := nextRevision(tx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE object SET body = $1, revision = $2 WHERE kind = $3 AND name = $4 AND revision = $5`,
		string(body), revision, o.kind, o.name, o.revision)
	return err
}
