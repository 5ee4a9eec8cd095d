package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"iter"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidAKI       = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidCRLNumber = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidIDP       = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidDeltaCRL  = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidReason    = asn1.ObjectIdentifier{2, 5, 29, 21}
)

// CRL is a revocation list whose head has been read. Its entries are read from its bytes each time they are asked for.
type CRL struct {
	DER                    []byte
	Issuer                 Name
	IssuerDN               string
	ThisUpdate, NextUpdate time.Time // NextUpdate is zero when absent
	Number                 *big.Int  // nil when absent
	Base                   *big.Int  // of a delta list, the number of the list it adds to; else nil
	AuthorityKeyID         string
	SigningAlgorithm       string

	tbs, rawIssuer, entries, signature []byte
	alg                                algorithm
}

// ParseCRL reads the head and the extensions of a list in PEM or DER. Lists with critical extensions that are not
// understood, indirect lists among them, are refused, for they must not be used (RFC 5280, 5.2).
func ParseCRL(in []byte) (*CRL, error) {
	der, err := block(in, MaxCRL, labelCRL)
	if err != nil {
		return nil, err
	}
	var whole, tbs, id cryptobyte.String
	var signature asn1.BitString
	rest := cryptobyte.String(der)
	c := &CRL{DER: der}
	if !rest.ReadASN1(&whole, casn1.SEQUENCE) || !rest.Empty() || !whole.ReadASN1Element(&tbs, casn1.SEQUENCE) ||
		!whole.ReadASN1(&id, casn1.SEQUENCE) || !whole.ReadASN1BitString(&signature) || !whole.Empty() {
		return nil, NotParsable.Detail("it is no revocation list")
	}
	alg, ok := readAlgorithm(id)
	if !ok || signature.BitLength%8 != 0 {
		return nil, NotParsable.Detail("the signature cannot be read")
	}
	c.tbs, c.signature, c.alg, c.SigningAlgorithm = tbs, signature.Bytes, alg, alg.name
	if err := c.readHead(tbs, id); err != nil {
		return nil, err
	}
	if c.Issuer, err = ParseName(c.rawIssuer); err != nil {
		return nil, err
	}
	c.IssuerDN = c.Issuer.String()
	return c, nil
}

func (c *CRL) readHead(tbs, outerID cryptobyte.String) error {
	var list, id, issuer, entries, wrapped cryptobyte.String
	var present bool
	version := uint(0)
	ok := tbs.ReadASN1(&list, casn1.SEQUENCE)
	if ok && list.PeekASN1Tag(casn1.INTEGER) {
		ok = list.ReadASN1Integer(&version) && version == 1
	}
	ok = ok && list.ReadASN1(&id, casn1.SEQUENCE) && list.ReadASN1Element(&issuer, casn1.SEQUENCE)
	if !ok || !bytes.Equal(id, outerID) { // RFC 5280, 5.1.1.2
		return NotParsable.Detail("the head of the revocation list cannot be read")
	}
	c.rawIssuer = issuer
	if c.ThisUpdate, ok = readTime(&list); ok && (list.PeekASN1Tag(casn1.UTCTime) || list.PeekASN1Tag(casn1.GeneralizedTime)) {
		c.NextUpdate, ok = readTime(&list)
	}
	if ok && list.PeekASN1Tag(casn1.SEQUENCE) {
		ok = list.ReadASN1(&entries, casn1.SEQUENCE)
	}
	c.entries = entries
	ok = ok && list.ReadOptionalASN1(&wrapped, &present, casn1.Tag(0).ContextSpecific().Constructed()) && list.Empty()
	if !ok {
		return NotParsable.Detail("the head of the revocation list cannot be read")
	}
	if !present {
		return nil
	}
	return c.readExtensions(wrapped)
}

func (c *CRL) readExtensions(in cryptobyte.String) error {
	return eachExtension(in, func(oid asn1.ObjectIdentifier, critical bool, value cryptobyte.String) error {
		switch {
		case oid.Equal(oidCRLNumber), oid.Equal(oidDeltaCRL):
			n := new(big.Int)
			if !value.ReadASN1Integer(n) {
				return NotParsable.Detail("the number of the revocation list cannot be read")
			}
			if oid.Equal(oidDeltaCRL) {
				c.Base = n
			} else {
				c.Number = n
			}
		case oid.Equal(oidAKI):
			var seq, id cryptobyte.String
			var present bool
			if !value.ReadASN1(&seq, casn1.SEQUENCE) || !seq.ReadOptionalASN1(&id, &present, casn1.Tag(0).ContextSpecific()) {
				return NotParsable.Detail("the authority key identifier cannot be read")
			}
			c.AuthorityKeyID = hex.EncodeToString(id)
		case oid.Equal(oidIDP):
			return checkPoint(value)
		case critical:
			return Unsupported.Detail("the revocation list has the critical extension %s", oid)
		}
		return nil
	})
}

