package app

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// Keys of meta that are about the keyset.
const (
	metaKeyset = "keyset"
	metaBackup = "keysetBackup"
)

// getJSON reads a value of meta and reports whether there is one.
func getJSON(tx *store.Tx, key string, to any) (bool, error) {
	var text string
	found, err := tx.Get(`SELECT value FROM meta WHERE key = $1`, []any{key}, &text)
	if err != nil || !found {
		return false, err
	}
	if err := json.Unmarshal([]byte(text), to); err != nil {
		return false, fmt.Errorf("reading %s of the database: %w", key, err)
	}
	return true, nil
}

func putJSON(tx *store.Tx, key string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, string(text))
	return err
}

// Node is a running process and the keys it has.
type Node struct {
	Name   string
	Keys   []uint32
	Active uint32
	Seen   time.Time
}

func putNode(tx *store.Tx, process string, n Node) error {
	keys := make([]string, len(n.Keys))
	for i, k := range n.Keys {
		keys[i] = strconv.FormatUint(uint64(k), 10)
	}
	_, err := tx.Exec(`INSERT INTO keyset_node (process, node, keys, active, seen) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (process) DO UPDATE SET keys = excluded.keys, active = excluded.active, seen = excluded.seen`,
		process, n.Name, strings.Join(keys, " "), int64(n.Active), store.Micros(tx.Now()))
	return err
}

func deleteNode(tx *store.Tx, process string) error {
	_, err := tx.Exec(`DELETE FROM keyset_node WHERE process = $1`, process)
	return err
}

func deleteNodesBefore(tx *store.Tx, t time.Time) error {
	_, err := tx.Exec(`DELETE FROM keyset_node WHERE seen < $1`, store.Micros(t))
	return err
}

const maxNodes = 1000

func nodesSince(tx *store.Tx, t time.Time) ([]Node, error) {
	return store.All(tx, func(r *sql.Rows) (n Node, err error) {
		var keys string
		var active, seen int64
		if err := r.Scan(&n.Name, &keys, &active, &seen); err != nil {
			return n, err
		}
		for k := range strings.FieldsSeq(keys) {
			id, err := strconv.ParseUint(k, 10, 32)
			if err != nil {
				return n, fmt.Errorf("reading the keys of a node: %w", err)
			}
			n.Keys = append(n.Keys, uint32(id))
		}
		n.Active, n.Seen = uint32(active), store.Time(seen) // #nosec G115 -- putNode wrote it
		return n, nil
	}, `SELECT node, keys, active, seen FROM keyset_node WHERE seen >= $1 ORDER BY node, process LIMIT $2`, store.Micros(t), maxNodes)
}

// oneValue keeps the mark that tells whether the keys are those of the database.
type oneValue struct{}

// Sealed visits the mark.
func (oneValue) Sealed(tx *store.Tx, _ string, _ int, each func(purpose, object string, sealed []byte) ([]byte, error)) (next string, err error) {
	var text string
	found, err := tx.Get(`SELECT value FROM meta WHERE key = $1`, []any{metaCanary}, &text)
	if err != nil || !found {
		return "", err
	}
	old, err := decode(text)
	if err != nil {
		return "", err
	}
	fresh, err := each(canaryPurpose, metaCanary, old)
	if err != nil || string(fresh) == string(old) {
		return "", err
	}
	_, err = tx.Exec(`UPDATE meta SET value = $1 WHERE key = $2 AND value = $3`, encode(fresh), metaCanary, text)
	return "", err
}
