package inventory

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/trust"
)

// Counted is how many certificates a query describes, up to a number.
type Counted struct {
	Count int
	More  bool // there are more
}

// Count counts the certificates that the caller may see and the query describes, up to so many.
func Count(ctx context.Context, db *store.DB, who access.Caller, text string, most int) (n Counted, err error) {
	s := Search{Query: text, most: most}
	err = s.within(ctx, db, who, func(tx *store.Tx, l plan) error {
		where, cut, err := l.toCount(tx, most)
		if err != nil {
			return err
		}
		var found int
		limit := where.arg(most + 1)
		if _, err := tx.Get(`SELECT count(*) FROM (SELECT 1 FROM certificate c WHERE `+where.sql+` LIMIT `+limit+`) AS found`, where.args, &found); err != nil {
			return err
		}
		n = Counted{Count: min(found, most), More: cut || found > most}
		return nil
	})
	return n, err
}

// CountOfProfile counts the certificates that stand under profiles, whoever may see them: of each up to so many and one more.
func CountOfProfile(tx *store.Tx, profiles []string, most int) (map[string]int64, error) {
	return countOf(tx, profiles, most, `certificate c WHERE c.profile = w.name ORDER BY c.id`)
}

// CountOfTeam counts the certificates of teams, whoever may see them: of each up to so many and one more.
func CountOfTeam(tx *store.Tx, teams []string, most int) (map[string]int64, error) {
	return countOf(tx, teams, most, `certificate c WHERE c.team = w.name ORDER BY c.id`)
}

// CountOfLabel counts the certificates that carry labels, whoever may see them: of each up to so many and one more.
func CountOfLabel(tx *store.Tx, labels []string, most int) (map[string]int64, error) {
	return countOf(tx, labels, most, `certificate_label l WHERE l.name = w.name ORDER BY l.value, l.certificate`)
}

// CountOfConnector counts the certificates that PKI connectors issued, whoever may see them: of each up to so many and one
// more.
func CountOfConnector(tx *store.Tx, connectors []string, most int) (map[string]int64, error) {
	return countOf(tx, connectors, most, `certificate c WHERE c.pki_connector = w.name`)
}

// CountOfCA counts the certificates that known CAs issued, by the names of those as issuers, whoever may see them: of each up
// to so many and one more.
func CountOfCA(tx *store.Tx, cas []string, most int) (map[string]int64, error) {
	var issuers []string
	names := map[string]string{}
	for _, key := range cas {
		ca, err := trust.CAs.Get(tx, key)
		if err != nil {
			return nil, err
		}
		names[key] = ca.Certificate.DN
		issuers = append(issuers, ca.Certificate.DN)
	}
	found, err := countOf(tx, issuers, most, `certificate c WHERE c.issuer = w.name`)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for key, dn := range names {
		counts[key] = found[dn]
	}
	return counts, nil
}

const together = 200 // names a statement counts for

// countOf counts the rows that belong to each name, by an index of them, which ends where enough are found: the order is that
// of the index, so that PostgreSQL does not read the whole table for a name that has few.
func countOf(tx *store.Tx, names []string, most int, rows string) (map[string]int64, error) {
	counts := map[string]int64{}
	for part := range slices.Chunk(names, together) {
		values, args := make([]string, len(part)), make([]any, len(part), len(part)+1)
		for i, name := range part {
			values[i], args[i] = "($"+strconv.Itoa(i+1)+")", name
		}
		limit := "$" + strconv.Itoa(len(part)+1)
		_, err := store.All(tx, func(r *sql.Rows) (n int64, err error) {
			var name string
			err = r.Scan(&name, &n)
			counts[name] = n
			return n, err
		}, `WITH w(name) AS (VALUES `+strings.Join(values, ", ")+`)
			SELECT w.name, (SELECT count(*) FROM (SELECT 1 FROM `+rows+` LIMIT `+limit+`) AS found) FROM w`, append(args, most+1)...)
		if err != nil {
			return nil, fmt.Errorf("counting certificates: %w", err)
		}
	}
	return counts, nil
}
