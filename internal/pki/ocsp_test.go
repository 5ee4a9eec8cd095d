package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/ocsp"

	"github.com/horizon-clm/horizon/internal/fault"
)

// ask makes a request for several certificates, with a nonce when there is one, as OpenSSL would.
func ask(t testing.TB, nonce []byte, ca Issuer, h crypto.Hash, leaves ...*Certificate) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, l := range leaves {
					single, err := ocsp.CreateRequest(l.X509, ca.Certificate, &ocsp.RequestOptions{Hash: h})
					if err != nil {
						t.Fatal(err)
					}
					var whole, tbs, list cryptobyte.String
					in := cryptobyte.String(single)
					if !in.ReadASN1(&whole, casn1.SEQUENCE) || !whole.ReadASN1(&tbs, casn1.SEQUENCE) || !tbs.ReadASN1(&list, casn1.SEQUENCE) {
						t.Fatal("the request of the library cannot be read")
					}
					b.AddBytes(list)
				}
			})
			if nonce != nil {
				b.AddASN1(casn1.Tag(2).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
					b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
						addExtension(b, oidOCSPNonce, true, func(b *cryptobyte.Builder) { b.AddASN1OctetString(nonce) })
					})
				})
			}
		})
	})
	return b.BytesOrPanic()
}

func TestOCSP(t *testing.T) {
	t.Parallel()
	ca := newRoot(t, "root", P256)
	caC := mustParse(t, ca.Certificate.Raw, nil)
	who, err := NewOCSPIssuer(caC)
	if err != nil {
		t.Fatal(err)
	}
	twin, err := NewOCSPIssuer(mustParse(t, newRoot(t, "root", P256).Certificate.Raw, nil))
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t, RSA2048)
	der, err := ca.Sign(&Template{
		Subject: Name{{Type: CN, Value: "responder"}}, PublicKey: key.Public(), Serial: big.NewInt(3), NotBefore: noon, NotAfter: noon.AddDate(0, 1, 0),
		ExtKeyUsages: []string{"OCSPSigning"},
	})
	delegate := issuerOf(t, der, err, key)
	one, two, three := newLeaf(t, ca), newLeaf(t, ca), newLeaf(t, ca)
	for name, tt := range map[string]struct {
		signer OCSPSigner
		hash   crypto.Hash
		nonce  []byte
		certs  bool
	}{
		"the CA, SHA-1":             {OCSPSigner{ca}, crypto.SHA1, nil, false},
		"the CA, SHA-256 and nonce": {OCSPSigner{ca}, crypto.SHA256, bytes.Repeat([]byte{7}, 32), false},
		"a delegate":                {OCSPSigner{delegate}, crypto.SHA1, []byte{1}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, err := ParseOCSPRequest(ask(t, tt.nonce, ca, tt.hash, one, two, three))
			if err != nil {
				t.Fatal(err)
			}
			same(t, q.Nonce, tt.nonce)
			var answers []OCSPAnswer
			for i, id := range q.IDs {
				if !who.Issued(id) || twin.Issued(id) {
					t.Error("the CA of a request was not recognized")
				}
				a := OCSPAnswer{ID: id, Status: OCSPStatus(i), ThisUpdate: noon, NextUpdate: noon.Add(time.Hour)}
				if a.Status == OCSPRevoked {
					a.RevokedAt, a.Reason = noon.AddDate(0, 0, -1), KeyCompromise
				}
				answers = append(answers, a)
			}
			der, err := tt.signer.Sign(answers, q.Nonce, noon)
			if err != nil {
				t.Fatal(err)
			}
			for i, l := range []*Certificate{one, two, three} {
				r, err := ocsp.ParseResponseForCert(der, l.X509, ca.Certificate)
				if err != nil {
					t.Fatal(err)
				}
				if r.Status != i || (r.Certificate != nil) != tt.certs || !r.ThisUpdate.Equal(noon) || !r.NextUpdate.Equal(noon.Add(time.Hour)) || !r.ProducedAt.Equal(noon) {
					t.Errorf("got %+v, want status %d", r, i)
				}
				if i == 1 && (r.RevocationReason != 1 || !r.RevokedAt.Equal(noon.AddDate(0, 0, -1))) {
					t.Errorf("got %d at %v", r.RevocationReason, r.RevokedAt)
				}
			}
			if tt.nonce != nil && !bytes.Contains(der, append([]byte{4, byte(len(tt.nonce))}, tt.nonce...)) {
				t.Error("the nonce is not answered")
			}
		})
	}
}

