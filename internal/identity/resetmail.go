package identity

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/store"
)

// EmailTemplate is the message with the link to set a new password.
type EmailTemplate struct {
	From  string        `json:"from,omitempty" maxLength:"320" doc:"Sender; the server's own when empty."`
	Title rule.Template `json:"title" keys:"password-reset" doc:"Subject, a template string."`
	Body  rule.Template `json:"body" keys:"password-reset" doc:"Text, a template string: {{reset.link}}, {{reset.duration}}, {{account.identifier}}, {{account.name}}, {{account.email}}."`
	HTML  bool          `json:"isHtml,omitempty" doc:"Whether the text is HTML."`
}

// Keys of the templates.
const (
	keyLink     = "reset.link"
	keyDuration = "reset.duration"
	keyAccount  = "account.identifier"
	keyName     = "account.name"
	keyEmail    = "account.email"
)

// providerProblems lists what is wrong with a provider beyond what tags can say.
func providerProblems(tx *store.Tx, p Provider) []string {
	if openID, ok := p.(OpenIDProvider); ok {
		return openID.problems(tx)
	}
	local, ok := p.(LocalProvider)
	if !ok || local.EmailTemplate == nil {
		return nil
	}
	return local.EmailTemplate.problems()
}

func (t EmailTemplate) problems() (problems []string) {
	var known []string
	for _, k := range ResetKeys().All {
		known = append(known, k.Name)
	}
	for _, part := range []struct {
		name string
		text rule.Template
	}{{"title", t.Title}, {"body", t.Body}} {
		for _, key := range part.text.Keys() {
			if !slices.Contains(known, key) {
				problems = append(problems, fmt.Sprintf("emailTemplate.%s: there is no %s: one of %s", part.name, key, strings.Join(known, ", ")))
			}
		}
	}
	if slices.Contains(t.Title.Keys(), keyLink) {
		problems = append(problems, "emailTemplate.title: operators read subjects, the link does not belong there")
	}
	if !slices.Contains(t.Body.Keys(), keyLink) {
		problems = append(problems, "emailTemplate.body: the link {{"+keyLink+"}} is missing")
	}
	if t.From != "" {
		if _, err := mail.ParseAddress(t.From); err != nil {
			problems = append(problems, "emailTemplate.from: it is not an e-mail address")
		}
	}
	return problems
}

// resetMessage is what to write to the owner of an account.
type resetMessage struct {
	account  Account
	template *EmailTemplate
}

const (
	usualTitle = "Your password"
	usualBody  = `Somebody, presumably you, asked for a new password of the account %s.

Set it within %s here:
%s

If it was not you, nothing has to be done: the password stays as it is.
`
)

// message makes the message for a reset.
func (m resetMessage) message(r Resets, id string) (mail.Message, error) {
	link, life := r.Link(resetPage+id), span.Duration(r.life()).String()
	out := mail.Message{To: []string{m.account.Email}, Subject: usualTitle, Body: fmt.Sprintf(usualBody, m.account.Identifier, life, link), Attempts: 3}
	t := m.template
	if t == nil {
		return out, nil
	}
	values := map[string]string{
		keyLink: link, keyDuration: life, keyAccount: m.account.Identifier, keyName: m.account.Name, keyEmail: m.account.Email,
	}
	plain, safe := rule.NewMap(), rule.NewMap()
	for key, value := range values {
		plain.Set(key, value)
		safe.Set(key, value)
		if t.HTML {
			safe.Set(key, html.EscapeString(value))
		}
	}
	var err error
	if out.Subject, err = t.Title.Eval(plain, rule.Env{}); err != nil {
		return out, err
	}
	if out.Body, err = t.Body.Eval(safe, rule.Env{}); err != nil {
		return out, err
	}
	out.From, out.HTML = t.From, t.HTML
	return out, nil
}
