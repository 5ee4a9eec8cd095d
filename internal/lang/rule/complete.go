package rule

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/horizon-clm/horizon/internal/lang/source"
)

// Form is one of the languages expressions are written in.
type Form int

// The forms.
const (
	OfRule Form = iota
	OfTemplate
	OfCondition
)

// limit is how many bytes an expression of the form may have.
func (f Form) limit() int {
	if f == OfTemplate {
		return MaxTemplate
	}
	return MaxRule
}

// read parses an expression of the form.
func (f Form) read(p *parser) (list bool, err error) {
	switch f {
	case OfTemplate:
		_, err = p.template()
	case OfCondition:
		_, err = p.condition()
	default:
		var r Rule
		r, err = p.whole()
		list = r.List()
	}
	return list, err
}

// Completion is what can stand at a place of an expression.
type Completion struct {
	From    source.Position `json:"from" doc:"Where what a choice replaces begins."`
	To      source.Position `json:"to" doc:"Where it ends: at the place that was asked about, or at the end of the word there."`
	Choices []Choice        `json:"choices" doc:"At most 300, the best first."`
}

// Choice is one thing that can be written.
type Choice struct {
	Text      string `json:"text"`
	Signature string `json:"signature,omitempty" doc:"How a function is written: Substr(e, start, [end])."`
	Doc       string `json:"doc,omitempty" doc:"What it means."`
}

const maxChoices = 300

// Complete tells what can be written at a byte offset of an expression, as far as the text before it is understood. values
// returns what can stand for the * of a key; nil is nothing.
func (f Form) Complete(text string, offset int, keys Keys, values func(of string) []string) Completion {
	offset = min(max(offset, 0), len(text))
	for offset > 0 && offset < len(text) && !utf8.RuneStart(text[offset]) {
		offset--
	}
	before, after := text[:offset], text[offset:]
	c := Completion{From: source.At(text, offset), To: source.At(text, offset), Choices: []Choice{}}
	if source.Check(text, f.limit()) != nil {
		return c
	}
	if values == nil {
		values = func(string) []string { return nil }
	}
	g := &guide{keys: keys, values: values, at: -1}
	_, _ = f.read(&parser{text: before, guide: g}) // where the text ends too early, it is completed
	if g.at < 0 {
		return c
	}
	g.after = after
	if last, _ := utf8.DecodeLastRuneInString(g.beginning); g.beginning != "" && keyRune(last) {
		word := len(after) - len(strings.TrimLeftFunc(after, keyRune))
		c.To, g.after = source.At(text, offset+word), after[word:]
	}
	c.From, c.Choices = source.At(text, g.at), g.choices()
	return c
}

// guide gathers, while the text before a place is parsed, what the parser would take there.
type guide struct {
	keys      Keys
	values    func(of string) []string
	at        int    // where what is being written begins; -1 when nothing can be written
	beginning string // of what is being written
	after     string // the text behind it
	offers    []func() []Choice
}

// may notes what the parser would take from start on, when the text ends within what is being written there.
func (p *parser) may(start int, beginning string, offers func() []Choice) {
	g := p.guide
	if g == nil || start < g.at {
		return
	}
	if last, _ := utf8.DecodeLastRuneInString(p.text[:start]); beginning == "" && start > 0 && keyRune(last) {
		return // the word before it may not have ended
	}
	if start > g.at {
		g.offers = nil
	}
	g.at, g.beginning = start, beginning
	g.offers = append(g.offers, offers)
}

// mayWord notes what the parser would take here, when nothing or only the beginning of a word is left.
func (p *parser) mayWord(offers func() []Choice) {
	if p.guide == nil {
		return
	}
	start := p.space()
	if strings.TrimLeftFunc(p.text[start:], keyRune) == "" {
		p.may(start, p.text[start:], offers)
	}
}

// mayPhrase is mayWord for operators of several words.
func (p *parser) mayPhrase(all func() []Choice) {
	if p.guide == nil {
		return
	}
	start := p.space()
	rest := p.text[start:]
	if strings.TrimLeftFunc(rest, func(r rune) bool { return keyRune(r) || r == ' ' }) == "" {
		p.may(start, strings.Join(strings.Fields(rest), " "), all)
	}
}

// maySign notes signs and words that can follow, when nothing is left.
func (p *parser) maySign(signs ...string) {
	p.mayWord(func() []Choice { return written(signs...) })
}

// mayOpen notes that a template can go on with braces, when its text ends outside of them. One brace is their beginning.
func (p *parser) mayOpen() {
	g := p.guide
	if g == nil {
		return
	}
	g.at, g.beginning = len(p.text), ""
	if strings.HasSuffix(p.text, "{") {
		g.at, g.beginning = len(p.text)-1, "{"
	}
	g.offers = []func() []Choice{func() []Choice {
		return append([]Choice{{Text: "{{", Doc: "A key, or an expression."}}, g.names(false, "{{", "}}")...)
	}}
}

