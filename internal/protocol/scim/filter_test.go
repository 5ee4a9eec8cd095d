package scim

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func resource(t testing.TB, text string) map[string]any {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

const bjensen = `{"id": "bJensen", "userName": "bJensen", "active": true, "title": "", "logins": 5,
	"name": {"familyName": "O'Malley"}, "meta": {"lastModified": "2011-05-13T04:42:34Z"},
	"emails": [{"type": "work", "value": "b@example.com", "primary": true}, {"type": "home", "value": "b@hitchhiker.com"}]}`

// The examples of RFC 7644, 3.4.2.2, and what they leave out.
func TestFilter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`userName Eq "bjensen"`: true, `name.familyName co "O'Malley"`: true, `userName sw "J"`: false,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b"`: true, `title pr`: false, `userName pr`: true, `manager pr`: false,
		`meta.lastModified gt "2011-05-13T04:42:34Z"`: false, `meta.lastModified ge "2011-05-13T06:42:34+02:00"`: true,
		`meta.lastModified lt "2012-01-01T00:00:00Z"`: true, `meta.lastModified le "2010-01-01T00:00:00Z"`: false,
		`userName eq "bjensen" and (emails.type eq "work" or emails.type eq "other")`: true,
		`userName eq "x" or userName eq "y" and active eq true`:                       false, `active eq true or userName eq "x" and userName eq "y"`: true,
		`not (emails.type eq "work")`: false, `not (userName eq "x")`: true,
		`emails[type eq "work" and value co "@example.com"]`: true, `emails[type eq "home" and value co "@example.com"]`: false,
		`emails co "hitchhiker"`: true, `emails.value ew ".org"`: false, `id eq "bjensen"`: false, `id eq "bJensen"`: true,
		`active eq True`: true, `active ne false`: true, `logins gt 4`: true, `logins le 4.5`: false, `manager eq null`: true, `userName ne null`: true,
		`userName ne "other"`: true, `userName eq "b\u004aensen"`: true,
	} {
		f, err := parseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f.holds(resource(t, bjensen)); got != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func TestBadFilter(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "userName", `userName eq`, `userName is "x"`, `userName eq x`, `userName eq "x`, `(userName pr`, `emails[type pr`, `userName pr and`, `userName pr)`,
		`active gt true`, `active co 5`, `1name pr`, `name..x pr`, `userName eq {"a":1}`, `userName eq [1]`, strings.Repeat("(", 100) + "a pr", strings.Repeat(`a pr and `, 500) + "a pr", strings.Repeat("a", 10000) + " pr",
	} {
		if _, err := parseFilter(text); err == nil {
			t.Errorf("%.60s: it was read", text)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add(`userName eq "a" and not (emails[type eq "work"] or active pr)`)
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := parseFilter(text); err == nil {
			got.holds(resource(t, bjensen))
		}
	})
}

func FuzzPatch(f *testing.F) {
	f.Add([]byte(`{"Operations":[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"x"},{"op":"add","value":{"name.familyName":"x"}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := object(body)
		if err != nil {
			return
		}
		if steps, err := parsePatch(m); err == nil {
			_ = patch(resource(t, bjensen), steps)
		}
	})
}

func TestPatch(t *testing.T) {
	t.Parallel()
	const group = `{"members": [{"value": "a"}, {"value": "b"}]}`
	for name, c := range map[string]struct{ from, steps, want string }{
		"add a member":                {group, `{"op": "add", "path": "members", "value": [{"value": "c"}, {"value": "a"}]}`, `{"members": [{"value": "a"}, {"value": "b"}, {"value": "c"}]}`},
		"remove by a filter":          {group, `{"op": "remove", "path": "members[value eq \"a\"]"}`, `{"members": [{"value": "b"}]}`},
		"remove by a value, as Entra": {group, `{"op": "Remove", "path": "members", "value": [{"value": "b"}]}`, `{"members": [{"value": "a"}]}`},
		"remove all":                  {group, `{"op": "remove", "path": "members"}`, `{}`},
		"replace all":                 {group, `{"op": "replace", "path": "members", "value": [{"value": "z"}]}`, `{"members": [{"value": "z"}]}`},
		"without a path":              {`{"active": true}`, `{"op": "replace", "value": {"active": false, "id": "x"}}`, `{"active": false, "id": "x"}`},
		"a name that is a path":       {`{}`, `{"op": "Add", "value": {"name.givenName": "Ann", "emails[type eq \"work\"].value": "a@b"}}`, `{"name": {"givenname": "Ann"}, "emails": [{"type": "work", "value": "a@b"}]}`},
		"a part by a filter":          {`{"emails": [{"type": "work", "value": "x"}, {"type": "home", "value": "y"}]}`, `{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "z"}`, `{"emails": [{"type": "work", "value": "z"}, {"type": "home", "value": "y"}]}`},
		"whatever the case":           {`{"userName": "a"}`, `{"op": "REPLACE", "path": "USERNAME", "value": "b"}`, `{"userName": "b"}`},
		"a URN":                       {`{}`, `{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:displayName", "value": "x"}`, `{"displayName": "x"}`},
	} {
		steps, err := parsePatch(resource(t, `{"Operations": [`+c.steps+`]}`))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := resource(t, c.from)
		if err := patch(got, steps); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(resource(t, c.want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, bad := range []string{
		`{"op": "move", "path": "a"}`, `{"op": "remove"}`, `{"op": "add", "value": "x"}`, `{"op": "add", "path": "a[", "value": 1}`,
		`{"op": "replace", "path": "members[value co \"x\"]", "value": {}}`, `{"op": "add", "path": "a b", "value": 1}`,
	} {
		steps, err := parsePatch(resource(t, `{"Operations": [`+bad+`]}`))
		if err == nil {
			err = patch(resource(t, group), steps)
		}
		if err == nil {
			t.Errorf("%s: it was done", bad)
		}
	}
}
