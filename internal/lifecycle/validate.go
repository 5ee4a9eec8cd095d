package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/store"
)

// Who decides about enrollments.
const (
	authorized   = "authorized"
	byRules      = "auto-validation"            // the rules alone
	rulesOrRight = "auto-validation-authorized" // the rules first, then the rights
	byChallenge  = "challenge"                  // the rights, about a one-time challenge that is used later
)

// ValidationRuleset are rules about a request, so many of which have to hold.
type ValidationRuleset struct {
	Rules     []rule.Condition `json:"rules" required:"true" minItems:"1" maxItems:"100" keys:"profile/module" doc:"Conditions about who asks and for what: {{http.request.ip}} in 192.0.2.0/24."`
	Threshold int              `json:"threshold" required:"true" minimum:"1" unit:"conditions" doc:"How many of them have to hold."`
}

var notValidated = fault.Define("WEBRA-ENROLL-005", fault.Denied, "The request does not satisfy the rules of the profile")

// asksRules reports whether rules take part in decisions about enrollments.
func (p WebraProfile) asksRules() bool {
	return p.AuthorizationMode == byRules || p.AuthorizationMode == rulesOrRight
}

func (p WebraProfile) validationComplaints() (bad []string) {
	v := p.Validation
	if v == nil {
		if p.asksRules() {
			bad = append(bad, "validationRuleset: "+p.AuthorizationMode+" needs it")
		}
		return bad
	}
	if v.Threshold > len(v.Rules) {
		bad = append(bad, fmt.Sprintf("validationRuleset.threshold: there are only %d rules", len(v.Rules)))
	}
	for i, r := range v.Rules {
		if r.IsZero() {
			bad = append(bad, fmt.Sprintf("validationRuleset.rules.%d: it is empty", i))
		}
	}
	return bad
}

// validate lets the rules of the profile decide about an enrollment, of whoever may ask for one.
func (d *draft) validate(tx *store.Tx, a Ask) error {
	p, ok := d.p.(WebraProfile)
	if !ok || d.Workflow != enroll || !p.asksRules() || p.Validation == nil {
		return nil
	}
	words := d.dictionary(a.Sheet)
	env := rule.Env{Now: tx.Now(), Resolves: func(l rule.Lookup) bool { return a.resolved[l] }}
	hold := 0
	for i, r := range p.Validation.Rules {
		more, err := r.Lookups(words, env)
		if err != nil {
			return Invalid.Detail("validationRuleset.rules.%d: %s", i, reason(err))
		}
		d.lookups = append(d.lookups, more...)
		holds, err := r.Holds(words, env)
		if err != nil {
			return Invalid.Detail("validationRuleset.rules.%d: %s", i, reason(err))
		}
		if holds {
			hold++
		}
	}
	if hold >= p.Validation.Threshold {
		d.stands = max(d.stands, mayDo)
		return nil
	}
	if p.AuthorizationMode == byRules {
		return notValidated.Detail("%d of %d rules hold, %d have to", hold, len(p.Validation.Rules), p.Validation.Threshold)
	}
	return nil
}

// Limits of what one request makes the server ask the DNS.
const (
	maxLookups  = 100
	lookupsTime = 5 * time.Second
)

// resolve asks the DNS, outside of any transaction, what the rules of the profile want to know about the request. What is
// not answered in time does not resolve.
func (s *Service) resolve(ctx context.Context, who access.Caller, a *Ask) error {
	if a.Workflow != enroll {
		return nil
	}
	var lookups []rule.Lookup
	err := s.DB.Read(ctx, func(tx *store.Tx) error {
		if p, err := Profiles.Get(tx, a.Profile); err != nil || !asksDNS(p) {
			return nil //nolint:nilerr // it is found again
		}
		d, _ := s.draft(tx, who, *a) // what is wrong is found again, and recorded
		lookups = d.lookups
		return nil
	})
	if err != nil || len(lookups) == 0 {
		return err
	}
	if len(lookups) > maxLookups {
		lookups = lookups[:maxLookups]
	}
	a.resolved = s.lookUp(ctx, lookups)
	return nil
}

// asksDNS reports whether a rule of the profile does.
func asksDNS(p Profile) bool {
	w, ok := p.(WebraProfile)
	return ok && w.asksRules() && w.Validation != nil && slices.ContainsFunc(w.Validation.Rules, rule.Condition.NeedsDNS)
}

// lookUp asks all at once.
func (s *Service) lookUp(ctx context.Context, lookups []rule.Lookup) map[rule.Lookup]bool {
	ctx, cancel := context.WithTimeout(ctx, lookupsTime)
	defer cancel()
	found := make([]bool, len(lookups))
	resolvers := map[string]*outbound.DNS{}
	var asked sync.WaitGroup
	for i, l := range lookups {
		dns, known := resolvers[l.Server]
		if !known {
			o := s.DNS
			if l.Server != "" {
				o = outbound.DNSOptions{Servers: []string{l.Server}}
			}
			dns, _ = outbound.NewDNS(o) // nil without any server: nothing resolves
			resolvers[l.Server] = dns
		}
		if dns == nil {
			continue
		}
		asked.Go(func() {
			addresses, err := dns.Addresses(ctx, l.Name)
			found[i] = err == nil && len(addresses) > 0
		})
	}
	asked.Wait()
	all := make(map[rule.Lookup]bool, len(lookups))
	for i, l := range lookups {
		all[l] = found[i]
	}
	return all
}
