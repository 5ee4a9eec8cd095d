package acme

import (
	"bytes"
	"crypto/sha256"
	"encoding/pem"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// The media types of certificates (RFC 8555, 9.1; RFC 2585, 4.1).
const (
	typeChain = "application/pem-certificate-chain"
	typeDER   = "application/pkix-cert"
)

// certificate hands a certificate out, with one of its chains (RFC 8555, 7.4.2).
func (d *Door) certificate(c *call) error {
	if err := c.empty(); err != nil {
		return err
	}
	n := 0
	if len(c.args) == 2 {
		var err error
		if n, err = strconv.Atoi(c.args[1]); err != nil || n < 1 || n > 99 {
			return notHere
		}
	}
	if !store.IsID(c.args[0]) {
		return notHere
	}
	c.facts.OrderID = c.args[0]
	got, err := d.issuedFor(c)
	if err != nil {
		return err
	}
	chains := c.site.chains(got)
	if n >= len(chains) {
		return notHere
	}
	err = d.do(c, event.AcmeOrderCertificate, func(tx *store.Tx, facts *event.Acme) error {
		found, err := c.findOrder(tx, c.args[0])
		if err != nil {
			return err
		}
		facts.Identifiers, facts.State = values(found.Identifiers), found.Status
		facts.CertificateID, facts.RequestID = got.CertificateID, got.RequestID
		return nil
	})
	if err != nil {
		return err
	}
	return d.sendCertificate(c, got.DER, chains, n)
}

// issuedFor finds the certificate of an order, with its chains. Who may have it is asked when it is handed out.
func (d *Door) issuedFor(c *call) (lifecycle.Issued, error) {
	if got, ok := d.recent.take(c.args[0]); ok {
		return got, nil
	}
	found, err := d.orderOf(c, c.args[0])
	if err != nil {
		return lifecycle.Issued{}, err
	}
	c.facts.Identifiers, c.facts.State = values(found.Identifiers), found.Status
	if found.Status != valid {
		return lifecycle.Issued{}, orderNotReady.Detail("it is %s and has no certificate", found.state(d.DB.Clock.Now()))
	}
	return d.Lifecycle.Certificate(c.r.Context(), found.CertificateID)
}

func (d *Door) sendCertificate(c *call, leaf []byte, chains [][][]byte, n int) error {
	h := c.w.Header()
	for i := range chains {
		if i == n {
			continue
		}
		at := d.to(c.site, "cert", c.args[0])
		if i > 0 {
			at += "/" + strconv.Itoa(i)
		}
		h.Add("Link", "<"+at+`>;rel="alternate"`)
	}
	body, kind := leaf, typeDER
	if !wantsDER(c.r.Header.Get("Accept")) {
		body, kind = encodeChain(leaf, chains[n]), typeChain
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(body) // the client has gone
	return nil
}

// wantsDER reports whether the bare certificate is asked for; the chain in PEM is the default (RFC 8555, 7.4.2).
func wantsDER(accept string) bool {
	return strings.Contains(accept, typeDER) && !strings.Contains(accept, typeChain)
}

// encodeChain writes the certificate and what leads to its root, without a blank line between them (RFC 8555, 9.1).
func encodeChain(leaf []byte, chain [][]byte) []byte {
	var b bytes.Buffer
	for _, der := range append([][]byte{leaf}, chain...) {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der}) // a buffer takes everything
	}
	return b.Bytes()
}

// chains returns the chains of a certificate, the preferred one first, with or without their roots.
func (s *site) chains(got lifecycle.Issued) [][][]byte {
	all := slices.Clone(got.Chains)
	if len(all) == 0 {
		all = [][][]byte{nil}
	}
	if len(all) > 1 && len(s.PreferredCAs) > 0 {
		slices.SortStableFunc(all, func(a, b [][]byte) int { return s.rank(a) - s.rank(b) })
	}
	if yes(s.IncludeRoot) {
		return all
	}
	for i, chain := range all {
		all[i] = slices.DeleteFunc(slices.Clone(chain), s.roots.isRoot)
	}
	return all
}

// rank is the place of the first of the preferred CAs a chain has.
func (s *site) rank(chain [][]byte) int {
	best := len(s.PreferredCAs)
	for _, der := range chain {
		c, err := pki.ParseCertificate(der)
		if err != nil {
			continue
		}
		for _, cn := range c.Subject.Values("CN") {
			if at := slices.Index(s.PreferredCAs, cn); at >= 0 {
				best = min(best, at)
			}
		}
	}
	return best
}

// roots remembers which certificates of chains are roots, by their SHA-256: to find out takes the verification of a
// signature, and chains are few.
type roots struct {
	mu  sync.Mutex // guards all
	all map[[sha256.Size]byte]bool
}

const maxRoots = 1024

func (r *roots) isRoot(der []byte) bool {
	sum := sha256.Sum256(der)
	r.mu.Lock()
	defer r.mu.Unlock()
	is, known := r.all[sum]
	if known {
		return is
	}
	c, err := pki.ParseCertificate(der)
	is = err == nil && c.SelfSigned
	if r.all == nil || len(r.all) >= maxRoots {
		r.all = map[[sha256.Size]byte]bool{}
	}
	r.all[sum] = is
	return is
}

// recent keeps certificates, by their orders, from their issuance for a while: the download mostly follows at once.
type recent struct {
	mu    sync.Mutex // guards all and order
	all   map[string]lifecycle.Issued
	order []string
}

const maxRecent = 256

func (r *recent) put(id string, got lifecycle.Issued) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = map[string]lifecycle.Issued{}
	}
	if _, ok := r.all[id]; !ok {
		r.order = append(r.order, id)
	}
	r.all[id] = got
	if len(r.order) > maxRecent {
		delete(r.all, r.order[0])
		r.order = r.order[1:]
	}
}

// take returns the certificate of an order, and keeps it for those who fetch another chain of it.
func (r *recent) take(id string) (lifecycle.Issued, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	got, ok := r.all[id]
	return got, ok
}
