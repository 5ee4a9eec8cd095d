package authority

import (
	"database/sql"

	"github.com/horizon-clm/horizon/internal/store"
)

// listKey is the key of a CA, by the generation that brought it.
type listKey struct {
	authority  string
	generation int64
}

// nextNumber gives out a number of a revocation list. It is given once.
func nextNumber(tx *store.Tx, id string) (number int64, err error) {
	found, err := tx.Get(`UPDATE authority SET crl_number = crl_number + 1 WHERE id = $1 RETURNING crl_number`, []any{id}, &number)
	if err == nil && !found {
		err = Missing
	}
	return number, err
}

func jumpNumbers(tx *store.Tx, by int64) error {
	_, err := tx.Exec(`UPDATE authority SET crl_number = crl_number + $1, revocations = revocations + 1`, by)
	return err
}

// putList keeps a list, unless one with a higher number, or with newer content, is there.
func putList(tx *store.Tx, l *List) error {
	_, err := tx.Exec(`INSERT INTO authority_crl (authority, generation, number, this_update, next_update, revocations, entries, der)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (authority, generation) DO UPDATE SET number = excluded.number, this_update = excluded.this_update,
			next_update = excluded.next_update, revocations = excluded.revocations, entries = excluded.entries, der = excluded.der
		WHERE authority_crl.number < excluded.number AND authority_crl.revocations <= excluded.revocations`,
		l.authority, l.generation, l.Number, store.Micros(l.ThisUpdate), store.Micros(l.NextUpdate), l.revocations, l.Entries, l.DER)
	return err
}

func listNumber(tx *store.Tx, k listKey) (number int64, found bool, err error) {
	found, err = tx.Get(`SELECT number FROM authority_crl WHERE authority = $1 AND generation = $2`, []any{k.authority, k.generation}, &number)
	return number, found, err
}

// listOf returns the newest list of a key, or nil.
func listOf(tx *store.Tx, k listKey) (*List, error) {
	l := &List{authority: k.authority, generation: k.generation}
	var from, to int64
	found, err := tx.Get(`SELECT number, this_update, next_update, revocations, entries, der FROM authority_crl WHERE authority = $1 AND generation = $2`,
		[]any{k.authority, k.generation}, &l.Number, &from, &to, &l.revocations, &l.Entries, &l.DER)
	if err != nil || !found {
		return nil, err
	}
	l.ThisUpdate, l.NextUpdate = store.Time(from), store.Time(to)
	return l, nil
}

// heads returns the lists of all CAs without their content.
func heads(tx *store.Tx) (map[listKey]List, error) {
	all, err := store.All(tx, func(r *sql.Rows) (l List, err error) {
		var from, to int64
		err = r.Scan(&l.authority, &l.generation, &l.Number, &from, &to, &l.revocations, &l.Entries)
		l.ThisUpdate, l.NextUpdate = store.Time(from), store.Time(to)
		return l, err
	}, `SELECT authority, generation, number, this_update, next_update, revocations, entries FROM authority_crl`)
	byKey := make(map[listKey]List, len(all))
	for _, l := range all {
		byKey[listKey{l.authority, l.generation}] = l
	}
	return byKey, err
}

// freshLists returns the keys whose list has all revocations and is not past half of its life.
func freshLists(tx *store.Tx) (map[listKey]bool, error) {
	now := store.Micros(tx.Now())
	keys, err := store.All(tx, func(r *sql.Rows) (k listKey, err error) {
		return k, r.Scan(&k.authority, &k.generation)
	}, `SELECT l.authority, l.generation FROM authority_crl l JOIN authority a ON a.id = l.authority
		WHERE l.revocations >= a.revocations AND $1 < l.this_update + (l.next_update - l.this_update) / 2`, now)
	fresh := make(map[listKey]bool, len(keys))
	for _, k := range keys {
		fresh[k] = true
	}
	return fresh, err
}

// responderOf returns key and certificate of who answers OCSP for a key.
func responderOf(tx *store.Tx, k listKey) (ref, der []byte, found bool, err error) {
	found, err = tx.Get(`SELECT key, certificate FROM authority_responder WHERE authority = $1 AND generation = $2`,
		[]any{k.authority, k.generation}, &ref, &der)
	return ref, der, found, err
}

func putResponder(tx *store.Tx, k listKey, ref []byte, r *issuedRow) error {
	_, err := tx.Exec(`INSERT INTO authority_responder (authority, generation, key, certificate, not_after) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (authority, generation) DO UPDATE SET key = excluded.key, certificate = excluded.certificate, not_after = excluded.not_after`,
		k.authority, k.generation, ref, r.certificate, store.Micros(r.notAfter))
	return err
}
