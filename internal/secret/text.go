package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

const hidden = "[secret]"

// Text is a secret value. It does not print, log or marshal, wherever it stands: also as an unexported field of a struct,
// where fmt cannot ask its methods, it shows a pointer at most. It does not compare with ==; use Equal.
type Text struct {
	_ [0]func()
	p *string
}

// NewText returns s as a secret.
func NewText(s string) Text { return Text{p: &s} }

// Reveal returns the value. Who calls it answers for where it goes.
func (t Text) Reveal() string {
	if t.p == nil {
		return ""
	}
	return *t.p
}

// IsZero reports whether there is no value, or an empty one.
func (t Text) IsZero() bool { return t.p == nil || *t.p == "" }

// Equal compares in a time that does not depend on the values, nor on how much of them agrees.
func (t Text) Equal(other Text) bool {
	a, b := sha256.Sum256([]byte(t.Reveal())), sha256.Sum256([]byte(other.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// String hides the value.
func (Text) String() string { return hidden }

// GoString hides the value.
func (Text) GoString() string { return hidden }

// Format hides the value, whatever the verb.
func (Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the value.
func (Text) LogValue() slog.Value { return slog.StringValue(hidden) }

var errMarshal = errors.New("a secret is not written out")

// MarshalText refuses, so that no encoder writes a secret by mistake.
func (Text) MarshalText() ([]byte, error) { return nil, errMarshal }

// MarshalJSON refuses, so that no encoder writes a secret by mistake.
func (Text) MarshalJSON() ([]byte, error) { return nil, errMarshal }

// UnmarshalText takes the value, so that secrets can be read from configuration and requests.
func (t *Text) UnmarshalText(b []byte) error {
	*t = NewText(string(b))
	return nil
}
