package authority

import (
	"database/sql"
	"errors"
	"iter"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// revokedRow is one revoked serial number.
type revokedRow struct {
	authority string
	serial    []byte
	at        time.Time
	reason    int
	notAfter  time.Time
}

// insertRevoked revokes, and reports whether anything has changed. Of what was revoked before, hold (6) gives way to any
// other reason, and any reason to keyCompromise (1).
func insertRevoked(tx *store.Tx, r revokedRow) (bool, error) {
	n, err := tx.Exec(`INSERT INTO authority_revoked (authority, serial, at, reason, not_after) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (authority, serial) DO UPDATE SET reason = excluded.reason
		WHERE authority_revoked.reason <> excluded.reason AND (authority_revoked.reason = 6 OR excluded.reason = 1)`,
		r.authority, r.serial, store.Micros(r.at), r.reason, store.Micros(r.notAfter))
	return n == 1, err
}

// deleteHeld takes a serial number off hold.
func deleteHeld(tx *store.Tx, authority string, serial []byte) (bool, error) {
	n, err := tx.Exec(`DELETE FROM authority_revoked WHERE authority = $1 AND serial = $2 AND reason = 6`, authority, serial)
	return n == 1, err
}

// revokedAt returns the epoch, when and why a serial number was revoked, and whether it was.
func revokedAt(tx *store.Tx, authority string, serial []byte) (now int64, at time.Time, reason int, found bool, err error) {
	var when, why *int64
	_, err = tx.Get(`SELECT e.value, r.at, r.reason FROM authority_epoch e
		LEFT JOIN authority_revoked r ON r.authority = $1 AND r.serial = $2 WHERE e.one = 1`, []any{authority, serial}, &now, &when, &why)
	if err != nil || when == nil {
		return now, at, 0, false, err
	}
	return now, store.Time(*when), int(*why), true, nil
}

// stateOf reads what is known of a serial number, in one statement.
func stateOf(tx *store.Tx, id string, serial []byte) (s state, err error) {
	var issued bool
	var at, reason *int64
	_, err = tx.Get(`SELECT EXISTS (SELECT 1 FROM authority_issued i WHERE i.serial = $2 AND i.authority = a.id), r.at, r.reason
		FROM authority a LEFT JOIN authority_revoked r ON r.authority = a.id AND r.serial = $2 WHERE a.id = $1`,
		[]any{id, serial}, &issued, &at, &reason)
	switch {
	case err != nil:
	case at != nil:
		s.status, s.at = pki.OCSPRevoked, store.Time(*at)
		s.reason, _ = pki.ReasonOf(int(*reason))
	case !issued:
		s.status = pki.OCSPUnknown
	}
	return s, err
}

// countRevocation counts a change of the revoked serial numbers of a CA.
func countRevocation(tx *store.Tx, id string) error {
	_, err := tx.Exec(`UPDATE authority SET revocations = revocations + 1 WHERE id = $1`, id)
	return err
}

// entries are revoked serial numbers, small enough in memory for a million of them.
type entries struct {
	serials []byte
	ends    []int // of each in serials
	at      []int64
	reasons []byte
}

// all returns the entries one by one.
func (l *entries) all() iter.Seq[pki.Revoked] {
	return func(yield func(pki.Revoked) bool) {
		start := 0
		for i, end := range l.ends {
			reason, _ := pki.ReasonOf(int(l.reasons[i]))
			if !yield(pki.Revoked{Serial: l.serials[start:end], At: store.Time(l.at[i]), Reason: reason}) {
				return
			}
			start = end
		}
	}
}

// revokedOf reads what a list made now is to hold: everything revoked that had not ended at the time given. There is no
// limit: a list is complete.
func revokedOf(tx *store.Tx, id string, since time.Time) (revocations int64, l *entries, err error) {
	// The count is read first: the entries are then at least as new as it says.
	if _, err := tx.Get(`SELECT revocations FROM authority WHERE id = $1`, []any{id}, &revocations); err != nil {
		return 0, nil, err
	}
	rows, err := tx.Query(`SELECT serial, at, reason FROM authority_revoked WHERE authority = $1 AND not_after > $2`, id, store.Micros(since))
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	l = &entries{}
	var serial sql.RawBytes
	for rows.Next() {
		var at int64
		var reason byte
		if err := rows.Scan(&serial, &at, &reason); err != nil {
			return 0, nil, err
		}
		l.serials = append(l.serials, serial...)
		l.ends = append(l.ends, len(l.serials))
		l.at = append(l.at, at)
		l.reasons = append(l.reasons, reason)
	}
	return revocations, l, rows.Err()
}
