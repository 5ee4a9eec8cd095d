package query

import (
	"strings"
	"testing"
)

func TestAlways(t *testing.T) {
	t.Parallel()
	fields := NewFields([]Field{{Name: "a", Type: Text, Column: "a", Doc: "A."}, {Name: "b", Type: Text, Column: "b", Doc: "B."}}...)
	for text, want := range map[string]string{
		``:                                  "",
		`a contains "x"`:                    "x",
		`a not contains "x"`:                "",
		`a contains "x" and b contains "y"`: "x y",
		`a contains "x" or b contains "x"`:  "x",
		`a contains "x" or b contains "y"`:  "",
		`not (a contains "x" or b exists)`:  "",
		`not (a not contains "x")`:          "x",
		`(a contains "x" or b contains "x") and (a contains "y" or b contains "y") and b exists`: "x y",
		`a contains "x" and b contains "y" or b contains "y"`:                                    "y",
	} {
		q, err := fields.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		got := q.Always(func(t *Term) []string {
			if t.Negated || t.Operator != Contains {
				return nil
			}
			return t.Values
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", text, got, want)
		}
	}
}
