package query

import (
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/source"
)

// Completion is what can stand at a place of a query.
type Completion struct {
	From    source.Position `json:"from" doc:"Where what a choice replaces begins."`
	Choices []Choice        `json:"choices" doc:"At most 100."`
}

// Choice is one thing that can be written.
type Choice struct {
	Text string `json:"text"`
	Doc  string `json:"doc,omitempty"`
}

// Choices returns choices without any comment.
func Choices(words ...string) []Choice { return choose(words...) }

const maxChoices = 100

// Complete tells what can be written at a byte offset of a query, as far as the text before it is understood. known returns
// the values in use of a field, by its name, and of a family the keys.
func (fs *Fields) Complete(text string, offset int, known func(field string) []Choice) Completion {
	text = text[:min(max(offset, 0), len(text))]
	if source.Check(text, Limits{}.orDefault().Bytes) != nil {
		return Completion{From: source.At(text, 0), Choices: []Choice{}}
	}
	g := &guide{fields: fs, known: known}
	for l := (lexer{text: text}); ; {
		t, err := l.next()
		switch {
		case err != nil && strings.HasPrefix(text[t.at:], `"`): // a text that is being written
			return g.choices(source.At(text, t.at), text[t.at+1:])
		case err != nil:
			return Completion{From: source.At(text, len(text)), Choices: []Choice{}}
		case t.kind == end:
			return g.choices(source.At(text, len(text)), "")
		case t.kind == word && l.at == len(text):
			return g.choices(source.At(text, t.at), t.text)
		}
		g.take(t)
	}
}

// guide walks over the tokens of a query as the parser does, and refuses nothing.
type guide struct {
	fields *Fields
	known  func(field string) []Choice
	at     place
	of     *Field // of the condition; nil when there is no such field
	op     Operator
	strict bool // behind "strictly"
	list   bool // within brackets
}

// place is what can stand next.
type place int

const (
	atField place = iota
	atOperator
	atThan
	atBracket
	atValue
	atComma
	atEnd // of a condition
)

func (g *guide) take(t token) {
	switch g.at {
	case atField:
		if t.kind == word && t.low != "not" {
			g.of, _ = g.fields.find(t.text)
			g.at, g.strict, g.list = atOperator, false, false
		}
	case atOperator:
		g.operator(t)
	case atThan:
		g.at = atValue
	case atBracket:
		g.at, g.list = atValue, true
	case atValue:
		switch {
		case (g.op == Is || g.op == Has) && (t.low == "not" || t.low == "no"):
		case g.list:
			g.at = atComma
		default:
			g.at = atEnd
		}
	case atComma:
		g.at = atValue
		if t.text == "]" {
			g.at = atEnd
		}
	case atEnd:
		if t.low == "and" || t.low == "or" || t.kind == sign && (t.text == "&" || t.text == "|") {
			g.at = atField
		}
	}
}

func (g *guide) operator(t token) {
	if t.low == "not" || t.text == "!" {
		return
	}
	if t.low == "strictly" {
		g.strict = true
		return
	}
	if op, ok := comparison(t.low, g.strict); ok {
		g.op, g.at = op, atThan
		return
	}
	text := t.text
	if t.kind == word {
		text = t.low
	}
	g.op, _ = simple(text)
	switch {
	case g.op == Exists:
		g.at = atEnd
	case g.op.list():
		g.at = atBracket
	default:
		g.at = atValue
	}
}

// choices returns what fits behind the beginning of a word or text.
func (g *guide) choices(from source.Position, beginning string) Completion {
	c := Completion{From: from, Choices: []Choice{}}
	beginning = strings.ToLower(beginning)
	for _, one := range g.offers() {
		if len(c.Choices) < maxChoices && strings.HasPrefix(strings.TrimPrefix(strings.ToLower(one.Text), `"`), beginning) {
			c.Choices = append(c.Choices, one)
		}
	}
	return c
}

func (g *guide) offers() []Choice {
	switch {
	case g.at == atField:
		return append(g.names(), Choice{Text: "not"})
	case g.at == atThan:
		return choose("than")
	case g.at == atBracket:
		return choose("[")
	case g.at == atComma:
		return choose(",", "]")
	case g.at == atEnd:
		return choose("and", "or")
	case g.of == nil:
		return nil
	case g.at == atOperator:
		return choose(append(g.of.Allow.Words(), "not")...)
	}
	return g.values()
}

func choose(words ...string) (all []Choice) {
	for _, w := range words {
		all = append(all, Choice{Text: w})
	}
	return all
}

// names returns the names of fields. A family stands for its keys; of one whose keys are not known, for its beginning.
func (g *guide) names() (all []Choice) {
	for _, f := range g.fields.list {
		if !f.family() {
			all = append(all, Choice{f.Name, f.Doc})
			continue
		}
		keys := f.Keys
		if keys == nil {
			for _, c := range g.known(f.Name) {
				keys = append(keys, c.Text)
			}
		}
		for _, key := range keys {
			all = append(all, Choice{f.called(written(key)), f.Doc})
		}
		if len(keys) == 0 {
			all = append(all, Choice{f.called(""), f.Doc})
		}
	}
	return all
}

// written returns a key as it stands in a name: in quotes when it has other characters than names.
func written(key string) string {
	l := lexer{text: key}
	if name, err := l.name(); err != nil || name != key || key == "" {
		return Quote(key)
	}
	return key
}

// quote writes a text as it stands in a query.
// Quote writes a text as a query has it.
func Quote(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

func (g *guide) values() (all []Choice) {
	switch g.of.Type {
	case State, Result:
		for _, w := range g.of.States {
			all = append(all, Choice{w.Name, w.Doc})
		}
		return append(all, Choice{Text: "not"})
	case Bool:
		return choose("true", "false")
	case Date:
		return choose("now", "today", "1d", "7d", "30d", "-1d", "-7d", "-30d")
	}
	values := choose(g.of.Values...)
	if len(values) == 0 {
		values = g.known(g.of.Name)
	}
	for _, v := range values {
		all = append(all, Choice{Quote(v.Text), v.Doc})
	}
	return all
}
