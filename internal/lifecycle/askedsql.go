package lifecycle

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// byID returns a request.
func byID(tx *store.Tx, id string) (request, error) {
	if !store.IsID(id) {
		return request{}, NoRequest.Detail("%s", clip(id))
	}
	all, err := findRequests(tx, `id = $1`, id)
	if err != nil {
		return request{}, err
	}
	if len(all) == 0 {
		return request{}, NoRequest.Detail("%s", id)
	}
	return all[0], nil
}

// setAsked writes what requests have that were asked for through the API.
func setAsked(tx *store.Tx, q request) error {
	sheet, err := json.Marshal(q.Sheet)
	if err != nil {
		return err
	}
	body, err := json.Marshal(q.Content)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE request SET sheet = $1, content = $2, csr = $3, holder_id = $4, requester_comment = $5, contact = $6, owner = $7, team = $8, dn = $9, expires = $10, remove_at = $11 WHERE id = $12`,
		string(sheet), string(body), append([]byte{}, q.CSR...), q.HolderID, text(q.RequesterComment), text(q.Content.Contact), text(q.Content.Owner), text(q.Content.Team), text(q.Content.Subject.String()),
		instant(q.Expires), instant(q.RemoveAt), q.ID)
	if err != nil {
		return fmt.Errorf("keeping the request %s: %w", q.ID, err)
	}
	return nil
}

// move takes a request from one state to that it now has, and reports whether it was this call that did.
func move(tx *store.Tx, q request, from string) (bool, error) {
	n, err := tx.Exec(`UPDATE request SET state = $1, approver = $2, approver_comment = $3, expires = $4, remove_at = $5, modified = $6 WHERE id = $7 AND state = $8`,
		q.State, text(q.Approver), text(q.ApproverComment), instant(q.Expires), instant(q.RemoveAt), store.Micros(tx.Now()), q.ID, from)
	return n == 1, err
}

// retire says when a request is removed.
func retire(tx *store.Tx, id string, at time.Time) error {
	_, err := tx.Exec(`UPDATE request SET remove_at = $1, expires = NULL WHERE id = $2`, store.Micros(at), id)
	return err
}

func dropKey(tx *store.Tx, id string) error {
	_, err := tx.Exec(`DELETE FROM request_key WHERE request = $1`, id)
	return err
}

func text(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

func instant(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: store.Micros(t), Valid: true}
}
