package trust

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Graph is the known CAs and who issued whom, at one state of the configuration. It is shared and never changed.
type Graph struct {
	cas       []CA
	bySHA     map[string]*node   // by thumbprint
	bySubject map[string][]*node // by the DER of the subject
}

// node is one known CA.
type node struct {
	ca    CA
	chain []*pki.Certificate // itself first; the root, when it is known, last
}

type cacheKey struct{}

// cache keeps the newest graph of a database.
type cache struct {
	mu   sync.Mutex // guards last
	last *Graph
}

// At returns the graph as the transaction sees the configuration.
func At(tx *store.Tx) (*Graph, error) {
	cas, err := CAs.List(tx)
	if err != nil {
		return nil, err
	}
	c := tx.DB().Cache(cacheKey{}, func() any { return &cache{} }).(*cache)
	c.mu.Lock()
	last := c.last
	c.mu.Unlock()
	if last != nil && slices.EqualFunc(last.cas, cas, same) {
		return last, nil
	}
	g := newGraph(cas)
	if tx.ReadOnly() { // what a write sees may still be undone
		c.mu.Lock()
		c.last = g
		c.mu.Unlock()
	}
	return g, nil
}

// same reports whether both are one object of one revision: the configuration decodes each only once.
func same(a, b CA) bool {
	return a.Name == b.Name && a.Certificate.Certificate == b.Certificate.Certificate
}

// Look returns the graph of the configuration.
func Look(ctx context.Context, db *store.DB) (g *Graph, err error) {
	err = db.Look(ctx, func(tx *store.Tx) error {
		g, err = At(tx)
		return err
	})
	return g, err
}

func newGraph(cas []CA) *Graph {
	g := &Graph{cas: cas, bySHA: map[string]*node{}, bySubject: map[string][]*node{}}
	pool := make([]*pki.Certificate, 0, len(cas))
	for _, ca := range cas {
		pool = append(pool, ca.Certificate.Certificate)
	}
	for _, ca := range cas {
		x := ca.Certificate.Certificate
		n := &node{ca: ca, chain: pki.Chain(x, pool)}
		g.bySHA[x.Thumbprint] = n
		g.bySubject[string(x.X509.RawSubject)] = append(g.bySubject[string(x.X509.RawSubject)], n)
	}
	return g
}

// issuer returns the known CA that signed the certificate; of several with one name and key, the one that expires last.
func (g *Graph) issuer(c *pki.Certificate) (best *node) {
	for _, n := range g.bySubject[string(c.X509.RawIssuer)] {
		x := n.ca.Certificate.Certificate
		if (best == nil || x.NotAfter.After(best.ca.Certificate.NotAfter)) && c.IssuedBy(x) {
			best = n
		}
	}
	return best
}

// Chain returns the certificate and, of the known CAs, those that lead from it to a root: leaf first, root, when it is
// known, last.
func (g *Graph) Chain(c *pki.Certificate) []*pki.Certificate {
	if n := g.bySHA[c.Thumbprint]; n != nil {
		return n.chain
	}
	chain := []*pki.Certificate{c}
	if c.SelfSigned {
		return chain
	}
	if n := g.issuer(c); n != nil {
		chain = append(chain, n.chain...)
	}
	return chain
}

// IsTrusted reports whether certificates of the issuer are trusted: it is a known CA, or a known CA has signed it.
func (g *Graph) IsTrusted(issuer *pki.Certificate) bool {
	return g.bySHA[issuer.Thumbprint] != nil || !issuer.SelfSigned && g.issuer(issuer) != nil
}

// Knows reports whether a certificate, in DER, is that of a known CA.
func (g *Graph) Knows(der []byte) bool {
	sum := sha256.Sum256(der)
	return g.bySHA[hex.EncodeToString(sum[:])] != nil
}

// Branch is a CA with those it issued, as everyone may see them.
type Branch struct {
	Name         string   `json:"name"`
	Certificate  Decoded  `json:"certificate"`
	Subordinates []Branch `json:"subordinates,omitempty"`
}

// Tree returns the public CAs: on top those whose issuer is not public or not known, each with its subordinates.
func (g *Graph) Tree() []Branch { return g.branches(nil, nil) }

// Path returns the branch that leads from the topmost public CA down to the named one, without those beside it.
func (g *Graph) Path(name string) (Branch, error) {
	i := slices.IndexFunc(g.cas, func(c CA) bool { return c.Name == name && c.Public })
	if i < 0 {
		return Branch{}, CAs.Missing().Detail("%.128s", name)
	}
	b := branch(g.cas[i])
	seen := []string{name} // two CAs may have certified each other
	for at := g.above(g.cas[i]); at != nil && !slices.Contains(seen, at.ca.Name); at = g.above(at.ca) {
		seen = append(seen, at.ca.Name)
		up := branch(at.ca)
		up.Subordinates = []Branch{b}
		b = up
	}
	return b, nil
}

func branch(c CA) Branch { return Branch{Name: c.Name, Certificate: Decode(c.Certificate.Certificate)} }

// above returns the public CA that issued one.
func (g *Graph) above(c CA) *node {
	chain := g.bySHA[c.Certificate.Thumbprint].chain
	if len(chain) < 2 {
		return nil
	}
	if up := g.bySHA[chain[1].Thumbprint]; up != nil && up.ca.Public {
		return up
	}
	return nil
}

// branches lists the public CAs right below one, or on top.
func (g *Graph) branches(below *node, path []string) []Branch {
	all := []Branch{}
	for _, c := range g.cas {
		if !c.Public || slices.Contains(path, c.Name) || g.above(c) != below {
			continue
		}
		b := branch(c)
		if n := g.bySHA[c.Certificate.Thumbprint]; n.ca.Name == c.Name {
			b.Subordinates = g.branches(n, append(path, c.Name))
		}
		all = append(all, b)
	}
	return all
}
