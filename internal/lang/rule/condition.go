package rule

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/regex"
	"github.com/horizon-clm/horizon/internal/lang/source"
)

var invalidCondition = fault.Define("TS-004", fault.Invalid, "Invalid condition")

// Condition is a parsed statement about a dictionary that holds or does not: {{sub}} equals "ann" and [[groups]] contains
// "ops". It may be used by many goroutines; its zero value holds.
type Condition struct {
	text string
	root statement
	keys []string
}

// Keys returns the keys the condition reads, without braces, each once.
func (c Condition) Keys() []string { return c.keys }

// ParseCondition reads a condition. "and" binds closer than "or"; parentheses group; "not" before parentheses negates.
func ParseCondition(text string) (Condition, error) {
	if p := source.Check(text, MaxRule); p != nil {
		return Condition{}, invalidCondition.Detail("%s", p).Because(p)
	}
	p := &parser{text: text}
	s, err := p.condition()
	if err != nil {
		return Condition{}, invalidCondition.Detail("%s", err).Because(err)
	}
	return Condition{text: text, root: s, keys: p.keys}, nil
}

// condition reads a condition and nothing behind it.
func (p *parser) condition() (statement, error) {
	s, err := p.either()
	if err == nil && p.space() < len(p.text) {
		err = p.fail(p.at, "expected and, or, or the end of the condition, found "+source.Quote(p.text[p.at:]))
	}
	return s, err
}

// Holds reports whether the condition holds. It fails as Rule.Eval does.
func (c Condition) Holds(d Dictionary, env Env) (bool, error) {
	if c.root == nil {
		return true, nil
	}
	ok, err := c.root.holds(&run{dictionary: d, env: env})
	if err != nil {
		return false, tooMuch.Detail("%s", err).Because(err)
	}
	return ok, nil
}

// String returns the condition as it was written.
func (c Condition) String() string { return c.text }

// IsZero reports whether there is no condition.
func (c Condition) IsZero() bool { return c.text == "" }

// Equal reports whether both are written alike.
func (c Condition) Equal(o Condition) bool { return c.text == o.text }

// MarshalText writes the condition.
func (c Condition) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// UnmarshalText reads what ParseCondition reads; the empty text is no condition.
func (c *Condition) UnmarshalText(text []byte) error {
	*c = Condition{}
	if len(text) == 0 {
		return nil
	}
	v, err := ParseCondition(string(text))
	if err == nil {
		*c = v
	}
	return err
}

// Schema describes the text for the API document and for forms.
func (Condition) Schema(huma.Registry) *huma.Schema {
	most := MaxRule
	return &huma.Schema{
		Type: huma.TypeString, MaxLength: &most, Examples: []any{`{{sub}} equals "deploy" and [[groups]] contains "ops"`},
		Extensions: map[string]any{"x-condition": true},
	}
}

// statement is a part of a condition.
type statement interface{ holds(*run) (bool, error) }

type (
	both    []statement
	oneOf   []statement
	negated struct{ of statement }
)

func (b both) holds(r *run) (bool, error) {
	for _, s := range b {
		if ok, err := s.holds(r); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

func (o oneOf) holds(r *run) (bool, error) {
	for _, s := range o {
		if ok, err := s.holds(r); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

func (n negated) holds(r *run) (bool, error) {
	ok, err := n.of.holds(r)
	return !ok && err == nil, err
}

// quantity says of how many members of a list something has to be true.
type quantity int

const (
	itself quantity = iota // no list
	anyOf
	allOf
)

// comparison compares what stands on the left with what stands on the right, if the operator takes anything there.
type comparison struct {
	left     node
	of       quantity // of the left side
	operator operator
	not      bool // of each member
	right    node
	many     quantity // of the right side, of contains
	patterns []*regex.Regex
	prefixes []netip.Prefix
	server   string // the resolver to ask
}

func (c *comparison) holds(r *run) (bool, error) {
	left, err := c.left.eval(r)
	if err != nil {
		return false, err
	}
	var right value
	if c.right != nil {
		if right, err = c.right.eval(r); err != nil {
			return false, err
		}
	}
	if c.operator == resolves {
		return c.resolve(r, left) != c.not, nil
	}
	if c.operator == contains {
		ok := c.contains(r, left, right)
		return ok != c.not, nil
	}
	return c.quantified(left.texts, func(s string, there bool) (bool, error) {
		if err := r.spend(len(s) + slowCost(c.patterns, s)); err != nil {
			return false, err
		}
		ok, err := c.compare(s, there, right)
		return ok != c.not && err == nil, err
	})
}

// slowCost is what comparing a text with patterns counts for.
func slowCost(patterns []*regex.Regex, s string) int { return len(patterns) * len(s) }

// quantified asks about each member as the quantity says. Of a single value that is absent, it asks about nothing.
func (c *comparison) quantified(texts []string, ask func(s string, there bool) (bool, error)) (bool, error) {
	if c.of == itself && !c.left.list() {
		if len(texts) == 0 {
			return ask("", false)
		}
		return ask(texts[0], true)
	}
	if c.operator == exists {
		return (len(texts) > 0) != c.not, nil
	}
	if c.operator == equals {
		return ask(strings.Join(texts, "\x00"), len(texts) > 0)
	}
	for _, s := range texts {
		ok, err := ask(s, true)
		if err != nil || ok == (c.of == anyOf) {
			return ok, err
		}
	}
	return c.of != anyOf, nil
}

// compare is the positive statement about one value; there is false of none.
func (c *comparison) compare(s string, there bool, right value) (bool, error) {
	switch c.operator {
	case exists:
		return there, nil
	case equals:
		return there == (len(right.texts) > 0) && s == strings.Join(right.texts, "\x00"), nil
	case startsWith:
		return there && right.one() != "" && strings.HasPrefix(s, right.one()), nil
	case endsWith:
		return there && right.one() != "" && strings.HasSuffix(s, right.one()), nil
	case in:
		return there && (slices.Contains(right.texts, s) || c.within(s)), nil
	}
	for _, p := range c.patterns {
		if ok, err := p.Whole(s); err != nil || ok && there {
			return ok && err == nil, err
		}
	}
	return false, nil
}

// within reports whether an IP address belongs to one of the networks.
func (c *comparison) within(s string) bool {
	if len(c.prefixes) == 0 {
		return false
	}
	a, err := netip.ParseAddr(s)
	return err == nil && slices.ContainsFunc(c.prefixes, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// contains reports whether the left side has what stands on the right: a list as a member, a text as a part. A key of a
// single value that names a list is taken for the list: a claim may be either.
func (c *comparison) contains(r *run, left, right value) bool {
	list := c.left.list()
	if k, ok := c.left.(one); ok && len(left.texts) == 0 {
		if all := r.dictionary.Many(string(k)); len(all) > 0 {
			left, list = texts(all), true
		}
	}
	has := func(s string) bool {
		if list {
			return slices.Contains(left.texts, s)
		}
		return strings.Contains(left.one(), s)
	}
	switch {
	case c.many == anyOf && len(right.texts) > 0:
		return slices.ContainsFunc(right.texts, has)
	case c.many != itself:
		return !slices.ContainsFunc(right.texts, func(s string) bool { return !has(s) })
	}
	return right.one() == "" || has(right.one())
}
