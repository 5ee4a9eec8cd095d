package lifecycle

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Challenger is a profile of a module that can give one-time challenges in place of certificates: whoever holds one enrolls
// with it once.
type Challenger interface {
	// ChallengePolicy returns the name of the password policy of challenges, "" for the standard one, and whether enrollments
	// of the profile go by challenges.
	ChallengePolicy() (policy string, ok bool)
}

// BadChallenge is the fault of a challenge that cannot be used.
var BadChallenge = fault.Define("WEBRA-ENROLL-015", fault.Denied, "Invalid challenge")

var noEarlyCSR = Invalid.Detail("template.csr: it is sent with the challenge, not with the request for one")

var weakChallenge = fault.Define("WEBRA-ENROLL-006", fault.Invalid, "No challenge can be made that is hard to guess")

// leastChallenge is how many characters a challenge has at least, for it is all that is asked of whoever presents it.
const leastChallenge = 12

// takesChallenges reports whether enrollments of a profile go by challenges.
func takesChallenges(p Profile) bool {
	c, ok := p.(Challenger)
	if !ok {
		return false
	}
	_, ok = c.ChallengePolicy()
	return ok
}

// challengePolicy returns what challenges of a profile look like.
func challengePolicy(tx *store.Tx, p Profile) (identity.PasswordPolicy, error) {
	name := ""
	if c, ok := p.(Challenger); ok {
		name, _ = c.ChallengePolicy()
	}
	if name == "" {
		name = identity.DefaultPolicyName
	}
	return identity.PasswordPolicies.Get(tx, name)
}

// composeChallenge decides what the enrollment with a challenge is to hold, as far as that is known before: labels and
// ownership, and what of the names is fixed beforehand. The rest is said by whoever uses the challenge.
func (d *draft) composeChallenge(tx *store.Tx, by role, sheet Sheet, contact string) error {
	c := d.p.Shared()
	switch {
	case c.Template == nil:
		return NoProfile.Detail("the profile %s has no certificate template", c.Name)
	case !takesChallenges(d.p):
		return Invalid.Detail("profile: enrollments of %s no longer go by challenges", c.Name)
	case len(sheet.CSR) > 0:
		return noEarlyCSR
	}
	before := *d.Sheet
	if by == byRequester {
		before = Sheet{}
	}
	p := &composer{
		common: c, who: d.Caller, role: by, sheet: &sheet, base: d.Content, requester: d.Caller.ID,
		dict: d.dictionary(sheet), wish: Enrollment{Contact: contact}, early: true,
	}
	p.env.Now = tx.Now()
	fixed := p.fix(c.Template, before)
	p.ownership(c.Template)
	p.labels(c.Template)
	p.metadata()
	p.constrain()
	p.teamExists(tx)
	p.out.AutoRenew = d.autoRenew(p, sheet, d.Content)
	if len(p.bad) > 0 {
		return Invalid.Each(p.bad)
	}
	sans, err := pki.CleanSANs(p.out.SANs)
	if err != nil {
		return Invalid.Detail("%s", reason(err))
	}
	for _, s := range sans {
		fixed.SANs[s.Type] = append(fixed.SANs[s.Type], s.Value)
	}
	p.out.SANs, p.out.Challenge = sans, true
	d.Content, d.Sheet = p.out, &fixed
	d.HolderID = pki.HolderID(d.Content.Subject, d.Content.SANs)
	return nil
}

// fix gathers the names and extensions that are fixed before the challenge is used: those that differ from what the template
// says by itself. before is what was fixed so far. The names are in the content alone, for they are cleaned first.
func (p *composer) fix(t *Template, before Sheet) Sheet {
	fixed := Sheet{Subject: map[string]Field{}, SANs: map[pki.SANType][]string{}, Extensions: map[pki.ExtensionType]Field{}}
	p.fixSubject(t, before, fixed)
	p.fixSANs(t, before)
	declared := map[pki.ExtensionType]bool{}
	for _, e := range t.Extensions {
		declared[e.Type] = true
		value := p.beforehand("Extension '"+string(e.Type)+"'", beforehand{e.Rule, p.extension(e.Type), p.editable(e.Editable, e.ByApprove), before.Extensions[e.Type], e.Value, string(e.Regex)})
		if value != "" && value != e.Value {
			fixed.Extensions[e.Type] = Text(value)
			p.out.Extensions = append(p.out.Extensions, pki.Extension{Type: e.Type, Value: value})
		}
	}
	p.undeclaredExtensions(declared)
	return fixed
}

func (p *composer) fixSubject(t *Template, before, fixed Sheet) {
	count := map[pki.DNType]int{}
	for _, e := range t.Subject {
		kind, _ := pki.ParseDNType(string(e.Type)) // checked when the profile was stored
		count[kind]++
		at := elementName(kind, count[kind])
		value := p.beforehand("Subject element '"+at+"'", beforehand{e.Rule, p.element(kind, count[kind]), p.editable(e.Editable, e.ByApprove), before.Subject[at], e.Value, string(e.Regex)})
		if value != "" && value != e.Value {
			fixed.Subject[at] = Text(value)
			p.out.Subject = append(p.out.Subject, pki.Element{Type: kind, Value: value})
		}
	}
	p.undeclared(count)
}

