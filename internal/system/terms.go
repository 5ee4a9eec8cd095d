package system

import (
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// TermsOfService is a text people accept before they are given a certificate or a challenge.
type TermsOfService struct {
	kind.Named
	Description string      `json:"description,omitempty" maxLength:"2000" doc:"What it is for; shown in lists only." group:"what"`
	Contents    []Localized `json:"contents" required:"true" minItems:"1" maxItems:"20" doc:"The text in Markdown, by language: paragraphs, headings, bullets, bold, italic and links." group:"what"`
}

// KindName is the kind of terms of service.
func (TermsOfService) KindName() string { return "terms-of-service" }

// TermsOfServices are the texts profiles can ask people to accept.
var TermsOfServices = kind.Define(kind.Info{
	Kind: TermsOfService{}.KindName(), Title: "terms of service", Singular: "Terms of service", Menu: "issuing",
	Summary: []string{"description"},
	Path:    "/system/terms-of-services", Name: "SystemTos", Area: "configuration:system:termsofservice", Family: "TERMS-OF-SERVICE", Events: event.Conf,
}, TermsOfService{
	Named: kind.Named{Name: "internal-use"}, Description: "For servers within the company.",
	Contents: []Localized{
		{Lang: "en", Value: "# Use\n\nCertificates are for **internal** servers. See [the policy](https://pki.example.com/policy)."},
		{Lang: "fr", Value: "# Usage\n\nLes certificats sont pour les serveurs **internes**."},
	},
}, func(_ *store.Tx, t TermsOfService) []string { return formatted("contents", t.Contents) })

// Localized is a text in one language.
type Localized struct {
	Lang  string `json:"lang" required:"true" pattern:"^[a-z]{2}$" doc:"Two-letter language code."`
	Value string `json:"value" required:"true" minLength:"1" maxLength:"65536" doc:"The text."`
}

// TransformSchema tells forms what it is.
func (Localized) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return kind.Localized{}.TransformSchema(r, s)
}

// languages says which language stands twice in a list of texts.
func languages(member string, texts []Localized) (bad []string) {
	seen := map[string]bool{}
	for i, t := range texts {
		if seen[t.Lang] {
			bad = append(bad, fmt.Sprintf("%s.%d.lang: there are two texts in %s", member, i, t.Lang))
		}
		seen[t.Lang] = true
	}
	return bad
}

// formatted says what is wrong with texts that are shown as Markdown.
func formatted(member string, texts []Localized) []string {
	bad := languages(member, texts)
	for i, t := range texts {
		for _, why := range unsafe(t.Value) {
			bad = append(bad, fmt.Sprintf("%s.%d.value: %s", member, i, why))
		}
	}
	return bad
}
