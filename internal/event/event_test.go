package event

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The catalogue holds exactly the codes and statuses of the published one.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for _, line := range lines(t, "testdata/statuses.txt") {
		code, statuses, _ := strings.Cut(line, " ")
		want[code] = statuses
	}
	got := map[string]string{}
	for _, c := range Catalogue() {
		var s []string
		for _, x := range c.Statuses {
			s = append(s, string(x))
		}
		got[c.Code] = strings.Join(s, " ")
		if c.Meaning == "" || !strings.HasSuffix(c.Meaning, ".") || c.Module == "" || c.Group == "" {
			t.Errorf("%s lacks a meaning, module or group", c.Code)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the catalogue differs (-published +ours):\n%s", diff)
	}
	for _, code := range lines(t, "testdata/seed.txt") {
		if _, ok := got[code]; !ok {
			t.Errorf("%s of the seed is missing", code)
		}
	}
}

func lines(t *testing.T, file string) (all []string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		if s.Text() != "" {
			all = append(all, s.Text())
		}
	}
	return all
}

func sample() Event {
	return Event{
		Version: 1, ID: "0123456789abcdef01234567", Code: "SERVICE-START", Module: "service", Node: "n1",
		Time: time.UnixMilli(1_700_000_000_123).UTC(), Status: Success,
		Details: []Detail{{"actorId", "system"}, {"san", "a"}, {"san", "é,:\n\""}, {"empty", ""}},
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	e := sample()
	want := "1:1,24:0123456789abcdef01234567,13:SERVICE-START,7:service,2:n1,13:1700000000123,7:success," +
		"7:actorId,6:system,3:san,1:a,3:san,6:é,:\n\",5:empty,0:,"
	if got := string(e.Canonical()); got != want {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
	back, err := Decode([]byte(want))
	if diff := cmp.Diff(e, back); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for name, bad := range map[string]string{
		"empty":        "",
		"cut":          want[:len(want)-1],
		"leading zero": "01" + want[1:],
		"sign":         strings.Replace(want, "13:1700000000123,", "14:+1700000000123,", 1),
		"odd":          want + "1:k,",
		"huge length":  "99999999:x,",
		"negative":     "-1:x," + want,
	} {
		if _, err := Decode([]byte(bad)); err == nil {
			t.Errorf("%s: %q was read", name, bad)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(sample().Canonical())
	f.Add([]byte("1:1,"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := Decode(b); err == nil && string(e.Canonical()) != string(b) {
			t.Errorf("%q does not come back", b)
		}
	})
}

func TestPack(t *testing.T) {
	t.Parallel()
	for _, details := range [][]Detail{nil, {{"a", "b"}}, {{"a", ""}, {"a", "x]"}, {"b", `"],["`}}, {{"k", "é<\u2028\\"}}, {{"k", `","`}}} {
		text, err := pack(details)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpack(text)
		if err != nil || !slices.Equal(got, details) {
			t.Errorf("%s: got %v %v, want %v", text, got, err, details)
		}
	}
	for _, bad := range []string{"", "x", "{}", `[["a"`, `[["a","b"],]`, `[["a","b"]["c","d"]]`} {
		if d, err := unpack(bad); err == nil {
			t.Errorf("%q was read as %v", bad, d)
		}
	}
}

// Details are written to the canonical form straight from the text of the row as they are by way of an event.
func FuzzDetails(f *testing.F) {
	for _, text := range []string{`[]`, `[["a","b"]]`, `[["a","b"],["a","\n"]]`, `[["a","b"],]`, `[["a","b","c"]]`, `[["a"]]`, ` []`, `[] x`, `null`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		details, err := unpack(text)
		got, err2 := appendDetails([]byte("x"), text)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("%q: got %v and %v", text, err, err2)
		}
		e := Event{Details: details}
		if want := "x" + string(e.Canonical()[len(e.appendHead(nil)):]); err == nil && want != string(got) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	})
}

func TestSeals(t *testing.T) {
	t.Parallel()
	old, err := NewSeals([]byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	both, err := NewSeals([]byte("fedcba9876543210"), []byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	b := sample().Canonical()
	seal := old.Seal(b)
	if !strings.HasPrefix(seal, "HS512:") || both.Check(b, seal) != "" || old.Check(b, seal) != "" {
		t.Errorf("%s does not hold", seal)
	}
	for name, s := range map[string]string{
		"other bytes": old.Seal([]byte("x")), "unknown key": "HS512:00000000:AAAA", "other form": "HS256:x:y", "none": "",
		"not base64": seal[:15] + "!!",
	} {
		if old.Check(b, s) == "" {
			t.Errorf("%s: %q holds", name, s)
		}
	}
	if old.Check(b, both.Seal(b)) == "" {
		t.Error("a seal with a key of the future holds")
	}
	if _, err := NewSeals([]byte("short")); err == nil {
		t.Error("a short secret was accepted")
	}
}

func TestDetailsOf(t *testing.T) {
	t.Parallel()
	got := DetailsOf(&Certificate{DN: "CN=a", NotAfter: time.UnixMilli(5), Names: []string{"a", "b"}, Limit: 3})
	want := []Detail{{"certificateDn", "CN=a"}, {"certificateNotAfter", "5"}, {"san", "a"}, {"san", "b"}, {"limit", "3"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
