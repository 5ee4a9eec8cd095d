package rule

import (
	"fmt"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/lang/regex"
)

type (
	literal string // a text; NULL is the empty one
	one     string // {{key}}
	many    string // [[key]]
	array   []node
	now     struct{}
)

func (literal) list() bool { return false }
func (one) list() bool     { return false }
func (many) list() bool    { return true }
func (array) list() bool   { return true }
func (now) list() bool     { return false }

func (l literal) eval(*run) (value, error) { return text(string(l)), nil }

func (k one) eval(r *run) (value, error) {
	s, _ := r.dictionary.One(string(k))
	v := text(s)
	return v, r.take(v)
}

func (k many) eval(r *run) (value, error) {
	v := texts(r.dictionary.Many(string(k)))
	return v, r.take(v)
}

func (a array) eval(r *run) (value, error) {
	var v value
	for _, n := range a {
		m, err := n.eval(r)
		if err != nil {
			return value{}, err
		}
		v.texts = append(v.texts, m.texts...)
	}
	return v, nil
}

func (now) eval(r *run) (value, error) {
	at := r.env.Now.UTC()
	return value{texts: []string{at.Format(time.RFC3339)}, instant: at}, nil
}

// call is a function with its arguments.
type call struct {
	function *function
	args     []node
	numbers  []int        // positions and groups among the arguments
	regex    *regex.Regex // of the argument that is a pattern
	format   layout       // of the argument that is a format of dates
	parts    []part       // of a written replacement
}

// prepare compiles an argument that is written in a language of its own.
func (c *call) prepare(want want, text string) (err error) {
	if want == format {
		c.format, err = compileLayout(text)
		return err
	}
	c.regex, err = regex.Compile(text)
	return err
}

// list follows the function, or the arguments where the function does.
func (c *call) list() bool {
	switch c.function.gives {
	case givesList:
		return true
	case givesText:
		return false
	}
	for i, a := range c.args {
		if c.function.wants(i) == either && a.list() {
			return true
		}
	}
	return false
}

func (c *call) eval(r *run) (value, error) {
	args := make([]value, len(c.args))
	for i, a := range c.args {
		v, err := a.eval(r)
		if err != nil {
			return value{}, err
		}
		args[i] = v
	}
	v, err := c.apply(r, args)
	if err == nil {
		err = r.take(v)
	}
	if err != nil {
		return value{}, fmt.Errorf("%s: %w", c.function.name, err)
	}
	return v, nil
}

// apply calls the function once, or once for each member of its first argument.
func (c *call) apply(r *run, args []value) (value, error) {
	if c.function.each == nil {
		return c.function.all(c, args)
	}
	var made []string
	size := 0
	for _, s := range args[0].texts {
		if err := r.spend(c.cost(s)); err != nil {
			return value{}, err
		}
		out, err := c.function.each(c, s, args)
		if err != nil {
			return value{}, err
		}
		if size += len(out); size > MaxOutput {
			return value{}, errTooLong
		}
		made = append(made, out)
	}
	return texts(made), nil
}

// cost is what one text counts for.
func (c *call) cost(s string) int {
	if c.regex != nil && !c.regex.Linear() {
		return slowWork + len(s)
	}
	return len(s)
}

// part is a piece of a replacement: text, or the number of a group.
type part struct {
	text  string
	group int
}

// references splits a replacement at $1 to $9; \$ is a dollar sign and \\ a backslash.
func references(text string, groups int) ([]part, error) {
	var parts []part
	var plain strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && (text[i+1] == '$' || text[i+1] == '\\'):
			i++
			plain.WriteByte(text[i])
		case text[i] == '$' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
			i++
			n := int(text[i] - '0')
			if n > groups {
				return nil, fmt.Errorf("the replacement names group $%d, the pattern has %d", n, groups)
			}
			parts = append(parts, part{text: plain.String(), group: -1}, part{group: n})
			plain.Reset()
		default:
			plain.WriteByte(text[i])
		}
	}
	return append(parts, part{text: plain.String(), group: -1}), nil
}
