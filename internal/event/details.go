package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// pack writes details as a JSON array of pairs.
func pack(details []Detail) (string, error) {
	pairs := make([][2]string, len(details))
	for i, d := range details {
		pairs[i] = [2]string{d.Key, d.Value}
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(pairs); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// unpack reads what pack wrote. Other text is an error: nobody but the sealer writes it.
func unpack(text string) ([]Detail, error) {
	if details, ok := unpackPlain(text); ok {
		return details, nil
	}
	var pairs [][2]string
	if err := json.Unmarshal([]byte(text), &pairs); err != nil {
		return nil, fmt.Errorf("reading the details of an event: %w", err)
	}
	details := make([]Detail, len(pairs))
	for i, p := range pairs {
		details[i] = Detail{p[0], p[1]}
	}
	if again, err := pack(details); err != nil || again != text { // one list, one form
		return nil, errors.Join(errors.New("the details of an event are not of the form they are written in"), err)
	}
	return details, nil
}

// unpackPlain reads [["k","v"],...] without escapes, which is nearly all of them, several times faster.
func unpackPlain(text string) (details []Detail, ok bool) {
	rest, ok := plain(text)
	for ok && rest != "" {
		var d Detail
		if d, rest, ok = cutDetail(rest); ok {
			details = append(details, d)
		}
	}
	return details, ok
}

// appendDetails writes what pack wrote as the canonical form has it.
func appendDetails(b []byte, text string) ([]byte, error) {
	start := len(b)
	rest, ok := plain(text)
	for ok && rest != "" {
		var d Detail
		if d, rest, ok = cutDetail(rest); ok {
			b = netstring(netstring(b, d.Key), d.Value)
		}
	}
	if ok {
		return b, nil
	}
	details, err := unpack(text)
	b = b[:start]
	for _, d := range details {
		b = netstring(netstring(b, d.Key), d.Value)
	}
	return b, err
}

// plain returns the pairs of an array whose texts have no escapes.
func plain(text string) (pairs string, ok bool) {
	if len(text) < 2 || text[0] != '[' || text[len(text)-1] != ']' || strings.IndexByte(text, '\\') >= 0 {
		return "", false
	}
	return text[1 : len(text)-1], true
}

// cutDetail reads one pair and the comma that leads to the next.
func cutDetail(s string) (d Detail, rest string, ok bool) {
	if !strings.HasPrefix(s, `["`) {
		return d, "", false
	}
	s = s[2:]
	i := strings.IndexByte(s, '"')
	if i < 0 || !strings.HasPrefix(s[i:], `","`) {
		return d, "", false
	}
	j := strings.IndexByte(s[i+3:], '"') + i + 3
	if j < i+3 || !strings.HasPrefix(s[j:], `"]`) {
		return d, "", false
	}
	d = Detail{s[:i], s[i+3 : j]}
	if rest = s[j+2:]; rest == "" {
		return d, "", true
	}
	if rest[0] != ',' || len(rest) == 1 {
		return d, "", false
	}
	return d, rest[1:], true
}
