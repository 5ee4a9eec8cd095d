package access

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// What the tree of rights answers is what the grants answer one by one.
func TestRightsAgreeWithGrants(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"a", "b", "*"}
	draw := func(from []string) string {
		all := make([]string, 1+r.IntN(4))
		for i := range all {
			all[i] = from[r.IntN(len(from))]
		}
		return strings.Join(all, ":")
	}
	held := 0
	for range 20000 {
		grants := make([]Grant, r.IntN(4))
		want := false
		p := Permission(draw(words[:2]))
		for i := range grants {
			grants[i] = Grant(draw(words))
			want = want || grants[i].Covers(p)
		}
		if want {
			held++
		}
		if got := (Caller{Rights: RightsOf(grants...)}).Can(p); got != want {
			t.Fatalf("%q with %q: got %v, want %v", p, grants, got, want)
		}
	}
	if held < 1000 {
		t.Fatalf("only %d of the cases hold", held)
	}
}

func TestFilteredRights(t *testing.T) {
	t.Parallel()
	narrowed := func(text string) Held {
		f, err := ParseFilter(text)
		if err != nil {
			t.Fatal(err)
		}
		return Held{Grant: "lifecycle:webra:web:search", Filter: f}
	}
	who := Caller{ID: "ann", Rights: NewRights(Holding{Held: []Held{
		narrowed(`team in ["payments", "core"] and label.env not equals "prod"`), narrowed(`label.site matches "FR-[0-9]{2}"`),
	}, Teams: []string{"payments"}})}
	const p = Permission("lifecycle:webra:web:search")
	for _, c := range []struct {
		on   Object
		want bool
	}{
		{Object{}, false},
		{Object{Team: "core", Labels: map[string]string{"env": "dev"}}, true},
		{Object{Team: "core"}, true},
		{Object{Team: "core", Labels: map[string]string{"env": "prod"}}, false},
		{Object{Team: "other", Labels: map[string]string{"site": "FR-77"}}, true},
		{Object{Team: "other", Labels: map[string]string{"site": "FR-7"}}, false},
		{Object{Team: "other", Labels: map[string]string{"site": "xFR-77"}}, false},
	} {
		if got := who.CanOn(p, c.on); got != c.want {
			t.Errorf("%+v: got %v", c.on, got)
		}
	}
	if who.Can(p) || !who.CanSomewhere(p) || who.CanSomewhere("lifecycle:webra:web:enroll") {
		t.Error("a narrowed right holds everywhere, or nowhere")
	}
	if !who.In("payments") || who.In("core") || who.In("") || (Caller{}).In("payments") {
		t.Error("membership is wrong")
	}
	if _, err := ParseFilter(`profile equals "x"`); err == nil {
		t.Error("a filter on what permissions do not see was read")
	}
}

// Nobody gives away more than they hold.
func TestContain(t *testing.T) {
	t.Parallel()
	f, err := ParseFilter(`team equals "a"`)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRights(Holding{Held: []Held{{Grant: "configuration:security:*"}, {Grant: "lifecycle:*:web:enroll"}, {Grant: "lifecycle:acme:x:search", Filter: f}}})
	for _, c := range []struct {
		give Held
		want bool
	}{
		{Held{Grant: "configuration:security:role:manage"}, true},
		{Held{Grant: "configuration:security:*"}, true},
		{Held{Grant: "configuration:security:*:manage"}, true},
		{Held{Grant: "configuration:*"}, false},
		{Held{Grant: "configuration:*:role:manage"}, false},
		{Held{Grant: "lifecycle:*:web:enroll"}, true},
		{Held{Grant: "lifecycle:acme:web:enroll", Filter: f}, true},
		{Held{Grant: "lifecycle:acme:web:*"}, false},
		{Held{Grant: "lifecycle:acme:*:enroll"}, false},
		{Held{Grant: "lifecycle:acme:x:search"}, false},
		{Held{Grant: "lifecycle:acme:x:search", Filter: f}, true},
	} {
		if got := r.Contain(c.give); got != c.want {
			t.Errorf("%v: got %v", c.give, got)
		}
	}
}

// What is renewed holds for callers that have the rights already; the question does not depend on how much is held.
func TestRenew(t *testing.T) {
	t.Parallel()
	r := RightsOf("configuration:*")
	who := Caller{ID: "ann", Rights: r}
	r.Renew(Holding{})
	if who.Can("configuration:a:read") {
		t.Error("a right that was taken away holds")
	}
}

func BenchmarkCan(b *testing.B) {
	var grants []Grant
	for role := range 200 {
		for right := range 20 {
			grants = append(grants, Grant(fmt.Sprintf("lifecycle:webra:profile-%d:right-%d", role, right)))
		}
	}
	who := Caller{ID: "ann", Rights: RightsOf(grants...)}
	for b.Loop() {
		who.Can("lifecycle:webra:profile-199:right-19")
	}
}
