package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/horizon-clm/horizon/internal/pki"
)

// press makes certificates like one that the CA has made, and differs from that in names, key, serial number and times. The
// usual way checks each signature again, which takes longer than all the rest.
type press struct {
	key        *ecdsa.PrivateKey
	algorithm  []byte // DER, as is the issuer
	issuer     []byte
	extensions []pkix.Extension
}

var errModel = errors.New("the certificate to make others like cannot be read")

// newPress has the CA make the first certificate.
func (s *signer) newPress(now time.Time) (*press, error) {
	key, own := s.Key.(*ecdsa.PrivateKey)
	if !own {
		return nil, errModel
	}
	t := s.template(0, now.Add(-backDate), now.Add(time.Hour))
	t.PublicKey, t.Serial = key.Public(), pki.NewSerial()
	der, err := s.Sign(&t)
	if err != nil {
		return nil, err
	}
	model, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	p := &press{key: key, issuer: model.RawIssuer, extensions: model.Extensions}
	var whole, tbs, algorithm cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&whole, casn1.SEQUENCE) || !whole.ReadASN1Element(&tbs, casn1.SEQUENCE) || !whole.ReadASN1Element(&algorithm, casn1.SEQUENCE) {
		return nil, errModel
	}
	p.algorithm = algorithm
	return p, nil
}

// template is what the CA is asked for, but for key and serial number.
func (s *signer) template(n int, notBefore, notAfter time.Time) pki.Template {
	t := s.urls
	t.Subject, t.SANs, t.ExtKeyUsages = subject(n), names(n), []string{"serverAuth", "clientAuth"}
	t.NotBefore, t.NotAfter = notBefore, notAfter
	return t
}

// host is the name of certificate n: whoever measures knows it from the number.
func host(n int) string { return fmt.Sprintf("host%07d.%s", n, domain) }

func subject(n int) pki.Name {
	return pki.Name{{Type: pki.CN, Value: host(n)}, {Type: "OU", Value: fmt.Sprintf("Unit %d", n%100)}, {Type: "O", Value: "Load"}}
}

func names(n int) []pki.SAN { return []pki.SAN{{Type: pki.DNSName, Value: host(n)}} }

// make makes certificate n for a new key. They end between a day and a little over a year from now.
func (p *press) make(n int, now time.Time) (*pki.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	tbs, err := p.body(n, key.Public().(*ecdsa.PublicKey), now)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(tbs)
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, sum[:])
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(p.algorithm)
		b.AddASN1BitString(signature)
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	return pki.ParseCertificate(der)
}

// body is what is signed (RFC 5280, 4.1.2).
func (p *press) body(n int, key *ecdsa.PublicKey, now time.Time) ([]byte, error) {
	public, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, err
	}
	name, err := subject(n).DER()
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(casn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Int64(2) }) // v3
		b.AddASN1BigInt(pki.NewSerial())
		b.AddBytes(p.algorithm)
		b.AddBytes(p.issuer)
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1UTCTime(now.Add(-backDate).UTC())
			b.AddASN1UTCTime(now.Add(time.Duration(1+n%397) * 24 * time.Hour).UTC())
		})
		b.AddBytes(name)
		b.AddBytes(public)
		b.AddASN1(casn1.Tag(3).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) { b.SetError(p.extend(b, n, key)) })
		})
	})
	return b.Bytes()
}

var (
	subjectKeyID = asn1.ObjectIdentifier{2, 5, 29, 14}
	subjectNames = asn1.ObjectIdentifier{2, 5, 29, 17}
)

// extend writes the extensions of the model, with the names and the identifier of another key.
func (p *press) extend(b *cryptobyte.Builder, n int, key *ecdsa.PublicKey) error {
	id, err := pki.KeyID(key)
	if err != nil {
		return err
	}
	san, err := pki.SANsDER(names(n))
	if err != nil {
		return err
	}
	for _, e := range p.extensions {
		switch {
		case e.Id.Equal(subjectKeyID):
			if e.Value, err = asn1.Marshal(id); err != nil {
				return err
			}
		case e.Id.Equal(subjectNames):
			e.Value = san
		}
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(e.Id)
			if e.Critical {
				b.AddASN1Boolean(true)
			}
			b.AddASN1OctetString(e.Value)
		})
	}
	return nil
}