func written(words ...string) (all []Choice) {
	for _, w := range words {
		all = append(all, Choice{Text: w})
	}
	return all
}

// choices returns what fits behind the beginning: first what begins so, then the keys one of whose segments does.
func (g *guide) choices() []Choice {
	first, then := []Choice{}, []Choice{}
	beginning := strings.ToLower(g.beginning)
	for _, offers := range g.offers {
		for _, one := range offers() {
			low := strings.ToLower(one.Text)
			switch plain := strings.TrimLeft(low, "{["); {
			case strings.HasPrefix(low, beginning) || strings.HasPrefix(plain, beginning):
				first = append(first, one)
			case strings.Contains(plain, "."+beginning):
				then = append(then, one)
			}
		}
	}
	all := append(first, then...)
	return all[:min(len(all), maxChoices)]
}

// expressions are what can stand where an expression is wanted. bare is within the braces of a template, where a key has
// none of its own.
func (g *guide) expressions(w want, bare bool) (all []Choice) {
	switch w {
	case nothing, pattern:
		return nil
	case position:
		return []Choice{{Text: "1", Doc: "The first."}, {Text: "-1", Doc: "The last."}}
	case group:
		return []Choice{{Text: "0", Doc: "The whole match."}, {Text: "1", Doc: "The first group."}}
	case format:
		return quotedFormats("")
	}
	if w != multiple && !bare {
		all = g.names(false, "{{", "}}")
	}
	if w != single {
		all = append(all, g.names(true, "[[", "]]")...)
	}
	for _, f := range functions {
		if w == single && f.gives == givesList || w == multiple && f.gives == givesText {
			continue
		}
		text := f.name
		if !strings.HasPrefix(g.after, "(") {
			text += "("
		}
		all = append(all, Choice{Text: text, Signature: f.signature(), Doc: f.doc})
	}
	if w != multiple {
		all = append(all, Choice{Text: "NOW", Doc: "The present time."}, Choice{Text: "NULL", Doc: "Nothing."})
	}
	return all
}

// inBraces are the keys behind their braces, with what closes them where it is not there.
func (g *guide) inBraces(many bool, closing string) []Choice {
	if strings.HasPrefix(strings.TrimSpace(g.after), closing) {
		closing = ""
	}
	return g.names(many, "", closing)
}

// names are the keys, between braces. A key that ends with * stands for those in use, or for its beginning.
func (g *guide) names(many bool, opening, closing string) (all []Choice) {
	for _, k := range g.keys.All {
		if k.Spare {
			continue
		}
		for _, name := range k.read(many) {
			stem, family := strings.CutSuffix(name, "*")
			if !family && !strings.Contains(name, "*") {
				all = append(all, Choice{Text: opening + name + closing, Doc: k.Doc})
				continue
			}
			for _, v := range g.values(k.Values) {
				first, rest, _ := strings.Cut(name, "*")
				if !strings.Contains(rest, "*") {
					all = append(all, Choice{Text: opening + first + Key(v) + rest + closing, Doc: k.Doc})
				}
			}
			if family && len(g.values(k.Values)) == 0 {
				all = append(all, Choice{Text: opening + stem, Doc: k.Doc})
			}
		}
	}
	return all
}

// quotedFormats are the formats of dates that have a name, and one that has none, closed with a quote.
func quotedFormats(after string) (all []Choice) {
	closing := `"`
	if strings.HasPrefix(after, closing) {
		closing = ""
	}
	for _, name := range append(formatNames(), "dd/MM/yyyy") {
		all = append(all, Choice{Text: `"` + name + closing})
	}
	return all
}

// Verdict is what can be told of an expression before it is stored.
type Verdict struct {
	Problem *source.Problem   `json:"problem,omitempty" doc:"What is wrong, where, and what may have been meant."`
	List    bool              `json:"list" doc:"Whether it gives a list, of a rule."`
	Unknown []*source.Problem `json:"unknown" doc:"Keys it reads that there are none of at this place; at most 20. It can be stored."`
}

const maxUnknown = 20

// Check reads an expression. What is wrong with it is part of the verdict.
func (f Form) Check(text string, keys Keys) (v Verdict) {
	v.Unknown = []*source.Problem{}
	if v.Problem = source.Check(text, f.limit()); v.Problem != nil {
		return v
	}
	p := &parser{text: text}
	list, err := f.read(p)
	if err != nil {
		if !errors.As(err, &v.Problem) {
			v.Problem = &source.Problem{At: source.At(text, p.at), Text: err.Error()}
		}
		return v
	}
	v.List = list
	for _, s := range p.spots {
		s.lenient = f == OfCondition
		if one := keys.unknown(text, s); one != nil && len(v.Unknown) < maxUnknown {
			v.Unknown = append(v.Unknown, one)
		}
	}
	return v
}
