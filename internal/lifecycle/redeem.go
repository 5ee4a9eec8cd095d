package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Redemption is one use of a one-time challenge.
type Redemption struct {
	Module    string // of the profile, as the door serves it
	Profile   string // name
	Challenge secret.Text
	// Sheet holds the CSR or the kind of key, and the names the challenge leaves open. Labels and ownership were decided with
	// the challenge and are not looked at.
	Sheet Sheet
	// Event is what the door records of the attempt, besides LIFECYCLE-ENROLL.
	Event event.Type[event.Request]
}

// Redeemed is what a challenge was used for.
type Redeemed struct {
	Issued
	PKCS12 []byte // under the challenge, where the key was made here
}

// automationPolicy is the one technical fact a client may give with its challenge.
const automationPolicy = "automation_policy"

// Redeem enrolls with a one-time challenge: whoever holds it needs no other right. Of several at once one enrolls and the
// others are told. A challenge is used once a certificate was issued with it; when that fails for good, it can be used
// again. Where the outcome is open it stays taken until repair knows: what was issued meanwhile is then handed out, once, to
// whoever presents the challenge with the same key.
func (s *Service) Redeem(ctx context.Context, who access.Caller, u Redemption) (Redeemed, error) {
	key, err := s.keyForChallenge(ctx, who, u)
	if err != nil {
		return Redeemed{}, err
	}
	var d draft
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		now, err := s.redemption(tx, who, u)
		d = now
		if err == nil && now.State == processing {
			err = s.takeUp(tx, &now, key)
			d = now
		}
		return err
	})
	switch {
	case err != nil:
		return Redeemed{}, s.unredeemed(ctx, who, u, d, err)
	case d.State == completed:
		return s.handLater(ctx, who, u, d)
	}
	facts := d.used()
	out, err := s.carryOut(ctx, who, d.p, d.request, func(tx *store.Tx, got Issued) error {
		facts = d.used()
		facts.State, facts.CertificateID = completed, got.CertificateID
		if _, err := handChallenge(tx, d.Content.Of); err != nil {
			return err
		}
		act.Also(tx, u.Event, event.Success, &facts, nil)
		return nil
	})
	switch {
	case err != nil:
		return Redeemed{}, s.notRedeemed(ctx, who, u, d, err)
	case !out.Noted: // repair was faster
		return s.handLater(ctx, who, u, d)
	}
	return s.withKey(ctx, d, out)
}

// redemption decides about the use of a challenge, as if it were the only one. What is known of it is returned with a
// refusal. An enrollment that was completed without its certificate being handed out is returned as it is.
func (s *Service) redemption(tx *store.Tx, who access.Caller, u Redemption) (d draft, err error) {
	d = draft{request: request{Profile: clip(u.Profile), Workflow: enroll, Module: u.Module, Caller: who, CSR: []byte{}}}
	p, err := Profiles.Get(tx, u.Profile)
	if errors.Is(err, Profiles.Missing()) || err == nil && (!p.Shared().Enabled || Profiles.Variant(p) != u.Module) {
		return d, NoProfile.Detail("%s", clip(u.Profile))
	}
	if err != nil {
		return d, err
	}
	d.p, d.w = p, workflows[enroll]
	if !takesChallenges(p) {
		return d, BadChallenge.Detail("the profile %s takes none", p.Shared().Name)
	}
	g, ok, err := findChallenge(tx, p.Shared().Name, u.Challenge)
	if err != nil {
		return d, err
	}
	if !ok {
		return d, BadChallenge.Detail("it is not one of the profile %s", p.Shared().Name)
	}
	asked, err := byID(tx, g.Request)
	if err != nil {
		return d, err
	}
	d.Content.Of, d.Caller = asked.ID, asked.from(who)
	if g.Enrollment != "" {
		return d.takenBy(tx, g, u)
	}
	if !tx.Now().Before(g.Expires) {
		return d, BadChallenge.Detail("it has expired on %s", g.Expires.Format(time.RFC3339))
	}
	return d, d.composeUse(tx, asked, u)
}

// takenBy decides about a challenge that an enrollment uses, or has used.
func (d draft) takenBy(tx *store.Tx, g challenge, u Redemption) (draft, error) {
	q, err := byID(tx, g.Enrollment)
	if err != nil {
		return d, err
	}
	switch {
	case g.Used.IsZero():
		return d, BadChallenge.Detail("it is being used; what comes of that is not known yet").Wait(retryAfter)
	case g.Handed || !d.sameKey(q, u.Sheet):
		return d, BadChallenge.Detail("it was used on %s", g.Used.Format(time.RFC3339))
	}
	d.request = q
	return d, nil
}

// sameKey reports whether a form asks for what an enrollment was for.
func (d draft) sameKey(q request, sheet Sheet) bool {
	if len(sheet.CSR) == 0 {
		return q.Content.KeyType != ""
	}
	csr, err := pki.ParseCSR(sheet.CSR)
	return err == nil && q.Content.KeyType == "" && bytes.Equal(csr.DER, q.CSR)
}

