package pki

import (
	"crypto/sha1" //nolint:gosec // the KeyHash of RFC 6960, 4.2.1 is made with SHA-1
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// OCSPStatus is what is known of a certificate (RFC 6960, 2.2).
type OCSPStatus int

// The statuses; unknown also says that the CA never issued the certificate.
const (
	OCSPGood OCSPStatus = iota
	OCSPRevoked
	OCSPUnknown
)

// OCSPError is an answer without a signature (RFC 6960, 4.2.1: OCSPResponseStatus).
type OCSPError byte

// The answers without a signature.
const (
	OCSPMalformed     OCSPError = 1
	OCSPInternalError OCSPError = 2
	OCSPTryLater      OCSPError = 3
	OCSPSigRequired   OCSPError = 5
	OCSPUnauthorized  OCSPError = 6
)

// DER returns the whole response.
func (e OCSPError) DER() []byte { return []byte{0x30, 0x03, 0x0a, 0x01, byte(e)} }

// OCSPAnswer is the answer about one certificate.
type OCSPAnswer struct {
	ID         CertID
	Status     OCSPStatus
	RevokedAt  time.Time
	Reason     Reason
	ThisUpdate time.Time
	NextUpdate time.Time // zero is without limit
}

// OCSPSigner is the CA itself, or a certificate the CA gave the right to answer (RFC 6960, 4.2.2.2).
type OCSPSigner struct {
	Issuer // certificate and key that sign
}

// Sign makes a response of the basic type, produced at the given time, with the nonce of the request if it had one. The
// signer's certificate is included when it is a delegated one, that is, for OCSPSigning.
func (s OCSPSigner) Sign(answers []OCSPAnswer, nonce []byte, at time.Time) ([]byte, error) {
	if len(answers) == 0 || len(answers) > maxOCSPIDs {
		return nil, BadTemplate.Detail("an OCSP response answers for 1 to %d certificates", maxOCSPIDs)
	}
	sign, err := newSigning(s.Key)
	if err != nil {
		return nil, err
	}
	content, err := s.content(answers, nonce, at)
	if err != nil {
		return nil, err
	}
	basic, err := sign.seal(content)
	if err != nil {
		return nil, err
	}
	if s.isDelegated() {
		basic = s.withCertificate(basic)
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Enum(0) // successful
		b.AddASN1(casn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidOCSPBasic)
				b.AddASN1OctetString(basic)
			})
		})
	})
	return built(&b)
}

func (s OCSPSigner) isDelegated() bool {
	for _, x := range s.Certificate.Extensions {
		if x.Id.String() != "2.5.29.37" {
			continue
		}
		for _, name := range extUsageNames(x.Value) {
			if name == "OCSPSigning" {
				return true
			}
		}
	}
	return false
}

// withCertificate puts the certificate behind the signature: certs [0] of BasicOCSPResponse.
func (s OCSPSigner) withCertificate(basic []byte) []byte {
	var body cryptobyte.String
	in := cryptobyte.String(basic)
	in.ReadASN1(&body, casn1.SEQUENCE)
	cert := s.Certificate.Raw
	list := appendHeader(nil, casn1.SEQUENCE, len(cert))
	wrap := appendHeader(nil, casn1.Tag(0).ContextSpecific().Constructed(), len(list)+len(cert))
	out := appendHeader(nil, casn1.SEQUENCE, len(body)+len(wrap)+len(list)+len(cert))
	for _, part := range [][]byte{body, wrap, list, cert} {
		out = append(out, part...)
	}
	return out
}

// content is the content of ResponseData (RFC 6960, 4.2.1). The responder is named by its key, as RFC 5019, 2.2.1 and
// its successor want it.
func (s OCSPSigner) content(answers []OCSPAnswer, nonce []byte, at time.Time) ([]byte, error) {
	bits, err := spkiBits(s.Certificate.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, err
	}
	id := sha1.Sum(bits)
	var b cryptobyte.Builder
	b.AddASN1(casn1.Tag(2).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1OctetString(id[:]) })
	addGeneralizedTime(&b, at)
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range answers {
			a.add(b)
		}
	})
	if len(nonce) > 0 {
		b.AddASN1(casn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
				addExtension(b, oidOCSPNonce, false, func(b *cryptobyte.Builder) { b.AddASN1OctetString(nonce) })
			})
		})
	}
	return built(&b)
}

// add adds one SingleResponse.
func (a OCSPAnswer) add(b *cryptobyte.Builder) {
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(a.ID.raw)
		switch a.Status {
		case OCSPGood:
			b.AddASN1(casn1.Tag(0).ContextSpecific(), func(*cryptobyte.Builder) {})
		case OCSPRevoked:
			b.AddASN1(casn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				addGeneralizedTime(b, a.RevokedAt)
				if code := a.Reason.Code(); code != 0 {
					b.AddASN1(casn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(code)) })
				}
			})
		default:
			b.AddASN1(casn1.Tag(2).ContextSpecific(), func(*cryptobyte.Builder) {})
		}
		addGeneralizedTime(b, a.ThisUpdate)
		if !a.NextUpdate.IsZero() {
			b.AddASN1(casn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { addGeneralizedTime(b, a.NextUpdate) })
		}
	})
}

// addGeneralizedTime writes seconds in Zulu (RFC 5019, 2.2.4).
func addGeneralizedTime(b *cryptobyte.Builder, t time.Time) {
	b.AddASN1(casn1.GeneralizedTime, func(b *cryptobyte.Builder) { b.AddBytes([]byte(t.UTC().Format(generalizedTime))) })
}
