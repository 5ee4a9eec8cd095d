package authority

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/horizon-clm/horizon/internal/store"
)

// epoch is raised by every change of CAs or of their certificates.
func epoch(tx *store.Tx) (now int64, err error) {
	_, err = tx.Get(`SELECT value FROM authority_epoch WHERE one = 1`, nil, &now)
	return now, err
}

// raise makes all nodes read the CAs again. It makes changes of CAs wait for each other.
func raise(tx *store.Tx) error {
	_, err := tx.Exec(`UPDATE authority_epoch SET value = value + 1 WHERE one = 1`)
	return err
}

// authorities returns every CA without its certificates. All of them: a directory is whole or nothing.
func authorities(tx *store.Tx) ([]*ca, error) {
	return store.All(tx, func(r *sql.Rows) (*ca, error) {
		c := &ca{}
		var settings string
		var created int64
		err := r.Scan(&c.id, &c.name, &c.parent, &settings, &created)
		c.created = store.Time(created)
		return c, errors.Join(err, json.Unmarshal([]byte(settings), &c.settings))
	}, `SELECT id, name, parent, settings, created FROM authority ORDER BY name`)
}

// generationRow is a certificate of a CA as it is stored.
type generationRow struct {
	authority                      string
	generation, keyGeneration      int64
	key, certificate, cross, above []byte
}

// generations returns the certificates of every CA, oldest first.
func generations(tx *store.Tx) ([]generationRow, error) {
	return store.All(tx, func(r *sql.Rows) (g generationRow, err error) {
		return g, r.Scan(&g.authority, &g.generation, &g.keyGeneration, &g.key, &g.certificate, &g.cross, &g.above)
	}, `SELECT authority, generation, key_generation, key, certificate, cross_signed, above
		FROM authority_generation ORDER BY authority, generation`)
}

// currentCertificate returns the newest certificate of a CA, in DER.
func currentCertificate(tx *store.Tx, name string) (der []byte, err error) {
	found, err := tx.Get(`SELECT g.certificate FROM authority a JOIN authority_generation g ON g.authority = a.id
		WHERE a.name = $1 ORDER BY g.generation DESC LIMIT 1`, []any{name}, &der)
	if err == nil && !found {
		err = Missing.Detail("%s", name)
	}
	return der, err
}

func insertAuthority(tx *store.Tx, c *ca) error {
	settings, err := json.Marshal(c.settings)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO authority (id, name, parent, settings, created) VALUES ($1, $2, $3, $4, $5)`,
		c.id, c.name, c.parent, string(settings), store.Micros(tx.Now()))
	if store.Duplicate(err) {
		return Exists.Detail("%s", c.name)
	}
	return err
}

func insertGeneration(tx *store.Tx, g generationRow) error {
	_, err := tx.Exec(`INSERT INTO authority_generation (authority, generation, key_generation, key, certificate, cross_signed, above)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, g.authority, g.generation, g.keyGeneration, g.key, g.certificate, g.cross, g.above)
	if store.Duplicate(err) {
		return NoRenewal.Detail("somebody else has just renewed it")
	}
	return err
}

func updateSettings(tx *store.Tx, id string, s Settings) error {
	settings, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE authority SET settings = $1 WHERE id = $2`, string(settings), id)
	return err
}

// valid counts the certificates of a CA that have not ended and are not revoked for good; hold is not for good. It counts
// up to a limit.
func valid(tx *store.Tx, id string, limit int) (n int, err error) {
	_, err = tx.Get(`SELECT count(*) FROM (SELECT 1 FROM authority_issued i WHERE i.authority = $1 AND i.not_after > $2 AND i.purpose <> 'ocsp'
		AND NOT EXISTS (SELECT 1 FROM authority_revoked r WHERE r.authority = i.authority AND r.serial = i.serial AND r.reason <> 6)
		LIMIT $3) AS counted`, []any{id, store.Micros(tx.Now()), limit}, &n)
	return n, err
}

// erase removes a CA and all that is known of what it issued.
func erase(tx *store.Tx, id string) error {
	for _, table := range []string{"authority_crl", "authority_responder", "authority_revoked", "authority_issued", "authority_generation"} {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE authority = $1`, id); err != nil {
			return fmt.Errorf("emptying %s: %w", table, err)
		}
	}
	_, err := tx.Exec(`DELETE FROM authority WHERE id = $1`, id)
	return err
}
