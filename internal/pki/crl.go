package pki

import (
	"iter"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Revoked is one entry of a revocation list.
type Revoked struct {
	Serial []byte // big endian; from a parsed list it is part of the list's bytes and not to be changed
	At     time.Time
	Reason Reason
}

// CRLTemplate says what a revocation list is to hold. The entries are read once, in their order.
type CRLTemplate struct {
	Number                 *big.Int
	ThisUpdate, NextUpdate time.Time
	Entries                iter.Seq[Revoked]
	Count                  int    // how many entries are expected, to reserve their memory; 0 is unknown
	DistributionPoint      string // URL of the issuing distribution point extension, or "" for none
}

// reasonExtension is a list of the one entry extension reasonCode (RFC 5280, 5.3.1), without its value.
var reasonExtension = []byte{0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01}

// SignCRL makes a version 2 revocation list (RFC 5280, 5.1) and returns its DER. It holds the encoded entries twice in
// memory at most, about 100 bytes for each.
func (i Issuer) SignCRL(t CRLTemplate) ([]byte, error) {
	if t.Number == nil || t.Number.Sign() < 0 || len(t.Number.Bytes()) > 20 { // RFC 5280, 5.2.3
		return nil, BadTemplate.Detail("the number of a revocation list is not negative and has at most 20 bytes")
	}
	if !t.ThisUpdate.Before(t.NextUpdate) {
		return nil, BadTemplate.Detail("the next revocation list would come before this one")
	}
	if t.DistributionPoint != "" && !isURI(t.DistributionPoint) {
		return nil, BadTemplate.Detail("%q is no URL", t.DistributionPoint)
	}
	s, err := newSigning(i.Key)
	if err != nil {
		return nil, err
	}
	entries, err := encodeEntries(t)
	if err != nil {
		return nil, err
	}
	tail, err := i.crlExtensions(t)
	if err != nil {
		return nil, err
	}
	head := appendInteger(nil, []byte{1}) // version 2
	head = append(head, s.id...)
	head = append(head, i.Certificate.RawSubject...)
	head = appendTime(head, t.ThisUpdate)
	head = appendTime(head, t.NextUpdate)
	if len(entries) > 0 { // RFC 5280, 5.1.2.6: absent when there is none
		head = appendHeader(head, casn1.SEQUENCE, len(entries))
	}
	return s.seal(head, entries, tail)
}

// seal joins the parts of the content of a SEQUENCE, signs it, and returns the SEQUENCE of it, the algorithm and the
// signature: the shape of a CertificateList and of a BasicOCSPResponse.
func (s signing) seal(parts ...[]byte) ([]byte, error) {
	const room = 8 // for the header of the whole, whose length is known last
	total := 0
	for _, p := range parts {
		total += len(p)
	}
	out := make([]byte, room, room+8+total+len(s.id)+2048)
	out = appendHeader(out, casn1.SEQUENCE, total)
	for _, p := range parts {
		out = append(out, p...)
	}
	signature, err := s.sign(out[room:])
	if err != nil {
		return nil, err
	}
	out = append(out, s.id...)
	out = appendHeader(out, casn1.BIT_STRING, len(signature)+1)
	out = append(out, 0)
	out = append(out, signature...)
	header := appendHeader(nil, casn1.SEQUENCE, len(out)-room)
	start := room - len(header)
	copy(out[start:], header)
	return out[start:], nil
}

func encodeEntries(t CRLTemplate) ([]byte, error) {
	if t.Entries == nil {
		return nil, nil
	}
	out := make([]byte, 0, max(t.Count, 0)*52)
	var serial, body []byte
	for e := range t.Entries {
		if len(e.Serial) == 0 || len(e.Serial) > 21 {
			return nil, BadTemplate.Detail("a revoked serial number has no or too many bytes")
		}
		serial = appendInteger(serial[:0], e.Serial)
		body = appendTime(append(body[:0], serial...), e.At)
		if code := e.Reason.Code(); code != 0 { // RFC 5280, 5.3.1: absent instead of unspecified
			body = append(body, reasonExtension...)
			body = append(body, byte(code))
		}
		out = appendHeader(out, casn1.SEQUENCE, len(body))
		out = append(out, body...)
		if len(out) > MaxCRL {
			return nil, TooLarge.Detail("the revocation list would have more than %d bytes", MaxCRL)
		}
	}
	return out, nil
}

// crlExtensions builds the authority key identifier (RFC 5280, 5.2.1), the number (5.2.3), and the issuing distribution
// point (5.2.5), which is critical.
func (i Issuer) crlExtensions(t CRLTemplate) ([]byte, error) {
	id := i.Certificate.SubjectKeyId
	if id == nil {
		var err error
		if id, err = KeyID(i.Key.Public()); err != nil {
			return nil, err
		}
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addExtension(b, oidAKI, false, func(b *cryptobyte.Builder) {
				b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(casn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(id) })
				})
			})
			addExtension(b, oidCRLNumber, false, func(b *cryptobyte.Builder) { b.AddASN1BigInt(t.Number) })
			if t.DistributionPoint != "" {
				addExtension(b, oidIDP, true, func(b *cryptobyte.Builder) { addPoint(b, t.DistributionPoint) })
			}
		})
	})
	return built(&b)
}

func addPoint(b *cryptobyte.Builder, url string) {
	wrapped := casn1.Tag(0).ContextSpecific().Constructed()
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(wrapped, func(b *cryptobyte.Builder) { // distributionPoint
			b.AddASN1(wrapped, func(b *cryptobyte.Builder) { // fullName
				addGeneralName(b, SAN{Type: URI, Value: url})
			})
		})
	})
}
