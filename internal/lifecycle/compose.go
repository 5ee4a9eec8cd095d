package lifecycle

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/regex"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/trust"
)

// content is what a certificate is to hold and who owns it, after the profile has decided.
type content struct {
	Subject    pki.Name          `json:"subject"`
	SANs       []pki.SAN         `json:"sans"`
	Extensions []pki.Extension   `json:"extensions,omitempty"`
	Owner      string            `json:"owner,omitempty"`
	Team       string            `json:"team,omitempty"`
	Contact    string            `json:"contact,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	Reason     pki.Reason        `json:"reason,omitempty"` // of a revocation
	AutoRenew  *bool             `json:"autoRenew,omitempty"`
	KeyType    pki.KeyType       `json:"keyType,omitempty"`   // of a key made here
	Target     string            `json:"target,omitempty"`    // the profile a certificate moves to
	Previous   string            `json:"previous,omitempty"`  // id of the certificate that is renewed
	Challenge  bool              `json:"challenge,omitempty"` // a one-time challenge is asked for, not a certificate
	Of         string            `json:"of,omitempty"`        // id of the request whose challenge is used
	From       string            `json:"from,omitempty"`      // the profile the certificate is on when the request is submitted
}

// object is what the filters of permissions see.
func (c content) object() access.Object { return access.Object{Team: c.Team, Labels: c.Labels} }

// composer decides what a certificate is to hold. Everything wrong is gathered.
type composer struct {
	common    Common
	who       access.Caller
	role      role
	wish      Enrollment // of a protocol
	csr       *pki.CSR   // nil where the key is made here
	sheet     *Sheet
	base      content // what the request or certificate holds so far
	existing  bool    // base is of a certificate that there is
	early     bool    // a challenge is asked for: what rules say is known when it is used
	fixed     Sheet   // what was fixed with the challenge that is used
	requester string  // who owns it when nobody says otherwise
	dict      *rule.Map
	env       rule.Env
	out       content
	bad       list
}

// compose applies the profile to the wish of a protocol. The list says what is wrong.
func compose(c Common, who access.Caller, e Enrollment, now time.Time) (content, []string) {
	p := &composer{common: c, who: who, wish: e, csr: e.CSR, sheet: e.Wishes.sheet(), dict: dictionary(who, e.CSR, e.Facts), env: rule.Env{Now: now}}
	p.key(e.CSR)
	switch {
	case c.Template != nil:
		p.byTemplate(c.Template)
	case len(c.CSRDataMapping) > 0:
		p.byMapping()
		p.withoutPolicy()
	default:
		p.out.Subject, p.out.SANs, p.out.Extensions = e.CSR.Subject, e.CSR.SANs, e.CSR.Extensions
		p.withoutPolicy()
	}
	p.proven()
	p.constrain()
	return p.out, p.bad
}

// key checks the kind and the strength of the key.
func (p *composer) key(k *pki.CSR) {
	if allowed := p.common.Crypto.AuthorizedKeyTypes; len(allowed) > 0 && !slices.Contains(allowed, k.KeyType) {
		p.bad.add("the key type %s is not authorized by the profile", k.KeyType)
	}
	if err := pki.CheckKey(k.PublicKey); err != nil {
		p.bad.add("%s", reason(err))
	}
}

// dictionary gathers what rules may refer to, besides the facts a protocol brings.
func dictionary(who access.Caller, csr *pki.CSR, facts *rule.Map) *rule.Map {
	d := rule.NewMap()
	if facts != nil {
		d = facts
	}
	for key, v := range map[string]string{
		"principal.identifier": who.ID, "principal.name": who.Name, "principal.mail": who.Email,
		"principal.provider.name": who.Provider, "http.request.ip": who.Address, "http.request.method": who.Verb, "http.request.path": who.Path,
	} {
		if v != "" {
			d.Set(key, v)
		}
	}
	d.Add("principal.team", who.Rights.Now().Teams...)
	if csr != nil {
		trust.AddNames(d, "csr", csr.Subject, csr.SANs, csr.Extensions)
	}
	return d
}

// types lists the types of a name, each once.
func types(n pki.Name) (all []pki.DNType) {
	for _, e := range n {
		if !slices.Contains(all, e.Type) {
			all = append(all, e.Type)
		}
	}
	return all
}

// byMapping takes what the mapping names from the CSR.
func (p *composer) byMapping() {
	for _, target := range slices.Sorted(maps.Keys(p.common.CSRDataMapping)) {
		text, err := p.common.CSRDataMapping[target].Eval(p.dict, p.env)
		if err != nil {
			p.bad.add("csrDataMapping.%s: %s", target, reason(err))
			continue
		}
		if text = strings.TrimSpace(text); text != "" && !strings.Contains(text, "{{") { // a key that is absent stands as it is
			p.place(target, text)
		}
	}
}

// place puts a value where its target says.
func (p *composer) place(target, text string) {
	group, rest, _ := strings.Cut(target, ".")
	name, _, _ := strings.Cut(rest, ".")
	switch group {
	case "owner":
		p.out.Owner = text
	case "team":
		p.out.Team = text
	case "contactEmail":
		p.out.Contact = text
	case "subject":
		t, _ := pki.ParseDNType(name) // checked when the profile was stored
		p.out.Subject = append(p.out.Subject, pki.Element{Type: t, Value: text})
	case "san":
		t, _ := pki.ParseSANType(name)
		for v := range strings.SplitSeq(text, ",") {
			p.out.SANs = append(p.out.SANs, pki.SAN{Type: t, Value: strings.TrimSpace(v)})
		}
	case "extension":
		p.out.Extensions = append(p.out.Extensions, pki.Extension{Type: pki.ExtensionType(name), Value: text})
	}
}

// withoutPolicy refuses wishes no template speaks of.
func (p *composer) withoutPolicy() {
	w := p.sheet
	for _, wish := range []struct {
		name string
		Field
	}{{"Owner", w.Owner}, {"Team", w.Team}, {"Contact email", w.Contact}} {
		if wish.Text != "" {
			p.denied(wish.name, wish.Text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.Labels)) {
		p.bad.add("Label element '%s' is not authorized", clip(name))
	}
	p.metadata()
	if p.out.Contact == "" {
		p.out.Contact = p.wish.Contact
	}
}

// proven makes the names of the certificate those the protocol has proven, all and no others.
func (p *composer) proven() {
	if p.wish.Proven == nil {
		return
	}
	if names := p.unproven(); len(names) > 0 {
		p.bad.add("names that were not proven: %s", strings.Join(names, ", "))
	}
	p.out.SANs = slices.Clone(p.wish.Proven)
	if len(p.out.Subject) > 0 {
		return
	}
	for _, s := range p.wish.Proven { // people look for certificates by their CN
		if len(s.Value) <= 64 {
			p.out.Subject = pki.Name{{Type: "CN", Value: s.Value}}
			return
		}
	}
}

// unproven lists the composed names the protocol has not proven.
func (p *composer) unproven() (names []string) {
	for _, s := range p.out.SANs {
		if !slices.Contains(p.wish.Proven, s) {
			names = append(names, s.Value)
		}
	}
	for _, cn := range p.out.Subject.Values("CN") {
		if (pki.IsDNSName(cn) && strings.Contains(cn, ".")) && !slices.ContainsFunc(p.wish.Proven, func(s pki.SAN) bool { return strings.EqualFold(s.Value, cn) }) {
			names = append(names, cn)
		}
	}
	return names
}

// constrain checks the domains of the names.
func (p *composer) constrain() {
	k := p.common.Constraints
	if k == nil {
		return
	}
	for _, s := range p.out.SANs {
		switch s.Type {
		case "DNSNAME":
			p.domain(strings.TrimPrefix(s.Value, "*."), string(k.DNSDomains), string(k.Domains))
		case "RFC822NAME", "OTHERNAME_UPN":
			_, domain, _ := strings.Cut(s.Value, "@")
			p.domain(domain, string(k.EmailDomains), string(k.Domains))
		}
	}
	for _, cn := range p.out.Subject.Values("CN") {
		if pki.IsDNSName(cn) && strings.Contains(cn, ".") {
			p.domain(strings.TrimPrefix(cn, "*."), string(k.DNSDomains), string(k.Domains))
		}
	}
	if _, domain, ok := strings.Cut(p.out.Contact, "@"); ok {
		p.domain(domain, string(k.EmailDomains), "")
	}
}

func (p *composer) domain(domain string, patterns ...string) {
	for _, pattern := range patterns {
		if pattern != "" && !p.matches(pattern, domain) {
			p.bad.add("the domain '%s' is not allowed by the profile", domain)
			return
		}
	}
}

// matches reports whether the whole value matches. A pattern that fails to run matches nothing.
func (p *composer) matches(pattern, value string) bool {
	re, err := regex.Compile(pattern)
	if err != nil {
		return false
	}
	ok, err := re.Whole(value)
	return err == nil && ok
}

// nth returns the n-th value of a type in the subject of the CSR, counted from 1.
func (p *composer) nth(t pki.DNType, n int) string {
	if p.csr == nil {
		return ""
	}
	if values := p.csr.Subject.Values(t); n <= len(values) {
		return values[n-1]
	}
	return ""
}

func elementName(t pki.DNType, n int) string { return strings.ToLower(string(t)) + "." + itoa(n) }

func itoa(n int) string { return strconv.Itoa(n) }

// computed evaluates a rule; ok tells whether it decides.
func (p *composer) computed(at string, r rule.Rule) (values []string, ok bool) {
	if r.IsZero() {
		return nil, false
	}
	result, err := r.Eval(p.dict, p.env)
	if err != nil {
		p.bad.add("%s: %s", at, reason(err))
		return nil, true
	}
	return result.Values, true
}
