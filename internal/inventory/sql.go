package inventory

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// inserted are the columns of a new row.
const inserted = `id, module, profile, thumbprint, public_key_thumbprint, serial, holder_id, not_before, not_after, key_type,
	signing_algorithm, self_signed, escrowed, trusted, created, owner, team, contact_email, requester, requester_type,
	request_id, pki_connector, ca, dn, issuer, der, auto_renew, due, grades, metadata, labels, sans, extensions`

const insert = `INSERT INTO certificate (` + inserted + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
	$25, $26, $27, $28, $29, $30, $31, $32, $33) ON CONFLICT (thumbprint) DO NOTHING`

const columns = `c.id, c.module, c.profile, c.thumbprint, c.public_key_thumbprint, c.serial, c.holder_id, c.not_before,
	c.not_after, c.revoked, COALESCE(c.revoked_at, 0), COALESCE(c.revocation_reason, ''), c.key_type, c.signing_algorithm,
	c.self_signed, c.escrowed, c.trusted, c.created, COALESCE(c.owner, ''), COALESCE(c.team, ''),
	COALESCE(c.contact_email, ''), COALESCE(c.requester, ''), COALESCE(c.requester_type, ''), COALESCE(c.request_id, ''),
	COALESCE(c.pki_connector, ''), COALESCE(c.ca, ''), c.dn, c.issuer, c.grades, c.metadata, c.labels, c.sans,
	c.extensions, c.der, c.auto_renew, COALESCE(c.due, 0), COALESCE(c.successor, '')`

const selects = `SELECT ` + columns + ` FROM certificate c WHERE `

// scan reads one row of the columns.
func scan(rows *sql.Rows) (c Certificate, err error) {
	var notBefore, notAfter, revokedAt, created, due int64
	var grades, metadata, labels, sans, extensions []byte
	if err = rows.Scan(&c.ID, &c.Module, &c.Profile, &c.Thumbprint, &c.PublicKeyThumbprint, &c.Serial, &c.HolderID,
		&notBefore, &notAfter, &c.Revoked, &revokedAt, &c.Reason, &c.KeyType, &c.SigningAlgorithm, &c.SelfSigned,
		&c.Escrowed, &c.Trusted, &created, &c.Owner, &c.Team, &c.ContactEmail, &c.Requester, &c.RequesterType,
		&c.RequestID, &c.Connector, &c.CA, &c.DN, &c.Issuer, &grades, &metadata, &labels, &sans, &extensions, &c.DER,
		&c.AutoRenew, &due, &c.Successor); err != nil {
		return c, err
	}
	c.NotBefore, c.NotAfter = store.Time(notBefore), store.Time(notAfter)
	c.RevokedAt, c.Created = store.Time(revokedAt), store.Time(created)
	if due != 0 {
		c.Due = store.Time(due)
	}
	var objects [3]map[string]string
	var lists [2][][2]string
	for i, text := range [][]byte{grades, metadata, labels} {
		if err := json.Unmarshal(text, &objects[i]); err != nil {
			return c, fmt.Errorf("reading the certificate %s: %w", c.ID, err)
		}
	}
	for i, text := range [][]byte{sans, extensions} {
		if err := json.Unmarshal(text, &lists[i]); err != nil {
			return c, fmt.Errorf("reading the certificate %s: %w", c.ID, err)
		}
	}
	for _, p := range pairs(objects[0]) {
		c.Grades = append(c.Grades, Grade{p.Key, p.Value})
	}
	c.Metadata, c.Labels = pairs(objects[1]), pairs(objects[2])
	for _, s := range lists[0] {
		c.SANs = append(c.SANs, pki.SAN{Type: pki.SANType(s[0]), Value: s[1]})
	}
	for _, e := range lists[1] {
		c.Extensions = append(c.Extensions, pki.Extension{Type: pki.ExtensionType(e[0]), Value: e[1]})
	}
	return c, nil
}

// pairs lists an object in the order of its keys.
func pairs(object map[string]string) (all []Pair) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		all = append(all, Pair{key, object[key]})
	}
	return all
}

// one returns the first certificate of a condition.
func one(tx *store.Tx, what, condition string, args ...any) (Certificate, error) {
	all, err := store.All(tx, scan, selects+condition+` LIMIT 1`, args...)
	if err != nil {
		return Certificate{}, fmt.Errorf("reading a certificate: %w", err)
	}
	if len(all) == 0 {
		return Certificate{}, Missing.Detail("%s", what)
	}
	return all[0], nil
}

// Get returns the certificate with the id.
func Get(tx *store.Tx, id string) (Certificate, error) {
	if !store.IsID(id) {
		return Certificate{}, Missing
	}
	return one(tx, id, `c.id = $1`, id)
}

// ByThumbprint returns the certificate with the SHA-256, in lower-case hex.
func ByThumbprint(tx *store.Tx, thumbprint string) (Certificate, error) {
	return one(tx, thumbprint, `c.thumbprint = $1`, thumbprint)
}

// bySerial finds by the number, which hardly any two issuers share, and not by the index of all that an issuer issued.
const bySerial = `c.serial = $1 AND c.issuer || '' = $2`

// BySerial returns the certificate an issuer gave the serial number.
func BySerial(tx *store.Tx, issuer, serial string) (Certificate, error) {
	return one(tx, serial, bySerial, serial, issuer)
}

// maxOfHolder bounds what is read of one holder.
const maxOfHolder = 1000

// ofHolder is the condition of the valid certificates of a holder, in one profile or, when that is "", in all.
const ofHolder = `c.holder_id = $1 AND c.not_after > $2 AND c.revoked = FALSE AND ($3 = '' OR c.profile = $3)`

// ActiveOfHolder returns the certificates of a holder that are neither revoked nor expired, in one profile or, when that
// is "", in all: the oldest first, at most a thousand.
func ActiveOfHolder(tx *store.Tx, holderID, profile string, now time.Time) ([]Certificate, error) {
	all, err := store.All(tx, scan, selects+ofHolder+` ORDER BY c.id LIMIT $4`, holderID, store.Micros(now), profile, maxOfHolder)
	if err != nil {
		return nil, fmt.Errorf("reading the certificates of a holder: %w", err)
	}
	return all, nil
}

// CountActive counts what ActiveOfHolder returns, without its bound.
func CountActive(tx *store.Tx, holderID, profile string, now time.Time) (n int, err error) {
	_, err = tx.Get(`SELECT count(*) FROM certificate c WHERE `+ofHolder, []any{holderID, store.Micros(now), profile}, &n)
	return n, err
}

// SetRevoked records that the certificate is revoked, and reports whether it was not before.
func SetRevoked(tx *store.Tx, id string, at time.Time, reason pki.Reason) (moved bool, err error) {
	n, err := tx.Exec(`UPDATE certificate SET revoked = TRUE, revoked_at = $1, revocation_reason = $2 WHERE id = $3 AND (revoked = FALSE OR revocation_reason = $4)`,
		store.Micros(at), string(reason), id, string(pki.CertificateHold))
	return n == 1, err
}

// Unrevoke takes the certificate off hold, and reports whether it was on hold: no other revocation can be undone.
func Unrevoke(tx *store.Tx, id string) (moved bool, err error) {
	n, err := tx.Exec(`UPDATE certificate SET revoked = FALSE, revoked_at = NULL, revocation_reason = NULL
		WHERE id = $1 AND revoked = TRUE AND revocation_reason = $2`, id, string(pki.CertificateHold))
	return n == 1, err
}

// LatestOfHolder returns the newest certificate of a holder besides the one of the id, which may be "", or Missing.
func LatestOfHolder(tx *store.Tx, holderID, besides string) (Certificate, error) {
	return one(tx, holderID, `c.holder_id = $1 AND c.id <> $2 ORDER BY c.not_after DESC, c.id DESC`, holderID, besides)
}

// Bears reports whether a certificate of the team or, when that is "", of the owner has the alternative name, besides the
// certificate of the id.
func Bears(tx *store.Tx, name string, by Ownership, besides string) (bool, error) {
	column, whom := "c.team", by.Team
	if whom == "" {
		column, whom = "c.owner", by.Owner
	}
	var n int
	ok, err := tx.Get(`SELECT 1 FROM certificate_san s JOIN certificate c ON c.id = s.certificate WHERE s.value = $1 AND `+column+` = $2 AND c.id <> $3 LIMIT 1`,
		[]any{strings.ToLower(name), whom, besides}, &n)
	if err != nil {
		return false, fmt.Errorf("looking for the name %.64s: %w", name, err)
	}
	return ok, nil
}
