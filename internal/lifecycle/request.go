package lifecycle

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// States of a request.
const (
	pending    = "pending"     // somebody else decides
	processing = "processing"  // it is being carried out
	inProgress = "in_progress" // the PKI issues later, and is asked again
	completed  = "completed"
	failed     = "failed"
	denied     = "denied"
	canceled   = "canceled"
)

// request is a wish as it is kept.
type request struct {
	ID            string
	Wish          string
	Workflow      string
	Module        string
	Profile       string
	State         string
	Caller        access.Caller // without rights
	Content       content
	CSR           []byte
	HolderID      string
	CertificateID string
	Error         string
	Chains        []string // ids of the chains of the certificate
	Attempts      int
	Created       time.Time
	Modified      time.Time
	asked

	csr *pki.CSR // of CSR, once it was read
	via string   // the connector the PKI was asked by, where that is not the profile's of today
}

// asked is what requests that were asked for through the API have besides.
type asked struct {
	Sheet            *Sheet // the form as it was accepted; nil of a protocol
	Approver         string
	RequesterComment string
	ApproverComment  string
	Expires          time.Time // of the wait for a decision
	RemoveAt         time.Time
}

// object is what the filters of permissions see of the request.
func (q request) object() access.Object { return q.Content.object() }

const requestColumns = `id, wish, workflow, module, profile, state, caller, content, csr, holder_id, certificate_id, error, chains, attempts, created, modified,
	sheet, approver, requester_comment, approver_comment, expires, remove_at`

func scanRequest(r *sql.Rows) (q request, err error) {
	var caller, body, sheet []byte
	var certificate, why, chains, approver, comment, answer sql.NullString
	var created, modified int64
	var expires, removed sql.NullInt64
	if err = r.Scan(&q.ID, &q.Wish, &q.Workflow, &q.Module, &q.Profile, &q.State, &caller, &body, &q.CSR, &q.HolderID, &certificate, &why, &chains, &q.Attempts, &created, &modified,
		&sheet, &approver, &comment, &answer, &expires, &removed); err != nil {
		return q, err
	}
	q.Approver, q.RequesterComment, q.ApproverComment = approver.String, comment.String, answer.String
	q.Expires, q.RemoveAt = moment(expires), moment(removed)
	if sheet != nil {
		q.Sheet = &Sheet{}
		if err = json.Unmarshal(sheet, q.Sheet); err != nil {
			return q, err
		}
	}
	q.CertificateID, q.Error = certificate.String, why.String
	q.Chains = strings.Fields(chains.String)
	q.Created, q.Modified = store.Time(created), store.Time(modified)
	if err = json.Unmarshal(caller, &q.Caller); err == nil {
		err = json.Unmarshal(body, &q.Content)
	}
	return q, err
}

func moment(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return store.Time(n.Int64)
}

