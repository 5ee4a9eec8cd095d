package app_test

import (
	"testing"

	"github.com/horizon-clm/horizon/internal/harness"
)

// A form can be made of every kind: each member has its text, its part of the form and, of a union, each variant a name.
func TestForms(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	for _, d := range s.App.Kinds() {
		for _, lacking := range d.Unformed() {
			t.Error(lacking)
		}
	}
}
