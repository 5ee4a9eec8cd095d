package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// signer is a built-in CA whose key this program knows, because it made it: the engine signs one certificate at a time and
// commits each, which is right for a server and slow for a million.
type signer struct {
	pki.Issuer
	id, name string
	urls     pki.Template // what the engine writes into certificates: where lists, OCSP and the CA's certificate are
}

const (
	caSubject = "Horizon Load CA"
	caLife    = 5 * 365 * 24 * time.Hour
	backDate  = 5 * time.Minute
)

// newSigner makes a CA and has the engine take it over.
func (l *loader) newSigner(ctx context.Context) (*signer, error) {
	key, err := pki.Generate(pki.P256)
	if err != nil {
		return nil, err
	}
	now := l.App.DB.Clock.Now()
	der, err := (&pki.Template{
		Subject: pki.Name{{Type: pki.CN, Value: caSubject}, {Type: "O", Value: "Horizon"}}, Serial: pki.NewSerial(), IsCA: true,
		NotBefore: now.Add(-backDate), NotAfter: now.Add(caLife),
	}).SelfSign(key)
	if err != nil {
		return nil, err
	}
	cert, err := pki.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	s := &signer{Issuer: pki.Issuer{Certificate: cert.X509, Key: key}, name: "load-" + l.App.DB.NewID()}
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

// made is a certificate with the request it is recorded under.
type made struct {
	number  int
	request string
	*pki.Certificate
}

// issue signs a certificate for a new key. They end between a day and a little over a year from now.
func (l *loader) issue(n int) (made, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return made{}, err
	}
	now := l.App.DB.Clock.Now()
	host := fmt.Sprintf("host%07d.%s", n, domain)
	t := l.signer.urls
	t.Subject = pki.Name{{Type: pki.CN, Value: host}, {Type: "OU", Value: fmt.Sprintf("Unit %d", n%100)}, {Type: "O", Value: "Load"}}
	t.SANs, t.PublicKey, t.Serial = []pki.SAN{{Type: pki.DNSName, Value: host}}, key.Public(), pki.NewSerial()
	t.NotBefore, t.NotAfter = now.Add(-backDate), now.Add(time.Duration(1+n%397)*24*time.Hour)
	t.ExtKeyUsages = []string{"serverAuth", "clientAuth"}
	der, err := l.signer.Sign(&t)
	if err != nil {
		return made{}, err
	}
	m := made{number: n, request: requestID(der)}
	m.Certificate, err = pki.ParseCertificate(der)
	return m, err
}

// requestID is an identifier for the request of a certificate: it has the form of one, and is the same when a transaction
// is run again.
func requestID(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:12])
}

const (
	issuedColumns = 7
	issuedRows    = 100 // of one statement: PostgreSQL takes 65535 parameters, SQLite 32766
)

// enter writes certificates into the books of the CA, as the engine would one by one.
func (s *signer) enter(tx *store.Tx, all []made) error {
	for len(all) > 0 {
		n := min(len(all), issuedRows)
		args := make([]any, 0, n*issuedColumns)
		rows := make([]string, n)
		for i, m := range all[:n] {
			args = append(args, m.request, s.id, 1, "leaf", m.X509.SerialNumber.Bytes(), store.Micros(m.NotAfter), m.X509.Raw)
			k := i * issuedColumns
			rows[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d, $%d)", k+1, k+2, k+3, k+4, k+5, k+6, k+7)
		}
		if _, err := tx.Exec(`INSERT INTO authority_issued (request, authority, generation, purpose, serial, not_after, certificate) VALUES `+
			strings.Join(rows, ", "), args...); err != nil {
			return fmt.Errorf("entering certificates into the CA's books: %w", err)
		}
		all = all[n:]
	}
	return nil
}
