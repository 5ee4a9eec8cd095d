package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/cron"
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
		web.Handle(op("/templatestring/playground", "TemplatestringPlayground", "Evaluates a computation rule, a template string or a condition with given values."), d.playground),
		web.Handle(op("/templatestring/check", "TemplatestringCheck", "Tells what is wrong with a computation rule, a template string or a condition, and where."), d.checkExpression),
		web.Handle(op("/templatestring/complete", "TemplatestringComplete", "Tells what can be written at a place of a computation rule, a template string or a condition."), d.completeExpression),
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
