package inventory

import "github.com/horizon-clm/horizon/internal/store"

// CountOfProfile counts the certificates that stand under a profile, whoever may see them.
func CountOfProfile(tx *store.Tx, profile string) (n int64, err error) {
	_, err = tx.Get(`SELECT count(*) FROM certificate WHERE profile = $1`, []any{profile}, &n)
	return n, err
}

// CountOfTeam counts the certificates of a team, whoever may see them.
func CountOfTeam(tx *store.Tx, team string) (n int64, err error) {
	_, err = tx.Get(`SELECT count(*) FROM certificate WHERE team = $1`, []any{team}, &n)
	return n, err
}

// CountOfLabel counts the certificates that carry a label, whoever may see them.
func CountOfLabel(tx *store.Tx, label string) (n int64, err error) {
	_, err = tx.Get(`SELECT count(*) FROM certificate_label WHERE name = $1`, []any{label}, &n)
	return n, err
}
