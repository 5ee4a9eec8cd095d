package outbound

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/horizon-clm/horizon/internal/fault"
)

// Faults of calls to the outside. Callers mostly look at the Class of the Failure; these three decide something by themselves.
var (
	Refused       = fault.Define("OUTBOUND-001", fault.Denied, "The address may not be reached")
	NameMissing   = fault.Define("OUTBOUND-002", fault.Upstream, "The name does not exist")
	RecordMissing = fault.Define("OUTBOUND-003", fault.Upstream, "The name has no record of this type")

	unresolved  = fault.Define("OUTBOUND-004", fault.Upstream, "The name could not be resolved")
	unconnected = fault.Define("OUTBOUND-005", fault.Upstream, "The connection failed")
	noHandshake = fault.Define("OUTBOUND-006", fault.Upstream, "The TLS handshake failed")
	timedOut    = fault.Define("OUTBOUND-007", fault.Upstream, "There was no answer in time")
	tooLarge    = fault.Define("OUTBOUND-008", fault.Upstream, "The answer is too large")
	proxyFailed = fault.Define("OUTBOUND-009", fault.Upstream, "The proxy did not let the call through")
	badTarget   = fault.Define("OUTBOUND-010", fault.Invalid, "The target of the call is not valid")
	badRedirect = fault.Define("OUTBOUND-011", fault.Upstream, "The answer redirects to where it must not")
)

// Class sorts failures the way protocols report them.
type Class string

// The classes of failure.
const (
	ClassDNS        Class = "dns"        // the name does not exist, has no such record, or its servers fail
	ClassConnection Class = "connection" // no connection, or one that broke, also at the proxy
	ClassTLS        Class = "tls"        // connected, but no TLS session
	ClassTimeout    Class = "timeout"    // out of time; the step tells where
	ClassRefused    Class = "refused"    // refused by policy: nothing was sent to the address
	ClassTooLarge   Class = "too-large"  // more bytes than allowed
	ClassInvalid    Class = "invalid"    // the target or a redirect is not one that can be called
)

// Step is what a call was doing when it failed.
type Step string

// The steps of a call, in their order.
const (
	StepCheck     Step = "checking"
	StepResolve   Step = "resolving"
	StepConnect   Step = "connecting to"
	StepProxy     Step = "asking the proxy for"
	StepHandshake Step = "starting TLS with"
	StepRead      Step = "reading from"
)

// Failure is the error of every call of this package: the class, the step, and the fault with a text fit for the one who
// asked for the call. It wraps the fault, which wraps the cause for the log.
type Failure struct {
	Class  Class
	Step   Step
	Target string // the name, address or URL without query that the step was about
	Status int    // what the proxy answered to CONNECT; 0 when it did not
	reason *fault.Fault
}

// Error is for the log.
func (f *Failure) Error() string { return f.reason.Error() }

// Unwrap returns the fault.
func (f *Failure) Unwrap() error { return f.reason }

// Timeout reports whether time ran out, as net.Error does.
func (f *Failure) Timeout() bool { return f.Class == ClassTimeout }

// ClassOf returns the class of the failure within err, or "" when there is none.
func ClassOf(err error) Class {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Class
	}
	return ""
}

func classOf(f *fault.Fault) Class {
	switch f.Code() {
	case Refused.Code():
		return ClassRefused
	case NameMissing.Code(), RecordMissing.Code(), unresolved.Code():
		return ClassDNS
	case noHandshake.Code():
		return ClassTLS
	case timedOut.Code():
		return ClassTimeout
	case tooLarge.Code():
		return ClassTooLarge
	case badTarget.Code(), badRedirect.Code():
		return ClassInvalid
	default:
		return ClassConnection
	}
}

// fail makes a failure of the fault f; why is told to the sender, cause is for the log.
func fail(step Step, target string, f *fault.Fault, why string, cause error) *Failure {
	target = brief(target)
	text := string(step) + " " + target
	if why != "" {
		text += ": " + brief(why)
	}
	return &Failure{Class: classOf(f), Step: step, Target: target, reason: f.Detail("%s", text).Because(cause)}
}

// failed turns any error of a step into a failure. What is one already stays as it is.
func failed(step Step, target string, err error) error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	if known, ok := errors.AsType[*fault.Fault](err); ok {
		return fail(step, target, known, known.Occurrence(), err)
	}
	if expired(err) {
		return fail(step, target, timedOut, "", err)
	}
	switch step {
	case StepResolve:
		return fail(step, target, unresolved, "", err)
	case StepHandshake:
		return fail(step, target, noHandshake, err.Error(), err)
	case StepProxy:
		return fail(step, target, proxyFailed, system(err), err)
	default:
		return fail(step, target, unconnected, system(err), err)
	}
}

func expired(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return true
	}
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

// system returns what the operating system says, such as "connection refused", which holds no address of ours.
func system(err error) string {
	if n, ok := errors.AsType[syscall.Errno](err); ok {
		return n.Error()
	}
	if errors.Is(err, context.Canceled) {
		return "the call was given up"
	}
	return ""
}

const briefly = 250

// brief makes text from outside fit for a sentence: printable ASCII, not too long.
func brief(s string) string {
	cut := len(s) > briefly
	if cut {
		s = s[:briefly]
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	if cut {
		s += "..."
	}
	return s
}
