package acme

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/horizon-clm/horizon/internal/store"
)

const externalColumns = `e.name, e.id, e.key_id, e.algorithm, e.secret, e.status, e.expires, e.bound, e.body, e.created, e.policy, COALESCE(p.body, '')`

func scanExternal(r *sql.Rows) (*externalKey, error) {
	var x externalKey
	var expires, created int64
	var body, name, shared string
	err := r.Scan(&x.Name, &x.ID, &x.KeyID, &x.Algorithm, &x.Secret, &x.Status, &expires, &x.Bound, &body, &created, &name, &shared)
	if err != nil {
		return nil, err
	}
	x.Expires, x.Created = store.Time(expires), store.Time(created)
	if err := json.Unmarshal([]byte(body), &x.Limits); err != nil {
		return nil, fmt.Errorf("reading the external account key %s: %w", x.Name, err)
	}
	if shared != "" {
		if err := json.Unmarshal([]byte(shared), &x.Policy); err != nil {
			return nil, fmt.Errorf("reading the policy %s: %w", name, err)
		}
	}
	x.Policy.Name = name
	return &x, nil
}

func findExternal(tx *store.Tx, where string, args ...any) ([]*externalKey, error) {
	return store.All(tx, scanExternal, `SELECT `+externalColumns+` FROM acme_eab e LEFT JOIN acme_eab_policy p ON p.name = e.policy WHERE `+where, args...)
}

func oneExternal(tx *store.Tx, where string, args ...any) (*externalKey, error) {
	all, err := findExternal(tx, where, args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// externalByKeyID returns nil when there is none.
func externalByKeyID(tx *store.Tx, keyID string) (*externalKey, error) {
	return oneExternal(tx, `e.key_id = $1`, keyID)
}

// externalByName returns nil when there is none.
func externalByName(tx *store.Tx, name string) (*externalKey, error) {
	return oneExternal(tx, `e.name = $1`, name)
}

// bindExternal counts one more account, when the key is still valid and has room.
func bindExternal(tx *store.Tx, name string, most int) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_eab SET bound = bound + 1 WHERE name = $1 AND status = 'valid' AND (expires = 0 OR expires > $2) AND ($3 = 0 OR bound < $3)`,
		name, store.Micros(tx.Now()), int64(most))
	return n == 1, err
}

// insertExternal reports whether the name was free.
func insertExternal(tx *store.Tx, x *externalKey) (bool, error) {
	body, err := json.Marshal(x.Limits)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`INSERT INTO acme_eab (name, id, key_id, policy, algorithm, secret, status, expires, bound, methods, body, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11) ON CONFLICT (name) DO NOTHING`,
		x.Name, x.ID, x.KeyID, x.Policy.Name, x.Algorithm, x.Secret, x.Status, store.Micros(x.Expires), strings.Join(x.Limits.ValidationMethods, " "),
		string(body), store.Micros(x.Created))
	return n == 1, err
}

// updateExternal writes what can change of a key: all but its name, its kid and how many are bound.
func updateExternal(tx *store.Tx, x *externalKey) error {
	body, err := json.Marshal(x.Limits)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE acme_eab SET policy = $1, algorithm = $2, secret = $3, status = $4, expires = $5, methods = $6, body = $7 WHERE name = $8`,
		x.Policy.Name, x.Algorithm, x.Secret, x.Status, store.Micros(x.Expires), strings.Join(x.Limits.ValidationMethods, " "), string(body), x.Name)
	return err
}

func deleteExternal(tx *store.Tx, name string) error {
	_, err := tx.Exec(`DELETE FROM acme_eab WHERE name = $1`, name)
	return err
}

// boundAccounts lists accounts of a key, behind the one with the id.
func boundAccounts(tx *store.Tx, name, after string, limit int) ([]*account, error) {
	return store.All(tx, scanAccount, `SELECT `+accountColumns+` FROM acme_account WHERE eab = $1 AND id > $2 ORDER BY id LIMIT $3`, name, after, limit)
}

// policyByName returns nil when there is none.
func policyByName(tx *store.Tx, name string) (*storedPolicy, error) {
	all, err := findPolicies(tx, `name = $1`, name)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// storedPolicy is a policy with its id.
type storedPolicy struct {
	id string
	policy
}

func findPolicies(tx *store.Tx, where string, args ...any) ([]storedPolicy, error) {
	return store.All(tx, func(r *sql.Rows) (p storedPolicy, err error) {
		var name, body string
		if err = r.Scan(&name, &p.id, &body); err == nil {
			err = json.Unmarshal([]byte(body), &p.policy)
		}
		p.Name = name
		return p, err
	}, `SELECT name, id, body FROM acme_eab_policy WHERE `+where, args...)
}

// putPolicy adds or replaces a policy.
func putPolicy(tx *store.Tx, p storedPolicy) error {
	body, err := json.Marshal(p.policy)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO acme_eab_policy (name, id, body) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET body = excluded.body`,
		p.Name, p.id, string(body))
	return err
}

func deletePolicy(tx *store.Tx, name string) error {
	_, err := tx.Exec(`DELETE FROM acme_eab_policy WHERE name = $1`, name)
	return err
}

// policyUsed reports whether a key has the policy.
func policyUsed(tx *store.Tx, name string) (bool, error) {
	var one int
	return tx.Get(`SELECT 1 FROM acme_eab WHERE policy = $1 LIMIT 1`, []any{name}, &one)
}
