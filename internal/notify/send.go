package notify

import (
	"errors"
	"html"
	"strings"
	"unicode"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/store"
)

// Occasion is something that happened, with all that notifications can tell of it.
type Occasion struct {
	Event      Event
	Dictionary *rule.Map // what templates refer to
	People     People
	Files      Files
	Facts      event.Mail // ids of what it is about, for the event of each message
	Call       string     // correlation id of what caused it
}

// Unsent is a message that could not be queued, and why.
type Unsent struct {
	Facts event.Mail
	Why   error
}

// Send queues what the named triggers do about the occasion, within the transaction. Those that are gone, or are for
// another event, are passed over. Messages that cannot be made or sent to anybody are returned, for Tell.
func (s *Service) Send(tx *store.Tx, o Occasion, names ...string) (unsent []Unsent, err error) {
	for _, name := range names {
		t, err := Triggers.Get(tx, name)
		if errors.Is(err, Triggers.Missing()) || err == nil && t.Shared().Event() != o.Event {
			continue
		}
		if err != nil {
			return nil, err
		}
		more, err := t.send(tx, s, o)
		if err != nil {
			return nil, err
		}
		unsent = append(unsent, more...)
	}
	return unsent, keepUnsent(tx, unsent)
}

// Tell records within a step of act.Do what could not be sent.
func Tell(tx *store.Tx, unsent []Unsent) {
	for _, u := range unsent {
		act.Also(tx, event.TriggerEmail, event.Failure, &u.Facts, u.Why)
	}
}

// maxTitle is the longest subject a message takes, in bytes.
const maxTitle = 500

// message writes the message.
func (e Email) message(tx *store.Tx, o Occasion) (m mail.Message, err error) {
	t := e.Template
	m = mail.Message{From: t.From, HTML: t.HTML, Headers: t.headers(), Attempts: e.attempts(), Call: o.Call, Event: event.TriggerEmail}
	for _, list := range []struct {
		to   *[]string
		from []Recipient
	}{{&m.To, t.To}, {&m.CC, t.CC}, {&m.BCC, t.BCC}} {
		if *list.to, err = o.People.addresses(tx, list.from); err != nil {
			return m, err
		}
	}
	if len(m.To)+len(m.CC)+len(m.BCC) == 0 {
		return m, nobody
	}
	if err := e.write(&m, o, tx); err != nil {
		return m, err
	}
	m.Attachments, err = e.attachments(o.Files)
	return m, err
}

// write evaluates the templates.
func (e Email) write(m *mail.Message, o Occasion, tx *store.Tx) error {
	env := rule.Env{Now: tx.Now()}
	title, err := e.Template.Title.Eval(o.Dictionary, env)
	if err != nil {
		return err
	}
	if m.Subject = oneLine(title); m.Subject == "" {
		m.Subject = string(o.Event)
	}
	if e.Template.HTML {
		env.Escape = html.EscapeString
	}
	m.Body, err = e.Template.Body.Eval(o.Dictionary, env)
	if err == nil && strings.ContainsRune(m.Body, 0) {
		err = mail.Invalid.Detail("body: it holds a NUL character")
	}
	return err
}

// oneLine makes a text fit for a subject: without control characters, and not too long.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == 0x2028 || r == 0x2029
	}), " ")
	for len(text) > maxTitle {
		r := []rune(text)
		text = string(r[:len(r)-1-(len(text)-maxTitle)/4])
	}
	return strings.TrimSpace(text)
}
