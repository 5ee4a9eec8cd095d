package lifecycle

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

const challengeOfRequest = "request-challenge"

// challenge is a one-time challenge as it is kept.
type challenge struct {
	Request    string // it was delivered for
	Profile    string
	Expires    time.Time
	Enrollment string    // request that uses it, or has used it
	Used       time.Time // zero until that has led to a certificate
	Handed     bool      // the certificate was handed out
}

// challengeHash finds a challenge without telling it. It is made here of at least leastChallenge random characters, so that
// a hash without salt cannot be turned back.
func challengeHash(text secret.Text) string {
	sum := sha256.Sum256([]byte(text.Reveal()))
	return hex.EncodeToString(sum[:])
}

func (s *Service) addChallenge(tx *store.Tx, q request, text secret.Text) error {
	sealed, err := s.Keys.Seal(challengeOfRequest, q.ID, []byte(text.Reveal()))
	if err != nil {
		return fmt.Errorf("sealing a challenge: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO challenge (request, profile, hash, sealed, expires, keep_until) VALUES ($1, $2, $3, $4, $5, $6)`,
		q.ID, q.Profile, challengeHash(text), sealed, store.Micros(q.Expires), store.Micros(q.RemoveAt))
	if err != nil {
		return fmt.Errorf("keeping a challenge: %w", err)
	}
	return nil
}

// openChallenge returns the challenge of a request while it can be used; an empty one otherwise.
func (s *Service) openChallenge(tx *store.Tx, request string) (secret.Text, error) {
	var sealed []byte
	ok, err := tx.Get(`SELECT sealed FROM challenge WHERE request = $1 AND sealed IS NOT NULL AND used IS NULL AND expires > $2`,
		[]any{request, store.Micros(tx.Now())}, &sealed)
	if err != nil || !ok {
		return secret.Text{}, err
	}
	text, err := s.Keys.Open(challengeOfRequest, request, sealed)
	if err != nil {
		return secret.Text{}, fmt.Errorf("opening the challenge of the request %s: %w", request, err)
	}
	return secret.NewText(string(text)), nil
}

// findChallenge returns the challenge that is presented; ok tells whether there is one.
func findChallenge(tx *store.Tx, profile string, text secret.Text) (g challenge, ok bool, err error) {
	var expires int64
	var enrollment sql.NullString
	var used sql.NullInt64
	ok, err = tx.Get(`SELECT request, profile, expires, enrollment, used, handed FROM challenge WHERE hash = $1 AND profile = $2`,
		[]any{challengeHash(text), profile}, &g.Request, &g.Profile, &expires, &enrollment, &used, &g.Handed)
	g.Expires, g.Enrollment, g.Used = store.Time(expires), enrollment.String, moment(used)
	return g, ok, err
}

// takeChallenge lets an enrollment use a challenge, and reports whether no other does and it has not expired.
func takeChallenge(tx *store.Tx, request, enrollment string) (bool, error) {
	n, err := tx.Exec(`UPDATE challenge SET enrollment = $1 WHERE request = $2 AND enrollment IS NULL AND expires > $3`, enrollment, request, store.Micros(tx.Now()))
	return n == 1, err
}

// releaseChallenge lets the challenge be used again whose enrollment led to nothing.
func releaseChallenge(tx *store.Tx, enrollment string) error {
	_, err := tx.Exec(`UPDATE challenge SET enrollment = NULL WHERE enrollment = $1 AND used IS NULL`, enrollment)
	return err
}

// spendChallenge records that an enrollment has led to a certificate: its challenge is used, and the request it was
// delivered for tells what came of it.
func spendChallenge(tx *store.Tx, q request, certificate string, cert *pki.Certificate) error {
	until := ended(completed, tx.Now(), cert.NotAfter)
	_, err := tx.Exec(`UPDATE challenge SET used = $1, sealed = NULL, keep_until = $2 WHERE enrollment = $3`, store.Micros(tx.Now()), store.Micros(until), q.ID)
	if err != nil {
		return err
	}
	asked, err := byID(tx, q.Content.Of)
	if errors.Is(err, NoRequest) { // its time was over meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	asked.Content.Subject, asked.Content.SANs, asked.Content.Extensions = q.Content.Subject, q.Content.SANs, q.Content.Extensions
	body, err := json.Marshal(asked.Content)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE request SET certificate_id = $1, content = $2, dn = $3, holder_id = $4, modified = $5, remove_at = $6, expires = NULL WHERE id = $7`,
		certificate, string(body), text(q.Content.Subject.String()), q.HolderID, store.Micros(tx.Now()), store.Micros(until), asked.ID)
	return err
}

// handChallenge records that the certificate of a used challenge is handed out, and reports whether it is for the first time.
func handChallenge(tx *store.Tx, request string) (bool, error) {
	n, err := tx.Exec(`UPDATE challenge SET handed = TRUE WHERE request = $1 AND handed = FALSE AND used IS NOT NULL`, request)
	return n == 1, err
}

// usedBy returns the request whose key is handed out with a request: its own, or that which used its challenge.
func usedBy(tx *store.Tx, q request) (id string, err error) {
	if !q.Content.Challenge {
		return q.ID, nil
	}
	_, err = tx.Get(`SELECT enrollment FROM challenge WHERE request = $1 AND used IS NOT NULL`, []any{q.ID}, &id)
	return id, err
}

// forgetChallenges removes what shows challenges that have expired, and those that need not be remembered.
func forgetChallenges(tx *store.Tx) error {
	now := store.Micros(tx.Now())
	if _, err := tx.Exec(`UPDATE challenge SET sealed = NULL WHERE sealed IS NOT NULL AND expires <= $1`, now); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM challenge WHERE keep_until <= $1`, now)
	return err
}
