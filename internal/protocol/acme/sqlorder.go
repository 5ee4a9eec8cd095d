package acme

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

const orderColumns = `id, account, profile, status, identifiers, authorizations, waiting, expires, worker, turn, COALESCE(error, ''),
	COALESCE(wishes, ''), COALESCE(replaces, ''), COALESCE(chosen, ''), ip, created, csr, COALESCE(certificate_id, ''),
	COALESCE(certid, ''), not_before, not_after, ` + ownerRevision

func scanOrder(r *sql.Rows) (o order, err error) {
	var identifiers, authorizations, why, wishes string
	var expires, turn, created, notBefore, notAfter int64
	if err = r.Scan(&o.ID, &o.Account, &o.Profile, &o.Status, &identifiers, &authorizations, &o.Waiting, &expires, &o.Worker, &turn, &why,
		&wishes, &o.Replaces, &o.Chosen, &o.IP, &created, &o.CSR, &o.CertificateID, &o.CertID, &notBefore, &notAfter, &o.owner); err != nil {
		return o, err
	}
	o.Authorizations, o.Error = strings.Fields(authorizations), readProblem(why)
	o.Expires, o.Turn, o.Created = store.Time(expires), store.Time(turn), store.Time(created)
	o.NotBefore, o.NotAfter = store.Time(notBefore), store.Time(notAfter)
	if err = json.Unmarshal([]byte(identifiers), &o.Identifiers); err == nil && wishes != "" {
		err = json.Unmarshal([]byte(wishes), &o.Wishes)
	}
	if err != nil {
		return o, fmt.Errorf("reading the order %s: %w", o.ID, err)
	}
	return o, nil
}

func findOrders(tx *store.Tx, where string, args ...any) ([]order, error) {
	return store.All(tx, scanOrder, `SELECT `+orderColumns+` FROM acme_order WHERE `+where, args...)
}

// orderByID returns nil when there is none.
func orderByID(tx *store.Tx, id string) (*order, error) {
	all, err := findOrders(tx, `id = $1`, id)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func insertOrder(tx *store.Tx, o *order) error {
	identifiers, err := json.Marshal(o.Identifiers)
	if err != nil {
		return err
	}
	wishes := ""
	if w := o.Wishes; w.Owner != "" || w.Team != "" || w.Contact != "" || w.Labels != nil || w.Metadata != nil {
		b, err := json.Marshal(w)
		if err != nil {
			return err
		}
		wishes = string(b)
	}
	_, err = tx.Exec(`INSERT INTO acme_order (id, account, profile, status, identifiers, authorizations, waiting, expires, due, wishes, replaces, chosen, ip, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		o.ID, o.Account, o.Profile, o.Status, string(identifiers), strings.Join(o.Authorizations, " "), o.Waiting, store.Micros(o.Expires),
		store.Micros(o.Expires), known(wishes), known(o.Replaces), known(o.Chosen), o.IP, store.Micros(o.Created))
	return err
}

// moved is an order that another statement has moved.
type moved struct {
	id, account, status string
	identifiers         []identifier
}

func scanMoved(r *sql.Rows) (m moved, err error) {
	var identifiers string
	if err = r.Scan(&m.id, &m.account, &m.status, &identifiers); err == nil {
		err = json.Unmarshal([]byte(identifiers), &m.identifiers)
	}
	return m, err
}

// ofAuthorization is the condition of the orders an authorization serves.
const ofAuthorization = `id IN (SELECT ord FROM acme_authorization WHERE id = $1 AND ord IS NOT NULL
	UNION ALL SELECT ord FROM acme_order_authorization WHERE authz = $1)`

// countValid tells the orders of an authorization that it is valid now, and returns those that became ready by it. An
// authorization becomes valid once, so each order counts down to zero.
func countValid(tx *store.Tx, authz string) ([]moved, error) {
	all, err := store.All(tx, scanMoved, `UPDATE acme_order SET waiting = waiting - 1, status = CASE WHEN waiting = 1 THEN 'ready' ELSE status END
		WHERE `+ofAuthorization+` AND status = 'pending' RETURNING id, account, status, identifiers`, authz)
	ready := all[:0]
	for _, m := range all {
		if m.status == "ready" {
			ready = append(ready, m)
		}
	}
	return ready, err
}

// shorten lets the orders of an authorization end no later than it.
func shorten(tx *store.Tx, authz string, until time.Time) error {
	_, err := tx.Exec(`UPDATE acme_order SET expires = $2, due = $2 WHERE `+ofAuthorization+` AND status IN ('pending', 'ready') AND expires > $2`,
		authz, store.Micros(until))
	return err
}

// failOrders makes the orders of an authorization invalid that wait for their client (RFC 8555, 7.1.6).
func failOrders(tx *store.Tx, authz string, why problem) ([]moved, error) {
	return store.All(tx, scanMoved, `UPDATE acme_order SET status = 'invalid', error = $2
		WHERE `+ofAuthorization+` AND status IN ('pending', 'ready') RETURNING id, account, status, identifiers`, authz, why.stored())
}

// failAccount makes the orders of an account invalid that wait for their client, some at a time.
func failAccount(tx *store.Tx, account string, why problem) ([]moved, error) {
	return store.All(tx, scanMoved, `UPDATE acme_order SET status = 'invalid', error = $2
		WHERE id IN (SELECT id FROM acme_order WHERE account = $1 AND status IN ('pending', 'ready') ORDER BY id DESC LIMIT 1000)
		RETURNING id, account, status, identifiers`, account, why.stored())
}

// expireOrder makes one order invalid whose time is over, and reports whether it was.
func expireOrder(tx *store.Tx, id string, why problem) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_order SET status = 'invalid', error = $1, due = $2 WHERE id = $3 AND status IN ('pending', 'ready') AND expires <= $4`,
		why.stored(), store.Micros(tx.Now().Add(keepFailed)), id, store.Micros(tx.Now()))
	return n == 1, err
}

// startIssuing moves an order from ready to processing and reports whether it was this call that did.
func startIssuing(tx *store.Tx, id string, csr []byte, worker string) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_order SET status = 'processing', csr = $1, worker = $2, turn = $3, error = NULL WHERE id = $4 AND status = 'ready'`,
		csr, worker, store.Micros(tx.Now().Add(issueTurn)), id)
	return n == 1, err
}

// claimIssuing takes over an order whose issuance was abandoned.
func claimIssuing(tx *store.Tx, o order, worker string) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_order SET worker = $1, turn = $2 WHERE id = $3 AND status = 'processing' AND worker = $4 AND turn = $5`,
		worker, store.Micros(tx.Now().Add(issueTurn)), o.ID, o.Worker, store.Micros(o.Turn))
	return n == 1, err
}

