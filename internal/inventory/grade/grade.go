// Package grade scores certificates against grading policies. It is a pure function of what a certificate says, and of
// whether its issuer is trusted: the same input always has the same grade, at any time.
//
// Policies, rulesets and rules are tables. What the rules mean where their published text leaves room is decided in
// docs/decisions/0006-grading.md.
package grade

import (
	"math"
	"slices"

	"github.com/horizon-clm/horizon/internal/pki"
)

// Subject is what is graded.
type Subject struct {
	Certificate *pki.Certificate
	Trusted     bool // the chain ends at a CA known as trusted
}

// Rule is one question about a certificate, with the score of either answer.
type Rule struct {
	Name, Description    string
	Satisfied, Otherwise int
	holds                func(Subject) bool
}

// Ruleset is a list of rules about one matter.
type Ruleset struct {
	Name, Description string
	Weight, Max       int
	Rules             []Rule
	applies           func(Subject) bool // nil is always
}

// Policy names the rulesets a certificate is graded by.
type Policy struct {
	Name, Description string
	Rulesets          []string
}

// Outcome is the answer to one rule.
type Outcome struct {
	Rule      string
	Satisfied bool
	Score     int
}

// RulesetResult is what one ruleset says of a certificate. Where it does not apply, its rules are answered all the
// same, and its score does not count.
type RulesetResult struct {
	Ruleset string
	Applies bool
	Weight  int
	Sum     int     // of the scores of the rules
	Max     int     // what Sum is divided by
	Score   float64 // from -1 to 1
	Rules   []Outcome
}

// Result is the grade of a certificate by a policy, with every step that led to it.
type Result struct {
	Policy   string
	Score    float64 // from 0 to 100, to two decimals
	Letter   string
	Rulesets []RulesetResult
}

// Grade scores the subject by every ruleset of the policy that applies to it.
func Grade(p Policy, s Subject, scale Scale) Result {
	r := Result{Policy: p.Name}
	var sum, weights float64
	for _, name := range p.Rulesets {
		set, ok := RulesetNamed(name)
		if !ok {
			continue
		}
		one := Explain(set, s)
		r.Rulesets = append(r.Rulesets, one)
		if one.Applies {
			sum += float64(one.Weight) * one.Score
			weights += float64(one.Weight)
		}
	}
	if weights > 0 {
		r.Score = math.Round(max(0, sum/weights)*100_00) / 100
	}
	r.Letter = scale.Letter(r.Score)
	return r
}

// Explain scores the subject by one ruleset.
func Explain(set Ruleset, s Subject) RulesetResult {
	r := RulesetResult{Ruleset: set.Name, Applies: set.applies == nil || set.applies(s), Weight: set.Weight, Max: set.Max}
	for _, rule := range set.Rules {
		o := Outcome{Rule: rule.Name, Satisfied: rule.holds(s), Score: rule.Otherwise}
		if o.Satisfied {
			o.Score = rule.Satisfied
		}
		r.Sum += o.Score
		r.Rules = append(r.Rules, o)
	}
	r.Score = max(-1, min(1, float64(r.Sum)/float64(r.Max)))
	return r
}

// Policies returns the policies that ship.
func Policies() []Policy {
	p := Policy{
		Name:        "Horizon Grading Policy",
		Description: "Grades certificates by the recommendations of ANSSI, NIST, the IETF and the CA/Browser Forum.",
	}
	for _, set := range rulesets {
		p.Rulesets = append(p.Rulesets, set.Name)
	}
	return []Policy{p}
}

// Rulesets returns the rulesets that ship.
func Rulesets() []Ruleset { return slices.Clone(rulesets) }

// PolicyNamed returns the policy of that name.
func PolicyNamed(name string) (Policy, bool) {
	all := Policies()
	i := slices.IndexFunc(all, func(p Policy) bool { return p.Name == name })
	if i < 0 {
		return Policy{}, false
	}
	return all[i], true
}

// RulesetNamed returns the ruleset of that name.
func RulesetNamed(name string) (Ruleset, bool) {
	i := slices.IndexFunc(rulesets, func(r Ruleset) bool { return r.Name == name })
	if i < 0 {
		return Ruleset{}, false
	}
	return rulesets[i], true
}
