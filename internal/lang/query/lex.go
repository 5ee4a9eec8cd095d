package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	end    kind = iota
	word        // name, operator, connective, or a bare value such as -7d
	quoted      // text in double quotes
	sign        // ( ) [ ] , = < > ! & |
)

// token is a piece of the text. The signs && and || are read as & and |.
type token struct {
	kind kind
	text string // unquoted
	low  string // of a word: in lower case
	at   int
}

// lexer cuts a text into tokens, one at a time.
type lexer struct {
	text string
	at   int
}

func (l *lexer) next() (token, error) {
	rest := strings.TrimLeftFunc(l.text[l.at:], unicode.IsSpace)
	l.at = len(l.text) - len(rest)
	if rest == "" {
		return token{kind: end, at: l.at}, nil
	}
	at := l.at
	switch c := rest[0]; {
	case c == '"':
		s, err := l.quotation()
		return token{kind: quoted, text: s, at: at}, err
	case strings.IndexByte("()[],=<>!&|", c) >= 0:
		l.at++
		if (c == '&' || c == '|') && len(rest) > 1 && rest[1] == c {
			l.at++
		}
		return token{kind: sign, text: string(c), at: at}, nil
	}
	s, err := l.name()
	if err == nil && s == "" {
		r, _ := utf8.DecodeRuneInString(rest)
		hint := ""
		if r == '\'' {
			hint = "; texts stand in double quotes"
		}
		err = refuse(l.text, at, "unexpected character "+string(r)+hint)
	}
	return token{kind: word, text: s, low: strings.ToLower(s), at: at}, err
}

// quotation reads a text in double quotes. \" is a quote and \\ a backslash; before any other character a backslash
// stands for itself, so that regular expressions need no second one.
func (l *lexer) quotation() (string, error) {
	start := l.at
	body := l.text[start+1:]
	closing := strings.IndexAny(body, `"\`)
	if closing >= 0 && body[closing] == '"' {
		l.at += closing + 2
		return body[:closing], nil
	}
	var out strings.Builder
	for i := 0; i < len(body); i++ {
		switch {
		case body[i] == '"':
			l.at = start + i + 2
			return out.String(), nil
		case body[i] == '\\' && i+1 < len(body) && (body[i+1] == '"' || body[i+1] == '\\'):
			i++
		}
		out.WriteByte(body[i])
	}
	return "", refuse(l.text, start, "this text has no closing double quote")
}

// name reads a word. After a dot a part may be quoted, for keys with other characters: label."cost centre".
func (l *lexer) name() (string, error) {
	start := l.at
	var out strings.Builder
	for l.at < len(l.text) {
		r, size := utf8.DecodeRuneInString(l.text[l.at:])
		if r == '"' && l.at > start && l.text[l.at-1] == '.' {
			out.WriteString(l.text[start:l.at])
			part, err := l.quotation()
			if err != nil {
				return "", err
			}
			out.WriteString(part)
			start = l.at
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-+.:", r) {
			break
		}
		l.at += size
	}
	out.WriteString(l.text[start:l.at])
	return out.String(), nil
}
