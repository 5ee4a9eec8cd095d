// Package ruletest holds dictionaries and what is told of them together.
package ruletest

import (
	"testing"

	"github.com/horizon-clm/horizon/internal/lang/rule"
)

// Compare fails when a dictionary has a key nothing is told of, or, but for the keys left out on purpose, lacks one that is
// told of.
func Compare(t testing.TB, told []rule.Known, d *rule.Map, without ...string) {
	t.Helper()
	absent := map[string]bool{}
	for _, name := range without {
		absent[name] = true
	}
	keys := d.Keys()
	for _, key := range keys {
		if !reads(key, told...) {
			t.Errorf("nothing is told of %s", key)
		}
	}
	for _, one := range told {
		there := false
		for _, key := range keys {
			there = there || reads(key, one)
		}
		if there == absent[one.Name] && !one.Spare {
			t.Errorf("%s: told of and in the dictionary: %v", one.Name, there)
		}
		if one.Doc == "" && !one.Spare {
			t.Errorf("%s: nothing tells what it means", one.Name)
		}
	}
}

// reads reports whether a key is among those that are told of.
func reads(key string, told ...rule.Known) bool {
	v := rule.OfRule.Check("{{"+key+"}}", rule.Keys{All: told})
	return v.Problem == nil && len(v.Unknown) == 0
}
