package access

import (
	"errors"
	"testing"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		grant Grant
		want  Permission
		holds bool
	}{
		{"configuration:*", "configuration:security:role:manage", true},
		{"configuration:*", "lifecycle:acme:web:enroll", false},
		{"lifecycle:*", "lifecycle", false},
		{"lifecycle:acme:*:enroll", "lifecycle:acme:web:enroll", true},
		{"lifecycle:acme:*:enroll", "lifecycle:acme:web:revoke", false},
		{"lifecycle:acme:*:enroll", "lifecycle:acme:web:enroll:more", false},
		{"lifecycle:acme:web", "lifecycle:acme:web:enroll", false},
		{"lifecycle:acme:web:enroll", "lifecycle:acme:web", false},
		{"lifecycle:acme:web:enroll", "lifecycle:acme:web:enroll", true},
		{"lifecycle:acme:we:enroll", "lifecycle:acme:web:enroll", false},
		{"*", "discovery:a:b", true},
		{"", "discovery:a:b", false},
	} {
		if got := c.grant.Covers(c.want); got != c.holds {
			t.Errorf("%q covers %q: got %v", c.grant, c.want, got)
		}
	}
}

func TestMay(t *testing.T) {
	t.Parallel()
	p := Of("configuration", "system", "label", "manage")
	if err := (Caller{}).May(p); !errors.Is(err, NotKnown) {
		t.Errorf("got %v, want that nobody is known", err)
	}
	if err := (Caller{ID: "ann", Rights: RightsOf("lifecycle:*")}).May(p); !errors.Is(err, NotPermitted) {
		t.Errorf("got %v, want a refusal", err)
	}
	if err := (Caller{ID: "ann", Rights: RightsOf("lifecycle:*", "configuration:system:*")}).May(p); err != nil {
		t.Error(err)
	}
	if err := System("task", "").May(p); err != nil {
		t.Error(err)
	}
}

func TestValidGrant(t *testing.T) {
	t.Parallel()
	for g, want := range map[Grant]bool{
		"configuration:*": true, "lifecycle:webra:web-1.x:request_enroll": true, "*": false, "": false,
		"lifecycle::x": false, "lifecycle:a b": false, "other:x": false, "lifecycle:a*": false,
	} {
		if got := g.Valid(); got != want {
			t.Errorf("%q: got %v", g, got)
		}
	}
}
