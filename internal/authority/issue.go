package authority

import (
	"context"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Order is what a CA is asked to issue.
type Order struct {
	RequestID    string // asked again with the same id, the CA returns the same bytes, whatever else is asked
	CA           string // name
	PublicKey    crypto.PublicKey
	Subject      pki.Name
	SANs         []pki.SAN
	Extensions   []pki.Extension
	KeyUsage     x509.KeyUsage // 0 is the usual one of the key
	ExtKeyUsages []string      // nil are those of the CA; empty is none, which is any
	Policies     []string      // nil are those of the CA
	Lifetime     time.Duration // 0 is that of the CA
	BackDate     *time.Duration
}

// Issued is a certificate and what leads from it to its roots.
type Issued struct {
	Certificate []byte     // DER
	Chains      [][][]byte // DER, issuer first, root last; the first chain is the default
}

const (
	maxRequestID = 200
	maxDraws     = 3 // of a serial number
)

// errSerial says that a serial number was drawn twice: draw again.
var errSerial = fault.Define("AUTHORITY-013", fault.Internal, "A serial number was drawn twice")

// Issue issues a certificate, or returns the one it has issued for the same request. It is recorded before it is returned:
// a certificate that was signed and not recorded has never left the engine.
func (e *Engine) Issue(ctx context.Context, o Order) (Issued, error) {
	if o.RequestID == "" || len(o.RequestID) > maxRequestID {
		return Issued{}, BadOrder.Detail("the request has no id, or one of more than %d bytes", maxRequestID)
	}
	d, done, err := e.issued(ctx, o.RequestID)
	if err != nil || done.Certificate != nil {
		return done, err
	}
	c, err := d.named(o.CA)
	if err != nil {
		return Issued{}, err
	}
	for range maxDraws {
		var der []byte
		if der, err = e.sign(ctx, c.current(), o); err != nil {
			return Issued{}, err
		}
		if done, err = e.record(ctx, c.current(), o.RequestID, der); err != errSerial { //nolint:errorlint // made here, never wrapped
			break
		}
	}
	return done, err
}

// issued returns the CAs, and what was issued for the request if anything was.
func (e *Engine) issued(ctx context.Context, request string) (d *directory, done Issued, err error) {
	err = e.DB.Look(ctx, func(tx *store.Tx) error {
		now, row, err := issuedFor(tx, request)
		if err != nil {
			return fmt.Errorf("looking for the request: %w", err)
		}
		if d, err = e.of(tx, now); err != nil || row == nil {
			return err
		}
		done, err = d.answer(row, tx.Now())
		return err
	})
	return d, done, err
}

// answer is what was issued, with the chains of today.
func (d *directory) answer(row *issuedRow, now time.Time) (Issued, error) {
	c := d.ids[row.authority]
	if c == nil || c.generation(row.generation) == nil {
		return Issued{}, fmt.Errorf("the authority %s of the request %s is not known", row.authority, row.request)
	}
	return Issued{Certificate: row.certificate, Chains: c.generation(row.generation).chainsAt(now)}, nil
}

// sign makes the certificate. Nothing is stored.
func (e *Engine) sign(ctx context.Context, g *generation, o Order) ([]byte, error) {
	t, err := e.template(g, o)
	if err != nil {
		return nil, err
	}
	by, err := e.issuer(ctx, g)
	if err != nil {
		return nil, err
	}
	der, err := by.Sign(t)
	if err == nil && g.strict {
		err = g.try(der, t.NotBefore)
	}
	return der, err
}

// template is the certificate an order is answered with.
func (e *Engine) template(g *generation, o Order) (*pki.Template, error) {
	if err := pki.CheckKey(o.PublicKey); err != nil {
		return nil, err
	}
	s := g.of.settings
	t := &pki.Template{
		Subject: o.Subject, PublicKey: o.PublicKey, Serial: pki.NewSerial(), SANs: o.SANs, Extensions: o.Extensions,
		KeyUsage: o.KeyUsage, ExtKeyUsages: o.ExtKeyUsages, Policies: o.Policies,
	}
	if o.ExtKeyUsages == nil {
		t.ExtKeyUsages = s.ExtKeyUsages
	}
	if o.Policies == nil {
		t.Policies = s.Policies
	}
	life, back := o.Lifetime, s.BackDate.Std()
	if life == 0 {
		life = s.CertificateLifetime.Std()
	}
	if o.BackDate != nil {
		back = *o.BackDate
	}
	if life < 0 || back < 0 {
		return nil, BadOrder.Detail("lifetime and back date are not negative")
	}
	e.point(t, g)
	var err error
	t.NotBefore, t.NotAfter, err = g.period(e.DB.Clock.Now(), back, life)
	return t, err
}

// period is the validity of what the generation issues now: within its own.
func (g *generation) period(now time.Time, back, life time.Duration) (from, to time.Time, err error) {
	if !now.Before(g.cert.NotAfter) || now.Before(g.cert.NotBefore) {
		return from, to, Ended.Detail("%s is valid from %s to %s", g.of.name,
			g.cert.NotBefore.Format(time.RFC3339), g.cert.NotAfter.Format(time.RFC3339))
	}
	from, to = now.Add(-back), now.Add(life)
	if from.Before(g.cert.NotBefore) {
		from = g.cert.NotBefore
	}
	if to.After(g.cert.NotAfter) {
		to = g.cert.NotAfter
	}
	return from, to, nil
}

var oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

func isNameConstraints(x pkix.Extension) bool { return x.Id.Equal(oidNameConstraints) }

// try refuses what the limits of the CA's own chain would make worthless: names and usages (RFC 5280, 6.1.4 (g) and 4.2.1.12).
func (g *generation) try(der []byte, at time.Time) error {
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return BadOrder.Because(err)
	}
	ders := g.chains[0].ders
	roots, above := x509.NewCertPool(), x509.NewCertPool()
	for i, der := range ders {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("reading the chain of %s: %w", g.of.name, err)
		}
		if i == len(ders)-1 {
			roots.AddCert(c)
		} else {
			above.AddCert(c)
		}
	}
	usages := leaf.ExtKeyUsage
	if len(usages) == 0 || len(leaf.UnknownExtKeyUsage) > 0 {
		usages = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	}
	leaf.UnhandledCriticalExtensions = nil
	for _, u := range usages { // Verify is content with one of several
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: above, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{u}}); err != nil {
			return BadOrder.Detail("the limits of %s do not allow it: %s", g.of.name, strings.TrimPrefix(err.Error(), "x509: "))
		}
	}
	return nil
}

