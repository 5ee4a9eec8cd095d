package lifecycle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/horizon-clm/horizon/internal/store"
)

// chainSet are the chains a certificate is handed out with.
type chainSet struct {
	ids   []string
	bytes [][]byte
	seen  *sync.Map // ids of chains the database has: none is ever deleted
}

type chainKey struct{}

// chains prepares chains to be stored.
func (s *Service) chains(chains [][][]byte) *chainSet {
	set := &chainSet{seen: s.DB.Cache(chainKey{}, func() any { return &sync.Map{} }).(*sync.Map)}
	for _, chain := range chains {
		all := join(chain)
		sum := sha256.Sum256(all)
		set.ids, set.bytes = append(set.ids, hex.EncodeToString(sum[:])), append(set.bytes, all)
	}
	return set
}

// keep stores the chains, each once for all certificates that have it.
func (c *chainSet) keep(tx *store.Tx) error {
	for i, id := range c.ids {
		if _, ok := c.seen.Load(id); ok {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO chain (id, certificates) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, id, c.bytes[i]); err != nil {
			return fmt.Errorf("keeping a chain: %w", err)
		}
	}
	return nil
}

// stored remembers that the chains were committed.
func (c *chainSet) stored() {
	for _, id := range c.ids {
		c.seen.Store(id, true)
	}
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
