package authority

import (
	"bytes"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
)

// chain is the certificates above a leaf: issuer first.
type chain struct {
	ders [][]byte
	ends time.Time // when the first of them ends
}

const (
	maxChains = 4
	maxDepth  = 8
)

// link finds the chains of every generation.
func (d *directory) link() {
	pool := d.pool()
	for _, c := range d.order {
		for _, g := range c.all {
			g.link(pool)
		}
	}
}

// pool is every certificate a chain may be made of: roots before others, the newest first.
func (d *directory) pool() (pool []*pki.Certificate) {
	for _, c := range d.order {
		for _, g := range c.all {
			pool = append(append(pool, g.cert), g.above...)
			if g.cross != nil {
				pool = append(pool, g.cross)
			}
		}
	}
	slices.SortStableFunc(pool, func(a, b *pki.Certificate) int {
		if a.SelfSigned != b.SelfSigned {
			if a.SelfSigned {
				return -1
			}
			return 1
		}
		return b.NotBefore.Compare(a.NotBefore)
	})
	return pool
}

// link lists the chains of the certificates of the key: the own one first, then those of its other generations and the one
// the old key made.
func (g *generation) link(pool []*pki.Certificate) {
	starts := []*pki.Certificate{g.cert}
	for _, o := range slices.Backward(g.of.all) {
		if o != g && o.key == g.key {
			starts = append(starts, o.cert)
		}
	}
	if first := g.of.generation(g.key); first != nil && first.cross != nil {
		starts = append(starts, first.cross)
	}
	for _, s := range starts {
		for _, p := range paths([]*pki.Certificate{s}, pool) {
			if len(g.chains) < maxChains {
				g.chains = append(g.chains, newChain(p))
				g.strict = g.strict || strict(p)
			}
		}
	}
}

// paths returns every way on from the end of the path to a root, or as far as the pool leads.
func paths(path, pool []*pki.Certificate) (all [][]*pki.Certificate) {
	end := path[len(path)-1]
	if end.SelfSigned || len(path) == maxDepth {
		return [][]*pki.Certificate{slices.Clone(path)}
	}
	for _, p := range pool {
		within := slices.ContainsFunc(path, func(o *pki.Certificate) bool {
			return bytes.Equal(o.X509.RawSubjectPublicKeyInfo, p.X509.RawSubjectPublicKeyInfo)
		})
		if p.IsCA && !within && end.IssuedBy(p) && len(all) < maxChains && !known(all, len(path), p) {
			all = append(all, paths(append(slices.Clone(path), p), pool)...)
		}
	}
	if len(all) == 0 {
		return [][]*pki.Certificate{slices.Clone(path)}
	}
	return all
}

// known reports whether a path has the certificate at the place: pools hold some twice.
func known(all [][]*pki.Certificate, at int, c *pki.Certificate) bool {
	return slices.ContainsFunc(all, func(p []*pki.Certificate) bool { return len(p) > at && p[at].Thumbprint == c.Thumbprint })
}

func newChain(path []*pki.Certificate) chain {
	c := chain{ends: path[0].NotAfter}
	for _, p := range path {
		c.ders = append(c.ders, p.X509.Raw)
		if p.NotAfter.Before(c.ends) {
			c.ends = p.NotAfter
		}
	}
	return c
}

// strict reports whether the path limits what may stand below it.
func strict(path []*pki.Certificate) bool {
	return slices.ContainsFunc(path, func(c *pki.Certificate) bool {
		return len(c.ExtKeyUsages) > 0 || slices.ContainsFunc(c.X509.Extensions, isNameConstraints)
	})
}

// chainsAt returns the chains that hold at the time; the default one when none does.
func (g *generation) chainsAt(now time.Time) (all [][][]byte) {
	for _, c := range g.chains {
		if now.Before(c.ends) {
			all = append(all, c.ders)
		}
	}
	if len(all) == 0 {
		all = append(all, g.chains[0].ders)
	}
	return all
}
