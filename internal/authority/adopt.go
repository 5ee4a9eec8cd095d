package authority

import (
	"bytes"
	"context"
	"crypto"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Material is a CA that was made elsewhere: its key, its certificate and those above it.
type Material struct {
	Key         crypto.Signer
	Certificate *pki.Certificate
	Above       []*pki.Certificate
}

// FromPKCS12 reads the material from a PKCS#12.
func FromPKCS12(der []byte, password string) (Material, error) {
	s, err := pki.ParsePKCS12(der, password)
	if err != nil {
		return Material{}, Invalid.Detail("pkcs12: %s", fault.Of(err).Reason()).Because(err)
	}
	return Material{Key: s.Key, Certificate: s.Certificate, Above: s.Chain}, nil
}

// FromPEM reads the material from a key and from certificates: that of the key, and those above it in any order.
func FromPEM(key, certificates string) (Material, error) {
	signer, err := pki.ParseKey([]byte(key))
	if err != nil {
		return Material{}, Invalid.Detail("key: %s", fault.Of(err).Reason()).Because(err)
	}
	all, err := pki.ParseBundle([]byte(certificates))
	if err != nil {
		return Material{}, Invalid.Detail("certificate: %s", fault.Of(err).Reason()).Because(err)
	}
	m := Material{Key: signer}
	for _, c := range all {
		if m.Certificate == nil && pki.SameKey(signer.Public(), c.X509.PublicKey) {
			m.Certificate = c
		} else {
			m.Above = append(m.Above, c)
		}
	}
	if m.Certificate == nil {
		return Material{}, Invalid.Detail("certificate: none of them is of the key")
	}
	return m, nil
}

const maxAbove = 8

// complaints lists why the material is no CA that can issue.
func (m Material) complaints(now time.Time) (problems []string) {
	c := m.Certificate
	if !pki.SameKey(m.Key.Public(), c.X509.PublicKey) {
		problems = append(problems, "key: it is not the one of the certificate")
	}
	if _, err := pki.SignatureAlgorithm(m.Key.Public()); err != nil {
		problems = append(problems, "key: "+fault.Of(err).Reason())
	}
	if err := pki.CheckKey(m.Key.Public()); err != nil {
		problems = append(problems, "key: "+fault.Of(err).Reason())
	}
	if !c.IsCA { // RFC 5280, 4.2.1.9
		problems = append(problems, "certificate: it is not of a CA")
	}
	if len(c.KeyUsages) > 0 && (!has(c.KeyUsages, "keyCertSign") || !has(c.KeyUsages, "cRLSign")) { // RFC 5280, 4.2.1.3
		problems = append(problems, "certificate: its key usage allows to sign certificates and revocation lists not both")
	}
	if !now.Before(c.NotAfter) {
		problems = append(problems, "certificate: it ended at "+c.NotAfter.Format(time.RFC3339))
	}
	if len(m.Above) > maxAbove {
		problems = append(problems, fmt.Sprintf("certificate: at most %d stand above it", maxAbove))
	} else if chain := pki.Chain(c, m.Above); len(chain) != len(m.Above)+1 {
		problems = append(problems, "certificate: some of those above it did not issue it")
	}
	return problems
}

func has(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// Import takes over a CA that was made elsewhere, under a new name. read gives its material, such as FromPKCS12; that it
// cannot be read is recorded, too.
func (e *Engine) Import(ctx context.Context, who access.Caller, name string, s Settings, read func() (Material, error)) error {
	facts := event.Object{Kind: Kind, Name: clip(name, maxName)}
	n, err := prepare(who, func() (*newborn, error) {
		m, err := read()
		if err != nil {
			return nil, err
		}
		return e.foundling(ctx, name, m, s)
	})
	if err != nil {
		return act.Refuse(ctx, e.DB, who, event.ConfAdd, &facts, err)
	}
	return act.Do(ctx, e.DB, who, event.ConfAdd, &facts, func(tx *store.Tx) error {
		if err := who.May(Manage); err != nil {
			return err
		}
		return e.insert(tx, who, n)
	})
}

// foundling checks and seals what was made elsewhere.
func (e *Engine) foundling(ctx context.Context, name string, m Material, s Settings) (*newborn, error) {
	s = s.orDefault()
	problems := s.complaints()
	if !validName(name) {
		problems = append(problems, fmt.Sprintf("name: 1 to %d letters, digits and \"-_.\", the first no dot", maxName))
	}
	problems = append(problems, m.complaints(e.DB.Clock.Now())...)
	if len(problems) > 0 {
		return nil, Invalid.Each(problems)
	}
	d, err := e.directory(ctx)
	if err != nil {
		return nil, err
	}
	if d.names[name] != nil {
		return nil, Exists.Detail("%s", name)
	}
	for _, c := range d.order { // two CAs of one key would answer for each other's certificates
		for _, g := range c.all {
			if pki.SameKey(m.Key.Public(), g.cert.X509.PublicKey) {
				return nil, Exists.Detail("%s has this key", c.name)
			}
		}
	}
	n := &newborn{fresh: true, ca: &ca{id: e.DB.NewID(), name: name, settings: s}}
	if by := d.byKey(m.Certificate); by != nil && !m.Certificate.SelfSigned {
		n.ca.parent = by.of.id
	}
	return n, e.lay(n, m)
}

// lay makes the row of imported material, as the next generation.
func (e *Engine) lay(n *newborn, m Material) (err error) {
	number := int64(len(n.ca.all)) + 1
	n.row = generationRow{authority: n.ca.id, generation: number, keyGeneration: number, certificate: m.Certificate.X509.Raw}
	for _, c := range m.Above {
		n.row.above = append(n.row.above, (c.PEM() + "\n")...)
	}
	for _, g := range n.ca.all {
		if pki.SameKey(m.Key.Public(), g.cert.X509.PublicKey) {
			n.row.keyGeneration = g.key
			return nil
		}
	}
	n.row.key, err = e.keep(object(n.ca.id, number), m.Key)
	return err
}

// Adopt makes sure that the CA of the name has the material: it imports it, or takes it as the CA's next certificate when
// that has another one of the same name. Adopted again, nothing changes. It is done by the server of its own accord.
func (e *Engine) Adopt(ctx context.Context, name string, m Material, s Settings) error {
	for range 2 { // another node may be as fast: then look again
		d, err := e.directory(ctx)
		if err != nil {
			return err
		}
		c := d.names[name]
		if c != nil {
			return e.succeed(ctx, c, m)
		}
		err = e.Import(ctx, access.System("connector", e.DB.NewID()), name, s, func() (Material, error) { return m, nil })
		if err == nil || !isTaken(err, name) {
			return err
		}
	}
	return Exists.Detail("%s", name)
}

// isTaken reports whether the name was taken by somebody who was faster.
func isTaken(err error, name string) bool {
	f := fault.Of(err)
	return f.Is(Exists) && f.Occurrence() == name
}

// succeed adds a certificate that was made elsewhere to a CA.
func (e *Engine) succeed(ctx context.Context, c *ca, m Material) error {
	for _, g := range c.all {
		if g.cert.Thumbprint == m.Certificate.Thumbprint {
			return nil
		}
	}
	facts := event.Object{Kind: Kind, Name: c.name, Changed: []string{"certificate"}}
	who := access.System("connector", e.DB.NewID())
	problems := m.complaints(e.DB.Clock.Now())
	if !bytes.Equal(c.current().cert.X509.RawSubject, m.Certificate.X509.RawSubject) {
		problems = append(problems, fmt.Sprintf("certificate: %s is named %s, not %s", c.name, c.current().cert.DN, m.Certificate.DN))
	}
	n := &newborn{ca: c}
	var err error
	if len(problems) > 0 {
		err = Invalid.Each(problems)
	} else {
		err = e.lay(n, m)
	}
	if err != nil {
		return act.Refuse(ctx, e.DB, who, event.ConfUpdate, &facts, err)
	}
	return act.Do(ctx, e.DB, who, event.ConfUpdate, &facts, func(tx *store.Tx) error { return e.insert(tx, who, n) })
}

// Provide makes sure that there is a CA of the name: it creates one of P-256 below a root of its own, named <name>-root.
// Provided again, nothing changes. It is done by the server of its own accord.
func (e *Engine) Provide(ctx context.Context, name string, s Settings) error {
	d, err := e.directory(ctx)
	if err != nil || d.names[name] != nil {
		return err
	}
	who := access.System("connector", e.DB.NewID())
	root := Spec{Name: name + "-root", Subject: "CN=" + clip(name, 50) + " Root CA", Settings: s}
	if _, err := e.Ensure(ctx, who, root); err != nil {
		return err
	}
	_, err = e.Ensure(ctx, who, Spec{Name: name, Subject: "CN=" + clip(name, 50) + " Issuing CA", Parent: root.Name, Settings: s})
	return err
}

// SetCRLLifetime changes how long the revocation lists of a CA are valid, and makes them anew.
func (e *Engine) SetCRLLifetime(ctx context.Context, name string, life time.Duration) error {
	who := access.System("connector", e.DB.NewID())
	d, err := e.directory(ctx)
	if err != nil {
		return err
	}
	c, err := d.named(name)
	if err != nil || c.settings.CRLLifetime.Std() == life {
		return err
	}
	s := c.settings
	s.CRLLifetime = span.Duration(life)
	return e.Adjust(ctx, who, c.name, s)
}
