package cron

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
)

var _ huma.SchemaProvider = Schedule{}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cron, after string
		want        []string
	}{
		// 2026-01-01 is a Thursday.
		{"0 0 0 ? * * *", "2026-01-01 00:00:00", []string{"2026-01-02 00:00:00", "2026-01-03 00:00:00"}},
		{"0 0 0 * * *", "2026-12-31 23:59:59", []string{"2027-01-01 00:00:00"}},
		{"* * * * * ?", "2026-12-31 23:59:58", []string{"2026-12-31 23:59:59", "2027-01-01 00:00:00"}},
		{"*/20 * * * * ?", "2026-01-01 00:00:00", []string{"2026-01-01 00:00:20", "2026-01-01 00:00:40", "2026-01-01 00:01:00"}},
		{"5/25 59 23 * * ?", "2026-01-01 00:00:00", []string{"2026-01-01 23:59:05", "2026-01-01 23:59:30", "2026-01-01 23:59:55", "2026-01-02 23:59:05"}},
		{"0 10-20/5 8,18 * * ?", "2026-01-01 08:10:00", []string{"2026-01-01 08:15:00", "2026-01-01 08:20:00", "2026-01-01 18:10:00"}},
		{"0 0 22-1 * * ?", "2026-01-01 12:00:00", []string{"2026-01-01 22:00:00", "2026-01-01 23:00:00", "2026-01-02 00:00:00", "2026-01-02 01:00:00", "2026-01-02 22:00:00"}},
		{"0 0 12 1/10 * ?", "2026-01-15 00:00:00", []string{"2026-01-21 12:00:00", "2026-01-31 12:00:00", "2026-02-01 12:00:00"}},
		{"0 0 12 31 * ?", "2026-01-31 12:00:00", []string{"2026-03-31 12:00:00", "2026-05-31 12:00:00"}},
		{"0 0 0 29 2 ?", "2026-01-01 00:00:00", []string{"2028-02-29 00:00:00", "2032-02-29 00:00:00"}},
		{"0 0 0 29 FEB ? 2096-2104", "2097-01-01 00:00:00", []string{"2104-02-29 00:00:00"}},
		{"0 0 0 1 jan,JUL ?", "2026-01-01 00:00:00", []string{"2026-07-01 00:00:00", "2027-01-01 00:00:00"}},
		{"0 0 0 1 NOV-FEB ?", "2026-01-01 00:00:00", []string{"2026-02-01 00:00:00", "2026-11-01 00:00:00", "2026-12-01 00:00:00"}},
		{"0 0 0 1 1/4 ?", "2026-01-01 00:00:00", []string{"2026-05-01 00:00:00", "2026-09-01 00:00:00", "2027-01-01 00:00:00"}},
		// Days of the week count from Sunday, which is 1.
		{"0 0 0 ? * 1", "2026-01-01 00:00:00", []string{"2026-01-04 00:00:00", "2026-01-11 00:00:00"}},
		{"0 0 0 ? * SUN", "2026-01-01 00:00:00", []string{"2026-01-04 00:00:00"}},
		{"0 0 0 ? * 6", "2026-01-01 00:00:00", []string{"2026-01-02 00:00:00"}},
		{"0 0 0 ? * 2-6", "2026-01-02 00:00:00", []string{"2026-01-05 00:00:00"}},
		{"0 0 0 ? * MON-FRI", "2026-01-02 00:00:00", []string{"2026-01-05 00:00:00"}},
		{"0 0 0 ? * FRI-MON", "2026-01-01 00:00:00", []string{"2026-01-02 00:00:00", "2026-01-03 00:00:00", "2026-01-04 00:00:00", "2026-01-05 00:00:00", "2026-01-09 00:00:00"}},
		{"0 0 0 ? * 1/2", "2026-01-01 12:00:00", []string{"2026-01-03 00:00:00", "2026-01-04 00:00:00", "2026-01-06 00:00:00"}},
		{"0 0 0 ? * TUE,sat", "2026-01-01 00:00:00", []string{"2026-01-03 00:00:00", "2026-01-06 00:00:00"}},
		{"0 0 0 ? * L", "2026-01-01 00:00:00", []string{"2026-01-03 00:00:00", "2026-01-10 00:00:00"}},
		{"0 0 0 ? * 6L", "2026-01-01 00:00:00", []string{"2026-01-30 00:00:00", "2026-02-27 00:00:00"}},
		{"0 0 0 ? * FRIL", "2026-01-01 00:00:00", []string{"2026-01-30 00:00:00"}},
		{"0 0 0 ? * 5L", "2026-01-29 00:00:00", []string{"2026-02-26 00:00:00"}},
		{"0 0 0 ? * 6#3", "2026-01-01 00:00:00", []string{"2026-01-16 00:00:00", "2026-02-20 00:00:00"}},
		{"0 0 0 ? * MON#1", "2026-01-05 00:00:00", []string{"2026-02-02 00:00:00"}},
		{"0 0 0 ? * 5#5", "2026-01-01 00:00:00", []string{"2026-01-29 00:00:00", "2026-04-30 00:00:00"}},
		// The last days of a month. Quartz subtracts: L-3 of a month of 31 days is the 28th.
		{"0 0 0 L * ?", "2026-01-01 00:00:00", []string{"2026-01-31 00:00:00", "2026-02-28 00:00:00"}},
		{"0 0 0 L 2 ?", "2027-03-01 00:00:00", []string{"2028-02-29 00:00:00"}},
		{"0 0 0 L-3 * ?", "2026-01-01 00:00:00", []string{"2026-01-28 00:00:00", "2026-02-25 00:00:00"}},
		{"0 0 0 L-29 * ?", "2026-01-03 00:00:00", []string{"2026-03-02 00:00:00"}},
		// 2026-01-31 is a Saturday, 2026-05-31 a Sunday.
		{"0 0 0 LW * ?", "2026-01-01 00:00:00", []string{"2026-01-30 00:00:00", "2026-02-27 00:00:00"}},
		{"0 0 0 LW 5 ?", "2026-01-01 00:00:00", []string{"2026-05-29 00:00:00"}},
		{"0 0 0 L-1W 5 ?", "2026-01-01 00:00:00", []string{"2026-05-29 00:00:00"}},
		// The working day nearest to one day: 2026-08-15 is a Saturday, 2026-11-15 a Sunday, 2026-08-01 a Saturday.
		{"0 0 0 15W 8,11 ?", "2026-01-01 00:00:00", []string{"2026-08-14 00:00:00", "2026-11-16 00:00:00"}},
		{"0 0 0 1W 8 ?", "2026-01-01 00:00:00", []string{"2026-08-03 00:00:00"}},
		{"0 0 0 31W 5 ?", "2026-01-01 00:00:00", []string{"2026-05-29 00:00:00"}},
		{"0 0 0 30W * ?", "2026-01-31 00:00:00", []string{"2026-03-30 00:00:00"}},
		{"0 0 0 1 1 ? 2030", "2026-01-01 00:00:00", []string{"2030-01-01 00:00:00"}},
		{"0 0 0 1 1 ? 2030/50", "2026-01-01 00:00:00", []string{"2030-01-01 00:00:00", "2080-01-01 00:00:00", "2130-01-01 00:00:00", "2180-01-01 00:00:00"}},
		{"0 0 0 1 1 ? 2020", "2026-01-01 00:00:00", nil},
		{"0 0 0 1 1 ?", "1900-01-01 00:00:00", []string{"1970-01-01 00:00:00"}},
		{"59 59 23 31 12 ? 2199", "2026-01-01 00:00:00", []string{"2199-12-31 23:59:59"}},
	} {
		s, err := Parse(c.cron)
		if err != nil {
			t.Errorf("%s: %v", c.cron, err)
			continue
		}
		var got []string
		for _, due := range s.Preview(at(t, c.after), max(1, len(c.want))) {
			got = append(got, due.Format("2006-01-02 15:04:05"))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s after %s: %s", c.cron, c.after, diff)
		}
	}
}

