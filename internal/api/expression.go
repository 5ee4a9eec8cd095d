package api

import (
	"maps"
	"slices"
	"strconv"

	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/trust"
	"github.com/horizon-clm/horizon/internal/web"
)

// Expression is a text in one of three languages.
type Expression struct {
	Rule      *string `json:"computationRule,omitempty" maxLength:"8192" doc:"A computation rule; exactly one of the three is needed."`
	Template  *string `json:"templateString,omitempty" maxLength:"262144" doc:"A template string."`
	Condition *string `json:"condition,omitempty" maxLength:"8192" doc:"A condition."`
}

// read returns the language and the text.
func (e Expression) read() (rule.Form, string, error) {
	var form rule.Form
	var text *string
	n := 0
	for f, one := range []*string{rule.OfRule: e.Rule, rule.OfTemplate: e.Template, rule.OfCondition: e.Condition} {
		if one != nil {
			form, text = rule.Form(f), one
			n++
		}
	}
	if n != 1 {
		return form, "", web.BadInput.Detail("computationRule, templateString, condition: exactly one of them is needed")
	}
	return form, *text, nil
}

// Place says which keys an expression can read, as the keyword x-keys of schemas does.
type Place struct {
	Context string `json:"context,omitempty" enum:"profile,notification,password-reset,certificate,claims,token" doc:"Where the expression stands: the keyword x-keys of its schema, up to the slash. No key is known when left out."`
	Variant string `json:"variant,omitempty" maxLength:"64" doc:"Of a profile its module, of a notification its event: the member the keyword names behind the slash. All keys when left out."`

	Keys []string `json:"keys,omitempty" maxItems:"1000" doc:"Keys there are without a context, such as those of a dictionary. Members of a list end with their number: san.dnsname.1. Others are told then."`
}

// keys returns the keys at the place.
func (d Deps) keys(p Place) rule.Keys {
	switch p.Context {
	case "profile":
		return lifecycle.ProfileKeys(p.Variant, d.Brought)
	case "notification":
		return lifecycle.NotificationKeys(notify.Event(p.Variant))
	case "password-reset":
		return identity.ResetKeys()
	case "certificate":
		return trust.Keys()
	case "claims":
		return identity.ClaimKeys()
	case "token":
		return identity.TokenKeys()
	}
	return given(p.Keys)
}

// given are the keys of a dictionary.
func given(names []string) rule.Keys {
	keys := rule.Keys{Open: len(names) == 0}
	for _, name := range names {
		one := rule.Known{Name: name}
		if list, ok := rule.ListOf(name); ok {
			one = rule.Known{Name: list, List: true}
		}
		if !slices.Contains(keys.All, one) {
			keys.All = append(keys.All, one)
		}
	}
	return keys
}

type expressionInput struct {
	Body struct {
		Expression
		Place
	}
}

// checkedExpression is what can be told of an expression before it is stored.
type checkedExpression struct {
	OK bool `json:"ok" doc:"Whether it can be stored."`
	rule.Verdict
}

func (d Deps) checkExpression(_ *web.Call, in expressionInput) (checkedExpression, error) {
	form, text, err := in.Body.read()
	if err != nil {
		return checkedExpression{}, err
	}
	v := form.Check(text, d.keys(in.Body.Place))
	return checkedExpression{v.Problem == nil, v}, nil
}

type completeInput struct {
	Body struct {
		Expression
		Place
		Position int `json:"position" required:"true" minimum:"0" maximum:"1048576" doc:"The place: how many bytes of the text are before it."`
	}
}

func (d Deps) completeExpression(c *web.Call, in completeInput) (rule.Completion, error) {
	form, text, err := in.Body.read()
	if err != nil {
		return rule.Completion{}, err
	}
	var labels []string
	if err := d.DB.Read(c, func(tx *store.Tx) (err error) {
		labels, err = labelsOf(tx)
		return err
	}); err != nil {
		return rule.Completion{}, err
	}
	return form.Complete(text, in.Body.Position, d.keys(in.Body.Place), func(of string) []string {
		switch of {
		case "label":
			return labels
		case "language":
			return []string{"en", "fr"}
		}
		return nil
	}), nil
}

type playgroundInput struct {
	Body struct {
		Expression
		Dictionary map[string]string `json:"dictionary,omitempty" maxProperties:"1000" doc:"Values by their keys. Members of a list end with their number: san.dnsname.1."`
	}
}

// played is what an expression gives.
type played struct {
	Result string   `json:"result" doc:"The text; the members of a list are joined by commas. Of a condition true or false."`
	Values []string `json:"values" doc:"The values: none when the expression gives nothing, several of a list."`
	List   bool     `json:"list" doc:"Whether the expression gives a list."`
	Unset  []string `json:"unset" doc:"Keys it reads that the dictionary does not have; a template leaves them as they are."`
}

func (d Deps) playground(_ *web.Call, in playgroundInput) (played, error) {
	form, text, err := in.Body.read()
	if err != nil {
		return played{}, err
	}
	values := rule.NewMap()
	for _, key := range slices.Sorted(maps.Keys(in.Body.Dictionary)) {
		values.Set(key, in.Body.Dictionary[key])
	}
	env := rule.Env{Now: d.DB.Clock.Now()}
	switch form {
	case rule.OfTemplate:
		return playTemplate(text, values, env)
	case rule.OfCondition:
		return playCondition(text, values, env)
	}
	r, err := rule.Parse(text)
	if err != nil {
		return played{}, err
	}
	result, err := r.Eval(values, env)
	if err != nil {
		return played{}, err
	}
	return played{Result: result.String(), Values: append([]string{}, result.Values...), List: result.List, Unset: unset(r.Keys(), values)}, nil
}

func playTemplate(text string, values *rule.Map, env rule.Env) (played, error) {
	t, err := rule.ParseTemplate(text)
	if err != nil {
		return played{}, err
	}
	out, err := t.Eval(values, env)
	return played{Result: out, Values: []string{out}, Unset: unset(t.Keys(), values)}, err
}

// playCondition tells whether a condition holds. The DNS is not asked: no name resolves.
func playCondition(text string, values *rule.Map, env rule.Env) (played, error) {
	c, err := rule.ParseCondition(text)
	if err != nil {
		return played{}, err
	}
	holds, err := c.Holds(values, env)
	out := strconv.FormatBool(holds)
	return played{Result: out, Values: []string{out}, Unset: unset(c.Keys(), values)}, err
}

// unset lists the keys that have neither a value nor members.
func unset(keys []string, values *rule.Map) []string {
	none := []string{}
	for _, key := range keys {
		if _, ok := values.One(key); !ok && len(values.Many(key)) == 0 {
			none = append(none, key)
		}
	}
	return none
}
