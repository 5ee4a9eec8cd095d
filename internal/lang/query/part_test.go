package query

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The parts of a query, written one by one, say what the query says.
func TestParts(t *testing.T) {
	t.Parallel()
	fields := NewFields(Field{Name: "a", Doc: "A.", Type: Text, Column: "a"}, Field{Name: "b", Doc: "B.", Type: Text, Column: "b"})
	for text, want := range map[string][]string{
		``:                                   nil,
		`a equals "1"`:                       {"a"},
		`a equals "1" and b equals "2"`:      {"a", "b"},
		`a equals "1" or b equals "2"`:       {""},
		`not (a equals "1" or b equals "2")`: {"a", "b"},
		`a equals "1" and (b equals "2" and (a equals "3" or b equals "4"))`: {"a", "b", ""},
		`a contains "1" and b equals "2" and not a contains "3"`:             {"a a", "b"},
	} {
		q, err := fields.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range q.Parts() {
			var names []string
			for _, term := range p.Terms() {
				names = append(names, term.Name())
			}
			got = append(got, strings.Join(names, " "))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
