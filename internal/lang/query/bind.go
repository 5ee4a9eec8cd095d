package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/regex"
	"github.com/horizon-clm/horizon/internal/lang/source"
)

// Query is a query whose names, operators and values fit the fields of a subject.
type Query struct {
	text   string
	fields *Fields
	root   bound
}

// String returns the query as it was written.
func (q *Query) String() string { return q.text }

// bound is a checked tree with its negations at the leaves: every, some or *Term.
type bound interface{ bound() }

type (
	every []bound
	some  []bound
)

func (every) bound() {}
func (some) bound()  {}
func (*Term) bound() {}

// Term is one checked condition.
type Term struct {
	Field    *Field
	Key      string // of a family, in its written case
	Operator Operator
	Negated  bool
	Values   []string // in the spelling of the field; patterns and dates as written

	numbers  []int64
	moments  []moment
	patterns []*regex.Regex
	strict   bool
}

// Name returns the name of the field with its key.
func (t *Term) Name() string { return t.Field.called(t.Key) }

// Parse reads a query on these fields within the default limits.
func (fs *Fields) Parse(text string) (*Query, error) {
	tree, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return fs.Bind(tree)
}

// Bind checks the names, operators and values of a tree.
func (fs *Fields) Bind(t *Tree) (*Query, error) {
	b := binder{fields: fs, text: t.Text}
	root, err := b.node(t.Root, false)
	return &Query{text: t.Text, fields: fs, root: root}, err
}

type binder struct {
	fields *Fields
	text   string
}

// node moves negations to the leaves, where what is absent can be told from what is different.
func (b *binder) node(n Node, negated bool) (bound, error) {
	switch n := n.(type) {
	case Not:
		return b.node(n.Of, !negated)
	case And:
		parts, err := b.nodes(n, negated)
		if negated {
			return some(parts), err
		}
		return every(parts), err
	case Or:
		parts, err := b.nodes(n, negated)
		if negated {
			return every(parts), err
		}
		return some(parts), err
	case *Condition:
		return b.term(n, negated)
	}
	return nil, fmt.Errorf("query: unknown node %T", n)
}

func (b *binder) nodes(list []Node, negated bool) ([]bound, error) {
	var parts []bound
	for _, n := range list {
		p, err := b.node(n, negated)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func (b *binder) term(c *Condition, negated bool) (bound, error) {
	f, key := b.fields.find(c.Name)
	if f == nil {
		near := source.Nearest(c.Name, b.fields.suggestions())
		return nil, refuse(b.text, c.At, "there is no field "+source.Quote(c.Name), near...)
	}
	if f.Keys != nil && !slices.Contains(f.Keys, key) {
		return nil, refuse(b.text, c.At, "there is no key "+source.Quote(key)+" in "+f.Name, source.Nearest(key, f.Keys)...)
	}
	if !f.Allow.Has(c.Operator) {
		return nil, refuse(b.text, c.OperatorAt, fmt.Sprintf("%s does not know %s; it knows %s", c.Name, c.Operator, f.Allow))
	}
	t := &Term{Field: f, Key: key, Operator: c.Operator, Negated: c.Negated != negated, strict: b.fields.strict}
	for _, v := range c.Values {
		if err := b.value(t, v); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// value checks one operand and adds it to the term.
func (b *binder) value(t *Term, v Value) error {
	switch op := t.Operator; {
	case op == Matches || op == Within:
		return b.pattern(t, v)
	case op == Contains:
		return b.plain(t, v)
	}
	switch t.Field.Type {
	case Text, Set:
		return b.plain(t, v)
	case ID:
		t.Values = append(t.Values, strings.ToLower(v.Text))
	case Number:
		n, err := strconv.ParseInt(v.Text, 10, 64)
		if err != nil {
			return refuse(b.text, v.At, "expected a whole number, found "+source.Quote(v.Text))
		}
		t.numbers, t.Values = append(t.numbers, n), append(t.Values, strconv.FormatInt(n, 10))
	case Date:
		m, ok := parseMoment(v.Text)
		if !ok {
			return refuse(b.text, v.At, `expected a date such as "2026-01-31", now, today or -7d, found `+source.Quote(v.Text))
		}
		t.moments, t.Values = append(t.moments, m), append(t.Values, v.Text)
	case Bool:
		return b.word(t, v, []string{"true", "false"})
	default:
		return b.word(t, v, t.Field.words())
	}
	return nil
}

func (b *binder) plain(t *Term, v Value) error {
	if !v.Quoted {
		return refuse(b.text, v.At, "expected a text in double quotes, found "+source.Quote(v.Text))
	}
	t.Values = append(t.Values, v.Text)
	return nil
}

// word accepts one of the known words in any case, and takes the known spelling.
func (b *binder) word(t *Term, v Value, known []string) error {
	for _, k := range known {
		if strings.EqualFold(k, v.Text) {
			t.Values = append(t.Values, k)
			return nil
		}
	}
	what := "expected one of " + strings.Join(known, ", ")
	if len(known) > 12 {
		what = "this is no value of " + t.Name()
	}
	return refuse(b.text, v.At, what+", found "+source.Quote(v.Text), source.Nearest(v.Text, known)...)
}

// fold reports whether the case of letters is ignored: contains, and within, which is its form for lists.
func (t *Term) fold() bool { return !t.strict && (t.Operator == Contains || t.Operator == Within) }

// pattern compiles a regular expression in the form Eval needs, and makes sure that both databases can run it.
func (b *binder) pattern(t *Term, v Value) error {
	if err := b.plain(t, v); err != nil {
		return err
	}
	if _, err := regex.PostgreSQL(v.Text, t.fold(), t.strict); err != nil {
		return refuse(b.text, v.At, err.Error())
	}
	linear, err := regex.Linear(v.Text, t.fold(), t.strict)
	if err != nil {
		return refuse(b.text, v.At, err.Error())
	}
	r, err := regex.CompileLinear(linear)
	if err != nil {
		return refuse(b.text, v.At, err.Error())
	}
	t.patterns = append(t.patterns, r)
	return nil
}
