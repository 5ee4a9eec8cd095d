package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/horizon-clm/horizon/internal/lang/source"
)

// node is a step of a rule.
type node interface {
	list() bool // whether it gives a list
	eval(r *run) (value, error)
}

// parser is a recursive descent over the text from at on.
type parser struct {
	text  string
	at    int
	depth int
	nodes int
	keys  []string
	spots []spot
	want  want   // what the next expression is for
	bare  bool   // the next expression stands within the braces of a template
	guide *guide // nil unless the text is completed
}

// whole reads a rule and nothing behind it.
func (p *parser) whole() (Rule, error) {
	r, err := p.rule()
	if err == nil && p.space() < len(p.text) {
		err = p.fail(p.at, "expected the end of the rule, found "+source.Quote(p.text[p.at:]))
	}
	return r, err
}

// rule reads an expression; what follows it is left.
func (p *parser) rule() (Rule, error) {
	n, err := p.expression()
	if err != nil {
		return Rule{}, err
	}
	c, ok := n.(*call)
	return Rule{root: n, keys: p.keys, raw: ok && c.function.name == "Raw"}, nil
}

func (p *parser) fail(at int, what string, near ...string) error {
	return &source.Problem{At: source.At(p.text, at), Text: what, Near: near}
}

// space skips white space and returns where the next token begins.
func (p *parser) space() int {
	rest := strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace)
	p.at = len(p.text) - len(rest)
	return p.at
}

func (p *parser) sees(s string) bool { return strings.HasPrefix(p.text[p.at:], s) }

// take skips white space and, when it follows, s.
func (p *parser) take(s string) bool {
	p.space()
	if !p.sees(s) {
		return false
	}
	p.at += len(s)
	return true
}

// need skips white space and s, or fails.
func (p *parser) need(s, what string) error {
	if p.take(s) {
		return nil
	}
	return p.expected(what)
}

// expected refuses what follows.
func (p *parser) expected(what string) error {
	found := "the end"
	if p.space() < len(p.text) {
		_, size := utf8.DecodeRuneInString(p.text[p.at:])
		found = source.Quote(p.text[p.at : p.at+size])
	}
	return p.fail(p.at, "expected "+what+", found "+found)
}

func (p *parser) expression() (node, error) {
	p.depth++
	defer func() { p.depth-- }()
	start, want, bare := p.space(), p.want, p.bare
	p.want, p.bare = either, false
	p.mayWord(func() []Choice { return p.guide.expressions(want, bare) })
	if p.nodes++; p.depth > maxDepth || p.nodes > maxNodes {
		return nil, p.fail(start, fmt.Sprintf("the rule is larger than %d parts or nested deeper than %d", maxNodes, maxDepth))
	}
	switch {
	case p.take("{{"):
		key, err := p.key("}}")
		return one(key), err
	case p.take("[["):
		key, err := p.key("]]")
		return many(key), err
	case p.take("["):
		return p.array()
	case p.sees(`"`):
		s, err := p.literal()
		if err != nil && want == format {
			p.may(start, p.text[start:], func() []Choice { return quotedFormats(p.guide.after) })
		}
		return literal(s), err
	}
	word := p.word()
	switch {
	case word == "":
		return nil, p.expected(`a key such as {{csr.subject.cn.1}}, a text in double quotes, a list or a function`)
	case isNumber(word):
		return literal(word), nil
	case strings.EqualFold(word, "null"):
		return literal(""), nil
	case strings.EqualFold(word, "now"):
		return now{}, nil
	}
	return p.call(word, start)
}

// word reads a name or a number.
func (p *parser) word() string {
	p.space()
	rest := strings.TrimLeftFunc(p.text[p.at:], keyRune)
	word := p.text[p.at : len(p.text)-len(rest)]
	p.at += len(word)
	return word
}

func isNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// key reads a key and its closing braces. Segments with other characters are quoted and stay so.
func (p *parser) key(closing string) (string, error) {
	start := p.space()
	for p.at < len(p.text) {
		if p.sees(`"`) {
			if _, err := p.literal(); err != nil {
				p.mayKey(start, closing)
				return "", err
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		if !keyRune(r) {
			break
		}
		p.at += size
	}
	key := p.text[start:p.at]
	if p.at == len(p.text) {
		p.mayKey(start, closing)
	}
	if key == "" {
		return "", p.expected("a key")
	}
	p.maySign(closing)
	if err := p.need(closing, closing+" after the key"); err != nil {
		return "", err
	}
	p.spots = append(p.spots, spot{at: start, key: key, many: closing == "]]"})
	if !slices.Contains(p.keys, key) {
		p.keys = append(p.keys, key)
	}
	return key, nil
}

// mayKey notes the keys that can stand from start on.
func (p *parser) mayKey(start int, closing string) {
	p.may(start, p.text[start:], func() []Choice { return p.guide.inBraces(closing == "]]", closing) })
}

// literal reads a text in double quotes. A quote in it is written twice; a backslash stands for itself.
func (p *parser) literal() (string, error) {
	start := p.space()
	var out strings.Builder
	for rest := p.text[start+1:]; ; {
		end := strings.IndexByte(rest, '"')
		if end < 0 {
			return "", p.fail(start, "this text has no closing double quote")
		}
		out.WriteString(rest[:end])
		rest = rest[end+1:]
		if !strings.HasPrefix(rest, `"`) {
			p.at = len(p.text) - len(rest)
			return out.String(), nil
		}
		out.WriteByte('"')
		rest = rest[1:]
	}
}

func (p *parser) array() (node, error) {
	var a array
	for {
		at := p.space()
		p.want = single
		n, err := p.expression()
		if err != nil {
			return nil, err
		}
		p.maySign(",", "]")
		if n.list() {
			return nil, p.fail(at, "a member of a list is a single value, not a list; Concat joins lists")
		}
		a = append(a, n)
		if p.take("]") {
			return a, nil
		}
		if err := p.need(",", "a comma or a closing bracket"); err != nil {
			return nil, err
		}
	}
}

// call reads the arguments of a function and checks them against what it takes.
func (p *parser) call(word string, start int) (node, error) {
	f := find(word)
	if f == nil {
		return nil, p.fail(start, "there is no function "+source.Quote(word), source.Nearest(word, names())...)
	}
	p.maySign("(")
	if err := p.need("(", "( after "+f.name); err != nil {
		return nil, err
	}
	c := &call{function: f}
	if !p.take(")") {
		for more := true; more; more = p.take(",") {
			if err := p.argument(c); err != nil {
				return nil, err
			}
			p.maySign(f.next(len(c.args))...)
		}
		if err := p.need(")", "a comma or )"); err != nil {
			return nil, err
		}
	}
	if n := len(c.args); n < f.least || n > f.most && f.most > 0 {
		return nil, p.fail(start, fmt.Sprintf("%s takes %s", f.name, f.usage()))
	}
	return c, p.replacement(c, start)
}

// argument reads one argument as the function wants it at this place.
func (p *parser) argument(c *call) error {
	at := p.space()
	p.want = c.function.wants(len(c.args))
	n, err := p.expression()
	if err != nil {
		return err
	}
	l, written := n.(literal)
	want := c.function.wants(len(c.args))
	switch {
	case want == single && n.list():
		return p.fail(at, c.function.name+" takes a single value here, not a list")
	case want == multiple && !n.list():
		return p.fail(at, c.function.name+" takes a list here, such as [[key]]")
	case want == position:
		i, err := strconv.Atoi(string(l))
		if !written || err != nil || i == 0 || i > 1<<20 || i < -1<<20 {
			return p.fail(at, "expected a position: positions count from 1, or from -1 at the end")
		}
		c.numbers = append(c.numbers, i)
	case want == group:
		i, err := strconv.Atoi(string(l))
		if !written || err != nil || i < 0 {
			return p.fail(at, "expected the number of a group")
		}
		c.numbers = append(c.numbers, i)
	case want == pattern || want == format:
		if !written {
			return p.fail(at, "expected a text in double quotes")
		}
		if err := c.prepare(want, string(l)); err != nil {
			return p.fail(at, err.Error())
		}
	}
	c.args = append(c.args, n)
	return nil
}

// replacement checks the references to groups in the written replacement of Replace.
func (p *parser) replacement(c *call, start int) error {
	if c.function.name != "Replace" {
		return nil
	}
	l, ok := c.args[2].(literal)
	if !ok {
		return nil
	}
	parts, err := references(string(l), c.regex.Groups())
	if err != nil {
		return p.fail(start, err.Error())
	}
	c.parts = parts
	return nil
}
