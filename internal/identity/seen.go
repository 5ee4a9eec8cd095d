package identity

import (
	"database/sql"
	"time"

	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// login is when an identifier was last let in, by which identity provider, and what kind of caller it was.
type login struct {
	id, provider, from string
	at                 time.Time // to five minutes
}

const loginColumns = `SELECT identifier, provider, type, last FROM principal_login`

func scanLogin(r *sql.Rows) (one login, err error) {
	var at int64
	err = r.Scan(&one.id, &one.provider, &one.from, &at)
	one.at = store.Time(at)
	return one, err
}

// loginOf returns when an identifier was last let in; the zero value is never.
func loginOf(tx *store.Tx, id string) (one login, err error) {
	all, err := store.All(tx, scanLogin, loginColumns+` WHERE identifier = $1`, id)
	if err != nil || len(all) == 0 {
		return one, err
	}
	return all[0], nil
}

// logins returns when every identifier was last let in. There are as many as people.
func logins(tx *store.Tx) (map[string]login, error) {
	all, err := store.All(tx, scanLogin, loginColumns)
	if err != nil {
		return nil, err
	}
	by := make(map[string]login, len(all))
	for _, one := range all {
		by[one.id] = one
	}
	return by, nil
}

// facts are what answers tell of a principal besides what is stored.
type facts struct {
	Created  int64 `json:"creationDate,omitempty"`
	LastSeen int64 `json:"lastAuthentication,omitempty"`
	Modified int64 `json:"lastModification,omitempty"`
}

func factsOf(a kind.About, last login) facts {
	return facts{Created: millis(a.Created), LastSeen: millis(last.at), Modified: millis(a.Modified)}
}

// Facts tells when the principal was made, changed and last let in.
func (p Principal) Facts(tx *store.Tx, a kind.About) (any, error) {
	last, err := loginOf(tx, p.Identifier)
	return factsOf(a, last), err
}