func findRequests(tx *store.Tx, where string, args ...any) ([]request, error) {
	all, err := store.All(tx, scanRequest, `SELECT `+requestColumns+` FROM request WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading requests: %w", err)
	}
	return all, nil
}

// byWish returns the request of a wish, or nil.
func byWish(tx *store.Tx, wish string) (*request, error) {
	all, err := findRequests(tx, `wish = $1`, wish)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// askedColumns are the columns of requests that were asked for through the API.
const askedColumns = 8

// addRequest keeps a request of a protocol and reports false when its wish has one already.
func addRequest(tx *store.Tx, q request) (bool, error) {
	return insertRequest(tx, q, make([]any, askedColumns))
}

// addAsked keeps a request that was asked for through the API; act.ErrAlready where its claim has one already.
func addAsked(tx *store.Tx, q request) error {
	sheet, err := json.Marshal(q.Sheet)
	if err != nil {
		return err
	}
	q.CSR = append([]byte{}, q.CSR...) // empty, but not nothing
	kept, err := insertRequest(tx, q, []any{
		string(sheet), text(q.RequesterComment), text(q.Content.Contact), text(q.Content.Owner), text(q.Content.Team),
		text(q.Content.Subject.String()), instant(q.Expires), instant(q.RemoveAt),
	})
	if err == nil && !kept {
		err = act.ErrAlready
	}
	return err
}

func insertRequest(tx *store.Tx, q request, asked []any) (bool, error) {
	caller, err := json.Marshal(q.Caller)
	if err != nil {
		return false, err
	}
	body, err := json.Marshal(q.Content)
	if err != nil {
		return false, err
	}
	args := append([]any{
		q.ID, q.Wish, q.Workflow, q.Module, q.Profile, q.State, q.Caller.ID, string(caller), string(body), q.CSR, q.HolderID,
		sql.NullString{String: q.CertificateID, Valid: q.CertificateID != ""}, store.Micros(tx.Now()),
	}, asked...)
	n, err := tx.Exec(`INSERT INTO request (id, wish, workflow, module, profile, state, requester, caller, content, csr, holder_id, certificate_id, attempts, created, modified,
			sheet, requester_comment, contact, owner, team, dn, expires, remove_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $13, $14, $15, $16, $17, $18, $19, $20, $21) ON CONFLICT (wish) DO NOTHING`, args...)
	if err != nil {
		return false, fmt.Errorf("keeping the request %s: %w", q.ID, err)
	}
	return n == 1, nil
}

// worked is the condition of the requests a PKI works on.
const worked = `state IN ('processing', 'in_progress')`

// settle moves a request that is worked on to its end and reports whether it was this call that did.
func settle(tx *store.Tx, id, state, certificate, why string) (bool, error) {
	n, err := tx.Exec(`UPDATE request SET state = $1, certificate_id = $2, error = $3, modified = $4 WHERE id = $5 AND `+worked,
		state, sql.NullString{String: certificate, Valid: certificate != ""}, sql.NullString{String: why, Valid: why != ""}, store.Micros(tx.Now()), id)
	return n == 1, err
}

// fulfil moves a request that is worked on to completed and reports whether it was this call that did.
func fulfil(tx *store.Tx, id, certificate string, chains []string) (bool, error) {
	n, err := tx.Exec(`UPDATE request SET state = 'completed', certificate_id = $1, error = NULL, chains = $2, modified = $3 WHERE id = $4 AND `+worked,
		certificate, strings.Join(chains, " "), store.Micros(tx.Now()), id)
	return n == 1, err
}

// stumble keeps why a request that is carried out is not finished yet.
func stumble(tx *store.Tx, id, why string) error {
	_, err := tx.Exec(`UPDATE request SET error = $1 WHERE id = $2 AND state = 'processing'`, sql.NullString{String: why, Valid: why != ""}, id)
	return err
}

// attempt counts another call of the PKI.
func attempt(tx *store.Tx, id string) error {
	_, err := tx.Exec(`UPDATE request SET attempts = attempts + 1, modified = $1 WHERE id = $2 AND state = 'processing'`, store.Micros(tx.Now()), id)
	return err
}

// underway counts requests of a holder that a PKI works on.
func underway(tx *store.Tx, holder, profile string) (n int, err error) {
	_, err = tx.Get(`SELECT (SELECT count(*) FROM request WHERE state = 'processing' AND holder_id = $1 AND profile = $2)
		+ (SELECT count(*) FROM request WHERE state = 'in_progress' AND holder_id = $1 AND profile = $2)`, []any{holder, profile}, &n)
	return n, err
}

// order is the request as the PKI is asked.
func (q *request) order() (o connector.Order, err error) {
	if q.csr == nil {
		if q.csr, err = pki.ParseCSR(q.CSR); err != nil {
			return o, err
		}
	}
	return connector.Order{ID: q.ID, CSR: q.csr, Subject: q.Content.Subject, SANs: q.Content.SANs, Extensions: q.Content.Extensions, Later: q.mayWait()}, nil
}

// publicID is the request people know: the enrollment with a challenge goes by the request the challenge was delivered for.
func (q request) publicID() string {
	if q.Content.Of != "" {
		return q.Content.Of
	}
	return q.ID
}

// facts are what events of the request tell.
func (q request) facts(c Common) event.Certificate {
	f := event.Certificate{
		DN: q.Content.Subject.String(), Profile: q.Profile, ProfileModule: q.Module, RequestID: q.publicID(), HolderID: q.HolderID,
		Owner: q.Content.Owner, Team: q.Content.Team, Connector: string(c.Connector),
	}
	for _, s := range q.Content.SANs {
		f.Names = append(f.Names, s.Value)
	}
	return f
}