func newLeaf(t testing.TB, ca Issuer) *Certificate {
	t.Helper()
	der, err := ca.Sign(leaf(ca.Key.Public()))
	return mustParse(t, der, err)
}

func TestBadOCSPRequests(t *testing.T) {
	t.Parallel()
	ca := newRoot(t, "root", P256)
	l := newLeaf(t, ca)
	sixteen := make([]*Certificate, 16)
	for i := range sixteen {
		sixteen[i] = l
	}
	fine := ask(t, nil, ca, crypto.SHA1, l)
	for name, tt := range map[string]struct {
		in   []byte
		want *fault.Fault
	}{
		"fine":           {fine, nil},
		"sixteen":        {ask(t, nil, ca, crypto.SHA1, sixteen...), nil},
		"seventeen":      {ask(t, nil, ca, crypto.SHA1, append(sixteen, l)...), TooLarge},
		"none":           {ask(t, nil, ca, crypto.SHA1), NotParsable},
		"unknown hash":   {ask(t, nil, ca, crypto.SHA384, l), nil},
		"empty nonce":    {ask(t, []byte{}, ca, crypto.SHA1, l), NotParsable},
		"long nonce":     {ask(t, make([]byte, 128), ca, crypto.SHA1, l), nil},
		"too long nonce": {ask(t, make([]byte, 129), ca, crypto.SHA1, l), NotParsable},
		"cut":            {fine[:len(fine)-1], NotParsable},
		"more":           {append(bytes.Clone(fine), 0), NotParsable},
		"nothing":        {nil, NotParsable},
		"too large":      {tooMuch(MaxOCSPRequest), TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, err := ParseOCSPRequest(tt.in)
			wantFault(t, err, tt.want)
			if err == nil && q.Nonce != nil {
				t.Errorf("got the nonce %x", q.Nonce)
			}
		})
	}
	q, err := ParseOCSPRequest(ask(t, nil, ca, crypto.SHA384, l))
	if err != nil {
		t.Fatal(err)
	}
	who, err := NewOCSPIssuer(mustParse(t, ca.Certificate.Raw, nil))
	if err != nil || who.Issued(q.IDs[0]) || hex.EncodeToString(q.IDs[0].Serial) != l.Serial {
		t.Errorf("got %v and %+v, want an id that matches nothing", err, q.IDs[0])
	}
	_, err = OCSPSigner{ca}.Sign(nil, nil, noon)
	wantFault(t, err, BadTemplate)
}

func TestOCSPErrors(t *testing.T) {
	t.Parallel()
	for e, want := range map[OCSPError]ocsp.ResponseStatus{
		OCSPMalformed: ocsp.Malformed, OCSPInternalError: ocsp.InternalError, OCSPTryLater: ocsp.TryLater, OCSPSigRequired: ocsp.SignatureRequired,
		OCSPUnauthorized: ocsp.Unauthorized,
	} {
		_, err := ocsp.ParseResponse(e.DER(), nil)
		if r, ok := err.(ocsp.ResponseError); !ok || r.Status != want {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

func FuzzParseOCSPRequest(f *testing.F) {
	ca := newRoot(f, "root", P256)
	l := newLeaf(f, ca)
	f.Add(ask(f, []byte{1, 2}, ca, crypto.SHA1, l, l))
	f.Add(ask(f, nil, ca, crypto.SHA256, l))
	f.Fuzz(func(t *testing.T, in []byte) {
		q, err := ParseOCSPRequest(in)
		if err != nil {
			return
		}
		if len(q.IDs) == 0 || len(q.IDs) > maxOCSPIDs || len(q.Nonce) > maxNonce {
			t.Errorf("got %d ids and a nonce of %d bytes", len(q.IDs), len(q.Nonce))
		}
	})
}

func BenchmarkOCSP(b *testing.B) {
	ca := newRoot(b, "root", P256)
	in := ask(b, []byte{1, 2, 3}, ca, crypto.SHA1, newLeaf(b, ca))
	x, err := x509.ParseCertificate(ca.Certificate.Raw)
	if err != nil {
		b.Fatal(err)
	}
	s := OCSPSigner{Issuer{x, ca.Key}}
	for b.Loop() {
		q, err := ParseOCSPRequest(in)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Sign([]OCSPAnswer{{ID: q.IDs[0], ThisUpdate: noon}}, q.Nonce, noon); err != nil {
			b.Fatal(err)
		}
	}
}
