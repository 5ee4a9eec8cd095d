package lifecycle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/horizon-clm/horizon/internal/store"
)

// keepChains stores the chains a certificate is handed out with, each once for all certificates that have it.
func keepChains(tx *store.Tx, request string, chains [][][]byte) error {
	ids := make([]string, len(chains))
	for i, chain := range chains {
		all := join(chain)
		sum := sha256.Sum256(all)
		ids[i] = hex.EncodeToString(sum[:])
		if _, err := tx.Exec(`INSERT INTO chain (id, certificates) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, ids[i], all); err != nil {
			return fmt.Errorf("keeping a chain: %w", err)
		}
	}
	_, err := tx.Exec(`UPDATE request SET chains = $1 WHERE id = $2`, strings.Join(ids, " "), request)
	return err
}

// join puts the certificates of a chain one behind the other; each tells its own length.
func join(chain [][]byte) (all []byte) {
	for _, der := range chain {
		all = append(all, der...)
	}
	return all
}

// split is the reverse of join.
func split(all []byte) (chain [][]byte, err error) {
	s := cryptobyte.String(all)
	for !s.Empty() {
		var one cryptobyte.String
		if !s.ReadASN1Element(&one, asn1.SEQUENCE) {
			return nil, fmt.Errorf("reading a chain: it is broken")
		}
		chain = append(chain, one)
	}
	return chain, nil
}

// chainsOf reads chains by their ids.
func chainsOf(tx *store.Tx, ids []string) ([][][]byte, error) {
	chains := make([][][]byte, 0, len(ids))
	for _, id := range ids {
		var all []byte
		ok, err := tx.Get(`SELECT certificates FROM chain WHERE id = $1`, []any{id}, &all)
		if err == nil && !ok {
			err = errors.New("it is missing")
		}
		if err != nil {
			return nil, fmt.Errorf("reading the chain %s: %w", id, err)
		}
		chain, err := split(all)
		if err != nil {
			return nil, err
		}
		chains = append(chains, chain)
	}
	return chains, nil
}
