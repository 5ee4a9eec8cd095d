package authority

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// directory is every CA with its certificates, as of one epoch. It is never changed once it is made.
type directory struct {
	epoch int64
	names map[string]*ca
	ids   map[string]*ca
	order []*ca // by name
}

// ca is one CA.
type ca struct {
	id, name, parent string
	settings         Settings
	created          time.Time
	all              []*generation // oldest first, never empty, numbered from 1
}

// generation is one certificate of a CA.
type generation struct {
	of     *ca
	number int64
	key    int64  // the generation that brought the key
	ref    []byte // of the key, where this generation brought it
	cert   *pki.Certificate
	cross  *pki.Certificate   // the new key, signed by the old one; or nil
	above  []*pki.Certificate // what an imported certificate came with
	chains []chain            // of what this generation issues
	strict bool               // a certificate of the chain limits names or usages
	ocsp   pki.OCSPIssuer
}

func (c *ca) current() *generation { return c.all[len(c.all)-1] }

// generation returns the generation of the number, or nil.
func (c *ca) generation(number int64) *generation {
	if number < 1 || number > int64(len(c.all)) {
		return nil
	}
	return c.all[number-1]
}

// keys returns the newest generation of every key, oldest key first.
func (c *ca) keys() (all []*generation) {
	for i, g := range c.all {
		if !slices.ContainsFunc(c.all[i+1:], func(o *generation) bool { return o.key == g.key }) {
			all = append(all, g)
		}
	}
	return all
}

// newest returns the newest generation with the key of g.
func (g *generation) newest() *generation {
	for _, o := range slices.Backward(g.of.all) {
		if o.key == g.key {
			return o
		}
	}
	return g
}

// directory returns the CAs as the database has them now.
func (e *Engine) directory(ctx context.Context) (d *directory, err error) {
	err = e.DB.Read(ctx, func(tx *store.Tx) error {
		d, err = e.at(tx)
		return err
	})
	return d, err
}

// at returns the CAs as the transaction sees them.
func (e *Engine) at(tx *store.Tx) (*directory, error) {
	now, err := epoch(tx)
	if err != nil {
		return nil, fmt.Errorf("reading the epoch of the authorities: %w", err)
	}
	return e.of(tx, now)
}

// of returns the CAs of the epoch, which the transaction has read.
func (e *Engine) of(tx *store.Tx, now int64) (*directory, error) {
	if d := e.known.Load(); d != nil && d.epoch == now {
		return d, nil
	}
	d, err := load(tx, now)
	if err != nil {
		return nil, fmt.Errorf("reading the authorities: %w", err)
	}
	if tx.ReadOnly() { // what a write sees may still be undone
		e.known.Store(d)
	}
	return d, nil
}

func load(tx *store.Tx, now int64) (*directory, error) {
	d := &directory{epoch: now, names: map[string]*ca{}, ids: map[string]*ca{}}
	rows, err := authorities(tx)
	if err != nil {
		return nil, err
	}
	for _, c := range rows {
		d.ids[c.id] = c
	}
	certificates, err := generations(tx)
	if err != nil {
		return nil, err
	}
	for _, r := range certificates {
		if err := d.add(r); err != nil {
			return nil, err
		}
	}
	for _, c := range rows {
		if len(c.all) == 0 { // deleted between the two statements
			delete(d.ids, c.id)
			continue
		}
		d.names[c.name], d.order = c, append(d.order, c)
	}
	d.link()
	return d, nil
}

// add parses one row.
func (d *directory) add(r generationRow) error {
	c := d.ids[r.authority]
	if c == nil { // created between the two statements
		return nil
	}
	if r.generation != int64(len(c.all))+1 {
		return fmt.Errorf("generation %d of the authority %s stands alone", r.generation, c.name)
	}
	g := &generation{of: c, number: r.generation, key: r.keyGeneration, ref: r.key}
	var err error
	if g.cert, err = pki.ParseCertificate(r.certificate); err != nil {
		return err
	}
	if len(r.cross) > 0 {
		if g.cross, err = pki.ParseCertificate(r.cross); err != nil {
			return err
		}
	}
	if len(r.above) > 0 {
		if g.above, err = pki.ParseBundle(r.above); err != nil {
			return err
		}
	}
	g.ocsp, err = pki.NewOCSPIssuer(g.cert)
	c.all = append(c.all, g)
	return err
}

// byKey finds the CA whose key signed the certificate, and the newest generation with that key.
func (d *directory) byKey(c *pki.Certificate) *generation {
	for _, a := range d.order {
		for _, g := range a.keys() {
			if c.IssuedBy(g.cert) {
				return g
			}
		}
	}
	return nil
}

// named returns the CA of a name.
func (e *Engine) named(ctx context.Context, name string) (*ca, error) {
	d, err := e.directory(ctx)
	if err != nil {
		return nil, err
	}
	return d.named(name)
}

// named returns the CA of a name.
func (d *directory) named(name string) (*ca, error) {
	if c := d.names[name]; c != nil {
		return c, nil
	}
	if len(name) > maxName {
		name = name[:maxName] + "…"
	}
	return nil, Missing.Detail("%s", name)
}
