package scim

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
)

// filter is a condition on a resource (RFC 7644, 3.4.2.2).
type filter interface {
	holds(resource map[string]any) bool
}

type (
	both   struct{ left, right filter }
	either struct{ left, right filter }
	negate struct{ of filter }
	// among holds when one value of a list fulfils the filter: emails[type eq "work"].
	among struct {
		attribute path
		of        filter
	}
	// compare is an attribute, an operator and a value. The operator pr has none.
	compare struct {
		attribute path
		operator  string
		value     any // string, float64, bool or nil
	}
)

func (f both) holds(r map[string]any) bool   { return f.left.holds(r) && f.right.holds(r) }
func (f either) holds(r map[string]any) bool { return f.left.holds(r) || f.right.holds(r) }
func (f negate) holds(r map[string]any) bool { return !f.of.holds(r) }

func (f among) holds(r map[string]any) bool {
	for _, one := range elements(member(r, f.attribute.name)) {
		if m, ok := one.(map[string]any); ok && f.of.holds(m) {
			return true
		}
	}
	return false
}

// path is an attribute, or a part of one: name.sub.
type path struct{ name, sub string }

// caseExact are the attributes whose case matters (RFC 7643, 3.1); the names of attributes never do.
var caseExact = map[string]bool{"id": true, "externalid": true, "version": true, "location": true, "$ref": true}

func (p path) exact() bool {
	if p.sub != "" {
		return caseExact[p.sub]
	}
	return caseExact[p.name]
}

// values lists what a resource has there. Of a list of objects without a part it is their values (RFC 7644, 3.4.2.2).
func (p path) values(r map[string]any) (all []any) {
	for _, one := range elements(member(r, p.name)) {
		m, object := one.(map[string]any)
		switch {
		case object && p.sub != "":
			one = member(m, p.sub)
		case object:
			if v := member(m, "value"); v != nil {
				one = v
			}
		case p.sub != "":
			one = nil
		}
		if one != nil {
			all = append(all, one)
		}
	}
	return all
}

