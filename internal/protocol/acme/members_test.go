package acme

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzMembers holds the fast reader of messages to what the reader of any JSON says.
func FuzzMembers(f *testing.F) {
	for _, text := range []string{
		`{"protected":"a","payload":"","signature":"b"}`, ` { "a" : "b" , "c":"d" } `, `{}`, `{"a":"b"}x`, "{\"a\":\"b\"}\x00", `{"a":"b",}`,
		`{,"a":"b"}`, `{"a":"b" "c":"d"}`, `{"a":"b","a":"c"}`, `{"a":"\u0062"}`, `{"a":1}`, `{"a":"b`, "{\"a\":\"\xff\"}", `{"a":"1","b":"2","c":"3","d":"4","e":"5"}`, `["a"]`, ``,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, object string) {
		type member struct{ Name, Value string }
		gather := func(read func([]byte, func(string, json.RawMessage) error) error) (all []member, why string) {
			err := read([]byte(object), func(name string, value json.RawMessage) error {
				var s *string
				if err := text(value, &s); err == nil {
					all = append(all, member{name, *s})
				} else {
					all = append(all, member{name, string(value)})
				}
				return nil
			})
			if err != nil {
				return nil, err.Error()
			}
			return all, ""
		}
		fast, err1 := gather(members)
		slow, err2 := gather(anyMembers)
		if diff := cmp.Diff(slow, fast); diff != "" || err1 != err2 {
			t.Errorf("%q: %s\n%q and %q", object, diff, err1, err2)
		}
	})
}
