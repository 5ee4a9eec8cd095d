package rule

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/regex"
)

// operator is what a comparison asks.
type operator int

const (
	equals operator = iota + 1
	in
	exists
	contains
	matches
	startsWith
	endsWith
	resolves
)

// either reads statements joined by "or".
func (p *parser) either() (statement, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, p.fail(p.at, "the condition is nested too deep")
	}
	s, err := p.also()
	all := oneOf{s}
	for err == nil && p.takeWord("or") {
		s, err = p.also()
		all = append(all, s)
	}
	return all, err
}

// also reads statements joined by "and".
func (p *parser) also() (statement, error) {
	s, err := p.statement()
	p.mayFollow(err)
	all := both{s}
	for err == nil && p.takeWord("and") {
		s, err = p.statement()
		p.mayFollow(err)
		all = append(all, s)
	}
	return all, err
}

// mayFollow notes what can stand behind a statement.
func (p *parser) mayFollow(err error) {
	if err != nil {
		return
	}
	p.maySign("and", "or")
	if p.depth > 1 {
		p.maySign(")")
	}
}

// statement reads a group or a comparison.
func (p *parser) statement() (statement, error) {
	p.maySign("not (", "(")
	not := p.takeWord("not")
	if p.take("(") {
		s, err := p.either()
		if err == nil {
			err = p.need(")", ") after the condition")
		}
		if not {
			return negated{s}, err
		}
		return s, err
	}
	if not {
		p.maySign("(")
		return nil, p.expected("( after not")
	}
	return p.comparison()
}

// takeWord skips white space and, when it follows, the word, in any case.
func (p *parser) takeWord(words ...string) bool {
	start := p.space()
	for _, w := range words {
		if !strings.EqualFold(p.word(), w) {
			p.at = start
			return false
		}
	}
	return true
}

func (p *parser) quantity() quantity {
	p.mayPhrase(func() []Choice { return written("any of", "all of") })
	switch {
	case p.takeWord("any", "of"):
		return anyOf
	case p.takeWord("all", "of"):
		return allOf
	}
	return itself
}

func (p *parser) comparison() (statement, error) {
	c := &comparison{of: p.quantity()}
	start := p.space()
	if c.of != itself {
		p.want = multiple
	}
	var err error
	if c.left, err = p.expression(); err != nil {
		return nil, err
	}
	if c.of != itself && !c.left.list() {
		return nil, p.fail(start, "any of and all of take a list, such as [[key]]")
	}
	at := p.space()
	if err = p.operator(c); err != nil {
		return nil, err
	}
	members := c.operator == in || c.operator == matches || c.operator == startsWith || c.operator == endsWith
	switch {
	case members && c.left.list() && c.of == itself:
		return nil, p.fail(start, "say of a list whether it is about any of or all of its members")
	case !members && c.of != itself:
		return nil, p.fail(at, "this operator takes the list as a whole, without any of or all of")
	}
	return c, nil
}

// spellings are the operators without a right side, or with a plain one, in the order they are looked for.
var spellings = []struct {
	words    []string
	operator operator
	not      bool
}{
	{[]string{"not", "equals"}, equals, true}, {[]string{"equals"}, equals, false},
	{[]string{"not", "exists"}, exists, true}, {[]string{"exists"}, exists, false},
	{[]string{"is", "not", "empty"}, exists, false}, {[]string{"is", "empty"}, exists, true}, // an empty text is none
	{[]string{"not", "contains"}, contains, true}, {[]string{"contains"}, contains, false},
	{[]string{"starts", "not", "with"}, startsWith, true}, {[]string{"starts", "with"}, startsWith, false},
	{[]string{"ends", "not", "with"}, endsWith, true}, {[]string{"ends", "with"}, endsWith, false},
	{[]string{"not", "in"}, in, true}, {[]string{"in"}, in, false},
	{[]string{"not", "matches"}, matches, true}, {[]string{"matches"}, matches, false},
	{[]string{"not", "resolvesDNS"}, resolves, true}, {[]string{"resolvesDNS"}, resolves, false},
	{[]string{"not", "within"}, matches, true}, {[]string{"within"}, matches, false},
}

// operators are the spellings that fit the left side, those with "not" last.
func operators(c *comparison) []Choice {
	var plain, negative []string
	for _, s := range spellings {
		members := s.operator == in || s.operator == matches || s.operator == startsWith || s.operator == endsWith
		words := strings.Join(s.words, " ")
		switch {
		case members && c.of == itself && c.left.list() || !members && c.of != itself:
		case slices.Contains(s.words, "not"):
			negative = append(negative, words)
		default:
			plain = append(plain, words)
		}
	}
	return written(append(plain, negative...)...)
}

// operator reads the operator and what stands on its right.
func (p *parser) operator(c *comparison) error {
	p.mayPhrase(func() []Choice { return operators(c) })
	switch {
	case p.take("!="):
		c.operator, c.not = equals, true
	case p.take("="):
		c.operator = equals
	case p.take("~"):
		c.operator = matches
	}
	for _, s := range spellings {
		if c.operator == 0 && p.takeWord(s.words...) {
			c.operator, c.not = s.operator, s.not
		}
	}
	switch c.operator {
	case 0:
		return p.expected("an operator: equals, in, exists, is empty, contains, matches, within, starts with, ends with or resolvesDNS")
	case exists:
		return nil
	case resolves:
		return p.resolver(c)
	case matches:
		return p.regexes(c)
	case in:
		if p.networks(c) {
			return nil
		}
	}
	return p.right(c)
}

// right reads the expression on the right of an operator, of the form it takes.
func (p *parser) right(c *comparison) (err error) {
	if c.operator == contains {
		c.many = p.quantity()
	}
	at := p.space()
	list := c.operator == in || c.many != itself || c.operator == equals && c.left.list()
	p.want = single
	if list {
		p.want = multiple
	}
	if c.right, err = p.expression(); err != nil {
		return err
	}
	if c.right.list() != list {
		if list {
			return p.fail(at, "expected a list, such as [[key]] or [\"a\", \"b\"]")
		}
		return p.fail(at, "expected a single value")
	}
	return nil
}

// networks reads a network in place of a list: 192.0.2.0/24.
func (p *parser) networks(c *comparison) bool {
	start := p.space()
	end := strings.IndexFunc(p.text[start:], func(r rune) bool {
		return !strings.ContainsRune("0123456789abcdefABCDEF.:/", r)
	})
	word := p.text[start:]
	if end >= 0 {
		word = word[:end]
	}
	n, err := netip.ParsePrefix(word)
	if err != nil {
		return false
	}
	p.at = start + len(word)
	c.prefixes = []netip.Prefix{n.Masked()}
	return true
}

// regexes reads one pattern, or a list of them, in double quotes.
func (p *parser) regexes(c *comparison) error {
	start := p.space()
	p.want = pattern
	n, err := p.expression()
	if err != nil {
		return err
	}
	all, ok := n.(array)
	if !ok {
		all = array{n}
	}
	for _, one := range all {
		text, ok := one.(literal)
		if !ok {
			return p.fail(start, "expected a regular expression in double quotes")
		}
		re, err := regex.Compile(string(text))
		if err != nil {
			return p.fail(start, err.Error())
		}
		c.patterns = append(c.patterns, re)
	}
	return nil
}
