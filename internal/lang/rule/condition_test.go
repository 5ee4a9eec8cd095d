package rule

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func claims() *Map {
	m := NewMap()
	m.Set("sub", "project:42")
	m.Set("iss", "https://ci.example.com")
	m.Set("ip", "192.0.2.7")
	m.Add("aud", "horizon", "other")
	m.Add("groups", "ops", "dev")
	return m
}

func TestCondition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{{sub}} equals "project:42"`:                                        true,
		`{{sub}} = "project:4"`:                                              false,
		`{{sub}} != "project:4"`:                                             true,
		`{{none}} not equals "x"`:                                            true,
		`{{none}} equals NULL`:                                               true,
		`Upper("left") = "left"`:                                             false,
		`{{iss}} contains "ci.example"`:                                      true,
		`{{aud}} contains "horizon"`:                                         true,
		`{{aud}} contains "hori"`:                                            false,
		`{{aud}} equals "horizon"`:                                           false,
		`[[groups]] contains "ops"`:                                          true,
		`[[groups]] contains all of ["ops", "dev"]`:                          true,
		`[[groups]] not contains all of ["ops", "abc"]`:                      true,
		`[[groups]] contains any of ["ops", "abc"]`:                          true,
		`[[groups]] not contains any of ["x", "y"]`:                          true,
		`["google.com"] contains all of [[undefined]]`:                       true,
		`["google.com"] contains any of [[undefined]]`:                       true,
		`{{sub}} in ["a", "project:42"]`:                                     true,
		`{{sub}} not in ["a"]`:                                               true,
		`any of [[groups]] in ["ops"]`:                                       true,
		`all of [[groups]] in ["ops"]`:                                       false,
		`any of [[groups]] not in ["ops"]`:                                   true,
		`{{ip}} in 192.0.2.0/24`:                                             true,
		`{{ip}} not in 192.0.2.7/25`:                                         false,
		`"128.12.13.14" in 128.12.15.0/24`:                                   false,
		`all of ["2001:db8::1", "2001:db9::1"] in 2001:db8::1/32`:            false,
		`{{sub}} exists`:                                                     true,
		`{{none}} not exists and [[none]] is empty`:                          true,
		`[[groups]] is not empty`:                                            true,
		`{{none}} is empty`:                                                  true,
		`"left" ~ "\d+"`:                                                     false,
		`{{sub}} matches "project:[0-9]+"`:                                   true,
		`{{sub}} matches "[0-9]+"`:                                           false,
		`{{none}} matches ".*"`:                                              false,
		`all of ["left","aaaaa"] within ["\d+","a+"]`:                        false,
		`any of ["left","aaaaa"] within ["\d+","a+"]`:                        true,
		`{{sub}} starts with "project:"`:                                     true,
		`{{sub}} starts not with "job:"`:                                     true,
		`{{sub}} ends with {{none}}`:                                         false,
		`all of [[groups]] starts with "o"`:                                  false,
		`{{sub}} equals "x" or {{iss}} exists and [[groups]] contains "ops"`: true,
		`({{sub}} equals "x" or {{iss}} exists) and [[groups]] contains "x"`: false,
		`not ({{sub}} equals "x")`:                                           true,
		`[[groups]] equals ["ops", "dev"]`:                                   true,
		`"a.example.com" resolvesDNS`:                                        true,
		`"b.example.com" not resolvesDNS`:                                    true,
		`["a.example.com", "b.example.com"] resolvesDNS`:                     false,
		`[[none]] resolvesDNS`:                                               false,
		`{{none}} not resolvesDNS`:                                           true,
		`"b.example.com" resolvesDNS(192.0.2.53:53)`:                         true,
	} {
		c, err := ParseCondition(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		resolves := func(l Lookup) bool { return l == Lookup{Name: "a.example.com"} || l.Server == "192.0.2.53:53" }
		if got, err := c.Holds(claims(), Env{Resolves: resolves}); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestConditionRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{{sub}}`:                          "expected an operator",
		`{{sub}} resolvesDNS(dns.example)`: "expected an address and a port",
		`{{sub}} equals`:                   "expected a key",
		`{{sub}} equals [[groups]]`:        "expected a single value",
		`{{sub}} in "a"`:                   "expected a list",
		`[[groups]] in ["a"]`:              "any of or all of",
		`any of {{sub}} in ["a"]`:          "take a list",
		`any of [[groups]] contains "a"`:   "as a whole",
		`{{sub}} matches {{iss}}`:          "regular expression in double quotes",
		`{{sub}} matches "("`:              "",
		`not {{sub}} exists`:               "( after not",
		`({{sub}} exists`:                  ") after",
		`{{sub}} exists extra`:             "expected and, or",
		strings.Repeat("(", 100) + `{{a}}`: "too deep",
	} {
		if _, err := ParseCondition(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	c, err := ParseCondition(`{{none}} resolvesDNS or not (all of [[aud]] in ["x"]) and [[aud]] resolvesDNS([2001:db8::1]:53) and "horizon" resolvesDNS`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Lookups(claims(), Env{})
	want := []Lookup{{"horizon", "[2001:db8::1]:53"}, {"other", "[2001:db8::1]:53"}, {"horizon", ""}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func FuzzCondition(f *testing.F) {
	f.Add(`{{sub}} equals "x" and not ([[groups]] contains all of ["a"]) or {{ip}} in 10.0.0.0/8`)
	f.Add(`any of [[groups]] starts not with "a"`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCondition(text)
		if err != nil {
			return
		}
		_, _ = c.Holds(claims(), Env{})
		if _, err := ParseCondition(c.String()); err != nil {
			t.Errorf("read once and not again: %v", err)
		}
	})
}
