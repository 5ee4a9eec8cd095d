package pki

import (
	"encoding/asn1"
	"encoding/hex"
	"net/netip"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidUPN  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3}
	oidGUID = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 25, 1}
)

// Tags of GeneralName (RFC 5280, 4.2.1.6).
const (
	tagOther = 0
	tagMail  = 1
	tagDNS   = 2
	tagURI   = 6
	tagIP    = 7
	tagRID   = 8
)

// ParseSANs reads the value of the subject alternative name extension. Values are returned as they stand, for
// certificates hold what they hold; others counts the names of types the contract does not know.
func ParseSANs(der []byte) (sans []SAN, others int, err error) {
	var seq cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() {
		return nil, 0, BadSAN.Detail("the extension is no sequence")
	}
	for !seq.Empty() {
		var v cryptobyte.String
		var tag casn1.Tag
		if !seq.ReadAnyASN1(&v, &tag) {
			return nil, 0, BadSAN.Detail("the extension cannot be read")
		}
		s, known, ok := readGeneralName(tag, v)
		switch {
		case !ok:
			return nil, 0, BadSAN.Detail("the extension holds a name that cannot be read")
		case known:
			sans = append(sans, s)
		default:
			others++
		}
		if len(sans)+others > maxSANs {
			return nil, 0, BadSAN.Detail("there are more than %d", maxSANs)
		}
	}
	return sans, others, nil
}

func readGeneralName(tag casn1.Tag, v cryptobyte.String) (s SAN, known, ok bool) {
	switch tag {
	case casn1.Tag(tagMail).ContextSpecific():
		return SAN{RFC822Name, string(v)}, true, isText(v)
	case casn1.Tag(tagDNS).ContextSpecific():
		return SAN{DNSName, string(v)}, true, isText(v)
	case casn1.Tag(tagURI).ContextSpecific():
		return SAN{URI, string(v)}, true, isText(v)
	case casn1.Tag(tagIP).ContextSpecific():
		a, ok := netip.AddrFromSlice(v)
		return SAN{IPAddress, a.String()}, true, ok
	case casn1.Tag(tagRID).ContextSpecific():
		text, ok := oidText(v)
		return SAN{RegisteredID, text}, true, ok
	case casn1.Tag(tagOther).ContextSpecific().Constructed():
		return readOtherName(v)
	}
	return SAN{}, false, true
}

func isText(v []byte) bool { return utf8.Valid(v) }

func readOtherName(v cryptobyte.String) (s SAN, known, ok bool) {
	var oid asn1.ObjectIdentifier
	var inner, text cryptobyte.String
	var tag casn1.Tag
	if !v.PeekASN1Tag(casn1.OBJECT_IDENTIFIER) {
		return SAN{}, false, false
	}
	if !v.ReadASN1ObjectIdentifier(&oid) {
		return SAN{}, false, true // an identifier encoding/asn1 cannot hold is none of ours
	}
	if !v.ReadASN1(&inner, casn1.Tag(0).ContextSpecific().Constructed()) || !v.Empty() {
		return SAN{}, false, false
	}
	switch {
	case oid.Equal(oidUPN):
		upn, ok := decodeString(inner)
		return SAN{OtherNameUPN, upn}, true, ok
	case oid.Equal(oidGUID):
		ok := inner.ReadAnyASN1(&text, &tag) && tag == casn1.OCTET_STRING && inner.Empty()
		return SAN{OtherNameGUID, hex.EncodeToString(text)}, true, ok
	}
	return SAN{}, false, true
}

// SANsDER cleans the names and builds the value of the extension. It is nil when there are none.
func SANsDER(sans []SAN) ([]byte, error) {
	clean, err := CleanSANs(sans)
	if err != nil || len(clean) == 0 {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, s := range clean {
			addGeneralName(b, s)
		}
	})
	return built(&b)
}

func addGeneralName(b *cryptobyte.Builder, s SAN) {
	add := func(tag casn1.Tag, v []byte) {
		b.AddASN1(tag.ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(v) })
	}
	switch s.Type {
	case RFC822Name:
		add(tagMail, []byte(s.Value))
	case DNSName:
		add(tagDNS, []byte(s.Value))
	case URI:
		add(tagURI, []byte(s.Value))
	case IPAddress:
		a, _ := netip.ParseAddr(s.Value) // clean
		add(tagIP, a.AsSlice())
	case RegisteredID:
		content, _ := oidContent(s.Value) // clean
		add(tagRID, content)
	case OtherNameUPN:
		addOtherName(b, oidUPN, casn1.UTF8String, []byte(s.Value))
	case OtherNameGUID:
		raw, _ := hex.DecodeString(s.Value) // clean
		addOtherName(b, oidGUID, casn1.OCTET_STRING, raw)
	}
}

func addOtherName(b *cryptobyte.Builder, oid asn1.ObjectIdentifier, tag casn1.Tag, v []byte) {
	b.AddASN1(casn1.Tag(tagOther).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1(casn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(v) })
		})
	})
}
