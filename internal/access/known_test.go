package access

import "testing"

func TestKnows(t *testing.T) {
	t.Parallel()
	known := Known{"configuration:system:label:read", "lifecycle:acme:{profile}:enroll"}
	for g, want := range map[Grant]bool{
		"configuration:*": true, "configuration:system:*": true, "configuration:*:label:read": true, "configuration:system:label:read": true,
		"configuration:system:label:write": false, "configuration:sytem:*": false, "configuration:system:label": false,
		"configuration:system:label:read:more": false, "lifecycle:acme:web:enroll": true, "lifecycle:*:web:enroll": true,
		"lifecycle:acme:web:enrol": false, "lifecycle:webra:web:enroll": false, "discovery:*": false, "lifecycle:acme:*": true,
	} {
		if got := known.Knows(g); got != want {
			t.Errorf("%s: got %v", g, got)
		}
	}
}
