package kind

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Secret is a value that is written and never read back: sealed at rest, absent from answers, kept when an update leaves
// it out.
type Secret struct {
	plain  *string // as it was sent, until it is sealed
	sealed []byte
	object string // what the sealed value is bound to

	carried   bool // it came with an import: the same value again is no change
	rewritten bool // it is another form of the value that is stored
	removed   bool // a client wants it gone
}

// NewSecret returns a secret to be stored with the object it is put into.
func NewSecret(value string) Secret { return Secret{plain: &value} }

// Sent returns the value a client has just sent, which is not sealed yet.
func (s Secret) Sent() (value string, ok bool) {
	if s.plain == nil {
		return "", false
	}
	return *s.plain, true
}

// Carried reports that the value came with an import, as another server had stored it: a password as its hash.
func (s Secret) Carried() bool { return s.carried }

// Rewritten returns the secret as another form of the value that is stored, such as a new hash of the same password: when
// that was given, and by whom, stays.
func (s Secret) Rewritten() Secret {
	s.rewritten = true
	return s
}

// Removed reports that a client wants the stored value gone. Leaving a secret out keeps it.
func (s Secret) Removed() bool { return s.removed }

// IsSet reports whether there is a value.
func (s Secret) IsSet() bool { return s.plain != nil || s.sealed != nil }

// Sealer seals values at rest, bound to a purpose and an object.
type Sealer interface {
	Seal(purpose, object string, plaintext []byte) ([]byte, error)
	Open(purpose, object string, sealed []byte) ([]byte, error)
}

const purpose = "configuration"

// Reveal returns the value.
func (s Secret) Reveal(keys Sealer) (secret.Text, error) {
	if s.plain != nil {
		return secret.NewText(*s.plain), nil
	}
	if s.sealed == nil {
		return secret.NewText(""), nil
	}
	b, err := keys.Open(purpose, s.object, s.sealed)
	if err != nil {
		return secret.NewText(""), fmt.Errorf("opening the secret of %s: %w", s.object, err)
	}
	return secret.NewText(string(b)), nil
}

// MarshalJSON tells that there is a secret, never which.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

// UnmarshalJSON reads {"value": "..."} or the bare text. {"remove": true} removes what is stored; anything else leaves the
// secret out.
func (s *Secret) UnmarshalJSON(b []byte) error {
	*s = Secret{}
	var text string
	if json.Unmarshal(b, &text) == nil {
		s.take(text)
		return nil
	}
	var object struct {
		Value  string `json:"value"`
		Remove bool   `json:"remove"`
	}
	if err := json.Unmarshal(b, &object); err != nil {
		return err
	}
	if object.Remove && object.Value != "" {
		return errors.New("a value, or remove: not both")
	}
	s.take(object.Value)
	s.removed = object.Remove
	return nil
}

func (s *Secret) take(text string) {
	if text != "" {
		s.plain = &text
	}
}

// String never tells.
func (s Secret) String() string { return "[secret]" }

// Schema describes the secret for forms.
func (Secret) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		OneOf: []*huma.Schema{
			{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
				"value":  {Type: huma.TypeString, WriteOnly: true, MaxLength: new(65536), Description: "The secret. Left out, what is stored is kept."},
				"remove": {Type: huma.TypeBoolean, WriteOnly: true, Description: "Whether what is stored is removed."},
			}},
			{Type: huma.TypeString, WriteOnly: true, MaxLength: new(65536)},
		},
		Extensions: map[string]any{"x-secret": true},
	}
}

// given is when a secret was given, and by whom. What was stored before that was kept has none.
type given struct {
	At int64  `json:"at"` // milliseconds since 1970
	By string `json:"by,omitempty"`
}

// giver is who gives the secrets that are stored now.
func giver(tx *store.Tx, who access.Caller) given { return given{tx.Now().UnixMilli(), clip(who.ID)} }

// held tells of a secret that has a value.
type held struct {
	Field string `json:"field" doc:"Path of the secret."`
	SetAt int64  `json:"setAt,omitempty" doc:"When it was set, in milliseconds since 1970; left out of what was set before that was kept."`
	SetBy string `json:"setBy,omitempty" doc:"Who set it."`
}

// held lists the secrets of the object that have a value, never which.
func (one *item) held() (all []held) {
	for _, path := range slices.Sorted(maps.Keys(one.secrets)) {
		g := one.given[path]
		all = append(all, held{path, g.At, g.By})
	}
	return all
}