// record keeps the certificate under its request, unless another one stands there: then that one is returned.
func (e *Engine) record(ctx context.Context, g *generation, request string, der []byte) (done Issued, err error) {
	x, err := x509.ParseCertificate(der)
	if err != nil {
		return Issued{}, fmt.Errorf("reading what was just signed: %w", err)
	}
	row := &issuedRow{
		request: request, authority: g.of.id, generation: g.number, purpose: purposeLeaf,
		serial: x.SerialNumber.Bytes(), notAfter: x.NotAfter, certificate: der,
	}
	err = e.DB.Write(ctx, func(tx *store.Tx) error {
		fresh, err := insertIssued(tx, row)
		if err != nil {
			return err
		}
		if fresh {
			done = Issued{Certificate: der, Chains: g.chainsAt(tx.Now())}
			return nil
		}
		now, first, err := issuedFor(tx, request)
		if err != nil {
			return err
		}
		if first == nil {
			return fmt.Errorf("the request %s is taken, and nothing is issued for it", request)
		}
		d, err := e.of(tx, now)
		if err != nil {
			return err
		}
		done, err = d.answer(first, tx.Now())
		return err
	})
	return done, err
}

// serialOf returns the bytes of a serial number as tables hold them.
func serialOf(n *big.Int) []byte { return n.Bytes() }
