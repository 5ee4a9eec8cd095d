package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

var testFault = Define("TEST-001", Invalid, "Something is wrong")

func TestFault(t *testing.T) {
	err := fmt.Errorf("reading: %w", testFault.Detail("field %q", "name").Because(io.EOF))
	if !errors.Is(err, testFault) || !errors.Is(err, io.EOF) {
		t.Fatalf("got %v, want the fault and its cause", err)
	}
	f := Of(err)
	if got, want := f.Reason(), `Something is wrong: field "name"`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := f.Error(), `TEST-001 Something is wrong: field "name" (EOF)`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if testFault.Occurrence() != "" {
		t.Error("a detail changed the catalogue")
	}
	if got := Of(io.EOF); !errors.Is(got, Unexpected) || got.Reason() != "Unexpected error" {
		t.Errorf("got %v, want the unexpected fault without its cause in the reason", got)
	}
	if Of(nil) != nil {
		t.Error("nil is no fault")
	}
}

func TestDefineTwice(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a code was defined twice without a panic")
		}
	}()
	Define("TEST-001", Invalid, "Again")
}
