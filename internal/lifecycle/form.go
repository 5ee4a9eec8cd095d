package lifecycle

import (
	"context"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Form is what a request may hold, as one caller may fill it: each element of the profile with its value and limits.
type Form struct {
	Workflow, Module, Profile string

	Subject    []Element
	SANs       []NameElement
	Extensions []Element
	Labels     []Element
	Metadata   []Element
	Owner      Element
	Team       Element
	Contact    Element
	AutoRenew  *Switch // nil where the profile does not renew by itself
	KeyType    pki.KeyType
	CSR        string // PEM
	Reason     pki.Reason
	Crypto     CryptoPolicy
	Password   *identity.PasswordPolicy // nil where any password is accepted
	Challenge  bool                     // a one-time challenge is asked for
	Terms      string                   // name of the terms of service that are accepted before
	Usual      time.Duration            // until requests like it are answered; zero when that is not known
}

// Element is one value of a form.
type Element struct {
	Name        string // "cn.1", "ms_sid", the name of a label
	Type        string // of an element of the subject
	Value       string
	Mandatory   bool
	Editable    bool
	Regex       string
	Enum        []string
	Suggestions []string
	Rule        rule.Rule
	Description []Localized
}

// NameElement is one type of alternative name.
type NameElement struct {
	Type     pki.SANType
	Values   []string
	Editable bool
	Min, Max *int
	Regex    string
	Rule     rule.Rule
}

// Switch is something that is on or off.
type Switch struct{ On, Editable bool }

// Template returns the form of a request, filled as far as its values are known. It changes nothing; a refusal is
// recorded.
func (s *Service) Template(ctx context.Context, who access.Caller, a Ask) (Form, error) {
	var f Form
	facts := event.Request{}
	err := act.Do(ctx, s.DB, who, event.RequestTemplate, &facts, func(tx *store.Tx) (err error) {
		f, facts, err = s.template(tx, who, a)
		return err
	})
	return f, err
}

func (s *Service) template(tx *store.Tx, who access.Caller, a Ask) (f Form, facts event.Request, err error) {
	d := draft{request: request{Workflow: a.Workflow, Profile: clip(a.Profile), Module: a.Module, Caller: who}}
	defer func() {
		facts = d.facts()
	}()
	if a.Workflow == enroll && a.Module == "" && a.Profile == "" {
		return f, facts, Invalid.Detail("module: an enrollment names its module and profile")
	}
	if err := d.locate(tx, a); err != nil {
		return f, facts, err
	}
	if d.w, err = findWorkflow(a.Workflow, d.Module); err != nil {
		return f, facts, err
	}
	if err := d.mayTry(); err != nil {
		return f, facts, err
	}
	if !a.PrivateKey.IsZero() && a.Workflow == importer {
		if d.parsed == nil && d.c != nil {
			if d.parsed, err = pki.ParseCertificate(d.c.DER); err != nil {
				return f, facts, err
			}
		}
		if err := d.checkKey(a.PrivateKey); err != nil {
			return f, facts, err
		}
	}
	base, err := d.proposal(tx, a)
	if err != nil {
		return f, facts, err
	}
	c := d.p.Shared()
	f = formOf(c, base, false)
	if f.Usual, err = usualAnswer(tx, d.Profile, d.Workflow); err != nil {
		return f, facts, err
	}
	f.Workflow, f.Module, f.Profile, f.Reason = d.Workflow, d.Module, d.Profile, a.Sheet.Reason
	if p, ok := d.p.(WebraProfile); ok {
		f.Terms = string(p.TermsOfService)
		if p.AutoRenewal != nil {
			f.AutoRenew = &Switch{On: p.AutoRenewal.Default, Editable: p.AutoRenewal.Editable}
			if base.AutoRenew != nil {
				f.AutoRenew.On = *base.AutoRenew
			}
		}
	}
	if len(a.Sheet.CSR) > 0 && d.csr != nil {
		f.CSR = d.csr.PEM()
	}
	if d.Workflow == enroll && takesChallenges(d.p) {
		policy, err := challengePolicy(tx, d.p)
		f.early(policy)
		return f, facts, err
	}
	f.Password, err = c.Crypto.policy(tx)
	return f, facts, err
}

// proposal is what the form is filled with: the CSR, the certificate that is duplicated or changed, or the defaults.
func (d *draft) proposal(tx *store.Tx, a Ask) (base content, err error) {
	if d.Workflow != enroll {
		if d.c == nil {
			return content{Owner: d.Caller.ID}, nil
		}
		return contentOf(*d.c), nil
	}
	if len(a.Sheet.CSR) > 0 && takesChallenges(d.p) {
		return base, noEarlyCSR
	}
	if len(a.Sheet.CSR) > 0 {
		if d.csr, err = pki.ParseCSR(a.Sheet.CSR); err != nil {
			return base, err
		}
	}
	if a.Sheet.KeyType != "" {
		if _, err := pki.ParseKeyType(string(a.Sheet.KeyType)); err != nil {
			return base, err
		}
	}
	sheet := a.Sheet
	if a.Certificate != "" || len(a.DER) > 0 {
		if sheet, err = d.duplicate(tx, a); err != nil {
			return base, err
		}
	}
	t := d.p.Shared().Template
	if t == nil {
		return base, nil
	}
	p := &composer{common: d.p.Shared(), who: d.Caller, role: byRequester, csr: d.csr, sheet: &sheet, requester: d.Caller.ID, dict: d.dictionary(sheet)}
	p.env.Now = tx.Now()
	p.byTemplate(t) // what is missing or wrong is said when the form is sent
	return p.out, nil
}

// duplicate fills the form from a certificate the caller may see.
func (d *draft) duplicate(tx *store.Tx, a Ask) (Sheet, error) {
	var c inventory.Certificate
	var err error
	if a.Certificate != "" {
		c, err = inventory.Get(tx, a.Certificate)
	} else {
		var parsed *pki.Certificate
		if parsed, err = pki.ParseCertificate(a.DER); err == nil {
			c, err = inventory.ByThumbprint(tx, parsed.Thumbprint)
		}
	}
	if err == nil && !c.VisibleTo(d.Caller) {
		err = inventory.Missing
	}
	if err != nil {
		return Sheet{}, err
	}
	subject, err := pki.ParseDN(c.DN)
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{Subject: map[string]Field{}, SANs: map[pki.SANType][]string{}, Labels: map[string]Field{}}
	for _, t := range types(subject) {
		for i, v := range subject.Values(t) {
			sheet.Subject[elementName(t, i+1)] = Text(v)
		}
	}
	for _, san := range c.SANs {
		sheet.SANs[san.Type] = append(sheet.SANs[san.Type], san.Value)
	}
	for _, l := range c.Labels {
		sheet.Labels[l.Key] = Text(l.Value)
	}
	return sheet, nil
}

// formOf lists every element of the profile with its value.
func formOf(c Common, v content, approver bool) Form {
	f := Form{Crypto: c.Crypto, KeyType: v.KeyType, Reason: v.Reason}
	if f.KeyType == "" {
		f.KeyType = c.Crypto.DefaultKeyType
	}
	t := c.Template
	if t == nil {
		t = &Template{}
	}
	may := func(requester, approves bool) bool { return approver && approves || !approver && requester }
	count := map[pki.DNType]int{}
	for _, e := range t.Subject {
		kind, _ := pki.ParseDNType(string(e.Type))
		count[kind]++
		f.Subject = append(f.Subject, Element{
			Name: elementName(kind, count[kind]), Type: string(kind), Value: v.element(kind, count[kind]), Mandatory: e.Mandatory,
			Editable: may(e.Editable, e.ByApprove), Regex: string(e.Regex), Rule: e.Rule,
		})
	}
	for _, e := range t.SANs {
		kind, _ := pki.ParseSANType(string(e.Type))
		f.SANs = append(f.SANs, NameElement{Type: kind, Values: v.names(kind), Editable: may(e.Editable, e.ByApprove), Min: e.Min, Max: e.Max, Regex: string(e.Regex), Rule: e.Rule})
	}
	for _, e := range t.Extensions {
		f.Extensions = append(f.Extensions, Element{
			Name: string(e.Type), Value: v.extension(e.Type), Mandatory: e.Mandatory, Editable: may(e.Editable, e.ByApprove), Regex: string(e.Regex), Rule: e.Rule,
		})
	}
	for _, e := range t.Labels {
		value := v.Labels[e.Label]
		f.Labels = append(f.Labels, Element{
			Name: e.Label, Value: value, Mandatory: e.Mandatory, Editable: may(e.Editable, e.ByApprove), Regex: string(e.Regex), Enum: e.Enum,
			Suggestions: e.Suggestions, Rule: e.Rule,
		})
	}
	for _, m := range t.Metadata {
		f.Metadata = append(f.Metadata, Element{Name: m.Metadata, Value: v.Metadata[m.Metadata], Editable: may(m.Editable, m.ByApprove)})
	}
	f.own(t, v, may)
	return f
}

// own adds who answers for the certificate.
func (f *Form) own(t *Template, v content, may func(requester, approves bool) bool) {
	f.Owner, f.Team, f.Contact = Element{Value: v.Owner}, Element{Value: v.Team}, Element{Value: v.Contact}
	if o := t.Owner; o != nil {
		f.Owner.Editable, f.Owner.Mandatory, f.Owner.Rule, f.Owner.Description = may(o.Editable, o.ByApprove), o.Mandatory, o.Rule, o.Description
	}
	if o := t.Team; o != nil {
		f.Team.Editable, f.Team.Mandatory, f.Team.Rule, f.Team.Description = may(o.Editable, o.ByApprove), o.Mandatory, o.Rule, o.Description
		f.Team.Enum, f.Team.Regex = o.Whitelist, string(o.Regex)
	}
	if o := t.Contact; o != nil {
		f.Contact.Editable, f.Contact.Mandatory, f.Contact.Rule, f.Contact.Description = may(o.Editable, o.ByApprove), o.Mandatory, o.Rule, o.Description
		f.Contact.Enum, f.Contact.Regex = o.Whitelist, string(o.Regex)
	}
}

// Offer is a profile with what a caller may do on it.
type Offer struct {
	Name, Module string
	DisplayName  []Localized
	Description  []Localized
	Workflows    []Offered
	Challenge    bool // an enrollment asks for a one-time challenge
	Crypto       CryptoPolicy
}

// Offered is a workflow of a profile: whether the caller may have it carried out, or ask for it.
type Offered struct {
	Workflow         string
	Perform, Request bool
}

// Offers lists the enabled profiles the caller may ask something of, by workflow and module when these are given.
func (s *Service) Offers(ctx context.Context, who access.Caller, workflow, module string) (all []Offer, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		profiles, err := Profiles.List(tx)
		if err != nil {
			return err
		}
		all = nil
		for _, p := range profiles {
			o := offer(who, p, workflow)
			if p.Shared().Enabled && len(o.Workflows) > 0 && (module == "" || module == o.Module) {
				all = append(all, o)
			}
		}
		return nil
	})
	return all, err
}

func offer(who access.Caller, p Profile, only string) Offer {
	c := p.Shared()
	o := Offer{Name: c.Name, Module: Profiles.Variant(p), DisplayName: c.DisplayName, Description: c.Description, Crypto: c.Crypto, Challenge: takesChallenges(p)}
	for _, name := range offers(o.Module) {
		if only != "" && only != name {
			continue
		}
		w := workflows[name]
		direct := somewhere(who, p, w.direct(c.Levels), w.word()) == nil || somewhere(who, p, w.api(c.Levels), w.word()+"_api") == nil
		ask := somewhere(who, p, w.ask(c.Levels), "request_"+w.word()) == nil
		if direct || ask {
			o.Workflows = append(o.Workflows, Offered{Workflow: name, Perform: direct, Request: ask || direct})
		}
	}
	slices.SortFunc(o.Workflows, func(a, b Offered) int {
		return slices.Index(Workflows(), a.Workflow) - slices.Index(Workflows(), b.Workflow)
	})
	return o
}