// postponeIssuing lets an order wait for its PKI.
func postponeIssuing(tx *store.Tx, id, worker string, wait time.Duration) error {
	_, err := tx.Exec(`UPDATE acme_order SET worker = '', turn = $1 WHERE id = $2 AND status = 'processing' AND worker = $3`,
		store.Micros(tx.Now().Add(wait)), id, worker)
	return err
}

// issued moves an order from processing to valid.
func issued(tx *store.Tx, o *order) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_order SET status = 'valid', certificate_id = $1, certid = $2, not_before = $3, not_after = $4,
		csr = NULL, worker = '' WHERE id = $5 AND status = 'processing'`,
		o.CertificateID, known(o.CertID), store.Micros(o.NotBefore), store.Micros(o.NotAfter), o.ID)
	return n == 1, err
}

// notIssuable moves an order from processing to invalid.
func notIssuable(tx *store.Tx, id string, why problem) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_order SET status = 'invalid', error = $1, csr = NULL, worker = '' WHERE id = $2 AND status = 'processing'`,
		why.stored(), id)
	return n == 1, err
}

// refuseRequest moves an order from processing back to ready.
func refuseRequest(tx *store.Tx, o order, why problem) (bool, error) {
	n, err := tx.Exec(`UPDATE acme_order SET status = 'ready', error = $1, csr = NULL, worker = '' WHERE id = $2 AND status = 'processing'`,
		why.stored(), o.ID)
	return n == 1, err
}

// isReplaced reports whether a certificate has a successor already: an order that failed does not count.
func isReplaced(tx *store.Tx, certID string) (bool, error) {
	var one int
	return tx.Get(`SELECT 1 FROM acme_order WHERE replaces = $1 AND status = 'valid' LIMIT 1`, []any{certID}, &one)
}

// orderOfCertificate returns the order of a certificate by its RFC 9773 identifier, or nil.
func orderOfCertificate(tx *store.Tx, certID string) (*order, error) {
	all, err := findOrders(tx, `certid = $1 LIMIT 1`, certID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// ordersOf lists the orders of an account that are not invalid, newest first, before the cursor.
func ordersOf(tx *store.Tx, account, before string, limit int) ([]string, error) {
	return store.All(tx, scanID, `SELECT id FROM acme_order WHERE account = $1 AND id < $2 AND status <> 'invalid' ORDER BY id DESC LIMIT $3`,
		account, before, limit)
}

func scanID(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) }

// dueOrders lists what housekeeping has to look at, of one state.
func dueOrders(tx *store.Tx, status string, limit int) ([]order, error) {
	return findOrders(tx, `due <= $1 AND status = $2 ORDER BY due LIMIT $3`, store.Micros(tx.Now()), status, limit)
}

// dueIssuances lists what is being issued and whose turn ends until a time.
func dueIssuances(tx *store.Tx, until time.Time, limit int) ([]order, error) {
	return findOrders(tx, `status = 'processing' AND turn <= $1 ORDER BY turn LIMIT $2`, store.Micros(until), limit)
}

// sweepOrder deletes an order that has ended when it was kept long enough, and looks at it again then otherwise.
func sweepOrder(tx *store.Tx, o order) error {
	until := o.Expires.Add(keepFailed)
	if o.Status == valid && o.NotAfter.Add(keepFailed).After(until) {
		until = o.NotAfter.Add(keepFailed)
	}
	if !tx.Now().Before(until) {
		return deleteOrder(tx, o)
	}
	_, err := tx.Exec(`UPDATE acme_order SET due = $1 WHERE id = $2`, store.Micros(until), o.ID)
	return err
}

// deleteOrder deletes an order that has ended, and its links.
func deleteOrder(tx *store.Tx, o order) error {
	for _, authz := range o.Authorizations {
		if _, err := tx.Exec(`DELETE FROM acme_order_authorization WHERE authz = $1 AND ord = $2`, authz, o.ID); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`DELETE FROM acme_order WHERE id = $1 AND status IN ('valid', 'invalid')`, o.ID)
	return err
}
