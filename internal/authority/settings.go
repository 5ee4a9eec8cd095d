package authority

import (
	"fmt"
	"math/big"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
)

// Settings are what a CA issues by when an order does not say otherwise. The zero value stands for DefaultSettings.
type Settings struct {
	CertificateLifetime span.Duration `json:"certificateLifetime"`
	BackDate            span.Duration `json:"backDate"`
	CRLLifetime         span.Duration `json:"crlLifetime"`
	ExtKeyUsages        []string      `json:"extKeyUsages"` // names or OIDs
	Policies            []string      `json:"policies"`     // OIDs
}

// DefaultSettings are those of a CA that is created without any.
func DefaultSettings() Settings {
	return Settings{
		CertificateLifetime: 365 * span.Day, BackDate: span.Duration(5 * time.Minute), CRLLifetime: 7 * span.Day,
		ExtKeyUsages: []string{"serverAuth", "clientAuth"},
	}
}

// orDefault returns the defaults in place of the zero value.
func (s Settings) orDefault() Settings {
	if s.CertificateLifetime == 0 && s.BackDate == 0 && s.CRLLifetime == 0 && s.ExtKeyUsages == nil && s.Policies == nil {
		return DefaultSettings()
	}
	return s
}

const (
	minCRLLifetime = span.Duration(10 * time.Minute)
	maxCRLLifetime = 366 * span.Day
	maxBackDate    = 7 * span.Day
	minLifetime    = span.Duration(time.Minute)
	maxList        = 50
)

// complaints lists what is wrong, each with its field.
func (s Settings) complaints() (problems []string) {
	if s.CertificateLifetime < minLifetime {
		problems = append(problems, fmt.Sprintf("certificateLifetime: at least %s", minLifetime))
	}
	if s.BackDate > maxBackDate {
		problems = append(problems, fmt.Sprintf("backDate: at most %s", maxBackDate))
	}
	if s.CRLLifetime < minCRLLifetime || s.CRLLifetime > maxCRLLifetime {
		problems = append(problems, fmt.Sprintf("crlLifetime: from %s to %s", minCRLLifetime, maxCRLLifetime))
	}
	return append(problems, badUsages("extKeyUsages", s.ExtKeyUsages, s.Policies)...)
}

// badUsages tries each name on a certificate that nobody gets.
func badUsages(field string, usages, policies []string) (problems []string) {
	if len(usages) > maxList || len(policies) > maxList {
		return []string{fmt.Sprintf("%s: at most %d", field, maxList)}
	}
	if len(usages)+len(policies) == 0 {
		return nil
	}
	key, err := pki.Generate(pki.P256)
	if err != nil {
		return []string{field + ": it could not be tried"}
	}
	try := func(field string, t pki.Template) {
		t.Subject, t.Serial = pki.Name{{Type: pki.CN, Value: "x"}}, big.NewInt(1)
		t.NotBefore, t.NotAfter = time.Unix(0, 0), time.Unix(1, 0)
		if _, err := t.SelfSign(key); err != nil {
			problems = append(problems, field+": "+fault.Of(err).Occurrence())
		}
	}
	for _, u := range usages {
		try(field, pki.Template{ExtKeyUsages: []string{u}})
	}
	for _, p := range policies {
		try("policies", pki.Template{Policies: []string{p}})
	}
	return problems
}
