package acme

import (
	"database/sql"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

const authorizationColumns = `id, account, profile, kind, value, wildcard, status, token, offers, method, trial, print, attempts,
	COALESCE(error, ''), validated, expires, reuse, worker, turn, created, ` + ownerRevision

func scanAuthorization(r *sql.Rows) (a authorization, err error) {
	var offers, why string
	var validated, expires, reuse, turn, created int64
	if err = r.Scan(&a.ID, &a.Account, &a.Profile, &a.Identifier.Type, &a.Identifier.Value, &a.Wildcard, &a.Status, &a.Token, &offers,
		&a.Method, &a.Trial, &a.Print, &a.Attempts, &why, &validated, &expires, &reuse, &a.Worker, &turn, &created, &a.owner); err != nil {
		return a, err
	}
	a.Offers, a.Error = strings.Fields(offers), readProblem(why)
	a.Validated, a.Expires, a.Turn, a.Created = store.Time(validated), store.Time(expires), store.Time(turn), store.Time(created)
	a.Once = reuse < 0
	if reuse > 0 {
		a.Reuse = store.Time(reuse)
	}
	return a, nil
}

func findAuthorizations(tx *store.Tx, where string, args ...any) ([]authorization, error) {
	return store.All(tx, scanAuthorization, `SELECT `+authorizationColumns+` FROM acme_authorization WHERE `+where, args...)
}

// authorizationByID returns nil when there is none.
func authorizationByID(tx *store.Tx, id string) (*authorization, error) {
	all, err := findAuthorizations(tx, `id = $1`, id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func insertAuthorization(tx *store.Tx, a *authorization) error {
	reuse := store.Micros(a.Reuse)
	if a.Once {
		reuse = -1
	}
	_, err := tx.Exec(`INSERT INTO acme_authorization (id, account, profile, kind, value, wildcard, status, token, offers, method, trial, validated,
		expires, due, reuse, ord, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16)`,
		a.ID, a.Account, a.Profile, a.Identifier.Type, a.Identifier.Value, a.Wildcard, a.Status, a.Token, strings.Join(a.Offers, " "),
		a.Method, a.Trial, store.Micros(a.Validated), store.Micros(a.Expires), reuse, known(a.Order), store.Micros(a.Created))
	return err
}

// link tells that an authorization serves an order.
func link(tx *store.Tx, authz, order string) error {
	_, err := tx.Exec(`INSERT INTO acme_order_authorization (authz, ord) VALUES ($1, $2)`, authz, order)
	return err
}

// reusable returns the authorization that proves an identifier until a time at least, or nil.
func reusable(tx *store.Tx, account string, id identifier, until time.Time) (*authorization, error) {
	all, err := findAuthorizations(tx, `account = $1 AND value = $2 AND status = 'valid' AND kind = $3 AND wildcard = $4
		AND reuse >= $5 AND expires >= $5 ORDER BY reuse DESC LIMIT 1`,
		account, id.base().Value, id.Type, id.wildcard(), store.Micros(until))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// holds reports whether an account holds a valid authorization for an identifier, however long ago it was proven.
func holds(tx *store.Tx, account string, id identifier) (bool, error) {
	var one int
	return tx.Get(`SELECT 1 FROM acme_authorization WHERE account = $1 AND value = $2 AND status = 'valid' AND kind = $3 AND wildcard = $4
		AND expires > $5 AND reuse >= 0 LIMIT 1`, []any{account, id.base().Value, id.Type, id.wildcard(), store.Micros(tx.Now())}, &one)
}

// startTrial moves a challenge from pending to processing and reports whether it was this call that did.
func startTrial(tx *store.Tx, a *authorization, turn time.Duration) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_authorization SET method = $1, trial = 'processing', print = $2, worker = $3, turn = $4
		WHERE id = $5 AND status = 'pending' AND trial = ''`, a.Method, a.Print, a.Worker, store.Micros(tx.Now().Add(turn)), a.ID)
	return n == 1, err
}

// claimTrial takes over a trial that was abandoned.
func claimTrial(tx *store.Tx, a authorization, worker string, turn time.Duration) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_authorization SET worker = $1, turn = $2 WHERE id = $3 AND status = 'pending' AND trial = 'processing' AND worker = $4 AND turn = $5`,
		worker, store.Micros(tx.Now().Add(turn)), a.ID, a.Worker, store.Micros(a.Turn))
	return n == 1, err
}

// postponeTrial leaves a trial to whoever has time for it.
func postponeTrial(tx *store.Tx, id, worker string, wait time.Duration) error {
	_, err := tx.Exec(`UPDATE acme_authorization SET worker = '', turn = $1 WHERE id = $2 AND status = 'pending' AND worker = $3`,
		store.Micros(tx.Now().Add(wait)), id, worker)
	return err
}

// keepTrial records a failed attempt that is not the last one (RFC 8555, 8.2).
func keepTrial(tx *store.Tx, a *authorization, turn time.Duration) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_authorization SET attempts = $1, error = $2, turn = $3 WHERE id = $4 AND status = 'pending' AND worker = $5`,
		a.Attempts, a.Error.stored(), store.Micros(tx.Now().Add(turn)), a.ID, a.Worker)
	return n == 1, err
}

// proven moves an authorization from pending to valid.
func proven(tx *store.Tx, a *authorization) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_authorization SET status = 'valid', trial = 'valid', attempts = $1, error = NULL, validated = $2, expires = $3,
		reuse = $4, worker = '' WHERE id = $5 AND status = 'pending' AND worker = $6`,
		a.Attempts, store.Micros(a.Validated), store.Micros(a.Expires), store.Micros(a.Reuse), a.ID, a.Worker)
	return n == 1, err
}

