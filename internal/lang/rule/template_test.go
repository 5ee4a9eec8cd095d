package rule

import (
	"errors"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/source"
)

func TestTemplate(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		``:                                    "",
		`plain } text { }} "`:                 `plain } text { }} "`,
		`Dear {{principal.mail}}.`:            "Dear joe@example.com.",
		`{{ principal.mail }}`:                "joe@example.com",
		`{{none}} {{ none.2 }}`:               "{{none}} {{ none.2 }}",
		`[{{principal.name}}]`:                "[]",
		`{{csr.subject.dc}}`:                  "{{csr.subject.dc}}",
		`{{ Lower({{csr.subject.cn.1}}) }}`:   "www.example.com",
		`[{{ Upper({{none}}) }}]`:             "[]",
		`{{ [[csr.subject.dc]] }}`:            "example,com",
		`{{[[csr.subject.dc]]}}`:              "example,com",
		`{{ {{principal.mail}} }}`:            "joe@example.com",
		`{{{{none}}}}`:                        "",
		`{"a":{{principal.mail}}}`:            `{"a":joe@example.com}`,
		`{{{principal.mail}}}`:                "{joe@example.com}",
		`{{ "{{" }}x{{ "}}" }}`:               "{{x}}",
		`{{"a b"}}`:                           "a b",
		`{{NOW}} {{NULL}}{{now}}`:             "2026-03-04T15:06:07Z {{now}}",
		`{{token."kubernetes.io".namespace}}`: "prod",
		`{{"x.y".z}}`:                         `{{"x.y".z}}`,
		`a{{principal.mail}}{{wcce.sam}}`:     `ajoe@example.comCORP\joe`,
	} {
		p, err := ParseTemplate(template)
		if err != nil {
			t.Errorf("%s: %v", template, err)
			continue
		}
		if got, err := p.Eval(dictionary(), testEnv); err != nil || got != want {
			t.Errorf("%s: got %q %v, want %q", template, got, err, want)
		}
	}
}

func TestTemplateEscape(t *testing.T) {
	t.Parallel()
	p, err := ParseTemplate(`(cn=\{{wcce.sam}} {{ Upper({{wcce.sam}}) }} {{ Raw({{wcce.sam}}) }} {{none}}`)
	if err != nil {
		t.Fatal(err)
	}
	env := testEnv
	env.Escape = func(s string) string { return strings.ReplaceAll(s, `\`, `\5c`) }
	if got, err := p.Eval(dictionary(), env); err != nil || got != `(cn=\CORP\5cjoe CORP\5cJOE CORP\joe {{none}}` {
		t.Errorf("got %s %v", got, err)
	}
}

func TestTemplateRefuses(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]string{
		"a\n{{":                            "line 2, column 3: expected a key such as",
		"{{}}":                             "line 1, column 3: expected a key such as",
		"{{a":                              "line 1, column 3",
		"{{ Lowr({{a}}) }}":                "line 1, column 4: there is no function \"Lowr\"; did you mean Lower?",
		"{{ Lower({{a}}) }":                "line 1, column 17: expected }} after the expression",
		"{{ Lower({{a}}) x }}":             "line 1, column 17: expected }} after the expression, found \"x\"",
		"\xff":                             "UTF-8",
		strings.Repeat("x", MaxTemplate+1): "longer than",
	} {
		_, err := ParseTemplate(template)
		var p *source.Problem
		if err == nil || fault.Of(err).Code() != "TS-002" || !errors.As(err, &p) || !strings.Contains(p.Error(), want) {
			t.Errorf("%.40s:\n got %v\nwant %s", template, err, want)
		}
	}
	m := NewMap()
	m.Set("big", strings.Repeat("x", 900_000))
	p, err := ParseTemplate("{{big}}{{big}}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Eval(m, testEnv); fault.Of(err) == nil || fault.Of(err).Code() != "TS-003" {
		t.Errorf("got %v, want TS-003", err)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"a {{b}} {{ Lower({{principal.mail}}) }}", "{{{a}}}", "{{{{a}}}}", `{{"a".b}}`, "{{[[a]]}}", "{{ "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParseTemplate(s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Errorf("%q became %q", s, p)
		}
		if got, err := p.Eval(NewMap(), testEnv); err == nil && !strings.Contains(s, "{{") && got != s {
			t.Errorf("%q became %q", s, got)
		}
	})
}
