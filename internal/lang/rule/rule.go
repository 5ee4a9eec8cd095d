// Package rule is the language that computes values from a dictionary: the subject of a certificate from its request,
// a label from who asks, the text of a mail from what happened.
//
// A rule gives one text, a list of texts, or nothing. An empty text is nothing. Whether a rule gives a list is known
// once it is parsed. A template is plain text with keys and rules between double braces.
package rule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/source"
)

var (
	invalidRule     = fault.Define("TS-001", fault.Invalid, "Invalid computation rule")
	invalidTemplate = fault.Define("TS-002", fault.Invalid, "Invalid template string")
	tooMuch         = fault.Define("TS-003", fault.Invalid, "The expression cannot be evaluated")
)

// Limits of what is read and made.
const (
	MaxRule     = 8 << 10   // bytes of a rule
	MaxTemplate = 256 << 10 // bytes of a template
	MaxOutput   = 1 << 20   // bytes of a result
	maxDepth    = 64        // nested calls
	maxNodes    = 1000      // calls, keys and literals of a rule
	maxItems    = 10_000    // members of a list
)

// Dictionary is where keys get their values from. Keys are case-sensitive.
type Dictionary interface {
	// One returns the value of a key, false when there is none or the key names a list.
	One(key string) (string, bool)
	// Many returns the members of the list a key names, in their order.
	Many(key string) []string
}

// Env is what an evaluation needs besides the dictionary.
type Env struct {
	Now time.Time
	// Escape, when set, makes values safe for the language a template is written in, such as LDAP filters or JSON.
	// Text of the template itself and results of Raw are left alone.
	Escape func(string) string
	// Resolves reports whether a name has an address; without it none has. It is for conditions alone.
	Resolves func(Lookup) bool
}

// Result is what a rule gives: nothing, a text, or a list of texts.
type Result struct {
	Values []string
	List   bool // whether the rule gives a list, also an empty one
}

// None reports whether there is no value.
func (r Result) None() bool { return len(r.Values) == 0 }

// String returns the value; those of a list are joined by commas.
func (r Result) String() string { return strings.Join(r.Values, ",") }

// Rule is a parsed computation rule. It may be used by many goroutines; its zero value gives nothing.
type Rule struct {
	text string
	root node
	raw  bool
	keys []string
}

// Parse reads a computation rule.
func Parse(text string) (Rule, error) {
	if p := source.Check(text, MaxRule); p != nil {
		return Rule{}, invalidRule.Detail("%s", p).Because(p)
	}
	r, err := (&parser{text: text}).whole()
	if err != nil {
		return Rule{}, invalidRule.Detail("%s", err).Because(err)
	}
	r.text = text
	return r, nil
}

// List reports whether the rule gives a list.
func (r Rule) List() bool { return r.root != nil && r.root.list() }

// Keys returns the keys the rule reads, without braces, each once.
func (r Rule) Keys() []string { return r.keys }

// Eval computes the rule. It fails when a result grows too large or a pattern takes too long.
func (r Rule) Eval(d Dictionary, env Env) (Result, error) {
	if r.root == nil {
		return Result{}, nil
	}
	return r.result(&run{dictionary: d, env: env})
}

func (r Rule) result(run *run) (Result, error) {
	v, err := r.root.eval(run)
	if err != nil {
		return Result{}, tooMuch.Detail("%s", err).Because(err)
	}
	return Result{Values: v.texts, List: r.List()}, nil
}

// String returns the rule as it was written.
func (r Rule) String() string { return r.text }

// IsZero reports whether there is no rule.
func (r Rule) IsZero() bool { return r.text == "" }

// Equal reports whether both are written alike.
func (r Rule) Equal(o Rule) bool { return r.text == o.text }

// MarshalText writes the rule.
func (r Rule) MarshalText() ([]byte, error) { return []byte(r.text), nil }

// UnmarshalText reads what Parse reads; the empty text is no rule.
func (r *Rule) UnmarshalText(text []byte) error {
	*r = Rule{}
	if len(text) == 0 {
		return nil
	}
	v, err := Parse(string(text))
	if err == nil {
		*r = v
	}
	return err
}

// Schema describes the text for the API document and for forms.
func (Rule) Schema(huma.Registry) *huma.Schema {
	most := MaxRule
	return &huma.Schema{
		Type: huma.TypeString, MaxLength: &most, Examples: []any{"Lower({{csr.subject.cn.1}})"},
		Extensions: map[string]any{"x-rule": true},
	}
}

// run is one evaluation. It bounds the work of all its steps together.
type run struct {
	dictionary Dictionary
	env        Env
	work       int // bytes read and made
}

const (
	maxWork  = 16 * MaxOutput
	slowWork = 16 << 10 // what one text on the backtracking engine counts for
)

var (
	errTooLong = fmt.Errorf("the results are longer than %d bytes", MaxOutput)
	errTooMany = fmt.Errorf("a list has more than %d members", maxItems)
	errWork    = errors.New("the expression needs too much work")
)

// spend counts work.
func (r *run) spend(n int) error {
	if r.work += n; r.work > maxWork {
		return errWork
	}
	return nil
}

// take counts the texts of a value and bounds them.
func (r *run) take(v value) error {
	if len(v.texts) > maxItems {
		return errTooMany
	}
	size := 0
	for _, s := range v.texts {
		size += len(s) + 1
	}
	if size > MaxOutput {
		return errTooLong
	}
	return r.spend(size)
}
