package lifecycle

import (
	"strings"

	"github.com/horizon-clm/horizon/internal/pki"
)

// Field is one value of a form. One that was not sent leaves things as they are; one that was sent empty clears them.
type Field struct {
	Sent bool   `json:"sent"`
	Text string `json:"text,omitempty"`
}

// Text is a field that was sent.
func Text(text string) Field { return Field{Sent: true, Text: text} }

// Sheet is the form of a request as somebody filled it: the template of the contract. What is not sent is nil.
type Sheet struct {
	CSR        []byte                      `json:"csr,omitempty"` // DER, or PEM until it is read
	KeyType    pki.KeyType                 `json:"keyType,omitempty"`
	Subject    map[string]Field            `json:"subject,omitempty"` // by element: "cn.1"
	SANs       map[pki.SANType][]string    `json:"sans,omitempty"`
	Extensions map[pki.ExtensionType]Field `json:"extensions,omitempty"`
	Labels     map[string]Field            `json:"labels,omitempty"`
	Metadata   map[string]Field            `json:"metadata,omitempty"`
	Owner      Field                       `json:"owner,omitzero"`
	Team       Field                       `json:"team,omitzero"`
	Contact    Field                       `json:"contact,omitzero"`
	AutoRenew  *bool                       `json:"autoRenew,omitempty"`
	Reason     pki.Reason                  `json:"reason,omitempty"` // of a revocation
	Terms      bool                        `json:"terms,omitempty"`  // the terms of service were accepted
	// Asynchronous tells whether the PKI may issue later; nil is yes.
	Asynchronous *bool `json:"asynchronous,omitempty"`
}

// role is who fills a form.
type role int

const (
	byProtocol  role = iota // nobody: a protocol brought a CSR and what it has proven
	byRequester             // whoever asks
	byApprover              // whoever decides, over what was asked for
)

// wanted is one value that is asked for.
type wanted struct {
	text string
	sent bool
	hint bool // it comes from the CSR and may be passed over

	fixed bool // it was accepted before, and stands
}

// element returns what is asked for at the n-th element of a type of the subject, counted from 1.
func (p *composer) element(t pki.DNType, n int) wanted {
	if f, ok := p.fixed.Subject[elementName(t, n)]; ok {
		return wanted{text: f.Text, sent: true, fixed: true}
	}
	if p.sheet != nil {
		if f, ok := p.sheet.Subject[elementName(t, n)]; ok && f.Sent {
			return wanted{text: f.Text, sent: true}
		}
	}
	if p.role == byApprover {
		return wanted{}
	}
	text := p.nth(t, n)
	return wanted{text: text, sent: text != "", hint: p.role != byProtocol}
}

// extension returns what is asked for as an extension.
func (p *composer) extension(t pki.ExtensionType) wanted {
	if f, ok := p.fixed.Extensions[t]; ok {
		return wanted{text: f.Text, sent: true, fixed: true}
	}
	if p.sheet != nil {
		if f, ok := p.sheet.Extensions[t]; ok && f.Sent {
			return wanted{text: f.Text, sent: true}
		}
	}
	if p.role == byApprover || p.csr == nil {
		return wanted{}
	}
	for _, x := range p.csr.Extensions {
		if x.Type == t {
			return wanted{text: x.Value, sent: true, hint: p.role != byProtocol}
		}
	}
	return wanted{}
}

// names returns the alternative names of a type that are asked for, and whether the form itself names them.
func (p *composer) names(t pki.SANType) (values []string, explicit bool) {
	if p.sheet != nil {
		if values, ok := p.sheet.SANs[t]; ok {
			return values, true
		}
	}
	for _, s := range p.requested() {
		if s.Type == t {
			values = append(values, s.Value)
		}
	}
	return values, false
}

// standard returns the value an element has unless somebody says otherwise: for an approver, the one that was asked for.
func (p *composer) standard(base, byDefault string) string {
	if p.role == byApprover {
		return base
	}
	return byDefault
}

// editable reports whether whoever fills the form may change an element.
func (p *composer) editable(requester, approver bool) bool {
	if p.role == byApprover {
		return approver
	}
	return requester
}

// wanted makes a wanted value of a field of the form; what was fixed before counts.
func (f Field) wanted(fixed Field) wanted {
	if fixed.Sent {
		return wanted{text: fixed.Text, sent: true, fixed: true}
	}
	return wanted{text: f.Text, sent: f.Sent}
}

// baseElement returns what the request holds at the n-th element of a type.
func (c content) element(t pki.DNType, n int) string {
	if values := c.Subject.Values(t); n <= len(values) {
		return values[n-1]
	}
	return ""
}

func (c content) extension(t pki.ExtensionType) string {
	for _, x := range c.Extensions {
		if x.Type == t {
			return x.Value
		}
	}
	return ""
}

func (c content) names(t pki.SANType) (values []string) {
	for _, s := range c.SANs {
		if s.Type == t {
			values = append(values, s.Value)
		}
	}
	return values
}

// elementOf splits the name of an element: "cn.1".
func elementOf(name string) (t pki.DNType, index string, ok bool) {
	word, index, _ := strings.Cut(name, ".")
	t, err := pki.ParseDNType(word)
	return t, index, err == nil
}
