package store

import "testing"

func TestUnnamed(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		`SELECT 1`:                             `SELECT 1`,
		`INSERT INTO t (a, b) VALUES ($1, $2)`: `INSERT INTO t (a, b) VALUES (?, ?)`,
		`VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`:     `VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		`SELECT a FROM t WHERE a = $2 AND b = $1`:                   `SELECT a FROM t WHERE a = $2 AND b = $1`,
		`SELECT a FROM t WHERE a = $1 AND b = $1`:                   `SELECT a FROM t WHERE a = $1 AND b = $1`,
		`SELECT a FROM t WHERE a = $1 AND b = $20`:                  `SELECT a FROM t WHERE a = $1 AND b = $20`,
		`SELECT a FROM t WHERE a = $10`:                             `SELECT a FROM t WHERE a = $10`,
		`SELECT a FROM t WHERE a = '$1' AND b = $1`:                 `SELECT a FROM t WHERE a = '$1' AND b = $1`,
		`SELECT a FROM t WHERE a = ? AND b = $1`:                    `SELECT a FROM t WHERE a = ? AND b = $1`,
		"SELECT a -- $1\nFROM t WHERE b = $1":                       "SELECT a -- $1\nFROM t WHERE b = $1",
		`SELECT a FROM t WHERE a = $1 AND b IN (SELECT b FROM u) $`: `SELECT a FROM t WHERE a = $1 AND b IN (SELECT b FROM u) $`,
	} {
		if got := unnamed(query); got != want {
			t.Errorf("%s: got %s", query, got)
		}
	}
}
