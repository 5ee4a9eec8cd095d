// Package regex compiles the regular expressions of users.
//
// People write the Java dialect. What RE2 understands runs in linear time; the rest (look-around, back references,
// possessive quantifiers, atomic groups) runs on a backtracking engine that stops after a fixed time.
package regex

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// MaxPattern is the longest pattern accepted, in bytes.
const MaxPattern = 1024

// Timeout is how long the backtracking engine may look at one text.
const Timeout = 100 * time.Millisecond

// ErrTooSlow says that the backtracking engine gave up. The text did not match.
var ErrTooSlow = errors.New("the regular expression took too long on this text")

// Regex is a compiled pattern. It may be used by many goroutines.
type Regex struct {
	pattern string
	part    *regexp.Regexp // the linear engine, or nil
	whole   *regexp.Regexp
	slow    *regexp2.Regexp // the backtracking engine, or nil
	slowAll *regexp2.Regexp
}

// Compile reads a pattern in the Java dialect.
func Compile(pattern string) (*Regex, error) {
	if err := check(pattern); err != nil {
		return nil, err
	}
	own := translate(pattern)
	part, err := regexp.Compile(own)
	if err == nil {
		whole, err := regexp.Compile(`\A(?:` + own + `)\z`)
		return &Regex{pattern: pattern, part: part, whole: whole}, err
	}
	slow, slowErr := compileSlow(possessive(own))
	if slowErr != nil {
		return nil, fmt.Errorf("%q is no regular expression: %w", pattern, reason(err))
	}
	all, err := compileSlow(`\A(?:` + possessive(own) + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("%q is no regular expression: %w", pattern, err)
	}
	return &Regex{pattern: pattern, slow: slow, slowAll: all}, nil
}

// CompileLinear reads a pattern and refuses what RE2 cannot run in linear time. Searches use it.
func CompileLinear(pattern string) (*Regex, error) {
	r, err := Compile(pattern)
	if err == nil && !r.Linear() {
		return nil, errors.New("look-around, back references and possessive quantifiers are not available here")
	}
	return r, err
}

// CheckAnchored says what is wrong with the value of a configuration field that validates a single line: it has to be
// a regular expression that begins with ^ and ends with $.
func CheckAnchored(pattern string) error {
	if _, err := Compile(pattern); err != nil {
		return err
	}
	body, open := strings.CutPrefix(pattern, "^")
	body, closed := strings.CutSuffix(body, "$")
	slashes := len(body) - len(strings.TrimRight(body, `\`))
	if !open || !closed || slashes%2 == 1 {
		return fmt.Errorf("%q has to begin with ^ and to end with $", pattern)
	}
	return nil
}

func check(pattern string) error {
	if len(pattern) > MaxPattern {
		return fmt.Errorf("a regular expression has at most %d bytes", MaxPattern)
	}
	if strings.ContainsRune(pattern, 0) {
		return errors.New("a regular expression holds no character NUL")
	}
	if !utf8.ValidString(pattern) {
		return errors.New("a regular expression is valid UTF-8")
	}
	if nested(pattern) {
		return fmt.Errorf("%q uses brackets within brackets or &&, which is not supported: write a literal bracket as \\[", pattern)
	}
	return nil
}

// compileSlow turns a panic of the foreign parser into an error.
func compileSlow(pattern string) (r *regexp2.Regexp, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the regular expression is not understood: %v", p)
		}
	}()
	r, err = regexp2.Compile(pattern, regexp2.None)
	if err == nil {
		r.MatchTimeout = Timeout
	}
	return r, err
}

// reason takes the name of the Go package off the message of its parser.
func reason(err error) error {
	return errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
}

// String returns the pattern as it was written.
func (r *Regex) String() string { return r.pattern }

// Linear reports whether the pattern runs in linear time.
func (r *Regex) Linear() bool { return r.part != nil }

// Match reports whether a part of s matches.
func (r *Regex) Match(s string) (bool, error) {
	if r.part != nil {
		return r.part.MatchString(s), nil
	}
	ok, err := r.slow.MatchString(s)
	return ok, slowness(err)
}

// Whole reports whether all of s matches.
func (r *Regex) Whole(s string) (bool, error) {
	if r.whole != nil {
		return r.whole.MatchString(s), nil
	}
	ok, err := r.slowAll.MatchString(s)
	return ok, slowness(err)
}

// Find returns the first match and its groups, the match itself first; nil without a match. A group that took no part
// is empty.
func (r *Regex) Find(s string) ([]string, error) {
	if r.part != nil {
		return r.part.FindStringSubmatch(s), nil
	}
	m, err := r.slow.FindStringMatch(s)
	if err != nil || m == nil {
		return nil, slowness(err)
	}
	return groups(m), nil
}

func groups(m *regexp2.Match) []string {
	var all []string
	for _, g := range m.Groups() {
		all = append(all, g.String())
	}
	return all
}

// Groups returns how many groups the pattern has, the whole match not counted.
func (r *Regex) Groups() int {
	if r.part != nil {
		return r.part.NumSubexp()
	}
	return len(r.slow.GetGroupNumbers()) - 1
}

// Replace replaces every match by what with returns for its groups.
func (r *Regex) Replace(s string, with func(groups []string) string) (string, error) {
	if r.part == nil {
		out, err := r.slow.ReplaceFunc(s, func(m regexp2.Match) string { return with(groups(&m)) }, -1, -1)
		return out, slowness(err)
	}
	var out strings.Builder
	end := 0
	for _, at := range r.part.FindAllStringSubmatchIndex(s, -1) {
		found := make([]string, len(at)/2)
		for i := range found {
			if at[2*i] >= 0 {
				found[i] = s[at[2*i]:at[2*i+1]]
			}
		}
		out.WriteString(s[end:at[0]])
		out.WriteString(with(found))
		end = at[1]
	}
	out.WriteString(s[end:])
	return out.String(), nil
}

func slowness(err error) error {
	if err == nil {
		return nil
	}
	return ErrTooSlow
}
