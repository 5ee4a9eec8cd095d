package kind

import (
	"context"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/outbound"
)

// Try tries an object as it would be stored, secrets included. It stores nothing, talks to the outside under its policy and
// respects the context. Problems are failed steps, not errors.
type Try func(ctx context.Context, v any) *Trial

// Step is one thing that was tried.
type Step struct {
	Step    string            `json:"step" doc:"What was tried: connect, login, discovery, keys, callback, authority, sign, lifetime, revocation."`
	OK      bool              `json:"ok" doc:"Whether it went well."`
	Took    int64             `json:"took" doc:"How long it took, in milliseconds."`
	Address string            `json:"address,omitempty" doc:"Address it was about."`
	Detail  string            `json:"detail,omitempty" doc:"What was found, or what went wrong."`
	Found   string            `json:"found,omitempty" doc:"What was found, as a word for programs, where detail says it in a sentence: connected, declined, issuer, keys, register, later, authority, enough, shortened."`
	Values  map[string]string `json:"values,omitempty" doc:"What the sentence names, such as until and left."`
	Class   string            `json:"class,omitempty" doc:"Sort of a failure: dns, connection, tls, timeout, refused, too-large, invalid; answer, when somebody answered otherwise than expected; setting, when the object has to change."`
}

// Trial is how a try went. What follows a failed step is not tried.
type Trial struct {
	OK    bool   `json:"ok" doc:"Whether everything went well."`
	Took  int64  `json:"took" doc:"How long it took, in milliseconds."`
	Steps []Step `json:"steps" doc:"What was tried, in its order; nothing after what failed."`

	clock clock.Clock
}

// Found is what a step has found: a sentence, and the same for who says it in another language.
type Found struct {
	Text   string
	code   string
	values map[string]string
}

// Say returns what was found as a sentence, with the word for it and what the sentence names, as names and values in turn.
func Say(code, text string, named ...string) Found {
	f := Found{Text: text, code: code}
	for pair := range slices.Chunk(named, 2) {
		if f.values == nil {
			f.values = map[string]string{}
		}
		f.values[pair[0]] = pair[1]
	}
	return f
}

// Plain is what was found as it is in every language: an address, the type of a key.
func Plain(text string) Found { return Found{Text: text} }

// NewTrial returns a try that has not begun, which went well so far.
func NewTrial(now clock.Clock) *Trial { return &Trial{OK: true, Steps: []Step{}, clock: now} }

// Step tries one thing, unless something before it has failed, and returns whether all went well so far. fn returns what was
// found.
func (t *Trial) Step(name, address string, fn func() (Found, error)) bool {
	if !t.OK {
		return false
	}
	from := t.clock.Now()
	found, err := fn()
	s := Step{Step: name, Address: address, OK: err == nil, Took: t.clock.Now().Sub(from).Milliseconds(), Detail: found.Text, Found: found.code, Values: found.values}
	if err != nil {
		s.Found, s.Values = "", nil
		s.Detail, s.Class = wentWrong(err)
	}
	t.Steps, t.OK, t.Took = append(t.Steps, s), s.OK, t.Took+s.Took
	return t.OK
}

// wentWrong says what went wrong to who tries, and its sort. What is no fault is kept from them.
func wentWrong(err error) (detail, class string) {
	f := fault.Of(err)
	if class = string(outbound.ClassOf(err)); class != "" {
		return f.Reason(), class
	}
	if f.Kind() == fault.Invalid {
		return f.Reason(), "setting"
	}
	return f.Reason(), "answer"
}

const maxTry = 30 * time.Second // of one try
