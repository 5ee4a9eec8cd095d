package identity

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"unicode"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// PasswordPolicy is what passwords must look like.
type PasswordPolicy struct {
	kind.Named
	MinChar   int    `json:"minChar" required:"true" minimum:"1" maximum:"256" unit:"characters" doc:"Fewest characters." group:"ask"`
	MaxChar   int    `json:"maxChar,omitempty" minimum:"1" maximum:"1024" unit:"characters" doc:"Most characters; without it, 1024." group:"ask"`
	MinLoChar int    `json:"minLoChar,omitempty" minimum:"0" maximum:"256" unit:"letters" doc:"Fewest lower-case letters." group:"ask"`
	MinUpChar int    `json:"minUpChar,omitempty" minimum:"0" maximum:"256" unit:"letters" doc:"Fewest upper-case letters." group:"ask"`
	MinDiChar int    `json:"minDiChar,omitempty" minimum:"0" maximum:"256" unit:"digits" doc:"Fewest digits." group:"ask"`
	MinSpChar int    `json:"minSpChar,omitempty" minimum:"0" maximum:"256" unit:"characters" doc:"Fewest special characters." group:"ask"`
	SpChar    string `json:"spChar,omitempty" maxLength:"128" example:"!?+-_" doc:"Which special characters are accepted; without it, every printable one." group:"ask"`
}

// KindName is the kind of password policies.
func (PasswordPolicy) KindName() string { return "password-policy" }

// PasswordPolicies are what passwords must look like.
var PasswordPolicies = kind.Define(kind.Info{
	Kind: PasswordPolicy{}.KindName(), Title: "password policies", Singular: "Password policy", Menu: "access",
	Summary: []string{"minChar", "maxChar", "minUpChar", "minLoChar", "minDiChar", "minSpChar"},
	Path:    "/security/passwordpolicies", Name: "PasswordPolicy", Area: "configuration:security:passwordpolicy",
	Family: "PASSWORD-POLICY", Events: event.OfPasswordPolicies,
}, DefaultPolicy(), func(_ *store.Tx, p PasswordPolicy) (problems []string) {
	if p.MaxChar != 0 && p.MaxChar < p.MinChar {
		problems = append(problems, "maxChar: it is less than minChar")
	}
	if n := p.MinLoChar + p.MinUpChar + p.MinDiChar + p.MinSpChar; n > p.longest() {
		problems = append(problems, fmt.Sprintf("maxChar: the classes ask for %d characters", n))
	}
	for _, r := range p.SpChar {
		if !special(r) {
			problems = append(problems, fmt.Sprintf("spChar: %q is not a special character", r))
		}
	}
	return problems
})

// DefaultPolicyName names the policy made at the first start.
const DefaultPolicyName = "Horizon-Default"

// DefaultPolicy is the policy made at the first start.
func DefaultPolicy() PasswordPolicy {
	return PasswordPolicy{Named: kind.Named{Name: DefaultPolicyName}, MinChar: 12, MaxChar: 128, MinLoChar: 1, MinUpChar: 1, MinDiChar: 1}
}

const longestPassword = 1024

func (p PasswordPolicy) longest() int {
	if p.MaxChar == 0 {
		return longestPassword
	}
	return p.MaxChar
}

func special(r rune) bool {
	return unicode.IsPrint(r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' '
}

// Check lists the rules a password breaks.
func (p PasswordPolicy) Check(password string) (problems []string) {
	var n, lower, upper, digits, specials int
	for _, r := range password {
		n++
		switch {
		case unicode.IsLower(r):
			lower++
		case unicode.IsUpper(r):
			upper++
		case unicode.IsDigit(r):
			digits++
		case p.SpChar != "" && special(r) && !strings.ContainsRune(p.SpChar, r):
			problems = append(problems, fmt.Sprintf("password: the special character %q is not accepted", r))
		case special(r):
			specials++
		}
	}
	for _, rule := range []struct {
		have, want int
		what       string
	}{
		{n, p.MinChar, "characters"}, {lower, p.MinLoChar, "lower-case letters"}, {upper, p.MinUpChar, "upper-case letters"},
		{digits, p.MinDiChar, "digits"}, {specials, p.MinSpChar, "special characters"},
	} {
		if rule.have < rule.want {
			problems = append(problems, fmt.Sprintf("password: %d %s are needed", rule.want, rule.what))
		}
	}
	if n > p.longest() {
		problems = append(problems, fmt.Sprintf("password: at most %d characters are accepted", p.longest()))
	}
	return problems
}

const (
	lowers       = "abcdefghijkmnopqrstuvwxyz"
	uppers       = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	numerals     = "23456789"
	someSpecials = "!#%+,-./:=?@_"
	usualLength  = 24
	noRandom     = "drawing a password"
)

// Generate draws a password that keeps the policy.
func (p PasswordPolicy) Generate() (string, error) {
	specials := p.SpChar
	if specials == "" {
		specials = someSpecials
	}
	var out []rune
	for _, class := range []struct {
		from string
		n    int
	}{{lowers, p.MinLoChar}, {uppers, p.MinUpChar}, {numerals, p.MinDiChar}, {specials, p.MinSpChar}} {
		for range class.n {
			r, err := draw(class.from)
			if err != nil {
				return "", err
			}
			out = append(out, r)
		}
	}
	all := lowers + uppers + numerals
	if p.MinSpChar > 0 {
		all += specials
	}
	for len(out) < min(max(usualLength, p.MinChar), p.longest()) {
		r, err := draw(all)
		if err != nil {
			return "", err
		}
		out = append(out, r)
	}
	return shuffled(out)
}

func draw(from string) (rune, error) {
	runes := []rune(from)
	i, err := below(len(runes))
	if err != nil {
		return 0, err
	}
	return runes[i], nil
}

func below(n int) (int, error) {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", noRandom, err)
	}
	return int(i.Int64()), nil
}

func shuffled(out []rune) (string, error) {
	for i := len(out) - 1; i > 0; i-- {
		j, err := below(i + 1)
		if err != nil {
			return "", err
		}
		out[i], out[j] = out[j], out[i]
	}
	return string(out), nil
}