// composeUse decides what the certificate holds: what was accepted with the challenge, and within the template what its
// holder says.
func (d *draft) composeUse(tx *store.Tx, asked request, u Redemption) error {
	c := d.p.Shared()
	if c.Connector == "" {
		return NoConnector.Detail("%s", c.Name)
	}
	if c.Template == nil {
		return NoProfile.Detail("the profile %s has no certificate template", c.Name)
	}
	d.ID, d.State, d.Attempts, d.stands = tx.NewID(), processing, 1, mayDo
	d.Wish = "challenge/" + d.ID
	sheet := Sheet{Subject: u.Sheet.Subject, SANs: u.Sheet.SANs, Extensions: u.Sheet.Extensions, Metadata: u.Sheet.Metadata}
	d.Sheet = &sheet
	err := d.readKey(u.Sheet, nil)
	d.Sheet = nil // what uses a challenge is in no list: the request for the challenge is
	if err != nil {
		return err
	}
	p := &composer{common: c, who: d.Caller, role: byRequester, csr: d.csr, sheet: &sheet, base: asked.Content, existing: true, fixed: asked.stands()}
	p.dict, p.env.Now = d.dictionary(sheet.over(p.fixed)), tx.Now()
	if d.csr != nil {
		p.key(d.csr)
	} else {
		p.keyType(d.Content.KeyType)
	}
	p.contradictions()
	p.subject(c.Template)
	p.sans(c.Template)
	p.extensions(c.Template)
	p.ownership(c.Template)
	p.labels(c.Template)
	p.facts()
	p.constrain()
	if len(p.bad) > 0 {
		return Invalid.Each(p.bad)
	}
	sans, err := pki.CleanSANs(p.out.SANs)
	if err != nil {
		return Invalid.Detail("%s", reason(err))
	}
	p.out.SANs, p.out.KeyType, p.out.AutoRenew, p.out.Of = sans, d.Content.KeyType, asked.Content.AutoRenew, asked.ID
	d.Content = p.out
	d.HolderID = pki.HolderID(d.Content.Subject, d.Content.SANs)
	return nil
}

// from is who asked for a challenge, at the place where it is used.
func (q request) from(holder access.Caller) access.Caller {
	c := q.Caller
	c.Address, c.Door, c.Verb, c.Path, c.Call = holder.Address, holder.Door, holder.Verb, holder.Path, holder.Call
	return c
}

// stands is what was accepted with a challenge: names, labels and ownership.
func (q request) stands() Sheet {
	out := Sheet{Subject: q.Sheet.Subject, SANs: q.Sheet.SANs, Extensions: q.Sheet.Extensions, Labels: map[string]Field{}}
	for name, text := range q.Content.Labels {
		out.Labels[name] = Text(text)
	}
	for _, one := range []struct {
		to   *Field
		text string
	}{{&out.Owner, q.Content.Owner}, {&out.Team, q.Content.Team}, {&out.Contact, q.Content.Contact}} {
		if one.text != "" {
			*one.to = Text(one.text)
		}
	}
	return out
}

// over returns the form with what another says where that says something.
func (s Sheet) over(other Sheet) Sheet {
	s.Subject, s.SANs, s.Extensions = merged(s.Subject, other.Subject), merged(s.SANs, other.SANs), merged(s.Extensions, other.Extensions)
	s.Labels, s.Owner, s.Team, s.Contact = other.Labels, other.Owner, other.Team, other.Contact
	return s
}

func merged[K comparable, V any](one, other map[K]V) map[K]V {
	all := map[K]V{}
	maps.Copy(all, one)
	maps.Copy(all, other)
	return all
}

// contradictions refuses what says otherwise than was fixed with the challenge. A CSR may: the challenge counts.
func (p *composer) contradictions() {
	for _, at := range slices.Sorted(maps.Keys(p.fixed.Subject)) {
		if f := p.sheet.Subject[at]; f.Text != "" && f.Text != p.fixed.Subject[at].Text {
			p.bad.add("Subject element '%s': the challenge is for '%s'", at, p.fixed.Subject[at].Text)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(p.fixed.SANs)) {
		if asked := p.sheet.SANs[kind]; len(asked) > 0 && !slices.Equal(asked, p.fixed.SANs[kind]) {
			p.bad.add("SAN '%s': the challenge is for other names", kind)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(p.fixed.Extensions)) {
		if f := p.sheet.Extensions[kind]; f.Text != "" && f.Text != p.fixed.Extensions[kind].Text {
			p.bad.add("Extension '%s': the challenge is for '%s'", kind, p.fixed.Extensions[kind].Text)
		}
	}
}

// facts takes the one technical fact a client may give.
func (p *composer) facts() {
	for _, name := range slices.Sorted(maps.Keys(p.sheet.Metadata)) {
		switch f := p.sheet.Metadata[name]; {
		case f.Text == "":
		case name != automationPolicy:
			p.bad.add("Metadata '%s' is not authorized", clip(name))
		default:
			p.out.Metadata = map[string]string{name: f.Text}
		}
	}
}
