package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/inventory/grade"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/trust"
	"github.com/horizon-clm/horizon/internal/web"
)

// Grading returns the operations that explain grades.
func (d Deps) Grading() []web.Operation {
	op := func(path, name, doc, tag string) web.Op {
		return web.Op{Method: http.MethodPost, Path: path, Name: name, Doc: doc, Tag: tag, Needs: access.LoggedIn, Status: 200, Right: inventory.GradingPolicies.Right(kind.Read)}
	}
	return []web.Operation{
		web.Handle(op("/certificate/grading/policies/{name}/explain", "GradingPolicyExplainFile", "Grades a certificate that is sent by a policy.", "grading policies"),
			func(c *web.Call, in explainInput) (explainedPolicy, error) {
				s, err := d.sent(c, in)
				if err != nil {
					return explainedPolicy{}, err
				}
				return d.policyOf(c, in.Name, s)
			}),
		web.Handle(op("/certificate/grading/rulesets/{name}/explain", "GradingRulesetExplainFile", "Scores a certificate that is sent by a ruleset.", "grading rulesets"),
			func(c *web.Call, in explainInput) (explainedRuleset, error) {
				s, err := d.sent(c, in)
				if err != nil {
					return explainedRuleset{}, err
				}
				return d.rulesetOf(c, in.Name, s)
			}),
	}
}

// explainInput is a certificate in PEM or DER, bare or as the file of a form.
type explainInput struct {
	Name    string `path:"name" maxLength:"128"`
	Type    string `header:"Content-Type"`
	RawBody []byte `contentType:"multipart/form-data"`
}

// explainedPolicy is a grade with every step that led to it.
type explainedPolicy struct {
	Policy   string             `json:"policy"`
	Score    float64            `json:"score" doc:"From 0 to 100."`
	Grade    string             `json:"grade"`
	Rulesets []explainedRuleset `json:"rulesets"`
}

type explainedRuleset struct {
	Ruleset string          `json:"ruleset"`
	Applies bool            `json:"applies" doc:"Whether it counts for a certificate of this kind."`
	Weight  int             `json:"weight"`
	Sum     int             `json:"sum" doc:"Of the scores of its rules."`
	Max     int             `json:"maximum"`
	Score   float64         `json:"score" doc:"From -1 to 1."`
	Rules   []explainedRule `json:"rules"`
}

type explainedRule struct {
	Rule        string `json:"rule"`
	Description string `json:"description"`
	Satisfied   bool   `json:"satisfied"`
	Score       int    `json:"score"`
}

func rulesetView(r grade.RulesetResult) explainedRuleset {
	v := explainedRuleset{Ruleset: r.Ruleset, Applies: r.Applies, Weight: r.Weight, Sum: r.Sum, Max: r.Max, Score: r.Score, Rules: []explainedRule{}}
	set, _ := grade.RulesetNamed(r.Ruleset)
	for i, o := range r.Rules {
		v.Rules = append(v.Rules, explainedRule{o.Rule, set.Rules[i].Description, o.Satisfied, o.Score})
	}
	return v
}

func (d Deps) policyOf(ctx context.Context, name string, s grade.Subject) (explainedPolicy, error) {
	p, err := inventory.GradingPolicies.Look(ctx, d.DB.DB, name)
	if err != nil {
		return explainedPolicy{}, err
	}
	r := p.Grade(s)
	v := explainedPolicy{Policy: r.Policy, Score: r.Score, Grade: r.Letter, Rulesets: []explainedRuleset{}}
	for _, one := range r.Rulesets {
		v.Rulesets = append(v.Rulesets, rulesetView(one))
	}
	return v, nil
}

func (d Deps) rulesetOf(ctx context.Context, name string, s grade.Subject) (explainedRuleset, error) {
	if _, err := inventory.GradingRulesets.Look(ctx, d.DB.DB, name); err != nil {
		return explainedRuleset{}, err
	}
	set, ok := grade.RulesetNamed(name)
	if !ok {
		return explainedRuleset{}, inventory.GradingRulesets.Missing().Detail("%s", name)
	}
	return rulesetView(grade.Explain(set, s)), nil
}

func (d Deps) explainPolicy(c tailCall) (any, error) {
	s, err := d.named(c)
	if err != nil {
		return nil, err
	}
	return d.policyOf(c, c.name, s)
}

func (d Deps) explainRuleset(c tailCall) (any, error) {
	s, err := d.named(c)
	if err != nil {
		return nil, err
	}
	return d.rulesetOf(c, c.name, s)
}

// named is the certificate the path ends with: one of the inventory that the caller may see, or a PEM.
func (d Deps) named(c tailCall) (grade.Subject, error) {
	if !store.IsID(strings.ToLower(c.value)) {
		return d.subject(c, []byte(c.value))
	}
	one, err := inventory.Look(c, d.DB.DB, c.who, strings.ToLower(c.value))
	if err != nil {
		return grade.Subject{}, err
	}
	s, err := d.subject(c, one.DER)
	s.Trusted = s.Trusted || one.Trusted
	return s, err
}

// sent is the certificate in a body.
func (d Deps) sent(c *web.Call, in explainInput) (grade.Subject, error) {
	f, err := readForm(in.Type, in.RawBody)
	if err != nil {
		return grade.Subject{}, err
	}
	return d.subject(c, f.file)
}

func (d Deps) subject(ctx context.Context, document []byte) (grade.Subject, error) {
	x, err := pki.ParseCertificate(document)
	if err != nil {
		return grade.Subject{}, err
	}
	g, err := trust.Look(ctx, d.DB.DB)
	if err != nil {
		return grade.Subject{}, err
	}
	return grade.Subject{Certificate: x, Trusted: g.IsTrusted(x)}, nil
}
