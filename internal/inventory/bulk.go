package inventory

import (
	"fmt"
	"strings"

	"github.com/horizon-clm/horizon/internal/inventory/grade"
	"github.com/horizon-clm/horizon/internal/store"
)

// AddAll records many certificates and returns their ids, in their order. It writes the same rows as Add, many at once. That
// one of them is recorded already is an error, and undoes the transaction.
func AddAll(tx *store.Tx, all []New) (ids []string, err error) {
	b := batch{tx: tx, now: store.Micros(tx.Now())}
	for _, n := range all {
		if err := b.add(n); err != nil {
			return nil, err
		}
	}
	return b.ids, b.write()
}

// batch is what many certificates are in tables.
type batch struct {
	tx                  *store.Tx
	now                 int64
	ids, texts          []string
	rows, names, labels [][]any
}

// add takes a certificate up.
func (b *batch) add(n New) error {
	grades, err := gradesBy(b.tx, n.Policies, grade.Subject{Certificate: n.Certificate, Trusted: n.Trusted})
	if err != nil {
		return err
	}
	id := b.tx.NewID()
	row, err := n.values(id, b.now, grades)
	if err != nil {
		return err
	}
	names := lowered(n.Certificate.SANs)
	b.ids, b.rows = append(b.ids, id), append(b.rows, row)
	b.texts = append(b.texts, textOf(n.Certificate, names))
	for _, name := range names {
		b.names = append(b.names, []any{name, id})
	}
	for _, l := range pairs(byKey(n.Labels)) {
		b.labels = append(b.labels, []any{l.Key, l.Value, id})
	}
	return nil
}

// write writes the rows of all tables.
func (b *batch) write() error {
	first, err := b.number()
	if err != nil {
		return err
	}
	if err := b.tx.Copy("certificate", b.columns(), b.rows); err != nil {
		return fmt.Errorf("recording %d certificates: %w", len(b.rows), err)
	}
	if err := textIndex.InsertAll(b.tx, first, b.texts); err != nil {
		return fmt.Errorf("indexing the texts of %d certificates: %w", len(b.rows), err)
	}
	if err := b.tx.Copy("certificate_san", []string{"value", "certificate"}, b.names); err != nil {
		return err
	}
	return b.tx.Copy("certificate_label", []string{"name", "value", "certificate"}, b.labels)
}

// number gives the rows of SQLite their numbers, which are those of their texts.
func (b *batch) number() (first int64, err error) {
	if b.tx.Dialect() == store.PostgreSQL {
		return 0, nil
	}
	if _, err := b.tx.Get(`SELECT COALESCE(max(n), 0) + 1 FROM certificate`, nil, &first); err != nil {
		return 0, fmt.Errorf("numbering certificates: %w", err)
	}
	for i, row := range b.rows {
		b.rows[i] = append(row, first+int64(i))
	}
	return first, nil
}

// columns are those of a row of the main table.
func (b *batch) columns() []string {
	all := strings.Fields(strings.ReplaceAll(inserted, ",", " "))
	if b.tx.Dialect() == store.SQLite {
		all = append(all, "n")
	}
	return all
}
