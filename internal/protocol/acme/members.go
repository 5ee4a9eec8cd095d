package acme

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"unicode/utf8"
)

const maxMembers = 64

// members reads the members of a JSON object in their order. A name that stands twice is refused (RFC 7515, 4).
func members(object []byte, each func(name string, value json.RawMessage) error) error {
	if names, values, ok := plainMembers(object); ok {
		for i, name := range names {
			if slices.Contains(names[:i], name) {
				return twice(name)
			}
			if err := each(name, values[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return anyMembers(object, each)
}

func twice(name string) error { return errors.New("the member " + brief(name) + " stands twice") }

// anyMembers is members for whatever JSON has.
func anyMembers(object []byte, each func(name string, value json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("it is not a JSON object")
	}
	var seen []string
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return errors.New("it is not JSON")
		}
		if slices.Contains(seen, name) {
			return twice(name)
		}
		if seen = append(seen, name); len(seen) > maxMembers {
			return errors.New("it has too many members")
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return errors.New("it is not JSON")
		}
		if err := each(name, value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return errors.New("it is not JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON object")
	}
	return nil
}

// plainMembers reads an object of few members that are texts without escapes, as nearly all messages are, several times
// faster than a reader of any JSON. Everything else is left to that.
func plainMembers(object []byte) (names []string, values []json.RawMessage, ok bool) {
	s := object
	next := func(c byte) bool { // after white space
		for len(s) > 0 && (s[0] == ' ' || s[0] == '\n' || s[0] == '\r' || s[0] == '\t') {
			s = s[1:]
		}
		if len(s) == 0 || s[0] != c {
			return false
		}
		s = s[1:]
		return true
	}
	names, values = make([]string, 0, 4), make([]json.RawMessage, 0, 4)
	for first := byte('{'); next(first); first = ',' {
		if len(names) == cap(names) || !next('"') {
			return nil, nil, false
		}
		name, rest, ok := plainText(s)
		if s = rest; !ok || !next(':') || !next('"') {
			return nil, nil, false
		}
		value := s
		text, rest, ok := plainText(s)
		if s = rest; !ok {
			return nil, nil, false
		}
		names = append(names, string(name))
		values = append(values, quoted(object, value, len(text)))
	}
	if len(names) == 0 || !next('}') {
		return nil, nil, false
	}
	return names, values, len(bytes.TrimLeft(s, " \n\r\t")) == 0
}

// quoted is a text with its quotes, which stand in the object around it.
func quoted(object, text []byte, length int) json.RawMessage {
	at := len(object) - len(text)
	return json.RawMessage(object[at-1 : at+length+1])
}

// plainText reads up to the closing quote and that, when what is before it stands for itself.
func plainText(s []byte) (text, rest []byte, ok bool) {
	end := bytes.IndexByte(s, '"')
	if end < 0 || !isPlain(s[:end]) {
		return nil, nil, false
	}
	return s[:end], s[end+1:], true
}

// isPlain reports whether the bytes between two quotes are the text they stand for.
func isPlain(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == '\\' {
			return false
		}
	}
	return utf8.Valid(b)
}

// text reads a string.
func text(value json.RawMessage, to **string) error {
	if n := len(value); n >= 2 && value[0] == '"' && bytes.IndexByte(value[1:n-1], '"') < 0 && isPlain(value[1:n-1]) {
		s := string(value[1 : n-1])
		*to = &s
		return nil
	}
	var s *string
	if err := json.Unmarshal(value, &s); err != nil || s == nil {
		return errors.New("a member that is a string is something else")
	}
	*to = s
	return nil
}