// member returns a member of an object whatever its case.
func member(r map[string]any, name string) any {
	if v, ok := r[name]; ok {
		return v
	}
	for k, v := range r {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return nil
}

func elements(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func (f compare) holds(r map[string]any) bool {
	all := f.attribute.values(r)
	if f.operator == "pr" {
		for _, one := range all {
			if one != "" {
				return true
			}
		}
		return false
	}
	if f.value == nil { // attributes without a value are null
		return (len(all) == 0) == (f.operator == "eq")
	}
	if f.operator == "ne" {
		return !compare{f.attribute, "eq", f.value}.holds(r)
	}
	for _, one := range all {
		if f.one(one) {
			return true
		}
	}
	return false
}

func (f compare) one(have any) bool {
	switch want := f.value.(type) {
	case bool:
		is, ok := have.(bool)
		return ok && f.operator == "eq" && is == want
	case float64:
		is, ok := have.(float64)
		return ok && ordered(f.operator, cmp.Compare(is, want))
	case string:
		is, ok := have.(string)
		return ok && f.text(is, want)
	}
	return false
}

func (f compare) text(is, want string) bool {
	if a, err := time.Parse(time.RFC3339, is); err == nil {
		b, err := time.Parse(time.RFC3339, want)
		if err == nil && f.operator != "co" && f.operator != "sw" && f.operator != "ew" {
			return ordered(f.operator, a.Compare(b))
		}
	}
	if !f.attribute.exact() {
		is, want = strings.ToLower(is), strings.ToLower(want)
	}
	switch f.operator {
	case "co":
		return strings.Contains(is, want)
	case "sw":
		return strings.HasPrefix(is, want)
	case "ew":
		return strings.HasSuffix(is, want)
	}
	return ordered(f.operator, strings.Compare(is, want))
}

func ordered(operator string, order int) bool {
	switch operator {
	case "eq":
		return order == 0
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	case "le":
		return order <= 0
	}
	return false
}

// Limits of what is read.
const (
	maxFilter = 8192 // bytes
	maxDepth  = 32
	maxTerms  = 200
)

// parser reads filters and paths.
type parser struct {
	text  string
	at    int
	depth int
	terms int
}

func parseFilter(text string) (filter, error) {
	if len(text) > maxFilter {
		return nil, invalidFilter.Detail("it is longer than %d bytes", maxFilter)
	}
	p := &parser{text: text}
	f, err := p.or()
	if err == nil && p.skip() < len(text) {
		err = p.wrong("an operator")
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (p *parser) wrong(want string) error {
	return invalidFilter.Detail("%s is expected at character %d", want, p.at+1)
}

func (p *parser) skip() int {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
	return p.at
}

// word takes the next word of letters, digits and what stands in attribute names.
func (p *parser) word() string {
	p.skip()
	from := p.at
	for p.at < len(p.text) && strings.IndexByte(" ()[]\"", p.text[p.at]) < 0 {
		p.at++
	}
	return p.text[from:p.at]
}

// took takes a keyword, whatever its case, when it comes next.
func (p *parser) took(keyword string) bool {
	from := p.at
	if strings.EqualFold(p.word(), keyword) {
		return true
	}
	p.at = from
	return false
}

func (p *parser) sign(c byte) bool {
	if p.skip() < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) or() (filter, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, invalidFilter.Detail("it is nested deeper than %d levels", maxDepth)
	}
	left, err := p.and()
	for err == nil && p.took("or") {
		var right filter
		right, err = p.and()
		left = either{left, right}
	}
	return left, err
}

func (p *parser) and() (filter, error) {
	left, err := p.term()
	for err == nil && p.took("and") {
		var right filter
		right, err = p.term()
		left = both{left, right}
	}
	return left, err
}

func (p *parser) term() (filter, error) {
	if p.terms++; p.terms > maxTerms {
		return nil, invalidFilter.Detail("it has more than %d conditions", maxTerms)
	}
	from := p.at
	if p.took("not") {
		if p.sign('(') {
			f, err := p.within(')')
			return negate{f}, err
		}
		p.at = from // an attribute of that name
	}
	if p.sign('(') {
		return p.within(')')
	}
	attribute, err := p.attribute()
	if err != nil {
		return nil, err
	}
	if p.sign('[') {
		f, err := p.within(']')
		return among{attribute, f}, err
	}
	return p.comparison(attribute)
}

func (p *parser) within(end byte) (filter, error) {
	f, err := p.or()
	if err == nil && !p.sign(end) {
		err = p.wrong("\"" + string(end) + "\"")
	}
	return f, err
}

// attribute reads a name, which may begin with the URN of its schema.
func (p *parser) attribute() (path, error) {
	text := strings.ToLower(p.word())
	if strings.HasPrefix(text, "urn:") {
		text = text[strings.LastIndexByte(text, ':')+1:]
	}
	name, sub, _ := strings.Cut(text, ".")
	if !attributeName(name) || sub != "" && !attributeName(sub) {
		return path{}, p.wrong("an attribute")
	}
	return path{name, sub}, nil
}

// attributeName is ATTRNAME of RFC 7644, figure 1, and $ref.
func attributeName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i == 0 && c == '$'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '-' || c == '_')) {
			return false
		}
	}
	return s != ""
}

func (p *parser) comparison(attribute path) (filter, error) {
	operator := strings.ToLower(p.word())
	switch operator {
	case "pr":
		return compare{attribute: attribute, operator: operator}, nil
	case "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le":
	default:
		return nil, p.wrong("an operator")
	}
	v, err := p.literal()
	if err != nil {
		return nil, err
	}
	_, text := v.(string)
	_, number := v.(float64)
	if !text && operator != "eq" && operator != "ne" && (!number || operator == "co" || operator == "sw" || operator == "ew") {
		return nil, invalidFilter.Detail("%s does not compare with this value", operator)
	}
	return compare{attribute, operator, v}, nil
}

// literal reads a value of JSON that is no list and no object.
func (p *parser) literal() (v any, err error) {
	p.skip()
	from := p.at
	if p.at < len(p.text) && p.text[p.at] == '"' {
		for p.at++; p.at < len(p.text) && p.text[p.at] != '"'; p.at++ {
			if p.text[p.at] == '\\' {
				p.at++
			}
		}
		p.at = min(p.at+1, len(p.text))
	} else {
		p.word()
	}
	text := p.text[from:p.at]
	if text != "" && text[0] != '"' {
		text = strings.ToLower(text) // Entra writes True
	}
	if json.Unmarshal([]byte(text), &v) != nil {
		p.at = from
		return nil, p.wrong("a value")
	}
	switch v.(type) {
	case map[string]any, []any:
		p.at = from
		return nil, p.wrong("a value")
	}
	return v, nil
}
