package api

import (
	"encoding/json"
	"strings"

	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/web"
)

// asking is a request on the wire. Members that do not belong to it are passed over.
type asking struct {
	Workflow    string         `json:"workflow" doc:"enroll, renew, revoke, update, migrate, import or recover."`
	Module      string         `json:"module,omitempty" doc:"Module of the profile."`
	Profile     string         `json:"profile,omitempty" doc:"Name of the profile; where a certificate is named, its own."`
	Certificate string         `json:"certificateId,omitempty" doc:"The certificate the request is about."`
	PEM         string         `json:"certificatePem,omitempty" doc:"In place of its identifier: the certificate itself."`
	Template    *askedTemplate `json:"template,omitempty" doc:"The form, as it was filled."`
	Password    hidden         `json:"password,omitempty" doc:"Password of the PKCS#12, where the requester chooses it: {value}, or the bare text."`
	Comment     string         `json:"requesterComment,omitempty" doc:"Told to whoever decides."`
	Contact     string         `json:"contact,omitempty" doc:"Whom to write to about the request."`
	DryRun      bool           `json:"dryRun,omitempty" doc:"Only tell what would happen."`
	Terms       bool           `json:"termsOfService,omitempty" doc:"The terms of service of the profile are accepted."`
	Reason      string         `json:"revocationReason,omitempty" doc:"As template.revocationReason."`
}

// deciding is a decision about a request on the wire.
type deciding struct {
	ID       string         `json:"_id" doc:"The request."`
	Workflow string         `json:"workflow,omitempty"`
	Module   string         `json:"module,omitempty"`
	Template *askedTemplate `json:"template,omitempty" doc:"What the approver changes."`
	Comment  string         `json:"approverComment,omitempty" doc:"Told to the requester."`
	DryRun   bool           `json:"dryRun,omitempty" doc:"Only tell what would happen."`
}

// askedTemplate is the form of a request as it is sent.
type askedTemplate struct {
	CSR        string           `json:"csr,omitempty" doc:"PKCS#10 in PEM; without one the key is made here."`
	KeyType    string           `json:"keyType,omitempty"`
	KeyTypes   []string         `json:"keyTypes,omitempty" doc:"Older form of keyType."`
	Subject    []askedElement   `json:"subject,omitempty"`
	SANs       []askedNames     `json:"sans,omitempty"`
	Extensions []askedExtension `json:"extensions,omitempty"`
	Labels     []askedLabel     `json:"labels,omitempty"`
	Metadata   []askedMetadata  `json:"metadata,omitempty"`
	Owner      *askedValue      `json:"owner,omitempty"`
	Team       *askedValue      `json:"team,omitempty"`
	Contact    *askedValue      `json:"contactEmail,omitempty"`
	AutoRenew  *askedSwitch     `json:"autoRenew,omitempty"`
	Reason     string           `json:"revocationReason,omitempty"`
	Async      *bool            `json:"asynchronous,omitempty" doc:"Whether the PKI may issue later; it may when left out."`
	PrivateKey *hidden          `json:"privateKey,omitempty" doc:"PEM, of an import."`
}

type askedElement struct {
	Element string  `json:"element" doc:"cn.1"`
	Value   *string `json:"value,omitempty"`
}

type askedNames struct {
	Type    string   `json:"type,omitempty" doc:"DNSNAME"`
	Element string   `json:"element,omitempty" doc:"Older form: dnsname.1"`
	Value   oneOrAll `json:"value,omitempty"`
}

type askedExtension struct {
	Type  string  `json:"type"`
	Value *string `json:"value,omitempty"`
}

type askedLabel struct {
	Label string  `json:"label"`
	Value *string `json:"value,omitempty"`
}

type askedMetadata struct {
	Metadata string  `json:"metadata"`
	Value    *string `json:"value,omitempty"`
}

type askedValue struct {
	Value *string `json:"value,omitempty"`
}

// askedSwitch is {value: bool}, or the bare bool.
type askedSwitch struct {
	Value *bool `json:"value,omitempty"`
}

// UnmarshalJSON reads either form.
func (s *askedSwitch) UnmarshalJSON(b []byte) error {
	var bare bool
	if json.Unmarshal(b, &bare) == nil && string(b) != "null" {
		s.Value = &bare
		return nil
	}
	type plain askedSwitch
	return json.Unmarshal(b, (*plain)(s))
}

// oneOrAll is a list of texts, or one text.
type oneOrAll []string

// UnmarshalJSON reads either form.
func (o *oneOrAll) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		if one != "" {
			*o = oneOrAll{one}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(o))
}

// hidden is a secret as clients send it: {value}, or the bare text.
type hidden struct {
	Value string `json:"value,omitempty"`
}

// UnmarshalJSON reads either form.
func (h *hidden) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &h.Value) == nil {
		return nil
	}
	type plain hidden
	return json.Unmarshal(b, (*plain)(h))
}

const (
	maxListed  = 1000    // elements of one kind in a form
	maxComment = 4000    // bytes
	maxText    = 8 << 10 // bytes of one value
)

