package pki

import (
	"encoding/asn1"
	"encoding/hex"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// ParseName reads the DER of a name (RFC 5280, 4.1.2.4).
func ParseName(der []byte) (Name, error) {
	var seq cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() {
		return nil, BadName.Detail("it is no sequence")
	}
	var rdns []Name
	for count := 0; !seq.Empty(); {
		rdn, err := readRDN(&seq)
		if err != nil {
			return nil, err
		}
		rdns = append(rdns, rdn)
		if count += len(rdn); count > maxElements {
			return nil, BadName.Detail("it has more than %d elements", maxElements)
		}
	}
	n := make(Name, 0, len(rdns))
	for i := len(rdns) - 1; i >= 0; i-- {
		n = append(n, rdns[i]...)
	}
	return n, nil
}

func readRDN(in *cryptobyte.String) (Name, error) {
	var set cryptobyte.String
	if !in.ReadASN1(&set, casn1.SET) || set.Empty() {
		return nil, BadName.Detail("an RDN is no set")
	}
	var rdn Name
	for !set.Empty() {
		var pair, oid, value cryptobyte.String
		var tag casn1.Tag
		if !set.ReadASN1(&pair, casn1.SEQUENCE) || !pair.ReadASN1(&oid, casn1.OBJECT_IDENTIFIER) ||
			!pair.ReadAnyASN1Element(&value, &tag) || !pair.Empty() {
			return nil, BadName.Detail("an element is no pair of type and value")
		}
		dotted, ok := oidText(oid)
		if !ok {
			return nil, BadName.Detail("the type of an element is no object identifier")
		}
		e := element(dotted, value)
		e.Joins = len(rdn) > 0
		if rdn = append(rdn, e); len(rdn) > maxElements {
			return nil, BadName.Detail("it has more than %d elements", maxElements)
		}
	}
	return rdn, nil
}

func element(oid string, der []byte) Element {
	if t, ok := dnTypeByOID[oid]; ok {
		if v, ok := decodeString(der); ok {
			return Element{Type: t, Value: v}
		}
	}
	return Element{Type: DNType(oid), Value: "#" + hex.EncodeToString(der)}
}

// decodeString returns the text of any of the string types of ASN.1.
func decodeString(der []byte) (string, bool) {
	var v cryptobyte.String
	var tag casn1.Tag
	in := cryptobyte.String(der)
	if !in.ReadAnyASN1(&v, &tag) || !in.Empty() {
		return "", false
	}
	switch tag {
	case casn1.UTF8String, casn1.PrintableString, casn1.IA5String, casn1.Tag(asn1.TagNumericString), casn1.Tag(26): // 26: VisibleString
		return string(v), utf8.Valid(v)
	case casn1.T61String: // read as Latin-1, as everybody writes it
		runes := make([]rune, len(v))
		for i, b := range v {
			runes[i] = rune(b)
		}
		return string(runes), true
	case casn1.Tag(asn1.TagBMPString):
		return decodeBMP(v)
	case casn1.Tag(28): // UniversalString
		return decodeUCS4(v)
	}
	return "", false
}

func decodeBMP(v []byte) (string, bool) {
	if len(v)%2 != 0 {
		return "", false
	}
	units := make([]uint16, len(v)/2)
	for i := range units {
		units[i] = uint16(v[2*i])<<8 | uint16(v[2*i+1])
	}
	return string(utf16.Decode(units)), true
}

func decodeUCS4(v []byte) (string, bool) {
	if len(v)%4 != 0 {
		return "", false
	}
	runes := make([]rune, len(v)/4)
	for i := range runes {
		runes[i] = rune(v[4*i])<<24 | rune(v[4*i+1])<<16 | rune(v[4*i+2])<<8 | rune(v[4*i+3])
		if !utf8.ValidRune(runes[i]) {
			return "", false
		}
	}
	return string(runes), true
}

func encodeBMP(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

func isOneDER(der []byte) bool {
	var v cryptobyte.String
	var tag casn1.Tag
	in := cryptobyte.String(der)
	return in.ReadAnyASN1(&v, &tag) && in.Empty()
}

// DER encodes the name with the string type of each element: PrintableString for C and SERIALNUMBER, IA5String for E
// and DC, UTF8String for the rest (RFC 5280, 4.1.2.4 and appendix A). It says everything that is wrong at once.
func (n Name) DER() ([]byte, error) {
	if problems := n.problems(); len(problems) > 0 {
		return nil, BadName.Each(problems)
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for end := len(n); end > 0; {
			start := end - 1
			for start > 0 && n[start].Joins {
				start--
			}
			addRDN(b, n[start:end])
			end = start
		}
	})
	return built(&b)
}

// addRDN lets encoding/asn1 sort the members of the SET (X.690, 11.6) where there is more than one.
func addRDN(b *cryptobyte.Builder, rdn Name) {
	pairs := make([]asn1.RawValue, len(rdn))
	for i, e := range rdn {
		var pair cryptobyte.Builder
		addPair(&pair, e)
		der, err := pair.Bytes()
		if err != nil {
			b.SetError(err)
			return
		}
		pairs[i].FullBytes = der
	}
	set, err := asn1.MarshalWithParams(pairs, "set")
	if err != nil {
		b.SetError(err)
		return
	}
	b.AddBytes(set)
}

func addPair(b *cryptobyte.Builder, e Element) {
	a, isKnown := attributes[e.Type]
	dotted := string(e.Type)
	if isKnown {
		dotted = a.oid
	}
	oid, _ := oidContent(dotted) // problems has checked it
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(casn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes(oid) })
		if !isKnown {
			der, _ := hex.DecodeString(e.Value[1:])
			b.AddBytes(der)
			return
		}
		tag := [...]casn1.Tag{utf8Form: casn1.UTF8String, printableForm: casn1.PrintableString, ia5Form: casn1.IA5String}[a.form]
		b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(e.Value)) })
	})
}

func (n Name) problems() []string {
	if len(n) > maxElements {
		return []string{"it has too many elements"}
	}
	var all []string
	for _, e := range n {
		if p := e.problem(); p != "" {
			all = append(all, string(e.Type)+" "+p)
		}
	}
	return all
}

func (e Element) problem() string {
	a, ok := attributes[e.Type]
	if !ok {
		return e.rawProblem()
	}
	switch {
	case strings.TrimSpace(e.Value) == "":
		return "has no value"
	case !utf8.ValidString(e.Value) || strings.ContainsRune(e.Value, 0):
		return "has a character that is not allowed"
	case utf8.RuneCountInString(e.Value) > a.limit:
		return "is too long"
	case a.form == printableForm && !isPrintable(e.Value), a.form == ia5Form && !isASCII(e.Value):
		return "has a character that is not allowed"
	case e.Type == Country && !isCountry(e.Value):
		return "is not a code of two letters"
	}
	return ""
}

func (e Element) rawProblem() string {
	if _, ok := oidContent(string(e.Type)); !ok {
		return "is not a known type"
	}
	der, err := hex.DecodeString(strings.TrimPrefix(e.Value, "#"))
	if !strings.HasPrefix(e.Value, "#") || err != nil || !isOneDER(der) {
		return "has no value in hex"
	}
	return ""
}

func isCountry(s string) bool {
	return len(s) == 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// isPrintable is the alphabet of PrintableString (X.680, 41.4).
func isPrintable(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(" '()+,-./:=?", r) {
			return false
		}
	}
	return true
}
