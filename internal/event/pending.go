package event

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/horizon-clm/horizon/internal/store"
)

// Pen writes events: it knows the seal. The package act alone uses it.
type Pen struct {
	Seals *Seals
}

const (
	topic      = "event" // signalled when there are pending events
	maxDetail  = 8 << 10 // bytes of one value; the rest is cut
	maxDetails = 200
)

// Emit writes events as pending, in the transaction of what they record, and gives those in the slice their ids.
func (p Pen) Emit(tx *store.Tx, events ...Event) error {
	rows := make([]pendingRow, len(events))
	for i, e := range events {
		e = e.tidied(tx)
		events[i].ID = e.ID
		canonical := e.Canonical()
		rows[i] = pendingRow{e.ID, canonical, sql.NullString{String: p.Seals.Seal(canonical), Valid: true}}
	}
	if err := addPending(tx, rows); err != nil {
		return fmt.Errorf("recording %s: %w", events[0].Code, err)
	}
	tx.Wake(topic)
	return nil
}

// New makes an event of the code with its details.
func New(c *Code, status Status, details []Detail) Event {
	return Event{Version: FormatVersion, Code: c.Code, Module: c.Module, Status: status, Details: details}
}

// tidied fills in what the transaction knows and keeps the event within its limits.
func (e Event) tidied(tx *store.Tx) Event {
	e.ID, e.Node = tx.NewID(), tx.DB().Node
	e.Time = tx.Now().Truncate(time.Millisecond)
	if len(e.Details) > maxDetails {
		left := len(e.Details) - maxDetails
		e.Details = append(slices.Clone(e.Details[:maxDetails]), Detail{"omitted", fmt.Sprintf("%d further details", left)})
	}
	for i, d := range e.Details {
		e.Details[i].Value = clean(d.Value)
	}
	return e
}

// clean makes a value valid UTF-8 without NUL, which PostgreSQL does not store, and cuts it to its limit.
func clean(s string) string {
	if len(s) > maxDetail {
		s = s[:maxDetail] + "…"
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	}
	return s
}
