package lifecycle

import (
	"maps"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
)

// reason returns what is wrong without what only the log may hold.
func reason(err error) string { return fault.Of(err).Reason() }

// byTemplate fills the declared elements; a CSR or form with anything else is refused. A rule wins over everything; then
// comes what whoever fills the form may edit; otherwise the default stands.
func (p *composer) byTemplate(t *Template) {
	p.subject(t)
	p.sans(t)
	p.extensions(t)
	p.ownership(t)
	p.labels(t)
	p.metadata()
}

func (p *composer) subject(t *Template) {
	count := map[pki.DNType]int{}
	for _, e := range t.Subject {
		kind, _ := pki.ParseDNType(string(e.Type)) // checked when the profile was stored
		count[kind]++
		at := elementName(kind, count[kind])
		ask := p.element(kind, count[kind])
		standard := p.standard(p.base.element(kind, count[kind]), e.Value)
		value := p.one("Subject element '"+at+"'", e.Rule, ask, p.editable(e.Editable, e.ByApprove), standard)
		if value == "" {
			if e.Mandatory {
				p.bad.add("Subject element '%s' is mandatory", at)
			}
			continue
		}
		if e.Regex != "" && !p.matches(string(e.Regex), value) {
			p.bad.add("Subject element '%s': '%s' does not match %s", at, value, e.Regex)
		}
		p.out.Subject = append(p.out.Subject, pki.Element{Type: kind, Value: value})
	}
	p.undeclared(count)
}

