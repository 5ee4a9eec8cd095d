package span

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

var _ huma.SchemaProvider = Duration(0)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want time.Duration
		out  string
	}{
		{"10s", 10 * time.Second, "10 seconds"},
		{"10 s", 10 * time.Second, "10 seconds"},
		{"10 sec", 10 * time.Second, "10 seconds"},
		{"10 secs", 10 * time.Second, "10 seconds"},
		{"10\tSeconds", 10 * time.Second, "10 seconds"},
		{"1 second", time.Second, "1 second"},
		{"500ms", 500 * time.Millisecond, "500 milliseconds"},
		{"500 milli", 500 * time.Millisecond, "500 milliseconds"},
		{"500 millis", 500 * time.Millisecond, "500 milliseconds"},
		{"500 Millisecond", 500 * time.Millisecond, "500 milliseconds"},
		{"1000ms", time.Second, "1 second"},
		{"5 m", 5 * time.Minute, "5 minutes"},
		{"5M", 5 * time.Minute, "5 minutes"},
		{"5 mins", 5 * time.Minute, "5 minutes"},
		{"90 min", 90 * time.Minute, "90 minutes"},
		{"60 minutes", time.Hour, "1 hour"},
		{"6h", 6 * time.Hour, "6 hours"},
		{"7 DAYS", 7 * 24 * time.Hour, "7 days"},
		{"007 d", 7 * 24 * time.Hour, "7 days"},
		{"0 days", 0, "0 seconds"},
		{"36525 days", 36525 * 24 * time.Hour, "36525 days"},
	} {
		got, err := Parse(c.in)
		if err != nil || got.Std() != c.want || got.String() != c.out {
			t.Errorf("Parse(%q): got %v %q %v, want %v %q", c.in, got.Std(), got, err, c.want, c.out)
		}
		if !regexp.MustCompile(Pattern).MatchString(c.in) {
			t.Errorf("the pattern refuses %q", c.in)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", " ", "s", "10", "-1 s", "+1 s", " 1 s", "1 s ", "1.5 h", "1d 2h", "1d2h", "2 weeks", "1 month", "1y", "P7D",
		"10 s\n", "36526 days", "9999999999999999 d", "99999999999999999 ms", "1 " + strings.Repeat("d", 100), "1 millise",
	} {
		if got, err := Parse(in); err == nil {
			t.Errorf("Parse(%q): got %v, want an error", in, got)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	var v struct {
		A Duration  `json:"a"`
		B *Duration `json:"b,omitempty"`
	}
	if err := json.Unmarshal([]byte(`{"a":"24 h","b":null}`), &v); err != nil || v.A != Day || v.B != nil {
		t.Errorf("got %+v %v, want a day", v, err)
	}
	if b, err := json.Marshal(v); err != nil || string(b) != `{"a":"1 day"}` {
		t.Errorf("got %s %v, want the canonical text", b, err)
	}
	for _, in := range []string{`{"a":10}`, `{"a":"x"}`} {
		if err := json.Unmarshal([]byte(in), &v); err == nil {
			t.Errorf("%s was accepted", in)
		}
	}
	for _, d := range []Duration{-1, Max + Day, Duration(time.Microsecond)} {
		if b, err := d.MarshalText(); err == nil {
			t.Errorf("%d was written as %s", d, b)
		}
	}
	if Duration(0).Positive() || !Day.Positive() {
		t.Error("only more than zero is positive")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"10 s", "7 days", "500ms", "0h", "36525d", "1 millis", "m"} {
		f.Add(s)
	}
	pattern := regexp.MustCompile(Pattern)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			return
		}
		if !pattern.MatchString(s) {
			t.Errorf("the pattern refuses %q", s)
		}
		if again, err := Parse(d.String()); err != nil || again != d {
			t.Errorf("%q: got %v %v, want %v", d, again, err, d)
		}
	})
}
