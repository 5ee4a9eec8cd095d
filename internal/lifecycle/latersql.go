package lifecycle

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

const ticketOfRequest = "request-ticket"

// later is an order that a PKI has taken and not answered yet.
type later struct {
	request   string
	connector string // it was given to
	ticket    []byte
	polls     int
	retryAt   time.Time
}

func (s *Service) addLater(tx *store.Tx, l later) error {
	sealed, err := s.Keys.Seal(ticketOfRequest, l.request, l.ticket)
	if err != nil {
		return fmt.Errorf("sealing what a PKI is asked with: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO request_later (request, connector, ticket, polls, retry_at) VALUES ($1, $2, $3, 0, $4)`,
		l.request, l.connector, sealed, store.Micros(l.retryAt))
	return err
}

// setLater records another poll, and reports whether the request still waits for its PKI.
func (s *Service) setLater(tx *store.Tx, l later) (bool, error) {
	sealed, err := s.Keys.Seal(ticketOfRequest, l.request, l.ticket)
	if err != nil {
		return false, fmt.Errorf("sealing what a PKI is asked with: %w", err)
	}
	n, err := tx.Exec(`UPDATE request_later SET ticket = $1, polls = $2, retry_at = $3
		WHERE request = $4 AND polls < $2 AND EXISTS (SELECT 1 FROM request WHERE id = $4 AND state = 'in_progress')`,
		sealed, l.polls, store.Micros(l.retryAt), l.request)
	return n == 1, err
}

// findLater returns what the PKI of a request is asked with again; ok tells whether it is.
func (s *Service) findLater(tx *store.Tx, request string) (l later, ok bool, err error) {
	var sealed []byte
	var retryAt int64
	ok, err = tx.Get(`SELECT request, connector, ticket, polls, retry_at FROM request_later WHERE request = $1`, []any{request},
		&l.request, &l.connector, &sealed, &l.polls, &retryAt)
	if err != nil || !ok {
		return later{}, false, err
	}
	l.retryAt = store.Time(retryAt)
	if l.ticket, err = s.Keys.Open(ticketOfRequest, request, sealed); err != nil {
		return later{}, false, fmt.Errorf("opening what the PKI of the request %s is asked with: %w", request, err)
	}
	return l, true, nil
}

// dueLater lists requests whose PKI is to be asked again by now.
func dueLater(tx *store.Tx, limit int) ([]string, error) {
	return store.All(tx, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) },
		`SELECT l.request FROM request_later l JOIN request r ON r.id = l.request WHERE l.retry_at <= $1 AND r.state = 'in_progress' ORDER BY l.retry_at LIMIT $2`,
		store.Micros(tx.Now()), limit)
}

func dropLater(tx *store.Tx, request string) error {
	_, err := tx.Exec(`DELETE FROM request_later WHERE request = $1`, request)
	return err
}

// arrived forgets what a PKI was asked with, and says from now on how long the key can be fetched.
func arrived(tx *store.Tx, q request, keyUntil time.Time) error {
	if err := dropLater(tx, q.ID); err != nil {
		return err
	}
	return keepUntil(tx, q.ID, keyUntil)
}

// keepUntil keeps the key of a request that has one until a time.
func keepUntil(tx *store.Tx, request string, until time.Time) error {
	_, err := tx.Exec(`UPDATE request_key SET available_to = $1 WHERE request = $2`, store.Micros(until), request)
	return err
}