// undeclared refuses elements of the subject that the template does not have.
func (p *composer) undeclared(count map[pki.DNType]int) {
	if p.csr != nil && p.role == byProtocol {
		for _, kind := range types(p.csr.Subject) {
			if len(p.csr.Subject.Values(kind)) > count[kind] {
				p.bad.add("Unauthorized DN element %s", kind)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.sheet.Subject)) {
		kind, index, ok := elementOf(name)
		f := p.sheet.Subject[name]
		if f.Text != "" && (!ok || !between(index, count[kind])) {
			p.bad.add("Subject element '%s' is not authorized", clip(name))
		}
	}
}

// between reports whether a number lies from 1 to n.
func between(text string, n int) bool {
	for i := range n {
		if text == itoa(i+1) {
			return true
		}
	}
	return false
}

// one finds the value of an element.
func (p *composer) one(at string, r rule.Rule, ask wanted, editable bool, standard string) string {
	if ask.fixed {
		return ask.text
	}
	if values, decided := p.computed(at, r); decided {
		return strings.Join(values, ",")
	}
	switch {
	case !ask.sent, ask.text == standard:
		return standard
	case editable:
		return ask.text
	case ask.hint:
		return standard
	case p.role == byProtocol && standard != "":
		return standard
	}
	p.denied(at, ask.text)
	return standard
}

// denied says that a value may not be chosen.
func (p *composer) denied(at, value string) {
	if strings.HasSuffix(at, "'") {
		p.bad.add("%s is not authorized", at)
	} else {
		p.bad.add("%s '%s' is not authorized", at, clip(value))
	}
}

func (p *composer) sans(t *Template) {
	declared := map[pki.SANType]bool{}
	for _, e := range t.SANs {
		kind, _ := pki.ParseSANType(string(e.Type))
		declared[kind] = true
		values := p.namesOf(e, kind)
		p.counted(e, kind, values)
		for _, v := range values {
			p.out.SANs = append(p.out.SANs, pki.SAN{Type: kind, Value: v})
		}
	}
	if p.role == byProtocol {
		for _, s := range p.requested() {
			if !declared[s.Type] {
				p.bad.add("Unauthorized SAN %s '%s'", s.Type, s.Value)
			}
		}
	}
	p.undeclaredSANs(declared)
}

// undeclaredSANs refuses names of the form whose type the template does not have.
func (p *composer) undeclaredSANs(declared map[pki.SANType]bool) {
	for _, kind := range slices.Sorted(maps.Keys(p.sheet.SANs)) {
		if !declared[kind] && len(p.sheet.SANs[kind]) > 0 {
			p.bad.add("SAN '%s' is not authorized", clip(string(kind)))
		}
	}
}

// namesOf finds the values of one type of alternative name.
func (p *composer) namesOf(e SANElement, kind pki.SANType) []string {
	at := "SAN '" + string(kind) + "'"
	if fixed := p.fixed.SANs[kind]; len(fixed) > 0 {
		return fixed
	}
	if values, decided := p.computed(at, e.Rule); decided {
		return values
	}
	asked, explicit := p.names(kind)
	base := p.base.names(kind)
	switch {
	case p.role == byApprover && (!explicit || slices.Equal(asked, base)):
		return base
	case p.editable(e.Editable, e.ByApprove), len(asked) == 0, p.wish.Proven != nil:
		return asked
	case !explicit && p.role != byProtocol:
		return nil // the CSR names them, and may not
	}
	p.denied(at, "")
	return asked
}

// requested returns the names that are asked for: those that were proven, or those of the CSR.
func (p *composer) requested() []pki.SAN {
	if p.wish.Proven != nil || p.csr == nil {
		return p.wish.Proven
	}
	return p.csr.SANs
}

func (p *composer) counted(e SANElement, kind pki.SANType, values []string) {
	if e.Min != nil && len(values) < *e.Min {
		p.bad.add("SAN '%s': at least %d are needed", kind, *e.Min)
	}
	if e.Max != nil && len(values) > *e.Max {
		p.bad.add("SAN '%s': at most %d are accepted", kind, *e.Max)
	}
	for _, v := range values {
		if e.Regex != "" && !p.matches(string(e.Regex), v) {
			p.bad.add("SAN '%s': '%s' does not match %s", kind, v, e.Regex)
		}
	}
}

func (p *composer) extensions(t *Template) {
	declared := map[pki.ExtensionType]bool{}
	for _, e := range t.Extensions {
		declared[e.Type] = true
		standard := p.standard(p.base.extension(e.Type), e.Value)
		value := p.one("Extension '"+string(e.Type)+"'", e.Rule, p.extension(e.Type), p.editable(e.Editable, e.ByApprove), standard)
		if value == "" {
			if e.Mandatory {
				p.bad.add("Extension '%s' is mandatory", e.Type)
			}
			continue
		}
		if e.Regex != "" && !p.matches(string(e.Regex), value) {
			p.bad.add("Extension '%s': '%s' does not match %s", e.Type, value, e.Regex)
		}
		p.out.Extensions = append(p.out.Extensions, pki.Extension{Type: e.Type, Value: value})
	}
	if p.csr != nil && p.role == byProtocol {
		for _, x := range p.csr.Extensions {
			if !declared[x.Type] {
				p.bad.add("Unauthorized extension %s", x.Type)
			}
		}
	}
	p.undeclaredExtensions(declared)
}

// undeclaredExtensions refuses extensions of the form that the template does not have.
func (p *composer) undeclaredExtensions(declared map[pki.ExtensionType]bool) {
	for _, kind := range slices.Sorted(maps.Keys(p.sheet.Extensions)) {
		if !declared[kind] && p.sheet.Extensions[kind].Text != "" {
			p.bad.add("Extension '%s' is not authorized", clip(string(kind)))
		}
	}
}

func (p *composer) ownership(t *Template) {
	owner, team, contact := OwnerPolicy{}, TeamPolicy{}, ContactPolicy{}
	if t.Owner != nil {
		owner = *t.Owner
	}
	if t.Team != nil {
		team = *t.Team
	}
	if t.Contact != nil {
		contact = *t.Contact
	}
	w := p.sheet
	p.out.Owner = p.one("Owner", owner.Rule, w.Owner.wanted(p.fixed.Owner), p.editable(owner.Editable, owner.ByApprove), p.current(p.base.Owner, p.requester))
	p.out.Team = p.one("Team", team.Rule, w.Team.wanted(p.fixed.Team), p.editable(team.Editable, team.ByApprove), p.current(p.base.Team, team.Value))
	p.out.Contact = p.one("Contact email", contact.Rule, w.Contact.wanted(p.fixed.Contact), p.editable(contact.Editable, contact.ByApprove), p.current(p.base.Contact, contact.Value))
	if p.out.Contact == "" {
		p.out.Contact = p.wish.Contact
	}
	p.limited("Owner", p.out.Owner, p.needed(owner.Mandatory, owner.Rule), nil, "")
	p.limited("Team", p.out.Team, p.needed(team.Mandatory, team.Rule), team.Whitelist, string(team.Regex))
	p.limited("Contact email", p.out.Contact, p.needed(contact.Mandatory, contact.Rule), contact.Whitelist, string(contact.Regex))
	if team.RequesterTeamsOnly && p.role == byRequester && p.out.Team != "" && p.out.Team != p.base.Team && !p.who.In(p.out.Team) {
		p.denied("Team", p.out.Team)
	}
}

// current returns what stands unless somebody says otherwise: what the certificate or request has, or the default of a new
// one.
func (p *composer) current(base, byDefault string) string {
	if p.role == byApprover || p.existing {
		return base
	}
	return byDefault
}

// needed reports whether a mandatory value has to be there by now: where a rule is to find it, it may do so later.
func (p *composer) needed(mandatory bool, r rule.Rule) bool {
	return mandatory && (!p.early || r.IsZero())
}

// limited checks a value against the limits of its policy.
func (p *composer) limited(name, value string, mandatory bool, whitelist []string, pattern string) {
	switch {
	case value == "" && mandatory:
		p.bad.add("%s is mandatory", name)
	case value == "":
	case len(whitelist) > 0 && !slices.Contains(whitelist, value), pattern != "" && !p.matches(pattern, value):
		p.bad.add("%s '%s' is not authorized", name, clip(value))
	}
}

func (p *composer) labels(t *Template) {
	p.out.Labels = map[string]string{}
	declared := map[string]bool{}
	for _, e := range t.Labels {
		declared[e.Label] = true
		at := "Label element '" + e.Label + "'"
		value := p.one(at, e.Rule, p.sheet.Labels[e.Label].wanted(p.fixed.Labels[e.Label]), p.editable(e.Editable, e.ByApprove), p.current(p.base.Labels[e.Label], e.Value))
		p.limited(at, value, p.needed(e.Mandatory, e.Rule), e.Enum, string(e.Regex))
		if value != "" {
			p.out.Labels[e.Label] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.base.Labels)) {
		if !declared[name] && p.existing { // of a profile that no longer has the label
			p.out.Labels[name] = p.base.Labels[name]
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.sheet.Labels)) {
		if f := p.sheet.Labels[name]; !declared[name] && f.Text != p.base.Labels[name] {
			p.bad.add("Label element '%s' is not authorized", clip(name))
		}
	}
}

// metadata lets updates change what the profile says can be changed; nobody sets technical facts at enrollment.
func (p *composer) metadata() {
	p.out.Metadata = maps.Clone(p.base.Metadata)
	for _, name := range slices.Sorted(maps.Keys(p.sheet.Metadata)) {
		f := p.sheet.Metadata[name]
		switch {
		case f.Text == p.base.Metadata[name]:
		case !p.existing || !p.changeable(name):
			p.bad.add("Metadata '%s' is not authorized", clip(name))
		case f.Text == "":
			delete(p.out.Metadata, name)
		default:
			if p.out.Metadata == nil {
				p.out.Metadata = map[string]string{}
			}
			p.out.Metadata[name] = f.Text
		}
	}
}

// changeable reports whether whoever fills the form may change a technical fact.
func (p *composer) changeable(name string) bool {
	t := p.common.Template
	if t == nil {
		return false
	}
	return slices.ContainsFunc(t.Metadata, func(m MetadataPolicy) bool {
		return m.Metadata == name && p.editable(m.Editable, m.ByApprove)
	})
}
