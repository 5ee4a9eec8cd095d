package rule

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// value is what a step gives: texts, none of them empty, or an instant, which is its own text.
type value struct {
	texts   []string
	instant time.Time
}

// text makes a value of one text; the empty one is nothing.
func text(s string) value {
	if s == "" {
		return value{}
	}
	return value{texts: []string{s}}
}

// texts makes a value of several, without the empty ones.
func texts(list []string) value {
	return value{texts: slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })}
}

// one returns the text of a value that is no list, or "".
func (v value) one() string {
	if len(v.texts) == 0 {
		return ""
	}
	return v.texts[0]
}

// Map is a dictionary in memory. The members of a list are its keys with an index: Add("san.dnsname", "a", "b") makes
// san.dnsname.1 and san.dnsname.2, and a key names the list of all that begin with it and a dot.
type Map struct {
	values map[string]string
	order  []string
}

// NewMap returns an empty dictionary.
func NewMap() *Map { return &Map{values: map[string]string{}} }

// Set gives a key its value.
func (m *Map) Set(key, value string) {
	if _, known := m.values[key]; !known {
		m.order = append(m.order, key)
	}
	m.values[key] = value
}

// Add appends members to the list a key names.
func (m *Map) Add(key string, values ...string) {
	n := 1
	for ; ; n++ {
		if _, taken := m.values[key+"."+strconv.Itoa(n)]; !taken {
			break
		}
	}
	for i, v := range values {
		m.Set(key+"."+strconv.Itoa(n+i), v)
	}
}

// Keys returns the keys in the order they were set.
func (m *Map) Keys() []string { return slices.Clone(m.order) }

// One returns the value of a key.
func (m *Map) One(key string) (string, bool) {
	v, ok := m.values[key]
	return v, ok
}

// Many returns the values of all keys that begin with the key and a dot, in the order they were set.
func (m *Map) Many(key string) []string {
	var list []string
	for _, k := range m.order {
		if strings.HasPrefix(k, key) && len(k) > len(key) && k[len(key)] == '.' {
			list = append(list, m.values[k])
		}
	}
	return list
}

// Key joins segments to a key. A segment that is not made of letters, digits, - and _ is quoted, as it has to be in a
// rule: Key("certificate", "label", "cost centre") is certificate.label."cost centre".
func Key(segments ...string) string {
	quoted := make([]string, len(segments))
	for i, s := range segments {
		quoted[i] = s
		if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r == '.' || !keyRune(r) }) {
			quoted[i] = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
	}
	return strings.Join(quoted, ".")
}

func keyRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '.' || r == '_'
}
