package store

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Copy inserts many rows, of so many values as there are columns. One that is there already is an error, which undoes the
// transaction. PostgreSQL takes them all in one go. SQLite takes them one by one: a statement of several rows keeps a copy of
// each page it changes, to undo itself, and has text indexes write out all they have gathered.
func (tx *Tx) Copy(table string, columns []string, rows [][]any) error {
	if tx.readOnly {
		return errReadOnly
	}
	if len(rows) == 0 {
		return nil
	}
	if tx.Dialect() == PostgreSQL {
		return tx.copyNative(table, columns, rows)
	}
	statement := insertOne(table, columns)
	for _, row := range rows {
		if _, err := tx.Exec(statement, row...); err != nil {
			return fmt.Errorf("inserting into %s: %w", table, err)
		}
	}
	return nil
}

// copyNative speaks the protocol for bulk data of PostgreSQL on the connection of the transaction.
func (tx *Tx) copyNative(table string, columns []string, rows [][]any) error {
	tx.wrote = true
	err := tx.conn.Raw(func(c any) error {
		_, err := c.(*stdlib.Conn).Conn().CopyFrom(tx.ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
	if err != nil {
		tx.broken = true
		return fmt.Errorf("copying into %s: %w", table, err)
	}
	return nil
}

// insertOne is the statement that inserts a row.
func insertOne(table string, columns []string) string {
	marks := make([]string, len(columns))
	for i := range marks {
		marks[i] = "$" + strconv.Itoa(i+1)
	}
	return "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
}
