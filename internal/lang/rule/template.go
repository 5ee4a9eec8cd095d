package rule

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/lang/source"
)

// Template is a parsed template string. It may be used by many goroutines; its zero value gives the empty text.
type Template struct {
	text   string
	pieces []piece
	keys   []string
}

// piece is plain text, a key or a rule.
type piece struct {
	text string // the plain text, or the piece as it was written
	key  string
	rule *Rule
}

// ParseTemplate reads a template string.
func ParseTemplate(text string) (Template, error) {
	if p := source.Check(text, MaxTemplate); p != nil {
		return Template{}, invalidTemplate.Detail("%s", p).Because(p)
	}
	t, err := (&parser{text: text}).template()
	if err != nil {
		return Template{}, invalidTemplate.Detail("%s", err).Because(err)
	}
	return t, nil
}

// template reads the whole text.
func (p *parser) template() (Template, error) {
	text := p.text
	t := Template{text: text}
	for p.at < len(text) {
		start := p.at
		open := opening(text[start:])
		if open < 0 {
			t.pieces = append(t.pieces, piece{text: text[start:]})
			break
		}
		if open > 0 {
			t.pieces = append(t.pieces, piece{text: text[start : start+open]})
		}
		p.at = start + open + 2
		p.nodes = 0
		e, err := p.embedded(start + open)
		if err != nil {
			return Template{}, err
		}
		t.pieces = append(t.pieces, e)
	}
	p.mayOpen()
	t.keys = p.keys
	return t, nil
}

// opening finds the braces an expression begins with. Of three in a row the first is text, as in JSON: {{{key}}}.
func opening(text string) int {
	at := strings.Index(text, "{{")
	if at >= 0 && strings.HasPrefix(text[at:], "{{{") && !strings.HasPrefix(text[at:], "{{{{") {
		at++
	}
	return at
}

// embedded reads what stands between double braces. What looks like a key is one, but for NOW and NULL.
func (p *parser) embedded(start int) (piece, error) {
	inside, keys, spots := p.at, p.keys, p.spots
	key, err := p.key("}}")
	if err == nil && key != "NOW" && key != "NULL" && !quoted(key) {
		return piece{text: p.text[start:p.at], key: key}, nil
	}
	p.at, p.keys, p.spots, p.bare = inside, keys, spots, true
	r, err := p.rule()
	if err == nil {
		p.maySign("}}")
		err = p.need("}}", "}} after the expression")
	}
	return piece{text: p.text[start:p.at], rule: &r}, err
}

// quoted reports whether what looks like a key is only a text in quotes.
func quoted(key string) bool {
	p := &parser{text: key}
	if !p.sees(`"`) {
		return false
	}
	_, err := p.literal()
	return err == nil && p.at == len(key)
}

// Eval writes the template. A key without a value stays as it is written; a rule without one leaves nothing.
func (t Template) Eval(d Dictionary, env Env) (string, error) {
	escape := env.Escape
	if escape == nil {
		escape = func(s string) string { return s }
	}
	var out strings.Builder
	r := &run{dictionary: d, env: env}
	for _, p := range t.pieces {
		s, err := p.eval(r, escape)
		if err != nil {
			return "", err
		}
		if out.WriteString(s); out.Len() > MaxOutput {
			return "", tooMuch.Detail("%s", errTooLong)
		}
	}
	return out.String(), nil
}

func (p piece) eval(r *run, escape func(string) string) (string, error) {
	switch {
	case p.key != "":
		if v, ok := r.dictionary.One(p.key); ok {
			return escape(v), nil
		}
		return p.text, nil
	case p.rule == nil:
		return p.text, nil
	}
	v, err := p.rule.result(r)
	if err != nil || p.rule.raw {
		return v.String(), err
	}
	return escape(v.String()), nil
}

// Keys returns the keys the template reads, without braces, each once.
func (t Template) Keys() []string { return t.keys }

// String returns the template as it was written.
func (t Template) String() string { return t.text }

// IsZero reports whether the template is empty.
func (t Template) IsZero() bool { return t.text == "" }

// Equal reports whether both are written alike.
func (t Template) Equal(o Template) bool { return t.text == o.text }

// MarshalText writes the template.
func (t Template) MarshalText() ([]byte, error) { return []byte(t.text), nil }

// UnmarshalText reads what ParseTemplate reads.
func (t *Template) UnmarshalText(text []byte) error {
	v, err := ParseTemplate(string(text))
	if err == nil {
		*t = v
	}
	return err
}

// Schema describes the text for the API document and for forms.
func (Template) Schema(huma.Registry) *huma.Schema {
	most := MaxTemplate
	return &huma.Schema{
		Type: huma.TypeString, MaxLength: &most, Examples: []any{"Certificate {{certificate.dn}} expires soon."},
		Extensions: map[string]any{"x-template": true},
	}
}
