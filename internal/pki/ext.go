package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/horizon-clm/horizon/internal/fault"
)

// BadExtension is the fault of an extension that cannot be read or made.
var BadExtension = fault.Define("CRYPTO-006", fault.Invalid, "Extension is not valid")

// ExtensionType is one of the extensions a template may ask for, in the spelling of the contract.
type ExtensionType string

// The extension types. The value of ms_sid is a SID (S-1-5-21-...), of ms_template the name of a template, and of
// ms_template_v2 its OID, optionally followed by ":major" or ":major:minor".
const (
	MSSID        ExtensionType = "ms_sid"
	MSTemplate   ExtensionType = "ms_template"
	MSTemplateV2 ExtensionType = "ms_template_v2"
)

// Extension is one of those extensions with its value in text.
type Extension struct {
	Type  ExtensionType
	Value string
}

var (
	oidSAN          = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidMSSID        = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 25, 2}
	oidMSSIDName    = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 25, 2, 1}
	oidMSTemplate   = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2}
	oidMSTemplateV2 = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 7}
)

// Extensions returns those of the list that the contract knows. One that cannot be read is left out.
func Extensions(list []pkix.Extension) []Extension {
	var all []Extension
	for _, x := range list {
		var e Extension
		var ok bool
		switch {
		case x.Id.Equal(oidMSSID):
			e.Type = MSSID
			e.Value, ok = readSID(x.Value)
		case x.Id.Equal(oidMSTemplate):
			e.Type = MSTemplate
			e.Value, ok = decodeString(x.Value)
		case x.Id.Equal(oidMSTemplateV2):
			e.Type = MSTemplateV2
			e.Value, ok = readTemplate(x.Value)
		}
		if ok {
			all = append(all, e)
		}
	}
	return all
}

// readSID reads szOID_NTDS_CA_SECURITY_EXT of MS-WCCE, 2.2.2.7.7.4.
func readSID(der []byte) (string, bool) {
	var seq, other, inner, sid cryptobyte.String
	var oid asn1.ObjectIdentifier
	in := cryptobyte.String(der)
	ok := in.ReadASN1(&seq, casn1.SEQUENCE) && in.Empty() &&
		seq.ReadASN1(&other, casn1.Tag(0).ContextSpecific().Constructed()) &&
		other.ReadASN1ObjectIdentifier(&oid) && oid.Equal(oidMSSIDName) &&
		other.ReadASN1(&inner, casn1.Tag(0).ContextSpecific().Constructed()) &&
		inner.ReadASN1(&sid, casn1.OCTET_STRING)
	return string(sid), ok && isSID(string(sid))
}

// isSID reports whether s is a SID as MS-DTYP, 2.4.2.1 writes it.
func isSID(s string) bool {
	rest, ok := strings.CutPrefix(s, "S-1-")
	parts := strings.Split(rest, "-")
	if !ok || len(s) > 200 || len(parts) > 16 {
		return false
	}
	for _, p := range parts {
		if _, err := strconv.ParseUint(p, 10, 48); err != nil {
			return false
		}
	}
	return true
}

// readTemplate reads szOID_CERTIFICATE_TEMPLATE of MS-WCCE, 2.2.2.7.7.2.
func readTemplate(der []byte) (string, bool) {
	var seq, oid cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || !seq.ReadASN1(&oid, casn1.OBJECT_IDENTIFIER) {
		return "", false
	}
	text, ok := oidText(oid)
	for i := 0; ok && i < 2 && !seq.Empty(); i++ {
		var n uint32
		if !seq.ReadASN1Integer(&n) {
			return "", false
		}
		text += ":" + strconv.FormatUint(uint64(n), 10)
	}
	return text, ok && seq.Empty()
}

// DER returns the extension as certificates and requests carry it; none of them is critical.
func (e Extension) DER() (pkix.Extension, error) {
	var b cryptobyte.Builder
	oid := oidMSSID
	ok := len(e.Value) > 0 && len(e.Value) <= 256
	switch e.Type {
	case MSSID:
		ok = ok && isSID(e.Value)
		addSID(&b, e.Value)
	case MSTemplate:
		oid = oidMSTemplate
		b.AddASN1(casn1.Tag(asn1.TagBMPString), func(b *cryptobyte.Builder) { b.AddBytes(encodeBMP(e.Value)) })
	case MSTemplateV2:
		oid = oidMSTemplateV2
		ok = ok && addTemplate(&b, e.Value)
	default:
		return pkix.Extension{}, BadExtension.Detail("the type %q is not known", e.Type)
	}
	der, err := b.Bytes()
	if !ok || err != nil {
		return pkix.Extension{}, BadExtension.Detail("%s %q", e.Type, e.Value)
	}
	return pkix.Extension{Id: oid, Value: der}, nil
}

func addSID(b *cryptobyte.Builder, sid string) {
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		addOtherName(b, oidMSSIDName, casn1.OCTET_STRING, []byte(sid))
	})
}

func addTemplate(b *cryptobyte.Builder, text string) bool {
	parts := strings.Split(text, ":")
	oid, ok := parseOID(parts[0])
	if !ok || len(parts) > 3 {
		return false
	}
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		for _, p := range parts[1:] {
			n, err := strconv.ParseUint(p, 10, 32)
			ok = ok && err == nil
			b.AddASN1Uint64(n)
		}
	})
	return ok
}
