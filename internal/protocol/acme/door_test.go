package acme

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIssue(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.account("web")
	_, chain, _ := c.issued("a.localhost", "b.localhost")
	if diff := cmp.Diff([]string{"a.localhost", "b.localhost"}, chain[0].DNSNames); diff != "" {
		t.Error(diff)
	}
	want := []string{
		"ACME-ORDER-NEW success",
		"ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY success",
		"ACME-CHALLENGE-REQUEST-VERIFY success", "ACME-CHALLENGE-VERIFY success", "ACME-ORDER-UPDATE success",
		"LIFECYCLE-ENROLL success", "ACME-ORDER-FINALIZE success", "ACME-ORDER-CERTIFICATE success",
	}
	if diff := cmp.Diff(want, b.events("ACME", "LIFECYCLE")); diff != "" {
		t.Error(diff)
	}
}