// beforehand is one element of a template before a challenge is used.
type beforehand struct {
	rule      rule.Rule
	ask       wanted
	editable  bool
	before    Field
	byDefault string
	regex     string
}

// beforehand finds the value of an element as far as it is known before the challenge is used; a rule says it then.
func (p *composer) beforehand(at string, e beforehand) string {
	if !e.rule.IsZero() {
		return ""
	}
	standard := e.byDefault
	if e.before.Sent {
		standard = e.before.Text
	}
	value := p.one(at, rule.Rule{}, e.ask, e.editable, standard)
	if value != "" && e.regex != "" && !p.matches(e.regex, value) {
		p.bad.add("%s: '%s' does not match %s", at, clip(value), e.regex)
	}
	return value
}

func (p *composer) fixSANs(t *Template, before Sheet) {
	declared := map[pki.SANType]bool{}
	for _, e := range t.SANs {
		kind, _ := pki.ParseSANType(string(e.Type))
		declared[kind] = true
		if !e.Rule.IsZero() {
			continue
		}
		values := before.SANs[kind]
		if asked, explicit := p.sheet.SANs[kind]; explicit && !slices.Equal(asked, values) {
			if !p.editable(e.Editable, e.ByApprove) {
				p.denied("SAN '"+string(kind)+"'", "")
			}
			values = asked
		}
		if len(values) > 0 {
			p.counted(e, kind, values)
		}
		for _, v := range values {
			p.out.SANs = append(p.out.SANs, pki.SAN{Type: kind, Value: v})
		}
	}
	p.undeclaredSANs(declared)
}

// deliver makes the challenge of a request, and completes it.
func (s *Service) deliver(tx *store.Tx, d *draft) error {
	policy, err := challengePolicy(tx, d.p)
	if err != nil {
		return err
	}
	text, err := policy.Generate()
	if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(text); n < leastChallenge {
		return weakChallenge.Detail("the password policy %s allows %d characters, %d are needed", policy.Name, n, leastChallenge)
	}
	d.State, d.Expires = completed, tx.Now().Add(d.wait())
	d.RemoveAt = d.Expires.Add(grace)
	if _, err := move(tx, d.request, processing); err != nil {
		return err
	}
	return s.addChallenge(tx, d.request, secret.NewText(text))
}

// wait is how long the request waits for a decision, and its challenge to be used.
func (d *draft) wait() time.Duration {
	if wait := time.Duration(d.w.life(d.p.Shared().Requests)); wait != 0 {
		return wait
	}
	return usualWait
}

// mayHaveChallenge reports whether the caller may see the challenge of a request: its owner, and who may enroll on the
// profile and so could have one made.
func mayHaveChallenge(who access.Caller, p Profile, q request) bool {
	l, on := p.Shared().Levels, q.object()
	w := workflows[enroll]
	if who.ID != "" && who.ID == q.Content.Owner || q.getsKey(who) {
		return true
	}
	return who.Known() == nil && (mayOn(who, p, w.api(l), w.word()+"_api", on) == nil || mayOn(who, p, w.direct(l), w.word(), on) == nil)
}

// showChallenge adds the challenge of a request for who may have it, while it can be used.
func (s *Service) showChallenge(tx *store.Tx, who access.Caller, p Profile, q request, r *Request) error {
	if !mayHaveChallenge(who, p, q) {
		return nil
	}
	text, err := s.openChallenge(tx, q.ID)
	r.Password = text
	return err
}

// early lets a form be filled by whoever asks for a challenge: names are not needed before it is used.
func (f *Form) early(policy identity.PasswordPolicy) {
	f.Challenge, f.Password, f.KeyType = true, &policy, ""
	for i := range f.Subject {
		f.Subject[i].Mandatory = false
	}
	for i := range f.SANs {
		f.SANs[i].Min = nil
	}
	for i := range f.Extensions {
		f.Extensions[i].Mandatory = false
	}
	for i := range f.Labels {
		f.Labels[i].Mandatory = f.Labels[i].Mandatory && f.Labels[i].Rule.IsZero()
	}
	for _, e := range []*Element{&f.Owner, &f.Team, &f.Contact} {
		e.Mandatory = e.Mandatory && e.Rule.IsZero()
	}
}

// fixedForm is the form of a request for a challenge: with the names that were fixed, each at its place.
func fixedForm(c Common, q request, approver bool) Form {
	f := formOf(c, q.Content, approver)
	for i, e := range f.Subject {
		f.Subject[i].Value = q.Sheet.Subject[e.Name].Text
	}
	return f
}
