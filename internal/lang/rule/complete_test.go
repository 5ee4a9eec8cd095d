package rule

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var completed = Keys{All: []Known{
	{Name: "csr.subject.cn", List: true, Doc: "Common names."},
	{Name: "csr.san.dnsname", List: true},
	{Name: "principal.mail"},
	{Name: "webra.enroll.label.*", Values: "label"},
	{Name: "webra.enroll.metadata.*", Values: "metadata"},
	{Name: "team.*.displayname.*", Spare: true},
}}

func labels(of string) []string {
	return map[string][]string{"label": {"env", "cost centre"}}[of]
}

const keysAndStems = `{{csr.subject.cn.1}} {{csr.san.dnsname.1}} {{principal.mail}} {{webra.enroll.label.env}} {{webra.enroll.label."cost centre"}} {{webra.enroll.metadata.`

// shown tells what is offered at the | of a text, and what it replaces.
func shown(form Form, marked string) string {
	at := strings.Index(marked, "|")
	text := strings.Replace(marked, "|", "", 1)
	c := form.Complete(text, at, completed, labels)
	var words []string
	for _, one := range c.Choices {
		words = append(words, one.Text)
	}
	return strings.TrimSpace(fmt.Sprintf("%q %s", text[c.From.Offset:c.To.Offset], strings.Join(words, " ")))
}

func TestCompleteRule(t *testing.T) {
	t.Parallel()
	for marked, want := range map[string]string{
		`Lo|`:                             `"Lo" Lower(`,
		`sub|`:                            `"sub" Substr( {{csr.subject.cn.1}} [[csr.subject.cn]]`,
		`Lo|w({{principal.mail}})`:        `"Low" Lower`,
		`Lower(pr|`:                       `"pr" {{principal.mail}}`,
		`Lower({{pr|`:                     `"pr" principal.mail}}`,
		`Lower({{pr|}})`:                  `"pr" principal.mail`,
		`Lower({{pr|incipal.x}})`:         `"principal.x" principal.mail`,
		`{{|`:                             `"" csr.subject.cn.1}} csr.san.dnsname.1}} principal.mail}} webra.enroll.label.env}} webra.enroll.label."cost centre"}} webra.enroll.metadata.`,
		`[[|`:                             `"" csr.subject.cn]] csr.san.dnsname]]`,
		`{{webra.enroll.label."co|`:       `"webra.enroll.label.\"co" webra.enroll.label."cost centre"}}`,
		`{{mail|`:                         `"mail" principal.mail}}`,
		`{{principal.mail |`:              `"" }}`,
		`First(|`:                         `"" [[csr.subject.cn]] [[csr.san.dnsname]] Upper( Lower( Trim( Raw( Base64( ShortenDNS( DomainDNS( EmailUser( EmailDomain( SamAccountNameUser( SamAccountNameDomain( Substr( Extract( Replace( Concat( OrElse( Filter( Slice( Sort( Unique( Split(`,
		`Split(s|`:                        `"s" ShortenDNS( SamAccountNameUser( SamAccountNameDomain( Substr( {{csr.subject.cn.1}} {{csr.san.dnsname.1}}`,
		`Substr("é", |`:                   `"" 1 -1`,
		`Substr("é" |`:                    `"" ,`,
		`Substr("é", 1 |`:                 `"" , )`,
		`Substr("é", 1, 2 |`:              `"" )`,
		`Substr("é", 1, 2, |`:             `""`,
		`Extract("é", "x", |`:             `"" 0 1`,
		`Match("é", |`:                    `""`,
		`DateTimeFormat(NOW, "ISO_W|`:     `"\"ISO_W" "ISO_WEEK_DATE"`,
		`DateTimeFormat(NOW, "RF|")`:      `"\"RF" "RFC_1123_DATE_TIME`,
		`["a", em|`:                       `"em" EmailUser( EmailDomain(`,
		`["a" |`:                          `"" , ]`,
		`Concat("éé", Upp|`:               `"Upp" Upper(`,
		`Upper |`:                         `"" (`,
		`Upper("a|`:                       `""`,
		`Upper("a") |`:                    `""`,
		`Nothing(|`:                       `""`,
		`NO|`:                             `"NO" NOW`,
		"OrElse(\n  {{principal.mail}},|": `"" ` + keysAndStems + ` [[csr.subject.cn]] [[csr.san.dnsname]]`,
	} {
		got := shown(OfRule, marked)
		if strings.HasPrefix(marked, "OrElse") { // all functions follow
			got, _, _ = strings.Cut(got, " Upper(")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", marked, diff)
		}
	}
}

