package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/cron"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/web"
)

// Previews returns the operations that tell what a text of the configuration means, before it is stored.
func (d Deps) Previews() []web.Operation {
	op := func(path, name, doc string) web.Op {
		return web.Op{Method: http.MethodPost, Path: path, Name: name, Doc: doc, Tag: "previews", Needs: access.LoggedIn, Status: http.StatusOK, Rule: "everybody"}
	}
	return []web.Operation{
		web.Handle(op("/previews/cron", "PreviewCron", "Tells when a schedule is due next."), d.previewCron),
		web.Handle(op("/previews/duration", "PreviewDuration", "Reads a length of time and writes it as it is stored."), previewDuration),
		web.Handle(op("/templatestring/playground", "TemplatestringPlayground", "Evaluates a computation rule or a template string with given values."), d.playground),
	}
}

type cronInput struct {
	Body struct {
		Cron string `json:"cron" required:"true" maxLength:"256" doc:"Schedule: seconds, minutes, hours, day of month, month, day of week and optionally year, in UTC."`
	}
}

// cronPreview is what a schedule means.
type cronPreview struct {
	Cron string  `json:"cron" doc:"The schedule as it is stored."`
	Next []int64 `json:"next" doc:"The next five times it is due, in milliseconds since 1970; fewer when there are no more."`
	Text string  `json:"text" doc:"The first of them, in words."`
}

func (d Deps) previewCron(_ *web.Call, in cronInput) (cronPreview, error) {
	s, err := cron.Parse(in.Body.Cron)
	if err != nil {
		return cronPreview{}, web.BadInput.Detail("cron: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	v := cronPreview{Cron: s.String(), Next: []int64{}, Text: "Never again"}
	for i, at := range s.Preview(d.DB.Clock.Now(), 5) {
		if i == 0 {
			v.Text = "Next on " + at.Format("Monday, 2 January 2006 at 15:04:05 UTC")
		}
		v.Next = append(v.Next, at.UnixMilli())
	}
	return v, nil
}

type durationInput struct {
	Body struct {
		Duration string `json:"duration" required:"true" maxLength:"64" doc:"Length of time, such as 7d or 10 seconds."`
	}
}

// durationPreview is what a length of time means.
type durationPreview struct {
	Duration     string `json:"duration" doc:"The length as it is stored."`
	Milliseconds int64  `json:"milliseconds" doc:"The length in milliseconds."`
}

func previewDuration(_ *web.Call, in durationInput) (durationPreview, error) {
	s, err := span.Parse(in.Body.Duration)
	if err != nil {
		return durationPreview{}, web.BadInput.Detail("duration: %s", err)
	}
	return durationPreview{s.String(), int64(s.Std() / time.Millisecond)}, nil
}

type playgroundInput struct {
	Body struct {
		Rule       *string           `json:"computationRule,omitempty" maxLength:"8192" doc:"A computation rule; or a template string, not both."`
		Template   *string           `json:"templateString,omitempty" maxLength:"262144" doc:"A template string; or a computation rule, not both."`
		Dictionary map[string]string `json:"dictionary,omitempty" maxProperties:"1000" doc:"Values by their keys. Members of a list end with their number: san.dnsname.1."`
	}
}

// played is what an expression gives.
type played struct {
	Result string   `json:"result" doc:"The text; the members of a list are joined by commas."`
	Values []string `json:"values" doc:"The values: none when the expression gives nothing, several of a list."`
	List   bool     `json:"list" doc:"Whether the expression gives a list."`
	Unset  []string `json:"unset" doc:"Keys it reads that the dictionary does not have; a template leaves them as they are."`
}

func (d Deps) playground(_ *web.Call, in playgroundInput) (played, error) {
	b := in.Body
	if (b.Rule == nil) == (b.Template == nil) {
		return played{}, web.BadInput.Detail("computationRule, templateString: exactly one of them is needed")
	}
	values := rule.NewMap()
	for _, key := range sortedKeys(b.Dictionary) {
		values.Set(key, b.Dictionary[key])
	}
	env := rule.Env{Now: d.DB.Clock.Now()}
	if b.Template != nil {
		t, err := rule.ParseTemplate(*b.Template)
		if err != nil {
			return played{}, err
		}
		text, err := t.Eval(values, env)
		return played{Result: text, Values: []string{text}, Unset: unset(t.Keys(), values)}, err
	}
	r, err := rule.Parse(*b.Rule)
	if err != nil {
		return played{}, err
	}
	result, err := r.Eval(values, env)
	if err != nil {
		return played{}, err
	}
	return played{Result: result.String(), Values: append([]string{}, result.Values...), List: result.List, Unset: unset(r.Keys(), values)}, nil
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

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
