package inventory

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory/grade"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// GradingPolicy names the rulesets certificates are graded by, and the scale that makes letters of scores.
type GradingPolicy struct {
	Name        string                     `json:"name" required:"true" minLength:"1" maxLength:"128" pattern:"^[0-9a-zA-Z\\-_. ]+$" doc:"Unique name." group:"what"`
	Description string                     `json:"description,omitempty" maxLength:"1024" doc:"What the policy is for." group:"what"`
	Rulesets    []kind.Ref[GradingRuleset] `json:"rulesets" required:"true" minItems:"1" maxItems:"64" doc:"The rulesets that count." group:"ask"`
	Scale       grade.Scale                `json:"scale" required:"true" minItems:"1" maxItems:"26" doc:"The letter of each score, the best first." group:"ask"`
}

// GradingRuleset is a list of rules about one matter. What the rules are is part of the product.
type GradingRuleset struct {
	kind.Named
}

// KindName is the kind of grading policies.
func (GradingPolicy) KindName() string { return "grading-policy" }

// KindName is the kind of grading rulesets.
func (GradingRuleset) KindName() string { return "grading-ruleset" }

// GradingPolicies are what certificates are graded by.
var GradingPolicies = kind.Define(kind.Info{
	Kind: GradingPolicy{}.KindName(), Title: "grading policies", Singular: "Grading policy", Menu: "issuing",
	Summary: []string{"description", "rulesets"},
	Path:    "/certificate/grading/policies", Name: "GradingPolicy", Area: "configuration:system:grading",
	Family: "GRADING-POLICY", Events: event.Conf, ReadOnly: true,
}, GradingPolicy{
	Name: "pkix", Rulesets: []kind.Ref[GradingRuleset]{"ietf-pkix"}, Scale: grade.DefaultScale(),
}, func(_ *store.Tx, p GradingPolicy) []string {
	if err := p.Scale.Check(); err != nil {
		return []string{"scale: " + err.Error()}
	}
	return nil
})

// GradingRulesets are what grading policies are made of.
var GradingRulesets = kind.Define(kind.Info{
	Kind: GradingRuleset{}.KindName(), Title: "grading rulesets", Singular: "Grading ruleset", Menu: "issuing",
	Path: "/certificate/grading/rulesets", Name: "GradingRuleset", Area: "configuration:system:grading",
	Family: "GRADING-RULESET", Events: event.Conf, ReadOnly: true,
}, GradingRuleset{Named: kind.Named{Name: "ietf-pkix"}}, func(_ *store.Tx, r GradingRuleset) []string {
	if _, ok := grade.RulesetNamed(r.Name); !ok {
		return []string{"name: there is no such ruleset"}
	}
	return nil
})

// rulesetView is a ruleset as answers show it: with its rules.
type rulesetView struct {
	GradingRuleset
	Description string     `json:"description"`
	Weight      int        `json:"weight"`
	Max         int        `json:"maximum"`
	Rules       []ruleView `json:"rules"`
}

type ruleView struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Satisfied   int    `json:"satisfied"`
	Otherwise   int    `json:"otherwise"`
}

// View shows the rules, which the object does not store.
func (r GradingRuleset) View() any {
	set, _ := grade.RulesetNamed(r.Name)
	v := rulesetView{GradingRuleset: r, Description: set.Description, Weight: set.Weight, Max: set.Max, Rules: []ruleView{}}
	for _, rule := range set.Rules {
		v.Rules = append(v.Rules, ruleView{rule.Name, rule.Description, rule.Satisfied, rule.Otherwise})
	}
	return v
}

// BootstrapGrading makes the rulesets and policies that ship, with the scale, where they are missing. Each is recorded
// under the code of the first start.
func BootstrapGrading(ctx context.Context, deps kind.Deps, who access.Caller, scale grade.Scale) error {
	for _, set := range grade.Rulesets() {
		r := GradingRuleset{Named: kind.Named{Name: set.Name}}
		if err := GradingRulesets.Ensure(ctx, deps, who, r, event.BootstrapGradingRuleset); err != nil {
			return err
		}
	}
	for _, p := range DefaultPolicies(scale) {
		if err := GradingPolicies.Ensure(ctx, deps, who, p, event.BootstrapGradingPolicy); err != nil {
			return err
		}
	}
	return nil
}

// DefaultPolicies returns the policies that ship, with the scale.
func DefaultPolicies(scale grade.Scale) (all []GradingPolicy) {
	for _, p := range grade.Policies() {
		one := GradingPolicy{Name: p.Name, Description: p.Description, Scale: scale}
		for _, name := range p.Rulesets {
			one.Rulesets = append(one.Rulesets, kind.Ref[GradingRuleset](name))
		}
		all = append(all, one)
	}
	return all
}

// Grade scores the subject by the policy.
func (p GradingPolicy) Grade(s grade.Subject) grade.Result {
	rules := grade.Policy{Name: p.Name, Description: p.Description}
	for _, name := range p.Rulesets {
		rules.Rulesets = append(rules.Rulesets, string(name))
	}
	return grade.Grade(rules, s, p.Scale)
}

// gradesBy grades by the named policies, each once. One that does not exist gives no grade.
func gradesBy(tx *store.Tx, policies []string, s grade.Subject) (all []Grade, err error) {
	for i, name := range policies {
		if slices.Contains(policies[:i], name) {
			continue
		}
		p, err := GradingPolicies.Get(tx, name)
		if errors.Is(err, GradingPolicies.Missing()) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Grade{p.Name, p.Grade(s).Letter})
	}
	return all, nil
}

// letters returns the letters of all scales, the worst first.
func letters(tx *store.Tx) ([]string, error) {
	policies, err := GradingPolicies.List(tx)
	if err != nil {
		return nil, err
	}
	var steps grade.Scale
	for _, p := range policies {
		steps = append(steps, p.Scale...)
	}
	if len(steps) == 0 {
		steps = grade.DefaultScale()
	}
	slices.SortStableFunc(steps, func(a, b grade.Step) int { return cmp.Compare(a.From, b.From) })
	var all []string
	for _, step := range steps {
		if !slices.Contains(all, step.Letter) {
			all = append(all, step.Letter)
		}
	}
	return all, nil
}
