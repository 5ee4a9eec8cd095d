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

// byTemplate fills the declared elements; a CSR or wish with anything else is refused. A rule wins over everything; an
// element that is editable takes the CSR's value; otherwise the default stands.
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
		sent := p.nth(kind, count[kind])
		value := p.one("subject element '"+at+"'", e.Rule, sent, e.Editable, e.Value)
		if value == "" {
			if e.Mandatory {
				p.bad.add("Subject element '%s' is mandatory", at)
			}
			continue
		}
		if e.Regex != "" && !p.matches(e.Regex, value) {
			p.bad.add("Subject element '%s': '%s' does not match %s", at, value, e.Regex)
		}
		p.out.Subject = append(p.out.Subject, pki.Element{Type: kind, Value: value})
	}
	for _, kind := range types(p.wish.CSR.Subject) {
		if len(p.wish.CSR.Subject.Values(kind)) > count[kind] {
			p.bad.add("Unauthorized DN element %s", kind)
		}
	}
}

// one finds the value of an element.
func (p *composer) one(at string, r rule.Rule, sent string, editable bool, standard string) string {
	if values, decided := p.computed(at, r); decided {
		return strings.Join(values, ",")
	}
	switch {
	case sent != "" && editable:
		return sent
	case sent != "" && standard == "":
		p.bad.add("%s cannot be chosen by the requester", at)
	}
	return standard
}

func (p *composer) sans(t *Template) {
	declared := map[pki.SANType]bool{}
	for _, e := range t.SANs {
		kind, _ := pki.ParseSANType(string(e.Type))
		declared[kind] = true
		var sent []string
		for _, s := range p.requested() {
			if s.Type == kind {
				sent = append(sent, s.Value)
			}
		}
		values, decided := p.computed("SAN '"+string(kind)+"'", e.Rule)
		if !decided {
			values = sent
			if len(sent) > 0 && !e.Editable && p.wish.Proven == nil {
				p.bad.add("SAN '%s' cannot be chosen by the requester", kind)
			}
		}
		p.counted(e, kind, values)
		for _, v := range values {
			p.out.SANs = append(p.out.SANs, pki.SAN{Type: kind, Value: v})
		}
	}
	for _, s := range p.requested() {
		if !declared[s.Type] {
			p.bad.add("Unauthorized SAN %s '%s'", s.Type, s.Value)
		}
	}
}

// requested returns the names that are asked for: those that were proven, or those of the CSR.
func (p *composer) requested() []pki.SAN {
	if p.wish.Proven != nil {
		return p.wish.Proven
	}
	return p.wish.CSR.SANs
}

func (p *composer) counted(e SANElement, kind pki.SANType, values []string) {
	if e.Min != nil && len(values) < *e.Min {
		p.bad.add("SAN '%s': at least %d are needed", kind, *e.Min)
	}
	if e.Max != nil && len(values) > *e.Max {
		p.bad.add("SAN '%s': at most %d are accepted", kind, *e.Max)
	}
	for _, v := range values {
		if e.Regex != "" && !p.matches(e.Regex, v) {
			p.bad.add("SAN '%s': '%s' does not match %s", kind, v, e.Regex)
		}
	}
}

func (p *composer) extensions(t *Template) {
	sent := map[pki.ExtensionType]string{}
	for _, x := range p.wish.CSR.Extensions {
		sent[x.Type] = x.Value
	}
	for _, e := range t.Extensions {
		value := p.one("extension '"+string(e.Type)+"'", e.Rule, sent[e.Type], e.Editable, e.Value)
		delete(sent, e.Type)
		if value == "" {
			if e.Mandatory {
				p.bad.add("Extension '%s' is mandatory", e.Type)
			}
			continue
		}
		if e.Regex != "" && !p.matches(e.Regex, value) {
			p.bad.add("Extension '%s': '%s' does not match %s", e.Type, value, e.Regex)
		}
		p.out.Extensions = append(p.out.Extensions, pki.Extension{Type: e.Type, Value: value})
	}
	for _, kind := range slices.Sorted(maps.Keys(sent)) {
		p.bad.add("Unauthorized extension %s", kind)
	}
}

func (p *composer) ownership(t *Template) {
	w := p.wish.Wishes
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
	p.out.Owner = p.one("Owner", owner.Rule, w.Owner, owner.Editable, "")
	p.out.Team = p.one("Team", team.Rule, w.Team, team.Editable, team.Value)
	p.out.Contact = p.one("Contact email", contact.Rule, w.Contact, contact.Editable, contact.Value)
	if p.out.Contact == "" {
		p.out.Contact = p.wish.Contact
	}
	p.limited("Owner", p.out.Owner, owner.Mandatory, nil, "")
	p.limited("Team", p.out.Team, team.Mandatory, team.Whitelist, team.Regex)
	p.limited("Contact email", p.out.Contact, contact.Mandatory, contact.Whitelist, contact.Regex)
}

// limited checks a value against the limits of its policy.
func (p *composer) limited(name, value string, mandatory bool, whitelist []string, pattern string) {
	switch {
	case value == "" && mandatory:
		p.bad.add("%s is mandatory", name)
	case value == "":
	case len(whitelist) > 0 && !slices.Contains(whitelist, value), pattern != "" && !p.matches(pattern, value):
		p.bad.add("%s '%s' is not authorized", name, value)
	}
}

func (p *composer) labels(t *Template) {
	asked := maps.Clone(p.wish.Wishes.Labels)
	p.out.Labels = map[string]string{}
	for _, e := range t.Labels {
		at := "Label element '" + e.Label + "'"
		value := p.one(at, e.Rule, asked[e.Label], e.Editable, e.Value)
		delete(asked, e.Label)
		p.limited(at, value, e.Mandatory, e.Enum, e.Regex)
		if value != "" {
			p.out.Labels[e.Label] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		p.bad.add("Label element '%s' is not authorized", name)
	}
}
