package regex

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// posix holds the ASCII classes of java.util.regex.Pattern, as the inside of a bracket expression.
var posix = map[string]string{
	"Lower": "a-z", "Upper": "A-Z", "ASCII": `\x00-\x7F`, "Alpha": "A-Za-z", "Digit": "0-9", "Alnum": "0-9A-Za-z",
	"Punct": "!-/:-@\\[-`{-~", "Graph": "!-~", "Print": " -~", "Blank": ` \t`, "Cntrl": `\x00-\x1F\x7F`,
	"XDigit": "0-9A-Fa-f", "Space": ` \t\n\x0B\f\r`,
}

// translate writes what only Java has (\p{Alpha}, \h, \R, \Z, \u0041, \Q..\E) in words every engine knows.
func translate(pattern string) string {
	if !strings.Contains(pattern, `\`) {
		return pattern
	}
	var out strings.Builder
	inside := false // a bracket expression
	for i := 0; i < len(pattern); {
		length := token(pattern[i:], inside)
		piece := pattern[i : i+length]
		i += length
		switch piece {
		case "[":
			inside = true
		case "]":
			inside = false
		}
		out.WriteString(escape(piece, inside))
	}
	return out.String()
}

// escape returns an escape in the words of RE2, and any other piece as it is.
func escape(piece string, inside bool) string {
	if len(piece) < 2 || piece[0] != '\\' {
		return piece
	}
	arg := strings.Trim(piece[2:], "{}")
	switch piece[1] {
	case 'Q':
		return regexp.QuoteMeta(strings.TrimSuffix(piece[2:], `\E`))
	case 'u', 'x':
		if n, err := strconv.ParseUint(arg, 16, 32); err == nil && utf8.ValidRune(rune(n)) {
			return character(rune(n))
		}
	case 'p', 'P':
		return class(piece, posix[arg], piece[1] == 'P', inside)
	case 'h', 'H':
		return class(piece, " \\t\u00A0\u1680\u180E\u2000-\u200A\u202F\u205F\u3000", piece[1] == 'H', inside)
	case 'R':
		return class(`(?:\r\n|[\n-\r`+"\u0085\u2028\u2029])", "", false, inside)
	case 'Z':
		return `(?:\n?\z)`
	}
	return piece
}

// character writes one character so that it means itself, in brackets and outside.
func character(r rune) string {
	if r >= utf8.RuneSelf {
		return string(r)
	}
	return fmt.Sprintf(`\x%02X`, r)
}

// class writes a class with the given inside of brackets; piece stands where there is none.
func class(piece, body string, negated, inside bool) string {
	switch {
	case body == "" || inside && negated:
		return piece
	case inside:
		return body
	case negated:
		return "[^" + body + "]"
	}
	return "[" + body + "]"
}

// nested finds brackets within brackets and intersections, which Java reads as operations on sets and no other engine
// here does: read as characters they would mean something else.
func nested(pattern string) bool {
	inside := false
	for i := 0; i < len(pattern); {
		length := token(pattern[i:], inside)
		piece := pattern[i : i+length]
		switch {
		case inside && (piece == "[" && !strings.HasPrefix(pattern[i:], "[:") || strings.HasPrefix(pattern[i:], "&&")):
			return true
		case piece == "[":
			inside = true
		case piece == "]":
			inside = false
		case inside && strings.HasPrefix(pattern[i:], "[:"):
			length = max(1, 2+strings.Index(pattern[i:], ":]"))
		}
		i += length
	}
	return false
}

// token returns the length of the first unit of a pattern: an escape with its argument, a quotation \Q..\E, the opening
// of a group or of brackets, or a character.
func token(p string, inside bool) int {
	if p[0] != '\\' || len(p) == 1 {
		if !inside && strings.HasPrefix(p, "(?") {
			return 2
		}
		return 1
	}
	switch p[1] {
	case 'Q':
		if end := strings.Index(p, `\E`); end >= 0 {
			return end + 2
		}
		return len(p)
	case 'u':
		return min(6, len(p))
	case 'p', 'P', 'x', 'k':
		if len(p) > 2 && (p[2] == '{' || p[2] == '<') {
			if end := strings.IndexAny(p, "}>"); end >= 0 {
				return end + 1
			}
		}
		if p[1] == 'x' {
			return min(4, len(p))
		}
	}
	_, size := utf8.DecodeRuneInString(p[1:])
	return 1 + size
}

// possessive writes Java's possessive quantifiers (a++, a*+, a?+, a{2}+) as atomic groups.
func possessive(pattern string) string {
	var out []byte
	var opened []int // where open groups begin in out
	atom := -1       // where the last atom begins in out
	for i := 0; i < len(pattern); {
		length := token(pattern[i:], false)
		piece := pattern[i : i+length]
		start := len(out)
		switch {
		case piece == "[":
			length = brackets(pattern[i:])
			piece, atom = pattern[i:i+length], start
		case piece == "(" || piece == "(?":
			opened, atom = append(opened, start), -1
		case piece == ")" && len(opened) > 0:
			atom, opened = opened[len(opened)-1], opened[:len(opened)-1]
		case strings.Contains("*+?{", piece):
			length = quantifier(pattern[i:])
			piece = pattern[i : i+length]
			if atom >= 0 && strings.HasPrefix(pattern[i+length:], "+") {
				rest := string(out[atom:]) + piece
				out = append(out[:atom], "(?>"+rest...)
				piece, length = ")", length+1
			}
		case piece == "|":
			atom = -1
		default:
			atom = start
		}
		out = append(out, piece...)
		i += length
	}
	return string(out)
}

// brackets returns the length of the bracket expression p begins with, or of all when it is not closed.
func brackets(p string) int {
	for i := 1; i < len(p); {
		length := token(p[i:], true)
		i += length
		if p[i-length] == ']' {
			return i
		}
	}
	return len(p)
}

// quantifier returns the length of the quantifier p begins with, without a mark behind it.
func quantifier(p string) int {
	if p[0] != '{' {
		return 1
	}
	end := strings.IndexByte(p, '}')
	if end < 0 || strings.Trim(p[1:end], "0123456789,") != "" {
		return 1
	}
	return end + 1
}