// provenAtOnce moves an authorization from pending to valid whose challenge is not being tried, while its account is the one
// that asked.
func provenAtOnce(tx *store.Tx, a *authorization) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_authorization SET status = 'valid', trial = 'valid', method = $1, print = $2, attempts = $3, validated = $4,
		expires = $5, reuse = $6 WHERE id = $7 AND status = 'pending' AND trial = '' AND expires > $4 AND `+ownerRevision+` = $8`,
		a.Method, a.Print, a.Attempts, store.Micros(a.Validated), store.Micros(a.Expires), store.Micros(a.Reuse), a.ID, a.owner)
	return n == 1, err
}

// disproven moves an authorization from pending to invalid.
func disproven(tx *store.Tx, a *authorization) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_authorization SET status = 'invalid', trial = 'invalid', attempts = $1, error = $2, worker = ''
		WHERE id = $3 AND status = 'pending' AND worker = $4`, a.Attempts, a.Error.stored(), a.ID, a.Worker)
	return n == 1, err
}

// moveAuthorization changes the state of an authorization and reports whether it was this call that did.
func moveAuthorization(tx *store.Tx, id, from, to string) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_authorization SET status = $1, worker = '' WHERE id = $2 AND status = $3`, to, id, from)
	return n == 1, err
}

// closeAuthorizations deactivates what an account that is closed has left, some at a time.
func closeAuthorizations(tx *store.Tx, account string) error {
	_, err := tx.Exec(`UPDATE acme_authorization SET status = 'deactivated', worker = ''
		WHERE id IN (SELECT id FROM acme_authorization WHERE account = $1 AND status = 'pending' LIMIT 10000)`, account)
	return err
}

// dueTrials lists the challenges that are being tried and whose turn ends until a time.
func dueTrials(tx *store.Tx, until time.Time, limit int) ([]authorization, error) {
	return findAuthorizations(tx, `status = 'pending' AND trial = 'processing' AND turn <= $1 ORDER BY turn LIMIT $2`, store.Micros(until), limit)
}

// sweepAuthorizations expires and deletes what is due, and returns how many rows it touched. What has ended is looked at
// again when it was kept long enough, and what is valid when it expires.
func sweepAuthorizations(tx *store.Tx, limit int) (n int64, err error) {
	now, keep := store.Micros(tx.Now()), keepFailed.Microseconds()
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{`UPDATE acme_authorization SET status = CASE WHEN status = 'valid' THEN 'expired' ELSE 'invalid' END, worker = ''
			WHERE id IN (SELECT id FROM acme_authorization WHERE due <= $1 AND expires <= $1 AND status IN ('pending', 'valid') ORDER BY due LIMIT $2)`,
			[]any{now, limit}},
		{`DELETE FROM acme_authorization WHERE id IN (SELECT id FROM acme_authorization
			WHERE due <= $1 AND expires <= $2 AND status NOT IN ('pending', 'valid') ORDER BY due LIMIT $3)`, []any{now, now - keep, limit}},
		{`UPDATE acme_authorization SET due = CASE WHEN status = 'valid' THEN expires ELSE expires + $1 END
			WHERE id IN (SELECT id FROM acme_authorization WHERE due <= $2 ORDER BY due LIMIT $3)`, []any{keep, now, limit}},
	} {
		rows, err := tx.Exec(step.statement, step.args...)
		if err != nil {
			return 0, err
		}
		n += rows
	}
	return n, nil
}

// useNonce records that a nonce was used, where several nodes share the database, and reports whether it was not before.
func useNonce(tx *store.Tx, o opened) (bool, error) {
	n, err := tx.Exec(`INSERT INTO acme_nonce (id, until) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, o.id[:], store.Micros(o.until))
	return n == 1, err
}

// sweepNonces forgets nonces that have ended.
func sweepNonces(tx *store.Tx) (int64, error) {
	return tx.Exec(`DELETE FROM acme_nonce WHERE until <= $1`, store.Micros(tx.Now()))
}
