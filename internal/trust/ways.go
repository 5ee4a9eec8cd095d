package trust

import (
	"slices"

	"github.com/horizon-clm/horizon/internal/pki"
)

const (
	maxWays = 4 // ways that are told
	maxWay  = 8 // certificates of one
)

// Ways returns every way from a certificate towards a root that the known CAs and the further certificates make:
// certificate first; the root, where it is known, last. Ways that reach a root come before others, short ones before long ones;
// at most four are told.
func (g *Graph) Ways(c *pki.Certificate, further []*pki.Certificate) [][]*pki.Certificate {
	pool := slices.Clone(further)
	for _, ca := range g.cas {
		pool = append(pool, ca.Certificate.Certificate)
	}
	all := ways([]*pki.Certificate{c}, pool)
	slices.SortStableFunc(all, func(a, b []*pki.Certificate) int {
		ra, rb := a[len(a)-1], b[len(b)-1]
		if ra.SelfSigned != rb.SelfSigned {
			if ra.SelfSigned {
				return -1
			}
			return 1
		}
		return len(a) - len(b)
	})
	return all[:min(len(all), maxWays)]
}

// ways goes on from the end of a way; a key stands only once in it.
func ways(way, pool []*pki.Certificate) (all [][]*pki.Certificate) {
	end := way[len(way)-1]
	if end.SelfSigned || len(way) == maxWay {
		return [][]*pki.Certificate{slices.Clone(way)}
	}
	seen := map[string]bool{}
	for _, p := range pool {
		within := slices.ContainsFunc(way, func(o *pki.Certificate) bool { return o.PublicKeyThumbprint == p.PublicKeyThumbprint })
		if within || seen[p.Thumbprint] || len(all) >= 4*maxWays || !end.IssuedBy(p) {
			continue
		}
		seen[p.Thumbprint] = true
		all = append(all, ways(append(slices.Clone(way), p), pool)...)
	}
	if len(all) == 0 {
		all = [][]*pki.Certificate{slices.Clone(way)}
	}
	return all
}

// Find returns the known CA a certificate is of.
func (g *Graph) Find(c *pki.Certificate) (CA, bool) {
	n := g.bySHA[c.Thumbprint]
	if n == nil {
		return CA{}, false
	}
	return n.ca, true
}
