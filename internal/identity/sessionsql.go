package identity

import (
	"database/sql"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

const sessionColumns = `id, identifier, type, provider, name, email, address, agent, created, seen, idle, ends`

func insertSession(tx *store.Tx, s session, token string) error {
	_, err := tx.Exec(`INSERT INTO session (`+sessionColumns+`, token) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		s.id, s.identifier, s.typ, s.provider, s.name, s.email, s.address, s.agent,
		store.Micros(s.created), store.Micros(s.seen), store.Micros(s.idle), store.Micros(s.ends), token)
	return err
}

func scanSession(rows *sql.Rows) (s session, err error) {
	var created, seen, idle, ends int64
	err = rows.Scan(&s.id, &s.identifier, &s.typ, &s.provider, &s.name, &s.email, &s.address, &s.agent, &created, &seen, &idle, &ends)
	s.created, s.seen, s.idle, s.ends = store.Time(created), store.Time(seen), store.Time(idle), store.Time(ends)
	return s, err
}

// findSession returns the session of a token, or nil.
func findSession(tx *store.Tx, token string) (*session, error) {
	all, err := store.All(tx, scanSession, `SELECT `+sessionColumns+` FROM session WHERE token = $1`, token)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// touchSession writes that the session was used.
func touchSession(tx *store.Tx, id string, seen, idle time.Time) error {
	_, err := tx.Exec(`UPDATE session SET seen = $2, idle = $3 WHERE id = $1`, id, store.Micros(seen), store.Micros(idle))
	return err
}

const maxSessions = 200 // of one list

// listSessions returns the sessions of a principal that have not ended, the newest first.
func listSessions(tx *store.Tx, identifier string) ([]session, error) {
	return store.All(tx, scanSession, `SELECT `+sessionColumns+` FROM session
		WHERE identifier = $1 AND idle > $2 AND ends > $2 ORDER BY id DESC LIMIT $3`, identifier, store.Micros(tx.Now()), maxSessions)
}

// deleteSession ends one session of a principal and reports whether there was one.
func deleteSession(tx *store.Tx, identifier, id string) (bool, error) {
	n, err := tx.Exec(`DELETE FROM session WHERE identifier = $1 AND id = $2`, identifier, id)
	return n > 0, err
}

// deleteByToken ends the session of a token, when there is one.
func deleteByToken(tx *store.Tx, token string) error {
	_, err := tx.Exec(`DELETE FROM session WHERE token = $1`, token)
	return err
}

// deleteSessions ends all sessions of a principal.
func deleteSessions(tx *store.Tx, identifier string) error {
	_, err := tx.Exec(`DELETE FROM session WHERE identifier = $1`, identifier)
	return err
}

// deleteSessionsBy ends the sessions that were opened by one provider.
func deleteSessionsBy(tx *store.Tx, identifier, typ string) error {
	_, err := tx.Exec(`DELETE FROM session WHERE identifier = $1 AND type = $2`, identifier, typ)
	return err
}

// deleteSessionsOf ends the sessions of a provider.
func deleteSessionsOf(tx *store.Tx, provider string) error {
	_, err := tx.Exec(`DELETE FROM session WHERE provider = $1`, provider)
	return err
}

// deleteEnded deletes sessions that have ended.
func deleteEnded(tx *store.Tx) error {
	_, err := tx.Exec(`DELETE FROM session WHERE idle <= $1 OR ends <= $1`, store.Micros(tx.Now()))
	return err
}
