package authority

import (
	"context"
	"crypto/x509"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Renew gives a CA its next certificate, with the same key or a new one of the same type; name, limits and length of life
// stay. From now on it issues with that. The old key goes on signing its revocation list and its OCSP responders until its
// last certificate ends. A root with a new key also gets a certificate for it by the old one (RFC 4210, 4.4), so that who
// trusts the old root alone trusts the new one.
func (e *Engine) Renew(ctx context.Context, who access.Caller, name string, sameKey bool) error {
	facts := event.Object{Kind: Kind, Name: clip(name, maxName), Changed: []string{"certificate"}}
	if !sameKey {
		facts.Changed = append(facts.Changed, "key")
	}
	n, err := prepare(who, func() (*newborn, error) { return e.renewed(ctx, name, sameKey) })
	if err != nil {
		return act.Refuse(ctx, e.DB, who, event.ConfUpdate, &facts, err)
	}
	return act.Do(ctx, e.DB, who, event.ConfUpdate, &facts, func(tx *store.Tx) error {
		if err := who.May(Manage); err != nil {
			return err
		}
		return e.insert(tx, who, n)
	})
}

// renewed makes the next generation of a CA.
func (e *Engine) renewed(ctx context.Context, name string, sameKey bool) (*newborn, error) {
	d, err := e.directory(ctx)
	if err != nil {
		return nil, err
	}
	c, err := d.named(name)
	if err != nil {
		return nil, err
	}
	old := c.current()
	above, err := d.above(old)
	if err != nil {
		return nil, err
	}
	b := birth{keyType: old.cert.KeyType, life: old.cert.NotAfter.Sub(old.cert.NotBefore), back: c.settings.BackDate.Std()}
	b.life -= b.back
	if sameKey {
		if b.key, err = e.signer(ctx, old); err != nil {
			return nil, err
		}
	} else if !isKeyType(b.keyType) {
		return nil, NoRenewal.Detail("keys of type %s are not made here", b.keyType)
	}
	n := &newborn{ca: c}
	n.row.keyGeneration = old.key
	if err := e.birth(ctx, n, above, again(old.cert), b); err != nil {
		return nil, err
	}
	if above == nil && !sameKey {
		err = e.cross(ctx, n, old)
	}
	return n, err
}

// above returns the CA that renews the certificate: the one that made it, with its newest certificate. It is nil for a root.
func (d *directory) above(g *generation) (*generation, error) {
	if g.cert.SelfSigned {
		return nil, nil
	}
	if parent := d.ids[g.of.parent]; parent != nil {
		return parent.current(), nil
	}
	if by := d.byKey(g.cert); by != nil {
		return by.of.current(), nil
	}
	return nil, NoRenewal.Detail("%s was issued elsewhere: import its next certificate", g.of.name)
}

// again is the template of a certificate that says the same as the old one.
func again(old *pki.Certificate) *pki.Template {
	x := old.X509
	t := &pki.Template{
		RawSubject: x.RawSubject, SANs: old.SANs, KeyUsage: x.KeyUsage, ExtKeyUsages: old.ExtKeyUsages,
		IsCA: true, PathLen: old.PathLen, Policies: old.Policies,
	}
	t.Constraints = constraintsOf(x)
	return t
}

// constraintsOf returns the name constraints of a certificate, or nil.
func constraintsOf(x *x509.Certificate) *pki.NameConstraints {
	for _, e := range x.Extensions {
		if !isNameConstraints(e) {
			continue
		}
		return &pki.NameConstraints{
			PermittedDNS: x.PermittedDNSDomains, ExcludedDNS: x.ExcludedDNSDomains,
			PermittedEmails: x.PermittedEmailAddresses, ExcludedEmails: x.ExcludedEmailAddresses,
			PermittedURIs: x.PermittedURIDomains, ExcludedURIs: x.ExcludedURIDomains,
			PermittedIPs: x.PermittedIPRanges, ExcludedIPs: x.ExcludedIPRanges,
		}
	}
	return nil
}

// cross lets the old key of a root sign the new one. An old root that has ended signs nothing.
func (e *Engine) cross(ctx context.Context, n *newborn, old *generation) error {
	c, err := pki.ParseCertificate(n.row.certificate)
	if err != nil {
		return err
	}
	t := again(c)
	t.PublicKey, t.Serial = c.X509.PublicKey, pki.NewSerial()
	if t.NotBefore, t.NotAfter, err = old.period(e.DB.Clock.Now(), 0, c.NotAfter.Sub(e.DB.Clock.Now())); err != nil {
		return nil //nolint:nilerr // the new root stands alone then
	}
	n.row.cross, err = e.signBelow(ctx, n, old, t)
	return err
}
