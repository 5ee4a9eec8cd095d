package regex

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text       string
		part, whole, linear bool
	}{
		{`b+`, "abbc", true, false, true},
		{`a|ab`, "ab", true, true, true},
		{`^a$|^b$`, "b", true, true, true},
		{`\p{Alpha}+\p{Digit}`, "abc1", true, true, true},
		{`[\p{Upper}_]+`, "A_B", true, true, true},
		{`\P{Alpha}+`, "12", true, true, true},
		{`a\hb`, "a\u00a0b", true, true, true},
		{`\u0041\x{42}\x43`, "ABC", true, true, true},
		{`\Qa.b\E+`, "a.bb", true, true, true},
		{`a\R`, "a\r\n", true, true, true},
		{`a\Z`, "a\n", true, true, true},
		{`(?<name>a)b`, "ab", true, true, true},
		{`(?!x)a`, "a", true, true, false},
		{`(a)\1`, "aa", true, true, false},
		{`a++b`, "aab", true, true, false},
		{`a++ab`, "aab", false, false, false},
		{`[ab]*+c`, "abc", true, true, false},
		{`(?:ab){2}+c`, "ababc", true, true, false},
		{`(?>a+)b`, "aab", true, true, false},
		{`(?=\p{Alpha})\w++`, "a1", true, true, false},
		{`(?<!\\)x`, "x", true, true, false},
	} {
		r, err := Compile(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		part, err1 := r.Match(c.text)
		whole, err2 := r.Whole(c.text)
		if err := errors.Join(err1, err2); err != nil || part != c.part || whole != c.whole || r.Linear() != c.linear {
			t.Errorf("%s on %q: got %v %v %v %v, want %v %v %v", c.pattern, c.text, part, whole, r.Linear(), err, c.part, c.whole, c.linear)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for _, p := range []string{
		"(", "a{2", "[a", "*", `\`, "(?<!", "[a-z&&[^b]]", "[a[b]]", "a\x00", "\xff", strings.Repeat("a", MaxPattern+1), "(?P<x", `\p{Nope}`,
	} {
		if _, err := Compile(p); err == nil && p != "a{2" {
			t.Errorf("%q was accepted", p)
		}
	}
	if _, err := CompileLinear("(?!x)a"); err == nil {
		t.Error("look-around was accepted where it must be linear")
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	r, err := Compile(`(?=x)(x+x+)+y|(a+)+\2b`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Match(strings.Repeat("x", 40)); !errors.Is(err, ErrTooSlow) {
		t.Errorf("got %v, want it to give up", err)
	}
}

func TestCheckAnchored(t *testing.T) {
	t.Parallel()
	for p, want := range map[string]bool{
		"^a$": true, `^a\\$`: true, "^$": true, "a": false, "^a": false, "a$": false, `^a\$`: false, "^($": false, "$": false,
	} {
		if err := CheckAnchored(p); (err == nil) != want {
			t.Errorf("%s: got %v, want accepted %v", p, err, want)
		}
	}
}

func TestFindAndReplace(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{`(\w)(\d)?-`, `(?=.)(\w)(\d)?-`} {
		r, err := Compile(pattern)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Find("xa-b1-")
		if diff := cmp.Diff([]string{"a-", "a", ""}, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", pattern, err, diff)
		}
		if got, err := r.Find("none"); got != nil || err != nil {
			t.Errorf("%s: got %v %v, want nothing", pattern, got, err)
		}
		text, err := r.Replace("xa-b1-c", func(g []string) string { return "<" + g[1] + g[2] + ">" })
		if err != nil || text != "x<a><b1>c" || r.Groups() != 2 {
			t.Errorf("%s: got %s %v", pattern, text, err)
		}
	}
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern     string
		fold, whole bool
		want        string
	}{
		{`a.b`, false, false, `(?:(?:a[^\n]b))`},
		{`ab|c`, false, true, `^(?:(?:ab|c))$`},
		{`ab`, true, false, `(?:[Aa][Bb])`},
		{`(?i)a\.`, false, false, `(?:[Aa]\u002E)`},
		{`\d{2,}`, false, false, `(?:(?:[0-9]){2,})`},
		{`(?P<n>x)?`, false, false, `(?:(?:(?:x))?)`},
		{`***=x`, false, false, ``},
	} {
		got, err := PostgreSQL(c.pattern, c.fold, c.whole)
		if (err != nil) != (c.want == "") || got != c.want {
			t.Errorf("%s: got %s %v, want %s", c.pattern, got, err, c.want)
		}
	}
	if _, err := PostgreSQL(`a{256}`, false, false); err == nil {
		t.Error("more repetitions than PostgreSQL knows were accepted")
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`a++b`, `[\p{Alpha}]+`, `(?<!x)\Qa\E`, `\u0041{2}+`, `(a)\1`, `[[:alpha:]]`, `(?>`, `\x{`, `{1}+`} {
		f.Add(s, "aab")
	}
	f.Fuzz(func(_ *testing.T, pattern, text string) {
		r, err := Compile(pattern)
		if err != nil || len(text) > 100 {
			return
		}
		_, _ = r.Match(text)
		_, _ = r.Whole(text)
		_, _ = r.Find(text)
		_, _ = r.Replace(text, func(g []string) string { return g[0] })
		_, _ = PostgreSQL(pattern, true, false)
	})
}
