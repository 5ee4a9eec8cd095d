package query

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/lang/source"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	fs := NewFields(
		Field{Name: "dn", Type: Text, Doc: "x", Column: "c.dn", Fast: Equals}, Field{Name: "owner", Type: Text, Doc: "x", Column: "c.owner"},
		Field{Name: "status", Type: State, Doc: "x", States: []Word{{Name: "valid", SQL: "TRUE"}}},
		Field{Name: "results", Type: Result, Doc: "x", States: []Word{{Name: "success", SQL: "TRUE"}, {Name: "failure", SQL: "FALSE", Fast: true}}},
	)
	at := func(offset int) source.Position { return source.Position{Offset: offset, Line: 1, Column: offset + 1} }
	for text, want := range map[string]Verdict{
		``:                             {Slow: nil},
		`dn equals "a"`:                {Fast: true},
		`dn equals "a" or owner = "b"`: {Slow: []string{"owner"}},
		`dn = "a" and onwer = "b"`:     {Problem: &source.Problem{At: at(13), Text: `there is no field "onwer"`, Near: []string{"owner"}}},
		`dn before "a"`:                {Problem: &source.Problem{At: at(3), Text: "dn does not know before; it knows equals, contains, matches, in, within, exists"}},
		`status is vald`:               {Problem: &source.Problem{At: at(10), Text: `expected one of valid, found "vald"`, Near: []string{"valid"}}},
		`results has failure`:          {Fast: true},
		`results has success`:          {Slow: []string{"results"}},
		`results has no failure`:       {Slow: []string{"results"}},
		`dn equals`:                    {Problem: &source.Problem{At: at(9), Text: "expected a value in double quotes, found the end"}},
	} {
		got, err := fs.Check(text, Target{Dialect: SQLite, Now: time.Unix(0, 0)})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
}
