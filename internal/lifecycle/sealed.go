package lifecycle

import (
	"bytes"
	"database/sql"
	"fmt"
	"strings"

	"github.com/horizon-clm/horizon/internal/store"
)

// sealedIn is a column of sealed values.
type sealedIn struct{ table, key, column, purpose string }

// sealedColumns are where the keys of requests and certificates are kept.
var sealedColumns = []sealedIn{
	{"escrow", "certificate", "private_key", keyInEscrow},
	{"request_key", "request", "private_key", keyOfRequest},
	{"request_key", "request", "password", passwordOfRequest},
	{"challenge", "request", "sealed", challengeOfRequest},
	{"request_later", "request", "ticket", ticketOfRequest},
}

// sealedValue is one of them.
type sealedValue struct {
	key    string
	sealed []byte
}

// Sealed calls each for the sealed values of the rows after a place, about so many, and stores what it returns in their
// stead, unless that is the same or the row was changed meanwhile. The next place is "" at the end.
func (s *Service) Sealed(tx *store.Tx, after string, limit int, each func(purpose, object string, sealed []byte) ([]byte, error)) (next string, err error) {
	column, key, _ := strings.Cut(after, " ")
	for i, c := range sealedColumns {
		name := c.table + "." + c.column
		if column != "" && column != name {
			continue
		}
		all, err := c.after(tx, key, limit)
		if err != nil {
			return "", err
		}
		for _, v := range all {
			if err := c.replace(tx, v, each); err != nil {
				return "", err
			}
		}
		if len(all) == limit {
			return name + " " + all[len(all)-1].key, nil
		}
		if i+1 < len(sealedColumns) {
			return sealedColumns[i+1].table + "." + sealedColumns[i+1].column + " ", nil
		}
	}
	return "", nil
}

func (c sealedIn) after(tx *store.Tx, key string, limit int) ([]sealedValue, error) {
	all, err := store.All(tx, func(r *sql.Rows) (v sealedValue, err error) { return v, r.Scan(&v.key, &v.sealed) },
		`SELECT `+c.key+`, `+c.column+` FROM `+c.table+` WHERE `+c.key+` > $1 AND `+c.column+` IS NOT NULL AND length(`+c.column+`) > 0 ORDER BY `+c.key+` LIMIT $2`, key, limit)
	if err != nil {
		return nil, fmt.Errorf("reading sealed keys: %w", err)
	}
	return all, nil
}

func (c sealedIn) replace(tx *store.Tx, v sealedValue, each func(purpose, object string, sealed []byte) ([]byte, error)) error {
	fresh, err := each(c.purpose, v.key, v.sealed)
	if err != nil || bytes.Equal(fresh, v.sealed) {
		return err
	}
	_, err = tx.Exec(`UPDATE `+c.table+` SET `+c.column+` = $1 WHERE `+c.key+` = $2 AND `+c.column+` = $3`, fresh, v.key, v.sealed)
	return err
}
