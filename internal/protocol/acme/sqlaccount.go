package acme

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

const accountColumns = `id, profile, jwk, status, contacts, terms, COALESCE(eab, ''), COALESCE(binding, ''), ip, created, revision`

func scanAccount(r *sql.Rows) (*account, error) {
	var a account
	var jwk, contacts, binding string
	var terms, created int64
	err := r.Scan(&a.ID, &a.Profile, &jwk, &a.Status, &contacts, &terms, &a.EAB, &binding, &a.IP, &created, &a.Revision)
	if err != nil {
		return nil, err
	}
	a.Terms, a.Created = store.Time(terms), store.Time(created)
	if binding != "" {
		a.Binding = json.RawMessage(binding)
	}
	if err := json.Unmarshal([]byte(contacts), &a.Contacts); err != nil {
		return nil, fmt.Errorf("reading the account %s: %w", a.ID, err)
	}
	if a.key, err = parseJWK([]byte(jwk)); err != nil {
		return nil, fmt.Errorf("reading the account %s: %w", a.ID, err)
	}
	return &a, nil
}

func oneAccount(tx *store.Tx, where string, args ...any) (*account, error) {
	all, err := store.All(tx, scanAccount, `SELECT `+accountColumns+` FROM acme_account WHERE `+where, args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// accountByID returns nil when there is none.
func accountByID(tx *store.Tx, id string) (*account, error) { return oneAccount(tx, `id = $1`, id) }

// accountOfKey returns nil when the key is that of no account.
func accountOfKey(tx *store.Tx, profile, thumbprint string) (*account, error) {
	return oneAccount(tx, `profile = $1 AND thumbprint = $2`, profile, thumbprint)
}

// isAccountKey reports whether a key is that of an account.
func isAccountKey(tx *store.Tx, profile, thumbprint string) (bool, error) {
	var one int
	return tx.Get(`SELECT 1 FROM acme_account WHERE profile = $1 AND thumbprint = $2`, []any{profile, thumbprint}, &one)
}

// insertAccount reports whether the key was that of no account yet.
func insertAccount(tx *store.Tx, a *account) (bool, error) {
	contacts, err := json.Marshal(a.Contacts)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`INSERT INTO acme_account (id, profile, thumbprint, jwk, status, contacts, terms, eab, binding, ip, created, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT (profile, thumbprint) DO NOTHING`,
		a.ID, a.Profile, a.key.thumbprint, a.key.canonical, a.Status, string(contacts), store.Micros(a.Terms), known(a.EAB), known(string(a.Binding)),
		a.IP, store.Micros(a.Created))
	return n == 1, err
}

// known is a text as a column holds it: NULL when there is none.
func known(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// ownerRevision is a column of what belongs to an account: the revision of the account, 0 when it is not valid any more.
const ownerRevision = `COALESCE((SELECT o.revision FROM acme_account o WHERE o.id = account AND o.status = 'valid'), 0)`

// check makes sure that the account in memory is the one of the database, and still valid.
func (a *account) check(tx *store.Tx) error {
	var revision int64
	ok, err := tx.Get(`SELECT revision FROM acme_account WHERE id = $1`, []any{a.ID}, &revision)
	if err == nil && (!ok || revision != a.Revision) {
		err = errStale
	}
	return err
}

// checkAndCount is check, and counts the authorizations of the account that wait for their client, up to a limit.
func (a *account) checkAndCount(tx *store.Tx, limit int) (n int, err error) {
	var revision int64
	ok, err := tx.Get(`SELECT revision, (SELECT count(*) FROM (SELECT 1 FROM acme_authorization WHERE account = $1 AND status = 'pending' LIMIT $2) p)
		FROM acme_account WHERE id = $1`, []any{a.ID, limit}, &revision, &n)
	if err == nil && (!ok || revision != a.Revision) {
		err = errStale
	}
	return n, err
}

// updateContacts also records that the terms were agreed to, when they were now.
func updateContacts(tx *store.Tx, a *account, contacts []string, terms time.Time) error {
	text, err := json.Marshal(contacts)
	if err != nil {
		return err
	}
	return a.changed(tx.Exec(`UPDATE acme_account SET contacts = $1, terms = $2, revision = revision + 1 WHERE id = $3 AND revision = $4`,
		string(text), store.Micros(terms), a.ID, a.Revision))
}

// setKey replaces the key of an account. store.Duplicate tells that it is that of another one.
func setKey(tx *store.Tx, a *account, k *key) error {
	return a.changed(tx.Exec(`UPDATE acme_account SET jwk = $1, thumbprint = $2, revision = revision + 1 WHERE id = $3 AND revision = $4`,
		k.canonical, k.thumbprint, a.ID, a.Revision))
}

// moveAccount changes the state of an account.
func moveAccount(tx *store.Tx, a *account, to string) error {
	return a.changed(tx.Exec(`UPDATE acme_account SET status = $1, revision = revision + 1 WHERE id = $2 AND revision = $3`,
		to, a.ID, a.Revision))
}

// changed tells that somebody else was faster.
func (a *account) changed(n int64, err error) error {
	if err == nil && n == 0 {
		return errStale
	}
	return err
}

// deleteAccount deletes an account with its orders and their authorizations. What is left of older authorizations is
// deleted when it is due.
func deleteAccount(tx *store.Tx, id string) error {
	for {
		orders, err := findOrders(tx, `account = $1 ORDER BY id LIMIT 500`, id)
		if err != nil {
			return err
		}
		if len(orders) == 0 {
			break
		}
		for _, o := range orders {
			if err := dropOrder(tx, o); err != nil {
				return err
			}
		}
	}
	for _, statement := range []string{
		`DELETE FROM acme_authorization WHERE account = $1 AND status = 'pending'`,
		`DELETE FROM acme_authorization WHERE account = $1 AND status = 'valid'`,
		`DELETE FROM acme_account WHERE id = $1`,
	} {
		if _, err := tx.Exec(statement, id); err != nil {
			return err
		}
	}
	return nil
}

// dropOrder deletes an order whatever its state, with its authorizations.
func dropOrder(tx *store.Tx, o order) error {
	for _, authz := range o.Authorizations {
		if _, err := tx.Exec(`DELETE FROM acme_order_authorization WHERE authz = $1`, authz); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM acme_authorization WHERE id = $1`, authz); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`DELETE FROM acme_order WHERE id = $1`, o.ID)
	return err
}
