package lifecycle

import (
	"fmt"
	"strings"

	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/regex"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Template is what certificates may contain. An element that it does not declare is refused.
type Template struct {
	Subject    []SubjectElement   `json:"subject,omitempty" maxItems:"100" doc:"Elements of the subject, in order; the same type may stand several times."`
	SANs       []SANElement       `json:"sans,omitempty" maxItems:"20" doc:"Alternative names."`
	Extensions []ExtensionElement `json:"extensions,omitempty" maxItems:"20" doc:"Extensions."`
	Owner      *OwnerPolicy       `json:"ownerPolicy,omitempty" doc:"Who owns the certificate."`
	Team       *TeamPolicy        `json:"teamPolicy,omitempty" doc:"Which team owns the certificate."`
	Contact    *ContactPolicy     `json:"contactEmailPolicy,omitempty" doc:"Whom to write to."`
	Labels     []LabelElement     `json:"labels,omitempty" maxItems:"100" doc:"Labels certificates carry."`
	Metadata   []MetadataPolicy   `json:"metadataPolicies,omitempty" maxItems:"50" doc:"Technical facts that can be changed later, by the API."`
}

// MetadataPolicy lets a technical fact be changed by updates; never at enrollment.
type MetadataPolicy struct {
	Metadata  string `json:"metadata" required:"true" maxLength:"128" doc:"Name of the fact."`
	Editable  bool   `json:"editableByRequester" doc:"Whether the requester may fill it."`
	ByApprove bool   `json:"editableByApprover" doc:"Whether who decides may change it."`
}

// SubjectElement is one element of the subject.
type SubjectElement struct {
	Type      pki.DNType `json:"type" required:"true" doc:"CN, O, OU ..."`
	Value     string     `json:"value,omitempty" maxLength:"2000" doc:"Default value."`
	Rule      rule.Rule  `json:"computationRule,omitzero" keys:"profile/module" doc:"Computes the value; it wins over everything else."`
	Mandatory bool       `json:"mandatory" doc:"Whether there must be a value."`
	Editable  bool       `json:"editableByRequester" doc:"Whether the requester may fill it."`
	ByApprove bool       `json:"editableByApprover" doc:"Whether who decides may change it."`
	Regex     kind.Regex `json:"regex,omitempty" example:"[a-z0-9-]+\\.example\\.com" doc:"What a value must match, from ^ to $."`
}

// SANElement is one type of alternative name.
type SANElement struct {
	Type      pki.SANType `json:"type" required:"true" doc:"DNSNAME, IPADDRESS ..."`
	Rule      rule.Rule   `json:"computationRule,omitzero" keys:"profile/module" doc:"Computes the value; it wins over everything else."`
	Editable  bool        `json:"editableByRequester" doc:"Whether the requester may fill it."`
	ByApprove bool        `json:"editableByApprover" doc:"Whether who decides may change it."`
	Regex     kind.Regex  `json:"regex,omitempty" example:"[a-z0-9-]+\\.example\\.com" doc:"What a value must match, from ^ to $."`
	Min       *int        `json:"min,omitempty" minimum:"0" maximum:"1000" unit:"values" doc:"Fewest values."`
	Max       *int        `json:"max,omitempty" minimum:"0" maximum:"1000" unit:"values" doc:"Most values."`
}

// ExtensionElement is one extension.
type ExtensionElement struct {
	Type      pki.ExtensionType `json:"type" required:"true" doc:"ms_sid, ms_template or ms_template_v2."`
	Value     string            `json:"value,omitempty" maxLength:"2000" doc:"Value when nothing else gives one."`
	Rule      rule.Rule         `json:"computationRule,omitzero" keys:"profile/module" doc:"Computes the value; it wins over everything else."`
	Mandatory bool              `json:"mandatory" doc:"Whether there must be a value."`
	Editable  bool              `json:"editableByRequester" doc:"Whether the requester may fill it."`
	ByApprove bool              `json:"editableByApprover" doc:"Whether who decides may change it."`
	Regex     kind.Regex        `json:"regex,omitempty" example:"[a-z0-9-]+\\.example\\.com" doc:"What a value must match, from ^ to $."`
}

// OwnerPolicy is how the owner of a certificate is found.
type OwnerPolicy struct {
	Mandatory   bool        `json:"mandatory" doc:"Whether there must be a value."`
	Editable    bool        `json:"editableByRequester" doc:"Whether the requester may fill it."`
	ByApprove   bool        `json:"editableByApprover" doc:"Whether who decides may change it."`
	Rule        rule.Rule   `json:"computationRule,omitzero" keys:"profile/module" doc:"Computes the value; it wins over everything else."`
	Description []Localized `json:"description,omitempty" maxItems:"20" doc:"Help for requesters."`
}

// TeamPolicy is how the team of a certificate is found.
type TeamPolicy struct {
	Mandatory bool       `json:"mandatory" doc:"Whether there must be a value."`
	Editable  bool       `json:"editableByRequester" doc:"Whether the requester may fill it."`
	ByApprove bool       `json:"editableByApprover" doc:"Whether who decides may change it."`
	Regex     kind.Regex `json:"regex,omitempty" example:"[a-z0-9-]+\\.example\\.com" doc:"What a value must match, from ^ to $."`
	Whitelist []string   `json:"whitelist,omitempty" maxItems:"1000" example:"payments" doc:"Values that are accepted; any when left out."`
	Value     string     `json:"value,omitempty" maxLength:"200" doc:"Value when nothing else gives one."`
	Rule      rule.Rule  `json:"computationRule,omitzero" keys:"profile/module" doc:"Computes the value; it wins over everything else."`

	RequesterTeamsOnly bool        `json:"requesterTeamsOnly,omitempty" doc:"Whether requesters choose among their own teams only."`
	Description        []Localized `json:"description,omitempty" maxItems:"20" doc:"Help for requesters."`
}

// ContactPolicy is how the contact of a certificate is found.
type ContactPolicy struct {
	Mandatory bool       `json:"mandatory" doc:"Whether there must be a value."`
	Editable  bool       `json:"editableByRequester" doc:"Whether the requester may fill it."`
	ByApprove bool       `json:"editableByApprover" doc:"Whether who decides may change it."`
	Regex     kind.Regex `json:"regex,omitempty" example:".*@example\\.com" doc:"What a value must match, from ^ to $."`
	Whitelist []string   `json:"whitelist,omitempty" maxItems:"1000" example:"payments" doc:"Values that are accepted; any when left out."`
	Value     string     `json:"value,omitempty" maxLength:"320" doc:"Value when nothing else gives one."`
	Rule      rule.Rule  `json:"computationRule,omitzero" keys:"profile/module" doc:"Computes the value; it wins over everything else."`

	Description []Localized `json:"description,omitempty" maxItems:"20" doc:"Help for requesters."`
}

// LabelElement is one label certificates carry.
type LabelElement struct {
	Label       string     `json:"label" required:"true" maxLength:"128" doc:"Name of the label."`
	Value       string     `json:"value,omitempty" maxLength:"2000" doc:"Value when nothing else gives one."`
	Rule        rule.Rule  `json:"computationRule,omitzero" keys:"profile/module" doc:"Computes the value; it wins over everything else."`
	Mandatory   bool       `json:"mandatory" doc:"Whether there must be a value."`
	Editable    bool       `json:"editableByRequester" doc:"Whether the requester may fill it."`
	ByApprove   bool       `json:"editableByApprover" doc:"Whether who decides may change it."`
	Regex       kind.Regex `json:"regex,omitempty" example:"[a-z0-9-]+\\.example\\.com" doc:"What a value must match, from ^ to $."`
	Enum        []string   `json:"enum,omitempty" maxItems:"1000" example:"prod" doc:"Values to choose from; any when left out."`
	Suggestions []string   `json:"suggestions,omitempty" maxItems:"1000" example:"prod" doc:"Values to suggest; others are accepted too."`
}

// complaints lists what is wrong with the common part of a profile.
func (c Common) complaints() []string {
	var bad list
	if k := c.Constraints; k != nil {
		bad.pattern("constraints.allowedDomains", string(k.Domains))
		bad.pattern("constraints.allowedEmailDomains", string(k.EmailDomains))
		bad.pattern("constraints.allowedDnsDomains", string(k.DNSDomains))
	}
	for target := range c.CSRDataMapping {
		if !mappable(target) {
			bad.add("csrDataMapping.%s: the target is subject.<type>.<n>, san.<type>, extension.<type>, owner, team or contactEmail", target)
		}
	}
	if m := c.MaxPerHolder; m != nil && m.Reason != "" {
		if _, err := pki.ParseReason(m.Reason); err != nil {
			bad.add("maxCertificatePerHolderPolicy.revocationReason: %q is not a revocation reason", m.Reason)
		}
	}
	for i, k := range c.Crypto.AuthorizedKeyTypes {
		if _, err := pki.ParseKeyType(string(k)); err != nil {
			bad.add("cryptoPolicy.authorizedKeyTypes.%d: %q is not a kind of key", i, k)
		}
	}
	if k := c.Crypto.DefaultKeyType; k != "" {
		if _, err := pki.ParseKeyType(string(k)); err != nil {
			bad.add("cryptoPolicy.defaultKeyType: %q is not a kind of key", k)
		}
	}
	if c.Template != nil {
		c.Template.complaints(&bad)
	}
	return bad
}

// list gathers what is wrong.
type list []string

func (l *list) add(format string, args ...any) { *l = append(*l, fmt.Sprintf(format, args...)) }

func (l *list) pattern(path, text string) {
	if text == "" {
		return
	}
	if _, err := regex.Compile(text); err != nil {
		l.add("%s: %v", path, err)
	}
}

func (l *list) anchored(path, text string) {
	if text == "" {
		return
	}
	if err := regex.CheckAnchored(text); err != nil {
		l.add("%s: %v", path, err)
	}
}

func (t *Template) complaints(bad *list) {
	cn := false
	for i, e := range t.Subject {
		at := fmt.Sprintf("certificateTemplate.subject.%d", i)
		if _, err := pki.ParseDNType(string(e.Type)); err != nil {
			bad.add("%s.type: %q is not a type of name", at, e.Type)
		}
		bad.anchored(at+".regex", string(e.Regex))
		if e.Mandatory && e.Value == "" && e.Rule.IsZero() && !e.Editable && !e.ByApprove {
			bad.add("%s: it is mandatory, and nobody can fill it: give it a value, a rule, or make it editable", at)
		}
		cn = cn || e.Mandatory && strings.EqualFold(string(e.Type), "CN")
	}
	if !cn {
		bad.add("certificateTemplate.subject: one mandatory CN is needed")
	}
	for i, e := range t.SANs {
		at := fmt.Sprintf("certificateTemplate.sans.%d", i)
		if _, err := pki.ParseSANType(string(e.Type)); err != nil {
			bad.add("%s.type: %q is not a type of alternative name", at, e.Type)
		}
		bad.anchored(at+".regex", string(e.Regex))
		if e.Min != nil && e.Max != nil && *e.Min > *e.Max {
			bad.add("%s.min: it is more than max", at)
		}
	}
	for i, e := range t.Extensions {
		bad.anchored(fmt.Sprintf("certificateTemplate.extensions.%d.regex", i), string(e.Regex))
	}
	for i, e := range t.Labels {
		bad.anchored(fmt.Sprintf("certificateTemplate.labels.%d.regex", i), string(e.Regex))
	}
	if t.Team != nil {
		bad.anchored("certificateTemplate.teamPolicy.regex", string(t.Team.Regex))
	}
	if t.Contact != nil {
		bad.anchored("certificateTemplate.contactEmailPolicy.regex", string(t.Contact.Regex))
	}
}

// mappable reports whether a target of the CSR data mapping exists.
func mappable(target string) bool {
	switch target {
	case "owner", "team", "contactEmail":
		return true
	}
	group, rest, _ := strings.Cut(target, ".")
	name, _, _ := strings.Cut(rest, ".")
	var err error
	switch group {
	case "subject":
		_, err = pki.ParseDNType(name)
	case "san":
		_, err = pki.ParseSANType(name)
	case "extension":
		return name == "ms_sid" || name == "ms_template" || name == "ms_template_v2"
	default:
		return false
	}
	return err == nil
}