// checkPoint refuses lists that speak for other issuers or for some reasons only (RFC 5280, 5.2.5: fields 3 and 4).
func checkPoint(value cryptobyte.String) error {
	var seq, field cryptobyte.String
	var tag casn1.Tag
	if !value.ReadASN1(&seq, casn1.SEQUENCE) || !value.Empty() {
		return NotParsable.Detail("the issuing distribution point cannot be read")
	}
	for !seq.Empty() {
		if !seq.ReadAnyASN1(&field, &tag) {
			return NotParsable.Detail("the issuing distribution point cannot be read")
		}
		indirect := tag == casn1.Tag(4).ContextSpecific() && !bytes.Equal(field, []byte{0})
		if indirect || tag == casn1.Tag(3).ContextSpecific() {
			return Unsupported.Detail("indirect revocation lists and lists by reason are not used")
		}
	}
	return nil
}

// eachExtension calls f for every member of Extensions (RFC 5280, 4.1).
func eachExtension(in cryptobyte.String, f func(oid asn1.ObjectIdentifier, critical bool, value cryptobyte.String) error) error {
	var list cryptobyte.String
	if !in.ReadASN1(&list, casn1.SEQUENCE) || !in.Empty() {
		return NotParsable.Detail("the extensions cannot be read")
	}
	for !list.Empty() {
		var x, value cryptobyte.String
		var oid asn1.ObjectIdentifier
		var critical bool
		if !list.ReadASN1(&x, casn1.SEQUENCE) || !x.ReadASN1ObjectIdentifier(&oid) ||
			x.PeekASN1Tag(casn1.BOOLEAN) && !x.ReadASN1Boolean(&critical) ||
			!x.ReadASN1(&value, casn1.OCTET_STRING) || !x.Empty() {
			return NotParsable.Detail("an extension cannot be read")
		}
		if err := f(oid, critical, value); err != nil {
			return err
		}
	}
	return nil
}

// addExtension adds one member of Extensions.
func addExtension(b *cryptobyte.Builder, oid asn1.ObjectIdentifier, critical bool, value cryptobyte.BuilderContinuation) {
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		if critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1(casn1.OCTET_STRING, value)
	})
}

// Verify reports whether the certificate is that of the list's issuer, may sign lists, and has signed this one.
func (c *CRL) Verify(issuer *Certificate) error {
	if !bytes.Equal(c.rawIssuer, issuer.X509.RawSubject) {
		return BadSignature.Detail("the revocation list is of another issuer")
	}
	if len(issuer.KeyUsages) > 0 && !slices.Contains(issuer.KeyUsages, "cRLSign") { // RFC 5280, 6.3.3 (f)
		return BadSignature.Detail("the issuer may not sign revocation lists")
	}
	if c.alg.x509 == x509.UnknownSignatureAlgorithm {
		return Unsupported.Detail("%s", c.alg.name)
	}
	if err := checkSignature(issuer.X509, c.alg.x509, c.tbs, c.signature); err != nil {
		return BadSignature.Because(err)
	}
	return nil
}

// Entries reads the entries one by one. After an error there are no more.
func (c *CRL) Entries() iter.Seq2[Revoked, error] {
	return func(yield func(Revoked, error) bool) {
		for rest := cryptobyte.String(c.entries); !rest.Empty(); {
			e, err := readEntry(&rest)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func readEntry(rest *cryptobyte.String) (Revoked, error) {
	var body, serial cryptobyte.String
	if !rest.ReadASN1(&body, casn1.SEQUENCE) || !body.ReadASN1(&serial, casn1.INTEGER) || len(serial) == 0 {
		return Revoked{}, NotParsable.Detail("an entry of the revocation list cannot be read")
	}
	e := Revoked{Serial: serial, Reason: Unspecified}
	if len(serial) > 1 && serial[0] == 0 {
		e.Serial = serial[1:]
	}
	var ok bool
	if e.At, ok = readTime(&body); !ok {
		return Revoked{}, NotParsable.Detail("the date of an entry of the revocation list cannot be read")
	}
	switch {
	case body.Empty():
		return e, nil
	case len(body) == len(reasonExtension)+1 && bytes.HasPrefix(body, reasonExtension): // as nearly every list has it
		e.Reason = reasonOr(int(body[len(body)-1]))
		return e, nil
	}
	return e, e.readExtensions(body)
}

func reasonOr(code int) Reason {
	if r, ok := ReasonOf(code); ok {
		return r
	}
	return Unspecified
}

func (e *Revoked) readExtensions(body cryptobyte.String) error {
	return eachExtension(body, func(oid asn1.ObjectIdentifier, critical bool, value cryptobyte.String) error {
		if oid.Equal(oidReason) {
			var code int
			if !value.ReadASN1Enum(&code) {
				return NotParsable.Detail("the reason of an entry of the revocation list cannot be read")
			}
			e.Reason = reasonOr(code)
			return nil
		}
		if critical { // RFC 5280, 5.3
			return Unsupported.Detail("an entry of the revocation list has the critical extension %s", oid)
		}
		return nil
	})
}
