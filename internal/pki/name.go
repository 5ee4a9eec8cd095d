package pki

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/horizon-clm/horizon/internal/fault"
)

// BadName is the fault of a distinguished name, in text or DER, that breaks a rule.
var BadName = fault.Define("CRYPTO-004", fault.Invalid, "Distinguished name is not valid")

// DNType is the type of an element of a distinguished name, in the spelling of the contract, or a dotted OID.
type DNType string

// Element is one attribute of a distinguished name. The value of a type that is not known, or that is no string, is "#"
// and the hex of its DER (RFC 4514, 2.4).
type Element struct {
	Type  DNType
	Value string
	Joins bool // it shares the RDN of the element before it ("+" in RFC 4514)
}

// Name is a distinguished name in the order of its text: most specific element first, as RFC 4514, 2.1 writes it. The
// DER holds the RDNs in the opposite order. Thus {CN, O, C} is CN=a,O=b,C=FR, and is encoded C, O, CN. The n-th element
// of a type (cn.1, ou.2) counts in this order.
type Name []Element

const (
	maxElements = 64
	maxNameText = 16 << 10
)

// String returns the RFC 4514 text of the name.
func (n Name) String() string {
	var b strings.Builder
	for i, e := range n {
		switch {
		case i == 0:
		case e.Joins:
			b.WriteByte('+')
		default:
			b.WriteByte(',')
		}
		b.WriteString(string(e.Type))
		b.WriteByte('=')
		if e.isRaw() {
			b.WriteString(e.Value)
		} else {
			escape(&b, e.Value)
		}
	}
	return b.String()
}

// Values returns the values of a type in order.
func (n Name) Values(t DNType) []string {
	var all []string
	for _, e := range n {
		if e.Type == t {
			all = append(all, e.Value)
		}
	}
	return all
}

// Has reports whether an element has one of the types and a value.
func (n Name) Has(types ...DNType) bool {
	for _, e := range n {
		for _, t := range types {
			if e.Type == t && e.Value != "" {
				return true
			}
		}
	}
	return false
}

func (e Element) isRaw() bool {
	if _, ok := attributes[e.Type]; ok {
		return false
	}
	return strings.HasPrefix(e.Value, "#")
}

// escape writes a value as RFC 4514, 2.4 demands; control characters become hex pairs.
func escape(b *strings.Builder, v string) {
	for i, r := range v {
		last := i+utf8.RuneLen(r) == len(v)
		switch {
		case strings.ContainsRune(`"+,;<>\`, r), r == '#' && i == 0, r == ' ' && (i == 0 || last):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			b.WriteByte('\\')
			b.WriteString(hex.EncodeToString([]byte{byte(r)}))
		default:
			b.WriteRune(r)
		}
	}
}

// ParseDN reads the text of a name as RFC 4514 writes it, and as RFC 2253 allowed it: spaces around separators, values
// in quotes, EMAILADDRESS and other usual words for types. An empty text is the empty name.
func ParseDN(text string) (Name, error) {
	if len(text) > maxNameText || !utf8.ValidString(text) {
		return nil, BadName.Detail("it is too long or no UTF-8")
	}
	p := dnText{rest: strings.TrimLeft(text, " ")}
	var n Name
	for joins := false; p.rest != "" || len(n) > 0; {
		e, err := p.element()
		if err != nil {
			return nil, err
		}
		e.Joins = joins
		if n = append(n, e); len(n) > maxElements {
			return nil, BadName.Detail("it has more than %d elements", maxElements)
		}
		if p.rest == "" {
			break
		}
		joins = p.rest[0] == '+'
		p.rest = p.rest[1:]
	}
	return n, nil
}

// dnText is what remains to be read of the text of a name.
type dnText struct{ rest string }

// element reads a type and its value up to the separator, which stays.
func (p *dnText) element() (Element, error) {
	word, after, ok := strings.Cut(p.rest, "=")
	if !ok {
		return Element{}, BadName.Detail("an element has no \"=\"")
	}
	t, ok := dnType(strings.TrimSpace(word))
	if !ok {
		return Element{}, BadName.Detail("the type %q is not known", strings.TrimSpace(word))
	}
	p.rest = strings.TrimLeft(after, " ")
	var value string
	var err error
	switch {
	case strings.HasPrefix(p.rest, `"`):
		value, err = p.quoted()
	case strings.HasPrefix(p.rest, "#"):
		return p.raw(t)
	default:
		value, err = p.plain()
	}
	if err == nil && !utf8.ValidString(value) {
		err = BadName.Detail("a value is no UTF-8")
	}
	if _, ok := attributes[t]; err == nil && !ok {
		return Element{}, BadName.Detail("the value of %s must be \"#\" and the hex of its DER", t)
	}
	return Element{Type: t, Value: value}, err
}

// raw reads the hex form of a value and decodes it when the type and the DER allow.
func (p *dnText) raw(t DNType) (Element, error) {
	end := strings.IndexAny(p.rest, "+,")
	if end < 0 {
		end = len(p.rest)
	}
	der, err := hex.DecodeString(strings.TrimSpace(p.rest[1:end]))
	p.rest = p.rest[end:]
	if err != nil || !isOneDER(der) {
		return Element{}, BadName.Detail("the value after \"#\" is no DER in hex")
	}
	dotted := string(t)
	if a, ok := attributes[t]; ok {
		dotted = a.oid
	}
	return element(dotted, der), nil
}

func (p *dnText) quoted() (string, error) {
	p.rest = p.rest[1:]
	var out []byte
	for p.rest != "" && p.rest[0] != '"' {
		if err := p.char(&out); err != nil {
			return "", err
		}
	}
	if p.rest == "" {
		return "", BadName.Detail("a quote is not closed")
	}
	p.rest = strings.TrimLeft(p.rest[1:], " ")
	if p.rest != "" && p.rest[0] != ',' && p.rest[0] != '+' {
		return "", BadName.Detail("something follows a closed quote")
	}
	return string(out), nil
}

func (p *dnText) plain() (string, error) {
	var out []byte
	kept := 0 // trailing spaces count only when they are escaped
	for p.rest != "" && p.rest[0] != ',' && p.rest[0] != '+' {
		c := p.rest[0]
		if strings.IndexByte(`";<>`, c) >= 0 {
			return "", BadName.Detail("%q must be escaped", c)
		}
		if err := p.char(&out); err != nil {
			return "", err
		}
		if c != ' ' {
			kept = len(out)
		}
	}
	return string(out[:kept]), nil
}

// char moves one character, perhaps an escaped one, to out.
func (p *dnText) char(out *[]byte) error {
	c := p.rest[0]
	if c != '\\' {
		*out, p.rest = append(*out, c), p.rest[1:]
		return nil
	}
	if len(p.rest) > 1 && strings.IndexByte(` "#+,;<=>\`, p.rest[1]) >= 0 {
		*out, p.rest = append(*out, p.rest[1]), p.rest[2:]
		return nil
	}
	if len(p.rest) > 2 {
		if b, err := hex.DecodeString(p.rest[1:3]); err == nil {
			*out, p.rest = append(*out, b[0]), p.rest[3:]
			return nil
		}
	}
	return BadName.Detail("a backslash escapes nothing")
}