func TestNextIsStrictlyAfterInUTC(t *testing.T) {
	t.Parallel()
	s, err := Parse("0 0 2 * * ?")
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("east", 3*3600)
	got := s.Next(time.Date(2026, 1, 1, 4, 59, 59, 999, zone))
	if want := at(t, "2026-01-01 02:00:00"); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if again := s.Next(got); again != got.AddDate(0, 0, 1) {
		t.Errorf("got %v, want a day later", again)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                "found 0",
		"0 0 0 * *":                       "found 5",
		"0 0 0 * * ? * *":                 "found 8",
		"60 0 0 * * ?":                    `seconds: "60" is not between 0 and 59`,
		"0 60 24 * * ?":                   `minutes: "60" is not between 0 and 59 | hours: "24" is not between 0 and 23`,
		"-1 0 0 * * ?":                    `seconds: ""`,
		"0 0 0 0 * ?":                     `day of month: "0"`,
		"0 0 0 32 * ?":                    `day of month: "32"`,
		"0 0 0 1 13 ?":                    `month: "13"`,
		"0 0 0 1 JANUARY ?":               `month: "JANUARY"`,
		"0 0 0 ? * 0":                     `day of week: "0" is not between 1 and 7`,
		"0 0 0 ? * 8":                     `day of week: "8"`,
		"0 0 0 ? * 6#6":                   "number from 1 to 5",
		"0 0 0 ? * 6#":                    "number from 1 to 5",
		"0 0 0 ? * 2-6L":                  "L follows one day",
		"0 0 0 ? * ?":                     "only one of them can be ?",
		"0 0 0 1 * MON":                   "one of them has to be ?",
		"? 0 0 1 * ?":                     `seconds: "?"`,
		"0 0 0 1-5W * ?":                  "W follows one day",
		"0 0 0 W * ?":                     "W follows one day",
		"0 0 0 L,15 * ?":                  "expected L",
		"0 0 0 L-31 * ?":                  "expected L",
		"0 0 0 L- * ?":                    "expected L",
		"0/0 0 0 * * ?":                   "step",
		"0/60 0 0 * * ?":                  "step",
		"*/ 0 0 * * ?":                    "step",
		"1,,2 0 0 * * ?":                  `seconds: ""`,
		"0 0 0 1 1 ? 1969":                `year: "1969"`,
		"0 0 0 1 1 ? 2030-2029":           "ends before it begins",
		"0 0 0 30 2 ?":                    "never due",
		"0 0 0 31 4,6,9,11 ?":             "never due",
		"0 0 0 29 2 ? 2026":               "never due",
		"0 0 0 L-30 2 ?":                  "never due",
		"0 0 0 ? 2 1#5 2026":              "never due",
		strings.Repeat("0,", 200) + "0 0": "at most 256",
	} {
		if s, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v %v, want an error with %q", text, s, err, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	var v struct {
		A Schedule `json:"a"`
		B Schedule `json:"b,omitzero"`
	}
	if err := json.Unmarshal([]byte(`{"a":" 0 0  2 ? * mon-FRI "}`), &v); err != nil {
		t.Fatal(err)
	}
	if b, err := json.Marshal(v); err != nil || string(b) != `{"a":"0 0 2 ? * mon-FRI"}` {
		t.Errorf("got %s %v", b, err)
	}
	if err := json.Unmarshal([]byte(`{"a":""}`), &v); err != nil || !v.A.IsZero() || !v.A.Next(at(t, "2026-01-01 00:00:00")).IsZero() {
		t.Errorf("got %v %v, want no schedule, never due", v.A, err)
	}
	for _, in := range []string{`{"a":"x"}`, `{"a":5}`} {
		if err := json.Unmarshal([]byte(in), &v); err == nil {
			t.Errorf("%s was accepted", in)
		}
	}
}

// FuzzNext checks that Next answers with a time after the given one that is due, and that the text reads back.
func FuzzNext(f *testing.F) {
	for _, s := range []string{"0 0 2 ? * MON-FRI", "*/7 3/9 22-1 L-2W * ?", "0 0 0 ? 2 1#5 2032", "1 2 3 31W 5 ?"} {
		f.Add(s, int64(1767225600))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		s, err := Parse(text)
		if err != nil || unix < 0 || unix > 1<<32 {
			return
		}
		after := time.Unix(unix, 0).UTC()
		next := s.Next(after)
		if next.IsZero() {
			return
		}
		if !next.After(after) || s.Next(next.Add(-time.Second)) != next {
			t.Errorf("%q after %v: got %v, which is not due", text, after, next)
		}
		if again, err := Parse(s.String()); err != nil || !again.Equal(s) || again != s {
			t.Errorf("%q does not read back: %v", text, err)
		}
	})
}