func TestCompleteTemplate(t *testing.T) {
	t.Parallel()
	for marked, want := range map[string]string{
		`Hello Lo|`:                     `"" {{ ` + keysAndStems,
		`|`:                             `"" {{ ` + keysAndStems,
		`{{principal.mail}} |, bye`:     `"" {{ ` + keysAndStems,
		`Hello {|`:                      `"{" {{ ` + keysAndStems,
		`Hé {{pr|`:                      `"pr" principal.mail}}`,
		`Hé {{ Lo|`:                     `"Lo" Lower(`,
		`Hé {{ Lower({{mail|}}) }}`:     `"mail" principal.mail`,
		`Hé {{ Lower("a") |`:            `"" }}`,
		`Hé {{ [[csr.s|`:                `"csr.s" csr.subject.cn]] csr.san.dnsname]]`,
		`{"id":{{pr| }}}`:               `"pr" principal.mail`,
		`{{principal.mail}} and {{csr.`: `""`,
	} {
		if !strings.Contains(marked, "|") {
			marked, want = marked+"|", `"csr." csr.subject.cn.1}} csr.san.dnsname.1}} [[csr.subject.cn]] [[csr.san.dnsname]]`
		}
		if diff := cmp.Diff(want, shown(OfTemplate, marked)); diff != "" {
			t.Errorf("%s: %s", marked, diff)
		}
	}
}

func TestCompleteCondition(t *testing.T) {
	t.Parallel()
	const comparisons = `equals exists is empty contains resolvesDNS not equals not exists is not empty not contains not resolvesDNS`
	const members = `starts with ends with in matches within starts not with ends not with not in not matches not within`
	const all = `equals exists is empty contains starts with ends with in matches resolvesDNS within not equals not exists is not empty ` +
		`not contains starts not with ends not with not in not matches not resolvesDNS not within`
	for marked, want := range map[string]string{
		`a|`:                                  `"a" any of all of`,
		`any of csr.s|`:                       `"csr.s" [[csr.subject.cn]] [[csr.san.dnsname]]`,
		`{{principal.mail}} |`:                `"" ` + all,
		`[[csr.san.dnsname]] |`:               `"" ` + comparisons,
		`any of [[csr.san.dnsname]] |`:        `"" ` + members,
		`{{principal.mail}} starts w|`:        `"starts w" starts with`,
		`{{principal.mail}} in [[csr.su|`:     `"csr.su" csr.subject.cn]]`,
		`{{principal.mail}} in csr|`:          `"csr" [[csr.subject.cn]] [[csr.san.dnsname]]`,
		`{{principal.mail}} equals pr|`:       `"pr" {{principal.mail}}`,
		`{{principal.mail}} exists |`:         `"" and or`,
		`({{principal.mail}} exists |`:        `"" and or )`,
		`({{principal.mail}} exists) a|`:      `"a" and`,
		`{{principal.mail}} exists and no|`:   `"no" not ( NOW`,
		`{{principal.mail}} contains any o|`:  `"any o" any of`,
		`{{principal.mail}} equals "é" or (|`: `"" not ( ( any of all of ` + keysAndStems,
	} {
		got := shown(OfCondition, marked)
		if strings.HasSuffix(marked, "(|") {
			got, _, _ = strings.Cut(got, " [[")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", marked, diff)
		}
	}
}

func TestCheckForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		form Form
		text string
		want string
	}{
		{OfRule, `Lower({{principal.mail}})`, ``},
		{OfRule, `[[csr.subject.cn]]`, `list`},
		{OfRule, `"é" + 1`, `5: expected the end of the rule, found "+ 1"`},
		{OfRule, `Lowr("a")`, `0: there is no function "Lowr" -> Lower`},
		{OfRule, `Upper({{principal.male}})`, `? 8: there is no key "principal.male" here -> principal.mail`},
		{OfRule, `"é" `, ``},
		{OfRule, `Concat("é", {{csr.subject.cn}})`, `? 15: "csr.subject.cn" names a list; a member of it has its number behind it -> csr.subject.cn.1`},
		{OfRule, `{{csr.subject.cn.-1}}`, `? 2: there is no key "csr.subject.cn.-1" here -> csr.subject.cn.1`},
		{OfRule, `Join([[csr]], [[principal.mail]])`, `14: Join takes a single value here, not a list`},
		{OfRule, `Join([[principal.mail]], ",")`, `? 7: there is no key "principal.mail" here`},
		{OfRule, `{{webra.enroll.label."any thing"}}`, ``},
		{OfRule, `{{team.core.displayname.fr}}`, ``},
		{OfRule, "a\x00", `1: the character NUL is not allowed`},
		{OfTemplate, `Hé {{ Lower( }}`, `14: expected a key such as {{csr.subject.cn.1}}, a text in double quotes, a list or a function, found "}"`},
		{OfTemplate, `{{here}} {{ Upper({{there}}) }}`, "? 2: there is no key \"here\" here\n? 20: there is no key \"there\" here"},
		{OfCondition, `{{csr.subject.cn}} contains "a"`, ``},
		{OfCondition, `{{csr.subject.xn}} = "a"`, `? 2: there is no key "csr.subject.xn" here -> csr.subject.cn.1`},
		{OfCondition, `{{principal.mail}} like "a"`, `19: expected an operator: equals, in, exists, is empty, contains, matches, within, starts with, ends with or resolvesDNS, found "l"`},
	} {
		v := c.form.Check(c.text, completed)
		var said []string
		if v.List {
			said = append(said, "list")
		}
		if p := v.Problem; p != nil {
			said = append(said, strings.TrimSuffix(fmt.Sprintf("%d: %s -> %s", p.At.Offset, p.Text, strings.Join(p.Near, " ")), " -> "))
		}
		for _, p := range v.Unknown {
			said = append(said, strings.TrimSuffix(fmt.Sprintf("? %d: %s -> %s", p.At.Offset, p.Text, strings.Join(p.Near, " ")), " -> "))
		}
		if diff := cmp.Diff(c.want, strings.Join(said, "\n")); diff != "" {
			t.Errorf("%s: %s", c.text, diff)
		}
	}
}

// The documentation tells the functions there are, each with as many arguments as it takes, and all formats of dates.
func TestDocumentedFunctions(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../docs/computation-rules.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "## Functions")
	table, _, _ := strings.Cut(rest, "\n## ")
	var want, got []string
	for _, f := range functions {
		want = append(want, f.name)
		if f.doc == "" || !strings.HasSuffix(f.doc, ".") || f.args == "" {
			t.Errorf("%s is not described", f.name)
		}
	}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, call := range regexp.MustCompile("`([A-Za-z0-9]+)\\(([^`]*)\\)`").FindAllStringSubmatch(cells[1], -1) {
				if len(got) == 0 || got[len(got)-1] != call[1] {
					got = append(got, call[1])
				}
				if n, f := len(strings.Split(call[2], ",")), find(call[1]); f == nil || n < f.least || f.most > 0 && n > f.most {
					t.Errorf("%s takes other arguments", call[0])
				}
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("functions, and those in the documentation: %s", diff)
	}
	for _, name := range formatNames() {
		if _, ok := standard(name); !ok || !strings.Contains(table, "`"+name+"`") {
			t.Errorf("%s is no format, or is not documented", name)
		}
	}
}

func FuzzComplete(f *testing.F) {
	for _, seed := range []string{`Lower({{pr`, `Hé {{ Lower([[csr.`, `any of [[a]] in [`, `{{a."`, `Substr("é", `, "\x00", `DateTimeFormat(NOW, "I`} {
		f.Add(seed, len(seed), 0)
		f.Add(seed, len(seed)/2, 1)
		f.Add(seed, 3, 2)
	}
	f.Fuzz(func(t *testing.T, text string, at, form int) {
		c := Form(form).Complete(text, at, completed, labels)
		if c.From.Offset < 0 || c.From.Offset > c.To.Offset || c.To.Offset > len(text) || len(c.Choices) > maxChoices {
			t.Errorf("got %+v", c)
		}
		v := Form(form).Check(text, completed)
		for _, p := range append(v.Unknown, v.Problem) {
			if p != nil && (p.At.Offset < 0 || p.At.Offset > len(text)) {
				t.Errorf("got %+v", p)
			}
		}
	})
}
