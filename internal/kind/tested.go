package kind

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// tested is how an object did when it was last tried.
type tested struct {
	At     int64  `json:"at" doc:"When it was tried, in milliseconds since 1970."`
	By     string `json:"by" doc:"Who tried it."`
	OK     bool   `json:"ok" doc:"Whether everything went well."`
	Step   string `json:"step,omitempty" doc:"What failed."`
	Class  string `json:"class,omitempty" doc:"Sort of the failure."`
	Detail string `json:"detail,omitempty" doc:"What went wrong."`
}

// attempt is the last try of an object, and what was tried.
type attempt struct {
	tested
	digest string // of the object as it was tried
	sent   bool   // a secret was tried that may not be the stored one
}

// of reports whether the object is what was tried. A secret that came with the try is the stored one when the object was
// stored afterwards.
func (a attempt) of(one *item) bool {
	digest, err := digestOf(one.value)
	return err == nil && digest == a.digest && (!a.sent || store.Time(one.modified).UnixMilli() >= a.At)
}

// digestOf is the same for objects that say the same, whatever their secrets are.
func digestOf(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// sends reports whether a secret came with the object.
func sends(v any) (sent bool) {
	walk(reflect.ValueOf(v), "", func(_ string, f reflect.Value) {
		if x, ok := f.Interface().(Secret); ok && (x.plain != nil || x.removed) {
			sent = true
		}
	})
	return sent
}

// remember keeps how an object did, in place of the last time.
func (d *Definition) remember(tx *store.Tx, who access.Caller, v any, t *Trial) error {
	digest, err := digestOf(v)
	if err != nil {
		return err
	}
	var last Step
	if !t.OK {
		last = t.Steps[len(t.Steps)-1]
	}
	_, err = tx.Exec(`INSERT INTO object_test (kind, name, tried, tester, works, step, class, detail, digest, sent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (kind, name) DO UPDATE SET tried = excluded.tried, tester = excluded.tester, works = excluded.works, step = excluded.step,
			class = excluded.class, detail = excluded.detail, digest = excluded.digest, sent = excluded.sent`,
		d.Kind, clip(d.keyOf(v)), store.Micros(tx.Now()), clip(who.ID), t.OK, last.Step, last.Class, cut(last.Detail, 512), digest, sends(v))
	if err != nil {
		return fmt.Errorf("keeping the try of the %s %s: %w", d.Kind, clip(d.keyOf(v)), err)
	}
	return nil
}

// testsOf returns the last tries of the objects of a kind, by what names them.
func testsOf(tx *store.Tx, kind string) (map[string]attempt, error) {
	all := map[string]attempt{}
	_, err := store.All(tx, func(r *sql.Rows) (a attempt, err error) {
		var key string
		var at int64
		err = r.Scan(&key, &at, &a.By, &a.OK, &a.Step, &a.Class, &a.Detail, &a.digest, &a.sent)
		a.At = store.Time(at).UnixMilli()
		all[key] = a
		return a, err
	}, `SELECT name, tried, tester, works, step, class, detail, digest, sent FROM object_test WHERE kind = $1 LIMIT 10000`, kind)
	if err != nil {
		return nil, fmt.Errorf("reading the tries of the kind %s: %w", kind, err)
	}
	return all, nil
}

// forget drops what was kept of the tries of an object that is deleted.
func forget(tx *store.Tx, kind, key string) error {
	_, err := tx.Exec(`DELETE FROM object_test WHERE kind = $1 AND name = $2`, kind, key)
	return err
}
