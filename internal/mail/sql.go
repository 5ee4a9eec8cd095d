package mail

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// letter is a message as it is kept.
type letter struct {
	ID         string
	State      string // Waiting or Failed
	Turn       int64  // rises with every change; only the job of this turn works
	Subject    string
	Recipients []string // all of them, as they were given
	Attempts   int
	Most       int // attempts
	Created    time.Time
	Due        time.Time // of the next attempt
	Ended      time.Time // when it was given up
	Error      string    // why the last attempt failed

	content  []byte // sealed
	progress progress
	record   record
}

// progress is what has become of the recipients, as bare addresses.
type progress struct {
	Left      []string  `json:"left,omitempty"`
	Delivered []string  `json:"delivered,omitempty"`
	Refused   []refusal `json:"refused,omitempty"`
}

// undelivered are those who have not got the message.
func (p progress) undelivered() []string {
	all := slices.Clone(p.Left)
	for _, r := range p.Refused {
		all = append(all, r.Address)
	}
	return all
}

// record is how the outcome of a message is recorded.
type record struct {
	Code  string     `json:"code,omitempty"`
	Facts event.Mail `json:"facts"`
	Call  string     `json:"call,omitempty"`
}

// texts are the members that are kept as JSON.
func (l letter) texts() (recipients, progress, record string, err error) {
	a, err1 := json.Marshal(l.Recipients)
	b, err2 := json.Marshal(l.progress)
	c, err3 := json.Marshal(l.record)
	return string(a), string(b), string(c), errors.Join(err1, err2, err3)
}

func insert(tx *store.Tx, l letter) error {
	recipients, progress, record, err := l.texts()
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO mail_message (id, state, turn, subject, recipients, content, progress, record, attempts, most, created, due, ended, error)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, '')`,
		l.ID, l.State, l.Turn, l.Subject, recipients, l.content, progress, record, l.Attempts, l.Most, store.Micros(l.Created), store.Micros(l.Due))
	if err != nil {
		return fmt.Errorf("storing a message: %w", err)
	}
	return nil
}

// update writes what changes, when nobody else has changed the message since it was read.
func update(tx *store.Tx, l letter) (found bool, err error) {
	_, progress, _, err := l.texts()
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`UPDATE mail_message SET state = $1, turn = turn + 1, progress = $2, attempts = $3, due = $4, ended = $5, error = $6
		WHERE id = $7 AND turn = $8`,
		l.State, progress, l.Attempts, store.Micros(l.Due), store.Micros(l.Ended), l.Error, l.ID, l.Turn)
	if err != nil {
		return false, fmt.Errorf("storing the message %s: %w", l.ID, err)
	}
	return n > 0, nil
}

// again lets a message wait for its next attempt, when nobody else has changed it since it was read.
func again(tx *store.Tx, l letter, at time.Time) (found bool, err error) {
	l.State, l.Due, l.Ended = Waiting, at, time.Time{}
	if found, err = update(tx, l); err != nil || !found {
		return found, err
	}
	return true, task.Insert(tx, sendJob{l.ID, l.Turn + 1}, task.At(at))
}

func remove(tx *store.Tx, id string) (found bool, err error) {
	n, err := tx.Exec(`DELETE FROM mail_message WHERE id = $1`, id)
	if err != nil {
		return false, fmt.Errorf("deleting the message %s: %w", id, err)
	}
	return n > 0, nil
}

// forget deletes what was given up before a time.
func forget(tx *store.Tx, before time.Time) error {
	_, err := tx.Exec(`DELETE FROM mail_message WHERE state = $1 AND ended < $2`, Failed, store.Micros(before))
	return err
}

const columns = `id, state, turn, subject, recipients, progress, record, attempts, most, created, due, ended, error`

func find(tx *store.Tx, id string) (l letter, found bool, err error) {
	all, err := store.All(tx, func(r *sql.Rows) (letter, error) { return scan(r, true) },
		`SELECT `+columns+`, content FROM mail_message WHERE id = $1`, id)
	if err != nil || len(all) == 0 {
		return l, false, err
	}
	return all[0], true, nil
}

// list returns messages, the newest first, without what they say.
func list(tx *store.Tx, state, before string, limit int) ([]letter, error) {
	return store.All(tx, func(r *sql.Rows) (letter, error) { return scan(r, false) },
		`SELECT `+columns+` FROM mail_message WHERE ($1 = '' OR state = $1) AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3`, state, before, limit)
}

// overdue returns messages whose job must have been lost.
func overdue(tx *store.Tx, before time.Time, limit int) ([]letter, error) {
	return store.All(tx, func(r *sql.Rows) (letter, error) { return scan(r, false) },
		`SELECT `+columns+` FROM mail_message WHERE state = $1 AND due < $2 ORDER BY due LIMIT $3`, Waiting, store.Micros(before), limit)
}

// count returns how many messages are in each state.
func count(tx *store.Tx) (waiting, failed int, err error) {
	_, err = tx.Get(`SELECT count(CASE WHEN state = $1 THEN 1 END), count(CASE WHEN state = $2 THEN 1 END) FROM mail_message`,
		[]any{Waiting, Failed}, &waiting, &failed)
	return waiting, failed, err
}

func scan(r *sql.Rows, whole bool) (l letter, err error) {
	var recipients, progress, record string
	var created, due, ended int64
	to := []any{&l.ID, &l.State, &l.Turn, &l.Subject, &recipients, &progress, &record, &l.Attempts, &l.Most, &created, &due, &ended, &l.Error}
	if whole {
		to = append(to, &l.content)
	}
	if err := r.Scan(to...); err != nil {
		return l, err
	}
	l.Created, l.Due, l.Ended = store.Time(created), store.Time(due), store.Time(ended)
	err = errors.Join(json.Unmarshal([]byte(recipients), &l.Recipients), json.Unmarshal([]byte(progress), &l.progress), json.Unmarshal([]byte(record), &l.record))
	return l, err
}

// atOnce is how many messages are held in memory while they are sealed anew.
const atOnce = 8

// Sealed calls each for the sealed content of the messages after a place, a few at a time, and stores what it returns in
// its stead, unless that is the same. It returns the place it came to, or "" at the end.
func (s *Service) Sealed(tx *store.Tx, after string, limit int, each func(purpose, object string, sealed []byte) ([]byte, error)) (next string, err error) {
	limit = min(limit, atOnce)
	all, err := store.All(tx, func(r *sql.Rows) (l letter, err error) { return l, r.Scan(&l.ID, &l.content) },
		`SELECT id, content FROM mail_message WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return "", err
	}
	for _, l := range all {
		fresh, err := each(purpose, l.ID, l.content)
		if err == nil && !bytes.Equal(fresh, l.content) {
			_, err = tx.Exec(`UPDATE mail_message SET content = $1 WHERE id = $2`, fresh, l.ID)
		}
		if err != nil {
			return "", fmt.Errorf("visiting the message %s: %w", l.ID, err)
		}
	}
	if len(all) < limit {
		return "", nil
	}
	return all[len(all)-1].ID, nil
}
