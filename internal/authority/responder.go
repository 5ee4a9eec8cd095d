package authority

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// responder is who answers OCSP for the key of a CA.
type responder struct {
	signer pki.OCSPSigner
}

// responderLife is short, for nothing says whether a responder's certificate was revoked (RFC 6960, 4.2.2.2.1).
const (
	responderLife    = 7 * 24 * time.Hour
	maxResponderBack = time.Hour
)

// oidNoCheck is id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1).
var oidNoCheck = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}

// fresh reports whether the certificate is not past half of its life.
func (r *responder) fresh(now time.Time) bool {
	c := r.signer.Certificate
	return !now.Before(c.NotBefore) && now.Before(c.NotAfter.Add(-c.NotAfter.Sub(c.NotBefore)/2))
}

// responder returns the responder of the key of a generation. One that is missing or past half of its life is replaced.
func (e *Engine) responder(ctx context.Context, g *generation, now time.Time) (*responder, error) {
	at := object(g.of.id, g.key) + "/ocsp"
	if r := e.onDuty(at); r != nil && r.fresh(now) {
		return r, nil
	}
	e.duty.Lock()
	defer e.duty.Unlock()
	if r := e.onDuty(at); r != nil && r.fresh(now) { // somebody else was first
		return r, nil
	}
	r, err := e.storedResponder(ctx, g, at)
	if err == nil && (r == nil || !r.fresh(now)) {
		r, err = e.newResponder(ctx, g, at, now)
	}
	if err != nil {
		return nil, err
	}
	e.duties.Store(at, r)
	return r, nil
}

func (e *Engine) onDuty(at string) *responder {
	if r, ok := e.duties.Load(at); ok {
		return r.(*responder)
	}
	return nil
}

// storedResponder returns the one in the table, which another node may have made, or nil.
func (e *Engine) storedResponder(ctx context.Context, g *generation, at string) (*responder, error) {
	var ref, der []byte
	var found bool
	err := e.DB.Read(ctx, func(tx *store.Tx) (err error) {
		ref, der, found, err = responderOf(tx, listKey{g.of.id, g.key})
		return err
	})
	if err != nil || !found {
		return nil, err
	}
	key, err := e.Keys.Signer(ctx, at, ref)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate of a responder: %w", err)
	}
	return &responder{pki.OCSPSigner{Issuer: pki.Issuer{Certificate: c, Key: key}}}, nil
}

// newResponder makes key and certificate, and keeps them for all nodes. A node that is as fast keeps its own; both hold.
func (e *Engine) newResponder(ctx context.Context, g *generation, at string, now time.Time) (*responder, error) {
	g = g.newest()
	t := &pki.Template{
		Subject: pki.Name{{Type: pki.CN, Value: clip(g.of.name+" OCSP", 64)}}, Serial: pki.NewSerial(), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsages: []string{"OCSPSigning"}, Extra: []pkix.Extension{{Id: oidNoCheck, Value: asn1.NullBytes}},
	}
	var err error
	if t.NotBefore, t.NotAfter, err = g.period(now, min(g.of.settings.BackDate.Std(), maxResponderBack), responderLife); err != nil {
		return nil, err
	}
	key, err := pki.Generate(responderKey(g.cert.KeyType))
	if err != nil {
		return nil, err
	}
	t.PublicKey = key.Public()
	by, err := e.issuer(ctx, g)
	if err != nil {
		return nil, err
	}
	der, err := by.Sign(t)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading what was just signed: %w", err)
	}
	ref, err := e.keep(at, key)
	if err != nil {
		return nil, err
	}
	err = e.DB.Write(ctx, func(tx *store.Tx) error {
		row := &issuedRow{request: "ocsp/" + tx.NewID(), authority: g.of.id, generation: g.number, purpose: purposeOCSP,
			serial: serialOf(c.SerialNumber), notAfter: c.NotAfter, certificate: der}
		if _, err := insertIssued(tx, row); err != nil {
			return err
		}
		return putResponder(tx, listKey{g.of.id, g.key}, ref, row)
	})
	return &responder{pki.OCSPSigner{Issuer: pki.Issuer{Certificate: c, Key: key}}}, err
}

// responderKey is a key whose algorithm clients of the CA know.
func responderKey(of pki.KeyType) pki.KeyType {
	if of.IsRSA() {
		return pki.RSA2048
	}
	return of
}

func clip(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}
