package query

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var completed = NewFields(
	Field{Name: "dn", Type: Text, Doc: "x", Column: "c.dn", Allow: Equals | In},
	Field{Name: "profile", Type: Text, Doc: "x", Column: "c.profile"},
	Field{Name: "status", Type: State, Doc: "x", States: []Word{{Name: "valid", SQL: "TRUE"}, {Name: "revoked", SQL: "TRUE"}}},
	Field{Name: "label.*", Type: Text, Doc: "x", Column: "(c.labels ->> {key})"},
	Field{Name: "grade", Type: Grade, Doc: "x", Column: "c.grade", Values: []string{"B", "A"}},
	Field{Name: "until", Type: Date, Doc: "x", Column: "c.until"},
)

func inUse(field string) []Choice {
	return map[string][]Choice{"profile": {{"web", "3 certificates"}, {"we said \"no\"", ""}}, "label.*": Choices("env", "cost centre")}[field]
}

func TestComplete(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{ // the cursor is at |
		`|`:                              `0: dn profile status label.env label."cost centre" grade until not`,
		`  pro|`:                         `2: profile`,
		`lab|el`:                         `0: label.env label."cost centre"`,
		`not (s|`:                        `5: status`,
		`dn |`:                           `3: equals in not`,
		`dn not e|`:                      `7: equals`,
		`dn in |`:                        `6: [`,
		`profile in [|`:                  `12: "web" "we said \"no\""`,
		`profile in ["w|`:                `12: "web" "we said \"no\""`,
		`profile in ["web" |`:            `18: , ]`,
		`profile in ["web"] |`:           `19: and or`,
		`status is |`:                    `10: valid revoked not`,
		`status is not r|`:               `14: revoked`,
		`grade |`:                        `6: equals in exists lower than greater than strictly lower than strictly greater than not`,
		`grade strictly lower |`:         `21: than`,
		`grade strictly lower than |`:    `26: "B" "A"`,
		`dn exists |`:                    `10: and or`,
		`dn = "x" and |`:                 `13: dn profile status label.env label."cost centre" grade until not`,
		`until before t|`:                `13: today`,
		`colour |`:                       `7:`,
		`dn ' |`:                         `5:`,
		`label."cost centre" equals "x|`: `27:`,
		"dn = \"x\" or\nprofile = \"w|":  `22: "web" "we said \"no\""`,
	} {
		at := strings.Index(text, "|")
		c := completed.Complete(strings.Replace(text, "|", "", 1), at, inUse)
		var words []string
		for _, one := range c.Choices {
			words = append(words, one.Text)
		}
		got := strings.TrimSpace(strconv.Itoa(c.From.Offset) + ": " + strings.Join(words, " "))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func FuzzComplete(f *testing.F) {
	for _, seed := range []string{`dn equals "x" and (status is not va`, `grade strictly lower than "`, `label."a`, "\x00", `[[`} {
		f.Add(seed, len(seed))
	}
	f.Fuzz(func(t *testing.T, text string, at int) {
		c := completed.Complete(text, at, inUse)
		if c.From.Offset < 0 || c.From.Offset > len(text) || len(c.Choices) > maxChoices {
			t.Errorf("got %+v", c)
		}
	})
}
