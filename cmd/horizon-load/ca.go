package main

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/trust"
)

// signer is a CA whose key this program knows, because it made it. A built-in CA's engine signs one certificate at a time and
// commits each, which is right for a server and slow for a million.
type signer struct {
	pki.Issuer
	id, name string       // of a built-in CA; no id when it is outside
	urls     pki.Template // what is written into certificates: where lists, OCSP and the CA's certificate are
}

const (
	caSubject = "Horizon Load CA"
	caIssuer  = "CN=" + caSubject + ",O=Horizon"
	caLife    = 5 * 365 * 24 * time.Hour
	backDate  = 5 * time.Minute
)

// newSigner makes a CA. One within is taken over by the engine; one outside becomes a known CA.
func (l *loader) newSigner(ctx context.Context) (*signer, error) {
	key, cert, err := l.newCA()
	if err != nil {
		return nil, err
	}
	s := &signer{Issuer: pki.Issuer{Certificate: cert.X509, Key: key}, name: "load-" + l.App.DB.NewID()}
	if l.outside {
		s.urls = outsideURLs()
		return s, trust.CAs.Add(ctx, l.Deps, l.App.System("load"), trust.Known(s.name, cert))
	}
	err = l.CA.Import(ctx, l.App.System("load"), s.name, authority.DefaultSettings(), func() (authority.Material, error) {
		return authority.Material{Key: key, Certificate: cert}, nil
	})
	if err != nil {
		return nil, err
	}
	s.urls = pki.Template{CRLDPs: []string{l.CA.ListURL(s.name, 1)}, CAIssuers: []string{l.CA.CertificateURL(s.name, 1)}, OCSP: []string{l.CA.OCSPURL(s.name)}}
	return s, l.App.DB.Read(ctx, func(tx *store.Tx) error {
		found, err := tx.Get(`SELECT id FROM authority WHERE name = $1`, []any{s.name}, &s.id)
		if err == nil && !found {
			err = errors.New("the CA was not taken over")
		}
		return err
	})
}

// newCA makes the key and the certificate of a CA.
func (l *loader) newCA() (*ecdsa.PrivateKey, *pki.Certificate, error) {
	key, err := pki.Generate(pki.P256)
	if err != nil {
		return nil, nil, err
	}
	own, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, nil, fmt.Errorf("the key of the CA is a %T", key)
	}
	der, err := caTemplate(l.App.DB.Clock.Now()).SelfSign(key)
	if err != nil {
		return nil, nil, err
	}
	cert, err := pki.ParseCertificate(der)
	return own, cert, err
}

func caTemplate(now time.Time) *pki.Template {
	return &pki.Template{
		Subject: pki.Name{{Type: pki.CN, Value: caSubject}, {Type: "O", Value: "Horizon"}}, Serial: pki.NewSerial(), IsCA: true,
		NotBefore: now.Add(-backDate), NotAfter: now.Add(caLife),
	}
}

func outsideURLs() pki.Template {
	return pki.Template{CRLDPs: []string{"http://pki.load.example/ca.crl"}, CAIssuers: []string{"http://pki.load.example/ca.cer"}, OCSP: []string{"http://ocsp.load.example"}}
}

// made is a certificate with the request it is recorded under.
type made struct {
	number  int
	request string
	*pki.Certificate
}

// enter writes certificates into the books of a built-in CA, as the engine would one by one. A CA outside has its own.
func (s *signer) enter(tx *store.Tx, all []made) error {
	if s.id == "" {
		return nil
	}
	rows := make([][]any, len(all))
	for i, m := range all {
		rows[i] = []any{m.request, s.id, 1, "leaf", m.X509.SerialNumber.Bytes(), store.Micros(m.NotAfter), m.X509.Raw}
	}
	columns := []string{"request", "authority", "generation", "purpose", "serial", "not_after", "certificate"}
	if err := tx.Copy("authority_issued", columns, rows); err != nil {
		return fmt.Errorf("entering certificates into the CA's books: %w", err)
	}
	return nil
}
