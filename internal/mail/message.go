package mail

import (
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
)

// Message is what is sent. Its subject and its recipients are shown to operators and must hold no secret; the rest is
// sealed until it was sent.
type Message struct {
	From        string // "Name <a@example.com>" or the bare address; the configured sender when empty
	To, CC, BCC []string
	ReplyTo     string
	Headers     []Header // besides those above
	Subject     string
	Body        string
	HTML        bool // whether the body is HTML
	Attachments []Attachment

	Attempts int    `json:"-"` // how often it is tried, 100 at most; 0 is 11
	Call     string `json:"-"` // correlation id of what caused it, for its event

	// Event is recorded once when the message was sent (success), sent to some of its recipients (warning) or given up
	// (failure), with the facts and what became of it. The zero value records nothing.
	Event event.Type[event.Mail] `json:"-"`
	Facts event.Mail             `json:"-"`
}

// Header is a further header of a message.
type Header struct{ Name, Value string }

// Attachment is a file that goes with a message.
type Attachment struct {
	Name  string // of the file, without folders
	Media string // such as application/x-pkcs12
	Bytes []byte
}

// Limits of a message.
const (
	maxRecipients  = 100
	maxSubject     = 500
	maxBody        = 1 << 20
	maxHeaders     = 20
	maxHeader      = 900 // RFC 5322, 2.1.1: a line has 998 at most
	maxAttachments = 20
	maxAttached    = 10 << 20
	maxName        = 200
)

// reserved are the headers that are made of other parts of a message, or by those who carry it.
var reserved = []string{"from", "to", "cc", "bcc", "reply-to", "sender", "subject", "date", "message-id", "mime-version", "return-path", "received"}

var (
	headerName = regexp.MustCompile(`^[!-9;-~]{1,100}$`)                          // RFC 5322, 2.2
	localPart  = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~.\x60-]{1,64}$`) // RFC 5321, 4.1.2, without quotation
	fileName   = regexp.MustCompile(`^[^\x00-\x1f\x7f/\\"]+$`)
)

// Check returns Invalid with everything that is wrong with the message. Nothing in it can add a header or a recipient.
func (m Message) Check() error {
	bad := m.checkAddresses()
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	add(m.Subject == "" || len(m.Subject) > maxSubject || control(m.Subject), "subject: one line of 1 to %d bytes", maxSubject)
	add(len(m.Body) > maxBody || strings.ContainsRune(m.Body, 0), "body: a text of %d bytes at most", maxBody)
	add(m.Attempts < 0 || m.Attempts > maxAttempts, "attempts: 1 to %d", maxAttempts)
	add(len(m.Headers) > maxHeaders, "headers: %d at most", maxHeaders)
	for _, h := range m.Headers {
		name := strings.ToLower(h.Name)
		add(!headerName.MatchString(h.Name) || slices.Contains(reserved, name) || strings.HasPrefix(name, "content-"), "headers: %q cannot be set", clip(h.Name))
		add(len(h.Value) > maxHeader || control(h.Value), "headers: the value of %s is one line of %d bytes at most", clip(h.Name), maxHeader)
	}
	size := 0
	for _, a := range m.Attachments {
		size += len(a.Bytes)
		add(len(a.Name) > maxName || !fileName.MatchString(a.Name), "attachments: %q is not the name of a file", clip(a.Name))
		kind, _, err := mime.ParseMediaType(a.Media)
		add(err != nil || control(a.Media) || !strings.Contains(kind, "/") || strings.HasPrefix(kind, "multipart/"), "attachments: %q is not a media type", clip(a.Media))
	}
	add(len(m.Attachments) > maxAttachments || size > maxAttached, "attachments: %d of %d bytes together at most", maxAttachments, maxAttached)
	if len(bad) > 0 {
		return Invalid.Each(bad)
	}
	return nil
}

func (m Message) checkAddresses() (bad []string) {
	all := m.recipients()
	if len(all) == 0 || len(all) > maxRecipients {
		bad = append(bad, fmt.Sprintf("to: 1 to %d recipients, cc and bcc among them", maxRecipients))
		return bad
	}
	for _, one := range []string{m.From, m.ReplyTo} {
		if one != "" {
			all = append(all, one)
		}
	}
	for _, one := range all {
		if _, err := ParseAddress(one); err != nil {
			bad = append(bad, reasonOf(err))
		}
	}
	return bad
}

// recipients are all of them, as they were given.
func (m Message) recipients() []string { return slices.Concat(m.To, m.CC, m.BCC) }

// bare returns the addresses alone, each once.
func bare(recipients []string) ([]string, error) {
	var all []string
	for _, one := range recipients {
		a, err := ParseAddress(one)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, a.Address) {
			all = append(all, a.Address)
		}
	}
	return all, nil
}

// ParseAddress reads "Name <a@example.com>" or the bare address. An internationalized domain becomes its A-label; a
// local part outside ASCII or in quotation marks is refused, for few servers carry them (RFC 6531).
func ParseAddress(text string) (*mail.Address, error) {
	a, err := parsed(text)
	if err != nil {
		return nil, Invalid.Detail("%q is not a mail address", clip(text)).Because(err)
	}
	return a, nil
}

func parsed(text string) (*mail.Address, error) {
	if len(text) > 1000 || control(text) {
		return nil, errors.New("too long, or with control characters")
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	at := strings.LastIndexByte(a.Address, '@')
	local, domain := a.Address[:at], a.Address[at+1:]
	if domain, err = idna.Lookup.ToASCII(domain); err != nil {
		return nil, err
	}
	if a.Address = local + "@" + domain; !localPart.MatchString(local) || len(a.Address) > 254 {
		return nil, errors.New("not a local part this server sends to")
	}
	return a, nil
}

// control reports a line break or another control character.
func control(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 })
}

func clip(s string) string {
	if len(s) > 128 {
		return s[:128] + "…"
	}
	return s
}

// reasonOf is what a fault of this package says of its occurrence.
func reasonOf(err error) string { return fault.Of(err).Occurrence() }
