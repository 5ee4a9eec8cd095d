package harness

import (
	"context"

	"github.com/horizon-clm/horizon/internal/store"
)

// Lose takes a CA of the server away from its connectors, as if the device with its keys were gone. Found gives it back.
func (s *Server) Lose(ca string) { s.T.Helper(); s.rename(ca, ca+".lost") }

// Found gives back what Lose has taken.
func (s *Server) Found(ca string) { s.T.Helper(); s.rename(ca+".lost", ca) }

func (s *Server) rename(from, to string) {
	s.T.Helper()
	err := s.App.DB.Write(context.Background(), func(tx *store.Tx) error {
		if _, err := tx.Exec(`UPDATE authority SET name = $1 WHERE name = $2`, to, from); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE authority_epoch SET value = value + 1 WHERE one = 1`)
		return err
	})
	if err != nil {
		s.T.Fatal(err)
	}
}
