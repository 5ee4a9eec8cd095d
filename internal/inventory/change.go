package inventory

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// Change is what is known of a certificate beyond what it says itself, and can change.
type Change struct {
	Module, Profile string
	Ownership
	Labels, Metadata []Pair
	AutoRenew        bool
	Due              time.Time // zero where the profile says nothing
}

// Current returns what can change as it is.
func (c Certificate) Current() Change {
	return Change{Module: c.Module, Profile: c.Profile, Ownership: c.Ownership, Labels: c.Labels, Metadata: c.Metadata, AutoRenew: c.AutoRenew, Due: c.Due}
}

// Apply records a change of a certificate.
func Apply(tx *store.Tx, id string, c Change) error {
	labels, err := json.Marshal(byKey(c.Labels))
	if err != nil {
		return err
	}
	metadata, err := json.Marshal(byKey(c.Metadata))
	if err != nil {
		return err
	}
	had, err := labelsOf(tx, id)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`UPDATE certificate SET module = $1, profile = $2, owner = $3, team = $4, contact_email = $5, labels = $6, metadata = $7, auto_renew = $8, due = $9 WHERE id = $10`,
		c.Module, c.Profile, known(c.Owner), known(c.Team), known(c.ContactEmail), string(labels), string(metadata), c.AutoRenew, when(c.Due), id)
	if err != nil {
		return fmt.Errorf("changing the certificate %s: %w", id, err)
	}
	if n == 0 {
		return Missing.Detail("%s", id)
	}
	return relabel(tx, id, had, byKey(c.Labels))
}

// labelsOf returns the labels a certificate has, and keeps others from changing them meanwhile.
func labelsOf(tx *store.Tx, id string) (had map[string]string, err error) {
	if err := tx.Lock("labels/" + id); err != nil {
		return nil, err
	}
	var text []byte
	if _, err = tx.Get(`SELECT labels FROM certificate WHERE id = $1`, []any{id}, &text); err != nil || len(text) == 0 {
		return nil, err
	}
	if err = json.Unmarshal(text, &had); err != nil {
		return nil, fmt.Errorf("reading the labels of %s: %w", id, err)
	}
	return had, nil
}

// relabel writes down which labels are other ones. Their rows are found by what they say: there is no index by certificate.
func relabel(tx *store.Tx, id string, had, has map[string]string) error {
	var fresh []Pair
	for _, key := range slices.Sorted(maps.Keys(has)) {
		if value, ok := had[key]; !ok || value != has[key] {
			fresh = append(fresh, Pair{key, has[key]})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(had)) {
		if value, ok := has[key]; ok && value == had[key] {
			continue
		}
		if _, err := tx.Exec(`DELETE FROM certificate_label WHERE name = $1 AND value = $2 AND certificate = $3`, key, had[key], id); err != nil {
			return fmt.Errorf("indexing the labels of %s: %w", id, err)
		}
	}
	return insertLabels(tx, id, fresh)
}

// SetEscrowed records that the key of the certificate can be recovered.
func SetEscrowed(tx *store.Tx, id string) error {
	_, err := tx.Exec(`UPDATE certificate SET escrowed = TRUE WHERE id = $1`, id)
	return err
}

// SetSuccessor records that a certificate was renewed by another one.
func SetSuccessor(tx *store.Tx, id, successor string) error {
	_, err := tx.Exec(`UPDATE certificate SET successor = $1 WHERE id = $2`, successor, id)
	return err
}

// With returns the pairs with the value of a key replaced or added.
func With(pairs []Pair, key, value string) []Pair {
	out := make([]Pair, 0, len(pairs)+1)
	for _, p := range pairs {
		if p.Key != key {
			out = append(out, p)
		}
	}
	return append(out, Pair{key, value})
}

// when is a time as a column holds it: NULL when there is none.
func when(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return store.Micros(t)
}
