package notify

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// Operations are those on notifications, besides the ones every kind of configuration object has.
func (s *Service) Operations() []web.Operation {
	return []web.Operation{web.Handle(web.Op{
		Method: http.MethodPatch, Path: "/triggers", Name: "TriggerTest", Tag: Triggers.Title, Status: http.StatusOK,
		Needs: access.LoggedIn, Right: Triggers.Right(kind.Manage), Doc: "Sends a notification once, as it is given, stored or not.",
	}, s.test)}
}

type testIn struct{ Body trial }

// trial is a notification that is tried out.
type trial struct {
	Trigger    json.RawMessage `json:"trigger" required:"true" doc:"The whole notification, as it would be added."`
	Context    []word          `json:"context,omitempty" maxItems:"500" doc:"Values of keys its templates refer to."`
	Recipients []string        `json:"recipients,omitempty" maxItems:"20" doc:"Who gets the message; otherwise the addresses the notification names, or else whoever asks."`
}

// word is a key with its value.
type word struct {
	Key   string `json:"key" required:"true" minLength:"1" maxLength:"500"`
	Value string `json:"value" required:"true" maxLength:"100000"`
}

// sample is the message as it was queued.
type sample struct {
	Type      string   `json:"type"`
	MessageID string   `json:"messageId" doc:"It is listed under this id until it was sent."`
	To        []string `json:"to"`
	CC        []string `json:"cc,omitempty"`
	BCC       []string `json:"bcc,omitempty"`
	Title     string   `json:"title"`
	Body      string   `json:"body"`
	HTML      bool     `json:"isHtml"`
}

func (s *Service) test(c *web.Call, in testIn) (sample, error) {
	words := rule.NewMap()
	for _, e := range in.Body.Context {
		words.Set(e.Key, e.Value)
	}
	return s.Test(c, c.Who, in.Body.Trigger, words, in.Body.Recipients)
}

// Test sends a notification that need not be stored: to the recipients, or else to the addresses it names, or else to
// whoever asks. It is tried once.
func (s *Service) Test(ctx context.Context, who access.Caller, raw []byte, words *rule.Map, recipients []string) (out sample, err error) {
	facts := event.Object{Kind: Triggers.Kind}
	err = act.Do(ctx, s.DB, who, event.ConfTest, &facts, func(tx *store.Tx) error {
		if err := who.May(Triggers.Right(kind.Manage)); err != nil {
			return err
		}
		t, err := Triggers.Read(tx, raw)
		if err != nil {
			return err
		}
		facts.Name = t.Shared().Name
		e, ok := t.(Email)
		if !ok {
			return Triggers.Invalid().Detail("type: only notifications by mail can be tried out")
		}
		out, err = s.try(tx, who, e, words, recipients)
		return err
	})
	return out, err
}

func (s *Service) try(tx *store.Tx, who access.Caller, e Email, words *rule.Map, recipients []string) (out sample, err error) {
	t := &e.Template
	if len(recipients) > 0 {
		t.To, t.CC, t.BCC = addressed(recipients), nil, nil
	} else {
		t.To, t.CC, t.BCC = onlyStatic(t.To), onlyStatic(t.CC), onlyStatic(t.BCC)
	}
	if len(t.To)+len(t.CC)+len(t.BCC) == 0 {
		t.To = []Recipient{{Type: requester}}
	}
	o := Occasion{
		Event: test, Dictionary: words, People: People{Requester: Person{who.ID, who.Email}}, Call: who.Call,
		Facts: event.Mail{Trigger: e.Name, On: string(test)},
	}
	m, err := e.message(tx, o)
	if err != nil {
		return out, err
	}
	m.Attempts, m.Facts = 1, o.Facts
	id, err := s.Mail.Queue(tx, m)
	return sample{Type: e.Type, MessageID: id, To: m.To, CC: m.CC, BCC: m.BCC, Title: m.Subject, Body: m.Body, HTML: m.HTML}, err
}

func addressed(addresses []string) (all []Recipient) {
	for _, a := range addresses {
		all = append(all, Recipient{Type: static, Email: a})
	}
	return all
}

func onlyStatic(recipients []Recipient) (all []Recipient) {
	for _, r := range recipients {
		if r.Type == static {
			all = append(all, r)
		}
	}
	return all
}
