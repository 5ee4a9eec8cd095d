package acme

import (
	"testing"

	"github.com/horizon-clm/horizon/internal/lang/rule/ruletest"
	"github.com/horizon-clm/horizon/internal/lifecycle"
)

// What is told of the keys of ACME is what rules can read.
func TestKeys(t *testing.T) {
	t.Parallel()
	o := order{IP: "192.0.2.1", Wishes: lifecycle.Wishes{
		Owner: "ann", Team: "core", Contact: "a@example.com", Labels: map[string]string{"cost centre": "7"}, Metadata: map[string]string{"x": "y"},
	}}
	ruletest.Compare(t, Keys(), o.dictionary(&account{IP: "192.0.2.1", Contacts: []string{"mailto:a@example.com", "mailto:b@example.com"}}))
}
