package authority

import (
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// Purposes of what is issued.
const (
	purposeLeaf = "leaf"
	purposeCA   = "ca"
	purposeOCSP = "ocsp"
)

// issuedRow is one certificate a CA has issued.
type issuedRow struct {
	request, authority string
	generation         int64
	purpose            string
	serial             []byte
	notAfter           time.Time
	certificate        []byte
}

// issuedFor returns the epoch and, if anything was issued for the request, that, in one statement.
func issuedFor(tx *store.Tx, request string) (now int64, row *issuedRow, err error) {
	var authority *string
	var generation *int64
	var der []byte
	_, err = tx.Get(`SELECT e.value, i.authority, i.generation, i.certificate
		FROM authority_epoch e LEFT JOIN authority_issued i ON i.request = $1 WHERE e.one = 1`, []any{request}, &now, &authority, &generation, &der)
	if err != nil || authority == nil {
		return now, nil, err
	}
	return now, &issuedRow{request: request, authority: *authority, generation: *generation, certificate: der}, nil
}

// insertIssued keeps a certificate and reports false when its request has one already.
func insertIssued(tx *store.Tx, r *issuedRow) (bool, error) {
	n, err := tx.Exec(`INSERT INTO authority_issued (request, authority, generation, purpose, serial, not_after, certificate)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (request) DO NOTHING`,
		r.request, r.authority, r.generation, r.purpose, r.serial, store.Micros(r.notAfter), r.certificate)
	if store.Duplicate(err) {
		return false, errSerial
	}
	return n == 1, err
}

// bySerial returns whose certificate the serial number is, among CAs that use it.
func bySerial(tx *store.Tx, serial, der []byte) (authority string, found bool, err error) {
	found, err = tx.Get(`SELECT authority FROM authority_issued WHERE serial = $1 AND certificate = $2 LIMIT 1`,
		[]any{serial, der}, &authority)
	return authority, found, err
}
