package query

import (
	"fmt"
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/source"
	"github.com/horizon-clm/horizon/internal/lang/span"
)

// Parse reads a query within the default limits. The empty text is the query that always holds.
func Parse(text string) (*Tree, error) { return Limits{}.Parse(text) }

// Parse reads a query within the limits.
func (l Limits) Parse(text string) (*Tree, error) {
	l = l.orDefault()
	if p := source.Check(text, l.Bytes); p != nil {
		return nil, invalidQuery.Detail("%s", p).Because(p)
	}
	p := &parser{lexer: lexer{text: text}, limits: l}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == end {
		return &Tree{Text: text, Root: And{}}, nil
	}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != end {
		return nil, p.expected("and, or, or the end of the query")
	}
	return &Tree{Text: text, Root: root}, nil
}

// parser is a recursive descent; tok is the next token.
type parser struct {
	lexer
	limits Limits
	tok    token
	depth  int
	terms  int
}

func (p *parser) advance() (err error) {
	p.tok, err = p.next()
	return err
}

// expected refuses the next token.
func (p *parser) expected(what string, near ...string) error {
	found := source.Quote(p.tok.text)
	if p.tok.kind == end {
		found = "the end"
	}
	return refuse(p.text, p.tok.at, "expected "+what+", found "+found, near...)
}

func (p *parser) sees(k kind, text string) bool {
	return p.tok.kind == k && (p.tok.text == text || k == word && p.tok.low == text)
}

// skip takes the next token when it is one of these.
func (p *parser) skip(k kind, text string) (bool, error) {
	if !p.sees(k, text) {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) or() (Node, error) {
	parts, err := p.chain("or", "|", p.and)
	if err != nil || len(parts) == 1 {
		return first(parts), err
	}
	return Or(parts), nil
}

func (p *parser) and() (Node, error) {
	parts, err := p.chain("and", "&", p.factor)
	if err != nil || len(parts) == 1 {
		return first(parts), err
	}
	return And(parts), nil
}

func first(parts []Node) Node {
	if len(parts) == 0 {
		return nil
	}
	return parts[0]
}

// chain reads parts joined by a word or its sign.
func (p *parser) chain(name, mark string, part func() (Node, error)) ([]Node, error) {
	var parts []Node
	for {
		n, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
		if !p.sees(word, name) && !p.sees(sign, mark) {
			return parts, nil
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

func (p *parser) factor() (Node, error) {
	negation := p.sees(word, "not") || p.sees(sign, "!")
	if !negation && !p.sees(sign, "(") {
		return p.condition()
	}
	if p.depth++; p.depth > p.limits.Depth {
		return nil, refuse(p.text, p.tok.at, fmt.Sprintf("the query is nested deeper than %d", p.limits.Depth))
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	if negation {
		n, err := p.factor()
		return Not{Of: n}, err
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.sees(sign, ")") {
		return nil, p.expected("and, or, or a closing parenthesis")
	}
	return n, p.advance()
}

func (p *parser) condition() (Node, error) {
	if p.tok.kind != word || p.sees(word, "and") || p.sees(word, "or") {
		return nil, p.expected("a field name, not, or an opening parenthesis")
	}
	c := &Condition{Name: p.tok.text, At: p.tok.at}
	if err := p.count(); err != nil {
		return nil, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	negated, err := p.skip(word, "not")
	if err == nil && !negated {
		negated, err = p.skip(sign, "!")
	}
	if err != nil {
		return nil, err
	}
	c.Negated = negated
	c.OperatorAt = p.tok.at
	if err := p.operator(c); err != nil {
		return nil, err
	}
	return c, p.operand(c)
}

// count bounds the conditions and list members.
func (p *parser) count() error {
	if p.terms++; p.terms > p.limits.Terms {
		return refuse(p.text, p.tok.at, fmt.Sprintf("the query has more than %d conditions and list members", p.limits.Terms))
	}
	return nil
}

func (p *parser) operator(c *Condition) error {
	strict, err := p.skip(word, "strictly")
	if err != nil {
		return err
	}
	if op, ok := comparison(p.tok.low, strict); ok && p.tok.kind == word {
		c.Operator = op
		if err := p.advance(); err != nil {
			return err
		}
		if !p.sees(word, "than") {
			return p.expected("than")
		}
		return p.advance()
	}
	if strict {
		return p.expected("lower than or greater than")
	}
	text := p.tok.text
	if p.tok.kind == word {
		text = p.tok.low
	}
	op, ok := simple(text)
	if !ok || p.tok.kind != word && p.tok.kind != sign {
		near := source.Nearest(p.tok.text, Operator(1<<len(operators)-1).Words())
		return p.expected("an operator after "+source.Quote(c.Name), near...)
	}
	c.Operator = op
	return p.advance()
}

func comparison(text string, strict bool) (Operator, bool) {
	switch {
	case text == "lower" && strict:
		return Below, true
	case text == "lower":
		return AtMost, true
	case text == "greater" && strict:
		return Above, true
	case text == "greater":
		return AtLeast, true
	}
	return 0, false
}

// operand reads what follows the operator.
func (p *parser) operand(c *Condition) error {
	switch {
	case c.Operator == Exists:
		return nil
	case c.Operator.list():
		return p.list(c)
	case c.Operator == Is || c.Operator == Has:
		return p.state(c)
	}
	return p.value(c, "a value in double quotes")
}

// state reads what follows is and has.
func (p *parser) state(c *Condition) error {
	for _, no := range []string{"not", "no"} {
		if no == "no" && c.Operator != Has {
			continue
		}
		ok, err := p.skip(word, no)
		if err != nil {
			return err
		}
		if ok {
			c.Negated = !c.Negated
			break
		}
	}
	return p.value(c, "a word")
}

func (p *parser) list(c *Condition) error {
	if !p.sees(sign, "[") {
		return p.expected("a list in brackets")
	}
	for {
		if err := p.advance(); err != nil {
			return err
		}
		if err := p.value(c, "a value in double quotes"); err != nil {
			return err
		}
		if err := p.count(); err != nil {
			return err
		}
		if p.sees(sign, "]") {
			return p.advance()
		}
		if !p.sees(sign, ",") {
			return p.expected("a comma or a closing bracket")
		}
	}
}

// value reads an operand: a text in quotes, or a bare word; a number and a unit of time are one value.
func (p *parser) value(c *Condition, what string) error {
	if p.tok.kind != quoted && p.tok.kind != word {
		return p.expected(what)
	}
	v := Value{Text: p.tok.text, Quoted: p.tok.kind == quoted, At: p.tok.at}
	if err := p.advance(); err != nil {
		return err
	}
	if _, unit := span.Unit(p.tok.low); unit && !v.Quoted && p.tok.kind == word && strings.Trim(v.Text, "+-0123456789") == "" {
		v.Text += p.tok.text
		if err := p.advance(); err != nil {
			return err
		}
	}
	c.Values = append(c.Values, v)
	return nil
}