// readAsk reads a request. What is not understood is passed over; what is too much is refused. With an error the request is
// what could be read of it.
func readAsk(raw []byte) (a lifecycle.Ask, err error) {
	var in asking
	if err := json.Unmarshal(raw, &in); err != nil {
		return a, web.BadInput.Detail("the body is not the JSON of a request").Because(err)
	}
	a = lifecycle.Ask{
		Workflow: in.Workflow, Module: in.Module, Profile: in.Profile, Certificate: strings.ToLower(in.Certificate), Comment: in.Comment, Contact: in.Contact,
		Password: secret.NewText(in.Password.Value), DryRun: in.DryRun,
	}
	if len(in.Comment) > maxComment {
		return a, web.BadInput.Detail("requesterComment: at most %d bytes", maxComment)
	}
	if in.PEM != "" {
		a.DER = []byte(in.PEM)
	}
	if in.Template == nil {
		in.Template = &askedTemplate{}
	}
	if in.Template.Reason == "" {
		in.Template.Reason = in.Reason
	}
	if in.Template.PrivateKey != nil {
		a.PrivateKey = secret.NewText(in.Template.PrivateKey.Value)
	}
	a.Sheet, err = sheetOf(*in.Template)
	a.Sheet.Terms = in.Terms
	return a, err
}

// readDecision reads a decision. With an error it is what could be read of it.
func readDecision(raw []byte) (v lifecycle.Decision, err error) {
	var in deciding
	if err := json.Unmarshal(raw, &in); err != nil {
		return v, web.BadInput.Detail("the body is not the JSON of a decision").Because(err)
	}
	v = lifecycle.Decision{ID: strings.ToLower(in.ID), Comment: in.Comment, DryRun: in.DryRun}
	if len(in.Comment) > maxComment {
		return v, web.BadInput.Detail("approverComment: at most %d bytes", maxComment)
	}
	if in.Template != nil {
		v.Sheet, err = sheetOf(*in.Template)
	}
	return v, err
}

// sheetOf is the form as the core knows it.
func sheetOf(t askedTemplate) (s lifecycle.Sheet, err error) {
	if n := max(len(t.Subject), len(t.SANs), len(t.Extensions), len(t.Labels), len(t.Metadata)); n > maxListed {
		return s, web.BadInput.Detail("template: at most %d elements of a kind", maxListed)
	}
	s = lifecycle.Sheet{
		KeyType: pki.KeyType(t.KeyType), Subject: map[string]lifecycle.Field{}, SANs: map[pki.SANType][]string{},
		Extensions: map[pki.ExtensionType]lifecycle.Field{}, Labels: map[string]lifecycle.Field{}, Metadata: map[string]lifecycle.Field{},
	}
	s.Asynchronous = t.Async
	if t.CSR != "" {
		s.CSR = []byte(t.CSR)
	}
	if s.KeyType == "" && len(t.KeyTypes) > 0 {
		s.KeyType = pki.KeyType(t.KeyTypes[0])
	}
	if s.Reason, err = pki.ParseReason(t.Reason); err != nil {
		return s, err
	}
	for _, e := range t.Subject {
		field(s.Subject, strings.ToLower(e.Element), e.Value)
	}
	for _, e := range t.Extensions {
		field(s.Extensions, pki.ExtensionType(strings.ToLower(e.Type)), e.Value)
	}
	for _, e := range t.Labels {
		field(s.Labels, e.Label, e.Value)
	}
	for _, e := range t.Metadata {
		field(s.Metadata, e.Metadata, e.Value)
	}
	s.Owner, s.Team, s.Contact = value(t.Owner), value(t.Team), value(t.Contact)
	if t.AutoRenew != nil {
		s.AutoRenew = t.AutoRenew.Value
	}
	if err := names(s.SANs, t.SANs); err != nil {
		return s, err
	}
	return s, tooLong(s)
}

// field adds a value: null clears, an empty text counts as not sent.
func field[K ~string](to map[K]lifecycle.Field, key K, text *string) {
	switch {
	case key == "":
	case text == nil:
		to[key] = lifecycle.Text("")
	case *text != "":
		to[key] = lifecycle.Text(*text)
	}
}

func value(v *askedValue) lifecycle.Field {
	switch {
	case v == nil:
		return lifecycle.Field{}
	case v.Value == nil:
		return lifecycle.Text("")
	case *v.Value == "":
		return lifecycle.Field{}
	}
	return lifecycle.Text(*v.Value)
}

// names reads alternative names in the present form, and in the older one of one element a value.
func names(to map[pki.SANType][]string, all []askedNames) error {
	for _, n := range all {
		word := n.Type
		if word == "" {
			word, _, _ = strings.Cut(n.Element, ".")
		}
		if word == "" {
			continue
		}
		t, err := pki.ParseSANType(word)
		if err != nil {
			return err
		}
		if _, ok := to[t]; !ok {
			to[t] = []string{}
		}
		for _, v := range n.Value {
			if v = strings.TrimSpace(v); v != "" {
				to[t] = append(to[t], v)
			}
		}
		if len(to[t]) > maxListed {
			return web.BadInput.Detail("template.sans: at most %d values of a type", maxListed)
		}
	}
	return nil
}

// tooLong refuses values nobody means.
func tooLong(s lifecycle.Sheet) error {
	var long []string
	check := func(name, text string) {
		if len(text) > maxText {
			long = append(long, name+": it is longer than any value may be")
		}
	}
	for name, f := range s.Subject {
		check("template.subject "+clip(name), f.Text)
	}
	for name, f := range s.Labels {
		check("template.labels "+clip(name), f.Text)
	}
	for name, f := range s.Metadata {
		check("template.metadata "+clip(name), f.Text)
	}
	for t, values := range s.SANs {
		for _, v := range values {
			check("template.sans "+string(t), v)
		}
	}
	check("template.owner", s.Owner.Text)
	check("template.team", s.Team.Text)
	check("template.contactEmail", s.Contact.Text)
	if len(long) > 0 {
		return web.BadInput.Each(long)
	}
	return nil
}

func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
