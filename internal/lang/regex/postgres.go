package regex

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"
)

// PostgreSQL writes a pattern that RE2 understands as an advanced regular expression of PostgreSQL with the same
// meaning. The two dialects differ (\b, \pL, named groups, flags, what a dot matches), so the text is made anew from the
// parsed pattern. With fold letters match in either case, with whole the match covers all of the text.
func PostgreSQL(pattern string, fold, whole bool) (string, error) {
	if err := check(pattern); err != nil {
		return "", err
	}
	flags := syntax.Perl
	if fold {
		flags |= syntax.FoldCase
	}
	tree, err := syntax.Parse(translate(pattern), flags)
	if err != nil {
		return "", fmt.Errorf("%q is no regular expression: %w", pattern, reason(err))
	}
	var out strings.Builder
	if err := write(&out, tree); err != nil {
		return "", err
	}
	if whole {
		return `^(?:` + out.String() + `)$`, nil
	}
	// A director keeps PostgreSQL from reading the beginning of the pattern as one, such as *** or (?i).
	return `(?:` + out.String() + `)`, nil
}

// maxRepeat is DUPMAX of PostgreSQL.
const maxRepeat = 255

// fixed holds the operators without arguments. In PostgreSQL ^ and $ mean begin and end of the text, a dot any character.
var fixed = map[syntax.Op]string{
	syntax.OpNoMatch: `(?!)`, syntax.OpEmptyMatch: `(?:)`, syntax.OpAnyCharNotNL: `[^\n]`, syntax.OpAnyChar: `.`,
	syntax.OpBeginText: `^`, syntax.OpEndText: `$`, syntax.OpBeginLine: `(?:^|(?<=\n))`, syntax.OpEndLine: `(?:$|(?=\n))`,
	syntax.OpWordBoundary:   `(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))`,
	syntax.OpNoWordBoundary: `(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))`,
}

func write(out *strings.Builder, n *syntax.Regexp) error {
	if text, ok := fixed[n.Op]; ok {
		out.WriteString(text)
		return nil
	}
	switch n.Op {
	case syntax.OpLiteral:
		for _, r := range n.Rune {
			writeRune(out, r, n.Flags&syntax.FoldCase != 0)
		}
		return nil
	case syntax.OpCharClass:
		writeClass(out, n.Rune)
		return nil
	case syntax.OpCapture, syntax.OpConcat:
		return writeAll(out, n.Sub, "")
	case syntax.OpAlternate:
		return writeAll(out, n.Sub, "|")
	}
	suffix, err := repetition(n)
	if err != nil {
		return err
	}
	if err := writeAll(out, n.Sub, ""); err != nil {
		return err
	}
	out.WriteString(suffix)
	return nil
}

func writeAll(out *strings.Builder, parts []*syntax.Regexp, between string) error {
	out.WriteString("(?:")
	for i, p := range parts {
		if i > 0 {
			out.WriteString(between)
		}
		if err := write(out, p); err != nil {
			return err
		}
	}
	out.WriteString(")")
	return nil
}

// repetition returns the quantifier. Greediness does not change whether a text matches.
func repetition(n *syntax.Regexp) (string, error) {
	switch n.Op {
	case syntax.OpStar:
		return "*", nil
	case syntax.OpPlus:
		return "+", nil
	case syntax.OpQuest:
		return "?", nil
	}
	switch {
	case n.Min > maxRepeat || n.Max > maxRepeat:
		return "", errors.New("a regular expression repeats at most 255 times")
	case n.Max < 0:
		return fmt.Sprintf("{%d,}", n.Min), nil
	}
	return fmt.Sprintf("{%d,%d}", n.Min, n.Max), nil
}

func writeRune(out *strings.Builder, r rune, fold bool) {
	if !fold || unicode.SimpleFold(r) == r {
		out.WriteString(code(r))
		return
	}
	out.WriteString("[" + code(r))
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		out.WriteString(code(f))
	}
	out.WriteString("]")
}

// writeClass writes ranges of code points; no text holds the code point 0.
func writeClass(out *strings.Builder, ranges []rune) {
	var body strings.Builder
	for i := 0; i+1 < len(ranges); i += 2 {
		low, high := max(ranges[i], 1), ranges[i+1]
		switch {
		case high < low:
		case low == high:
			body.WriteString(code(low))
		default:
			body.WriteString(code(low) + "-" + code(high))
		}
	}
	if body.Len() == 0 {
		out.WriteString(fixed[syntax.OpNoMatch])
		return
	}
	out.WriteString("[" + body.String() + "]")
}

// code writes a character so that it means itself, in brackets and outside.
func code(r rune) string {
	switch {
	case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		return string(r)
	case r <= 0xFFFF:
		return fmt.Sprintf(`\u%04X`, r)
	}
	return fmt.Sprintf(`\U%08X`, r)
}

// Linear writes a pattern so that Go's regexp reads it, with the meaning PostgreSQL has with the same arguments.
func Linear(pattern string, fold, whole bool) (string, error) {
	if _, err := CompileLinear(pattern); err != nil {
		return "", err
	}
	text := translate(pattern)
	if fold {
		text = `(?i:` + text + `)`
	}
	if whole {
		text = `\A(?:` + text + `)\z`
	}
	return text, nil
}
