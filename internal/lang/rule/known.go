package rule

import (
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/source"
)

// Known is a key a dictionary may have, as the one who makes the dictionary says.
type Known struct {
	// Name is the key. A segment * stands for any, "*" for any in quotes: certificate.label.*.
	Name string
	Doc  string
	// List tells that the key names a list: its members are the key with their number.
	List bool
	// Values says, of a key that ends with *, what stands there: "label", "metadata", "language"; whoever completes an
	// expression knows which there are.
	Values string
	// Spare tells that the key is understood and not offered: it is another spelling.
	Spare bool
}

// Keys is what a dictionary may have.
type Keys struct {
	All  []Known
	Open bool // it may have others, such as the claims of a token
}

// Under returns the keys below a prefix.
func Under(prefix string, all []Known) []Known {
	below := make([]Known, len(all))
	for i, k := range all {
		k.Name = prefix + "." + k.Name
		below[i] = k
	}
	return below
}

// spot is a key where it is read.
type spot struct {
	at   int
	key  string
	many bool
	// lenient tells that one value may be read of a list, as "contains" of conditions does.
	lenient bool
}

// unknown returns what is to be said of a key that is read: nil when a dictionary may have it.
func (k Keys) unknown(text string, s spot) *source.Problem {
	if k.Open || k.has(s) {
		return nil
	}
	p := &source.Problem{At: source.At(text, s.at), Text: "there is no key " + source.Quote(s.key) + " here"}
	if list := (spot{key: s.key, many: true}); !s.many && k.lists(list) {
		if s.lenient {
			return nil
		}
		p.Text = source.Quote(s.key) + " names a list; a member of it has its number behind it"
		p.Near = []string{s.key + ".1"}
		return p
	}
	var names []string
	for _, one := range k.All {
		if !one.Spare && !strings.HasSuffix(one.Name, "*") {
			names = append(names, one.read(s.many)...)
		}
	}
	p.Near = source.Nearest(s.key, names)
	return p
}

// has reports whether the key may be there. A list is also whatever stands below a key.
func (k Keys) has(s spot) bool {
	parts := segments(s.key)
	for _, one := range k.All {
		pattern := segments(one.Name)
		switch {
		case s.many && len(parts) < len(pattern) && alike(pattern[:len(parts)], parts):
			return true
		case s.many:
			if one.List && alike(pattern, parts) {
				return true
			}
		case one.List:
			if n := len(parts) - 1; n > 0 && isIndex(parts[n]) && alike(pattern, parts[:n]) {
				return true
			}
		case alike(pattern, parts):
			return true
		}
	}
	return false
}

// lists reports whether the key names a list whose members are numbered.
func (k Keys) lists(s spot) bool {
	for _, one := range k.All {
		if one.List && alike(segments(one.Name), segments(s.key)) {
			return true
		}
	}
	return false
}

// read returns how the key is read: as a list, or as one value.
func (k Known) read(many bool) []string {
	switch {
	case many && k.List:
		return []string{k.Name}
	case many:
		return nil
	case k.List:
		return []string{k.Name + ".1"}
	}
	return []string{k.Name}
}

func alike(pattern, parts []string) bool {
	if len(pattern) != len(parts) {
		return false
	}
	for i, p := range pattern {
		if p != "*" && p != parts[i] && (p != `"*"` || !strings.HasPrefix(parts[i], `"`)) {
			return false
		}
	}
	return true
}

// ListOf returns the list a key names a member of: of san.dnsname.1 san.dnsname. A key without a number names none.
func ListOf(key string) (list string, ok bool) {
	at := strings.LastIndexByte(key, '.')
	if at <= 0 || !isIndex(key[at+1:]) {
		return "", false
	}
	return key[:at], true
}

func isIndex(s string) bool { return s[:min(1, len(s))] != "-" && s != "0" && isNumber(s) }

// segments cuts a key at its dots, not at those in quotes.
func segments(key string) (all []string) {
	quoted, start := false, 0
	for i := range len(key) {
		switch {
		case key[i] == '"':
			quoted = !quoted
		case key[i] == '.' && !quoted:
			all = append(all, key[start:i])
			start = i + 1
		}
	}
	return append(all, key[start:])
}
