package pki

import (
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
)

func TestReason(t *testing.T) {
	t.Parallel()
	for code := -1; code <= 12; code++ {
		r, ok := ReasonOf(code)
		if want := code >= 0 && code <= 10 && code != 7; ok != want {
			t.Fatalf("%d: got %v, want %v", code, ok, want)
		}
		if !ok {
			continue
		}
		if r.Code() != code {
			t.Errorf("%s: got %d, want %d", r, r.Code(), code)
		}
		if again, err := ParseReason(strings.ToUpper(string(r))); err != nil || again != r {
			t.Errorf("got %s, %v, want %s", again, err, r)
		}
	}
	for word, want := range map[string]Reason{
		"affiliationChanged": AffiliationChange, "AFFILIATIONCHANGE": AffiliationChange, "key_compromise": KeyCompromise, "": Unspecified,
		"Cessation-Of-Operation": CessationOfOperation, "certificateHold": CertificateHold, "removeFromCRL": RemoveFromCRL,
	} {
		got, err := ParseReason(word)
		if err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", word, got, err, want)
		}
	}
	for _, word := range []string{"bored", strings.Repeat("_", 100)} {
		_, err := ParseReason(word)
		wantFault(t, err, UnknownReason)
	}
	same(t, fault.Of(UnknownReason).Kind(), fault.Invalid)
	same(t, Reason("other").Code(), 0)
}
