package notify

import (
	"errors"
	"fmt"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/store"
)

// Email is a notification that is sent by mail.
type Email struct {
	Type string `json:"type" required:"true" enum:"email" doc:"E-mail" group:"what" title:"E-mail"`
	Basics
	Template   EmailTemplate `json:"emailTemplate" required:"true" doc:"What is written, and to whom." group:"ask"`
	IfPKCS12   *bool         `json:"ifPkcs12,omitempty" doc:"true: only when the server made the key; false: only when it did not; always when left out." group:"follow"`
	PEM        bool          `json:"attachPemCertificate,omitempty" doc:"Whether the certificate is attached in PEM." group:"follow"`
	PEMBundle  bool          `json:"attachPemBundle,omitempty" doc:"Whether the certificate and its chain are attached in PEM." group:"follow"`
	DER        bool          `json:"attachDerCertificate,omitempty" doc:"Whether the certificate is attached in DER." group:"follow"`
	PKCS7      bool          `json:"attachPkcs7,omitempty" doc:"Whether the certificate is attached as PKCS#7." group:"follow"`
	PKCS7Chain bool          `json:"attachPkcs7Bundle,omitempty" doc:"Whether the certificate and its chain are attached as PKCS#7." group:"follow"`
	PKCS12     bool          `json:"attachPkcs12,omitempty" doc:"Whether the PKCS#12 is attached, where the server has the key. Only for on_approve_enroll, on_approve_renew and on_approve_recover." group:"follow"`
}

// EmailTemplate is what is written, and to whom.
type EmailTemplate struct {
	From    string        `json:"from,omitempty" maxLength:"320" example:"horizon@example.com" doc:"Sender; the server's own when empty."`
	To      []Recipient   `json:"to" required:"true" minItems:"1" maxItems:"50" doc:"Who gets the message."`
	CC      []Recipient   `json:"cc,omitempty" maxItems:"50" doc:"Who gets a copy."`
	BCC     []Recipient   `json:"bcc,omitempty" maxItems:"50" doc:"Who gets a copy the others do not see."`
	Title   rule.Template `json:"title" required:"true" keys:"notification/event" doc:"Subject, a template string."`
	Body    rule.Template `json:"body,omitempty" keys:"notification/event" doc:"Text, a template string: {{certificate.dn}}, {{request.id}}."`
	HTML    bool          `json:"isHtml" doc:"Whether the text is HTML; values are then made safe for it."`
	Headers []Header      `json:"headers,omitempty" maxItems:"20" doc:"Further headers."`
}

// Header is a further header of a message.
type Header struct {
	Key   string `json:"key" required:"true" minLength:"1" maxLength:"100" doc:"Name of the header."`
	Value string `json:"value" required:"true" maxLength:"900" doc:"Its value."`
}

// secretKey is the key of templates that gives away a password.
const secretKey = "request.password" //nolint:gosec // the name of a key

func (e Email) problems() (bad []string) {
	t := e.Template
	if t.Title.IsZero() {
		bad = append(bad, "emailTemplate.title: it is needed")
	}
	if slices.Contains(t.Title.Keys(), secretKey) {
		bad = append(bad, "emailTemplate.title: operators read subjects, the password does not belong there")
	}
	for _, list := range []struct {
		name string
		all  []Recipient
	}{{"to", t.To}, {"cc", t.CC}, {"bcc", t.BCC}} {
		for i, r := range list.all {
			for _, p := range r.problems(e.Event()) {
				bad = append(bad, fmt.Sprintf("emailTemplate.%s.%d.%s", list.name, i, p))
			}
		}
	}
	probe := mail.Message{From: t.From, To: []string{"probe@example.com"}, Subject: "probe", Headers: t.headers()}
	if err := probe.Check(); err != nil {
		bad = append(bad, "emailTemplate: "+fault.Of(err).Occurrence())
	}
	return append(bad, e.misplaced()...)
}

// misplaced lists attachments there cannot be.
func (e Email) misplaced() (bad []string) {
	for _, one := range []struct {
		name string
		set  bool
		fits bool
		rule string
	}{
		{"ifPkcs12", e.IfPKCS12 != nil, e.Event().hasCertificate(), "events of certificates and of approvals"},
		{"attachPemCertificate", e.PEM, e.Event().hasCertificate(), "events of certificates and of approvals"},
		{"attachPemBundle", e.PEMBundle, e.Event().hasCertificate(), "events of certificates and of approvals"},
		{"attachDerCertificate", e.DER, e.Event().hasCertificate(), "events of certificates and of approvals"},
		{"attachPkcs7", e.PKCS7, e.Event().hasCertificate(), "events of certificates and of approvals"},
		{"attachPkcs7Bundle", e.PKCS7Chain, e.Event().hasCertificate(), "events of certificates and of approvals"},
		{"attachPkcs12", e.PKCS12, e.Event().hasKey(), "on_approve_enroll, on_approve_renew and on_approve_recover"},
	} {
		if one.set && !one.fits {
			bad = append(bad, one.name+": only for "+one.rule)
		}
	}
	return bad
}

func (t EmailTemplate) headers() (all []mail.Header) {
	for _, h := range t.Headers {
		all = append(all, mail.Header{Name: h.Key, Value: h.Value})
	}
	return all
}

// Stored refuses another event.
func (e Email) Stored(_ *store.Tx, _ access.Caller, from any) error { return e.stays(from) }

// Deleted has no consequences.
func (Email) Deleted(*store.Tx, access.Caller) error { return nil }

// nobody is why a message was not sent at all.
var nobody = fault.Define("TRIG-006", fault.Invalid, "There is nobody to write to")

// idle tells that the notification is for certificates whose key was made elsewhere, or here.
func (e Email) idle(o Occasion) string {
	switch {
	case e.IfPKCS12 == nil || *e.IfPKCS12 == o.Files.Made:
		return ""
	case o.Files.Made:
		return "ifPkcs12: the server made the key"
	}
	return "ifPkcs12: the server did not make the key"
}

// send queues the message.
func (e Email) send(tx *store.Tx, s *Service, o Occasion) ([]Unsent, error) {
	if e.idle(o) != "" {
		return nil, nil
	}
	facts := o.Facts
	facts.Trigger, facts.On = e.Name, string(o.Event)
	m, err := e.message(tx, o)
	if err == nil {
		m.Facts = facts
		_, err = s.Mail.Queue(tx, m)
	}
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind() == fault.Invalid {
		return []Unsent{{Facts: facts, Why: err}}, nil
	}
	return nil, err
}

// Example is a complete notification by mail, for the list of variants.
func Example() Trigger {
	return Email{
		Type:   "email",
		Basics: Basics{Named: kind.Named{Name: "expires-soon"}, Events: []Event{Expire}, RunPeriod: usualPeriod},
		Template: EmailTemplate{
			From: "Horizon <pki@example.com>", To: []Recipient{{Type: certificateOwner}, {Type: static, Email: "pki@example.com"}},
			Title: template("{{certificate.dn}} expires soon"),
			Body:  template("The certificate {{certificate.dn}} of the profile {{profile.name}} expires on {{certificate.not_after}}.\n"),
		},
	}
}

// template reads a template string of the program.
func template(text string) rule.Template {
	t, err := rule.ParseTemplate(text)
	if err != nil {
		panic(err) // at start
	}
	return t
}
