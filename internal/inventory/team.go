package inventory

import "github.com/horizon-clm/horizon/internal/store"

// MoveTeam gives at most so many certificates of a team to another, and returns how many those were.
func MoveTeam(tx *store.Tx, from, to string, limit int) (int64, error) {
	return tx.Exec(`UPDATE certificate SET team = $1 WHERE id IN (SELECT id FROM certificate WHERE team = $2 LIMIT $3)`, to, from, limit)
}
