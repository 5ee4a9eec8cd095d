package rule

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/source"
)

var (
	_ huma.SchemaProvider = Rule{}
	_ huma.SchemaProvider = Template{}
)

var testEnv = Env{Now: time.Date(2026, 3, 4, 15, 6, 7, 120_000_000, time.UTC)}

func dictionary() *Map {
	m := NewMap()
	m.Add("csr.subject.cn", "Www.Example.COM")
	m.Add("csr.subject.dc", "example", "com")
	m.Add("csr.subject.description", "text")
	m.Add("csr.san.dnsname", "a.example.com", "b.example.com", "host")
	m.Set("principal.mail", "joe@example.com")
	m.Set("principal.name", "")
	m.Set("wcce.sam", `CORP\joe`)
	m.Set("certificate.not_after", "2026-12-31T23:59:58Z")
	m.Set(`token."kubernetes.io".namespace`, "prod")
	return m
}

func TestEval(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string][]string{
		`{{principal.mail}}`:                                {"joe@example.com"},
		` {{ principal.mail }} `:                            {"joe@example.com"},
		`{{none}}`:                                          nil,
		`{{principal.name}}`:                                nil,
		`{{csr.subject.dc}}`:                                nil,
		`{{csr.subject.dc.2}}`:                              {"com"},
		`[[csr.subject.dc]]`:                                {"example", "com"},
		`[[csr.subject.dc.1]]`:                              nil,
		`[[csr.subject.d]]`:                                 nil,
		`[[principal.mail]]`:                                nil,
		`{{token."kubernetes.io".namespace}}`:               {"prod"},
		`-12`:                                               {"-12"},
		`"a ""b"" \d\"`:                                     {`a "b" \d\`},
		`""`:                                                nil,
		`NULL`:                                              nil,
		`null`:                                              nil,
		`NOW`:                                               {"2026-03-04T15:06:07Z"},
		`["a", NULL, {{principal.mail}}, "", 1]`:            {"a", "joe@example.com", "1"},
		`upper("é")`:                                        {"É"},
		`LOWER({{csr.subject.cn.1}})`:                       {"www.example.com"},
		`Trim("  ")`:                                        nil,
		`Trim([" a ", " "])`:                                {"a"},
		`Upper(NULL)`:                                       nil,
		`Upper([[csr.subject.dc]])`:                         {"EXAMPLE", "COM"},
		`Substr("ABCDEF", 2)`:                               {"BCDEF"},
		`Substr("ABCDEF", -2)`:                              {"EF"},
		`Substr("s", -2)`:                                   {"s"},
		`Substr("ABCDEF", 15)`:                              nil,
		`Substr("ABCDEF", 2, 4)`:                            {"BCD"},
		`Substr("ABCDEF", 2, -2)`:                           {"BCD"},
		`Substr("ABCDEF", -2, 4)`:                           nil,
		`Substr("ABCDEF", 3, 100)`:                          {"CDEF"},
		`Substr("ABC", 1, -9)`:                              nil,
		`Substr(["ABCDEF","s"], 2, -2)`:                     {"BCD"},
		`Substr("éàü", 2, 2)`:                               {"à"},
		`Concat("a", NULL, 1)`:                              {"a1"},
		`Concat(NULL, "")`:                                  nil,
		`Concat(["a","b"], "c")`:                            {"a", "b", "c"},
		`Concat([[none]], NULL)`:                            nil,
		`Extract("cn=joe;ou=x", "ou=(\w+)")`:                {"ou=x"},
		`Extract("cn=joe;ou=x", "ou=(\w+)", 1)`:             {"x"},
		`Extract("ou=x", "ou=(\w+)", 2)`:                    nil,
		`Extract("x", "y")`:                                 nil,
		`Extract(["a1","b","c2"], "\d")`:                    {"1", "2"},
		`Replace("a.b.c", "\.", "-")`:                       {"a-b-c"},
		`Replace("aXb", "X", NULL)`:                         {"ab"},
		`Replace("X", "X", NULL)`:                           nil,
		`Replace("joe doe", "(\w+) (\w+)", "$2 $1 \$1")`:    {"doe joe $1"},
		`Replace("x", "x", Concat("$", "1"))`:               {"$1"},
		`Replace("x", "(?=x)(x)", "<$1>")`:                  {"<x>"},
		`OrElse(NULL, {{none}}, "v", "w")`:                  {"v"},
		`OrElse([[none]], "v")`:                             {"v"},
		`OrElse(NULL)`:                                      nil,
		`Match("abc", "a.c")`:                               {"abc"},
		`Match("abcd", "a.c")`:                              nil,
		`Match("ab", "a++b")`:                               {"ab"},
		`Get([[csr.san.dnsname]], 2)`:                       {"b.example.com"},
		`Get([[csr.san.dnsname]], -1)`:                      {"host"},
		`Get([[csr.san.dnsname]], 4)`:                       nil,
		`Get([[csr.san.dnsname]], -4)`:                      nil,
		`First([[none]])`:                                   nil,
		`First(Sort(["b","a","B"]))`:                        {"B"},
		`Last([[csr.subject.dc]])`:                          {"com"},
		`Join([[csr.subject.dc]], ".")`:                     {"example.com"},
		`Join([[csr.subject.dc]], NULL)`:                    {"examplecom"},
		`Join([[none]], ".")`:                               nil,
		`Filter([[csr.san.dnsname]], ".*\.example\.com")`:   {"a.example.com", "b.example.com"},
		`Filter([[csr.san.dnsname]], "example")`:            nil,
		`Slice([[csr.san.dnsname]], 2)`:                     {"b.example.com", "host"},
		`Slice([[csr.san.dnsname]], 1, 2)`:                  {"a.example.com", "b.example.com"},
		`Slice([[csr.san.dnsname]], 1, -2)`:                 {"a.example.com"},
		`Slice([[csr.san.dnsname]], -1)`:                    {"host"},
		`Slice([[csr.san.dnsname]], 9)`:                     nil,
		`Unique(["b","a","b"])`:                             {"b", "a"},
		`Split("a.b..c", ".")`:                              {"a", "b", "c"},
		`Split("a", "")`:                                    {"a"},
		`Split({{wcce.sam}}, "\")`:                          {"CORP", "joe"},
		`Split(NULL, ",")`:                                  nil,
		`ShortenDNS("a.b.c")`:                               {"a"},
		`ShortenDNS("a")`:                                   {"a"},
		`DomainDNS("a.b.c")`:                                {"b.c"},
		`DomainDNS("a")`:                                    nil,
		`ShortenDNS([[csr.san.dnsname]])`:                   {"a", "b", "host"},
		`EmailUser({{principal.mail}})`:                     {"joe"},
		`EmailDomain({{principal.mail}})`:                   {"example.com"},
		`EmailUser("joe")`:                                  nil,
		`SamAccountNameUser({{wcce.sam}})`:                  {"joe"},
		`SamAccountNameDomain({{wcce.sam}})`:                {"CORP"},
		`SamAccountNameUser("joe")`:                         {"joe"},
		`SamAccountNameDomain("joe")`:                       nil,
		`Base64("é")`:                                       {"w6k="},
		`Raw([[csr.subject.dc]])`:                           {"example", "com"},
		`DateTimeFormat({{certificate.not_after}}, "yyyy")`: {"2026"},
		`DateTimeFormat("soon", "yyyy")`:                    {"soon"},
		`DateTimeFormat(NULL, "yyyy")`:                      nil,
		`[{{csr.san.dnsname.1}}, ShortenDNS({{csr.san.dnsname.1}})]`: {"a.example.com", "a"},
	} {
		r, err := Parse(rule)
		if err != nil {
			t.Errorf("%s: %v", rule, err)
			continue
		}
		got, err := r.Eval(dictionary(), testEnv)
		if diff := cmp.Diff(want, got.Values, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%s: got %q %v, want %q", rule, got.Values, err, want)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]bool{
		`{{a}}`: false, `[[a]]`: true, `["a"]`: true, `Upper({{a}})`: false, `Upper([[a]])`: true, `OrElse({{a}}, [[b]])`: true,
		`Concat("a", "b")`: false, `Concat("a", ["b"])`: true, `First([[a]])`: false, `Split("a", ",")`: true, `Join([[a]], ",")`: false,
	} {
		r, err := Parse(rule)
		if err != nil || r.List() != want {
			t.Errorf("%s: got %v %v, want %v", rule, r.List(), err, want)
		}
	}
}

func TestDateFormats(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		"MILLIS": "1772636767120", "BASIC_ISO_DATE": "20260304Z", "ISO_LOCAL_DATE": "2026-03-04", "ISO_OFFSET_DATE": "2026-03-04Z",
		"ISO_DATE": "2026-03-04Z", "ISO_LOCAL_TIME": "15:06:07.12", "ISO_OFFSET_TIME": "15:06:07.12Z", "ISO_TIME": "15:06:07.12Z",
		"ISO_LOCAL_DATE_TIME": "2026-03-04T15:06:07.12", "ISO_ZONED_DATE_TIME": "2026-03-04T15:06:07.12Z", "ISO_DATE_TIME": "2026-03-04T15:06:07.12Z",
		"ISO_ORDINAL_DATE": "2026-063Z", "ISO_WEEK_DATE": "2026-W10-3Z", "ISO_INSTANT": "2026-03-04T15:06:07.120Z",
		"RFC_1123_DATE_TIME":      "Wed, 4 Mar 2026 15:06:07 GMT",
		"dd/MM/yyyy HH:mm:ss.SSS": "04/03/2026 15:06:07.120", "d MMM yy": "4 Mar 26", "EEEE d MMMM uuuu": "Wednesday 4 March 2026",
		"h:mm a": "3:06 PM", "K k": "3 15", "'o''clock' h ''": "o'clock 3 '", "yyyy-MM-dd'T'HH:mm:ssXXX": "2026-03-04T15:06:07Z",
		"Z xxx X z VV O": "+0000 +00:00 Z UTC Z GMT", "D DDD Q w e E G": "63 063 1 10 3 Wed AD", "[HH]": "15", "MMMMM EEEEE": "M W", "n A N": "120000000 54367120 54367120000000",
	} {
		r, err := Parse(`DateTimeFormat(NOW, "` + format + `")`)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		if got, err := r.Eval(NewMap(), testEnv); err != nil || got.String() != want {
			t.Errorf("%s: got %q %v, want %q", format, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		``:                               "line 1, column 1: expected a key such as",
		`{{}}`:                           "line 1, column 3: expected a key, found \"}\"",
		`{{a`:                            "line 1, column 4: expected }} after the key, found the end",
		`{{a b}}`:                        "line 1, column 5: expected }} after the key, found \"b\"",
		`[[a]`:                           "line 1, column 4: expected ]] after the key, found \"]\"",
		`"a`:                             "line 1, column 1: this text has no closing double quote",
		`{{a}} {{b}}`:                    "line 1, column 7: expected the end of the rule",
		"Upper(\n  Lowr({{a}}))":         "line 2, column 3: there is no function \"Lowr\"; did you mean Lower?",
		`Upper`:                          "line 1, column 6: expected ( after Upper, found the end",
		`Upper()`:                        "line 1, column 1: Upper takes 1 argument",
		`Upper("a", "b")`:                "line 1, column 1: Upper takes 1 argument",
		`Concat()`:                       "Concat takes at least 1 argument",
		`Substr("a")`:                    "Substr takes 2 or 3 arguments",
		`Upper("a"`:                      "line 1, column 10: expected a comma or ), found the end",
		`Substr("a", 0)`:                 "line 1, column 13: expected a position: positions count from 1",
		`Substr("a", {{b}})`:             "line 1, column 13: expected a position",
		`Extract("a", "b", -1)`:          "line 1, column 19: expected the number of a group",
		`Match([[a]], "b")`:              "line 1, column 7: Match takes a single value here, not a list",
		`First({{a}})`:                   "line 1, column 7: First takes a list here, such as [[key]]",
		`Match("a", "(")`:                "line 1, column 12: \"(\" is no regular expression: missing closing )",
		`Match("a", {{b}})`:              "line 1, column 12: expected a text in double quotes",
		`Replace("a", "a", "$1")`:        "the replacement names group $1, the pattern has 0",
		`DateTimeFormat(NOW, "yyyy-JJ")`: "\"JJ\" is not understood",
		`DateTimeFormat(NOW, "'a")`:      "a single quote is not closed",
		`DateTimeFormat(NOW, "{y}")`:     "'{' is reserved",
		`["a", [[b]]]`:                   "line 1, column 7: a member of a list is a single value",
		`["a" "b"]`:                      "line 1, column 6: expected a comma or a closing bracket",
		`[]`:                             "line 1, column 2: expected a key such as",
		"\"\x00\"":                       "NUL",
		strings.Repeat("Upper(", 70):     "nested deeper than 64",
		`Concat(` + strings.Repeat("1,", 1000) + `1)`: "larger than 1000 parts",
		strings.Repeat(" ", MaxRule+1):                "longer than",
	} {
		_, err := Parse(rule)
		var p *source.Problem
		if err == nil || fault.Of(err).Code() != "TS-001" || !errors.As(err, &p) || !strings.Contains(p.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", rule, err, want)
		}
	}
}

func TestEvalLimits(t *testing.T) {
	t.Parallel()
	m := NewMap()
	m.Set("big", strings.Repeat("x", 600_000))
	m.Set("slow", strings.Repeat("x", 40))
	for range 2 * maxItems {
		m.Set(Key("list", string(rune(len(m.order)+1000))), "x")
	}
	for rule, want := range map[string]string{
		`Concat({{big}}, {{big}})`:         "longer than",
		`Replace({{big}}, "x", "yy")`:      "longer than",
		`Join([{{big}}, "a"], {{big}})`:    "longer than",
		`[[list]]`:                         "more than 10000 members",
		`Split({{big}}, "x")`:              "more than 10000 members",
		`Match({{slow}}, "(?=x)(x+x+)+y")`: "too long",
		`Concat(` + strings.Repeat(`Match({{big}},"y"),`, 40) + `"a")`: "too much work",
	} {
		r, err := Parse(rule)
		if err != nil {
			t.Errorf("%s: %v", rule, err)
			continue
		}
		if got, err := r.Eval(m, testEnv); err == nil || fault.Of(err).Code() != "TS-003" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %d bytes %v, want an error with %q", rule, len(got.String()), err, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	var v struct {
		A Rule     `json:"a"`
		B Template `json:"b"`
		C Rule     `json:"c,omitzero"`
	}
	in := `{"a":"Upper({{x.y}})","b":"{{x}} and {{ Join([[z]], \"\") }} and {{x}}"}`
	if err := json.Unmarshal([]byte(in), &v); err != nil {
		t.Fatal(err)
	}
	if b, err := json.Marshal(v); err != nil || string(b) != in {
		t.Errorf("got %s %v, want %s", b, err, in)
	}
	if diff := cmp.Diff([][]string{{"x.y"}, {"x", "z"}}, [][]string{v.A.Keys(), v.B.Keys()}); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{"a":"Upper("}`, `{"b":"{{"}`, `{"a":1}`} {
		if err := json.Unmarshal([]byte(bad), &v); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	if got, err := (Rule{}).Eval(NewMap(), testEnv); err != nil || !got.None() {
		t.Errorf("got %v %v, want nothing", got, err)
	}
	if got, want := Key("a", "b.c", `d"`, "e-f"), `a."b.c"."d""".e-f`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzRule(f *testing.F) {
	for _, s := range []string{
		`Concat(Upper({{a}}), [[b]], "c""d", NULL, -1)`, `DateTimeFormat(NOW, "yyyy'x'")`, `Replace("a", "(a)", "$1\$")`, `[1,{{"a b".c}}]`,
		`Slice(Split("a,b", ","), 1, -1)`, `Extract("aa", "(a)\1", 1)`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := Parse(s)
		if err != nil {
			var p *source.Problem
			if !errors.As(err, &p) || p.At.Offset > len(s) {
				t.Errorf("%q: %v has no place", s, err)
			}
			return
		}
		got, err := r.Eval(dictionary(), testEnv)
		if err == nil && !r.List() && len(got.Values) > 1 {
			t.Errorf("%q: got %q, want at most one", s, got.Values)
		}
		for _, v := range got.Values {
			if v == "" {
				t.Errorf("%q gave an empty text", s)
			}
		}
	})
}

func BenchmarkEval(b *testing.B) {
	r, err := Parse(`Concat(Lower({{csr.subject.cn.1}}), ".", OrElse({{none}}, Get([[csr.san.dnsname]], -1)))`)
	if err != nil {
		b.Fatal(err)
	}
	d := dictionary()
	for b.Loop() {
		if _, err := r.Eval(d, testEnv); err != nil {
			b.Fatal(err)
		}
	}
}
