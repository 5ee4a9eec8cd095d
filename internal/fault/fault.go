// Package fault holds the few kinds of error whose reason is understood, and the catalogue of their codes.
//
// A fault is made once, next to the code that meets it, and returned as it is, with a detail for the sender, or with a
// cause for the log. Every door turns faults into the error form of its protocol in one function.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind says who has to act on a fault.
type Kind int

const (
	Invalid         Kind = iota + 1 // the sender: what was sent breaks a rule
	Unauthenticated                 // the sender: it is not known who asks
	Denied                          // an administrator: the caller lacks a right
	Missing                         // the sender: the object does not exist, or not for the caller
	Conflict                        // the sender: the object has changed or is in another state
	TooMany                         // the sender: wait and try again
	Upstream                        // the operator of a system that was asked
	Internal                        // the operator of this server
)

// Fault is an error with a code clients rely on, a text that is always the same and, for one occurrence, a detail for
// the sender and a cause for the log.
type Fault struct {
	code   string
	kind   Kind
	text   string
	detail string
	cause  error
	after  time.Duration
}

var catalogue = map[string]*Fault{}

// Define adds a fault to the catalogue. It panics when the code is taken: two faults with one code are a programmer's mistake.
func Define(code string, kind Kind, text string) *Fault {
	if _, taken := catalogue[code]; taken {
		panic("fault: " + code + " is defined twice")
	}
	f := &Fault{code: code, kind: kind, text: text}
	catalogue[code] = f
	return f
}

// All returns the catalogue in the order of the codes.
func All() []*Fault {
	all := make([]*Fault, 0, len(catalogue))
	for _, f := range catalogue {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *Fault) int { return strings.Compare(a.code, b.code) })
	return all
}

// Unexpected stands for every error that is not a fault.
var Unexpected = Define("INTERNAL-001", Internal, "Unexpected error")

// Of returns the fault within err, or Unexpected with err as its cause. It returns nil for nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return Unexpected.Because(err)
}

// Code returns the stable code, such as REQ-002.
func (f *Fault) Code() string { return f.code }

// Kind returns who has to act.
func (f *Fault) Kind() Kind { return f.kind }

// Text returns the text that is the same for every occurrence.
func (f *Fault) Text() string { return f.text }

// Occurrence returns the detail of this occurrence, or "".
func (f *Fault) Occurrence() string { return f.detail }

// After returns how long the sender should wait before it tries again; 0 is unknown.
func (f *Fault) After() time.Duration { return f.after }

// Reason returns text and detail in one sentence, fit for the sender and for an event.
func (f *Fault) Reason() string {
	if f.detail == "" {
		return f.text
	}
	return f.text + ": " + f.detail
}

// Detail returns a copy of the fault with something for the sender about this occurrence.
func (f *Fault) Detail(format string, args ...any) *Fault {
	c := *f
	c.detail = fmt.Sprintf(format, args...)
	return &c
}

// Each returns a copy of the fault that says everything that is wrong at once, joined by " | ".
func (f *Fault) Each(problems []string) *Fault {
	c := *f
	c.detail = strings.Join(problems, " | ")
	return &c
}

// Because returns a copy of the fault with a cause, which is logged and never sent.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.cause = err
	return &c
}

// Wait returns a copy of the fault that tells the sender when to try again.
func (f *Fault) Wait(d time.Duration) *Fault {
	c := *f
	c.after = d
	return &c
}

// Error is for the log: it holds the code, the reason and the cause.
func (f *Fault) Error() string {
	s := f.code + " " + f.Reason()
	if f.cause != nil {
		s += " (" + f.cause.Error() + ")"
	}
	return s
}

// Is reports whether target is a fault of the same code.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.code == f.code
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.cause }
