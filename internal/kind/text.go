package kind

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/lang/regex"
)

// Localized is a text in one language. Lists of them say the same in several.
type Localized struct {
	Lang  string `json:"lang" required:"true" pattern:"^[a-z]{2}$" doc:"Two-letter language code."`
	Value string `json:"value" required:"true" maxLength:"20000" doc:"The text."`
}

// TransformSchema tells forms what it is.
func (Localized) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Extensions = map[string]any{"x-localized": true}
	return s
}

// Regex is a regular expression, as package regex reads them.
type Regex string

// UnmarshalText refuses what is none. The empty text is none, and accepted.
func (r *Regex) UnmarshalText(text []byte) error {
	if len(text) > 0 {
		if _, err := regex.Compile(string(text)); err != nil {
			return err
		}
	}
	*r = Regex(text)
	return nil
}

// Schema describes the text for forms.
func (Regex) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, MaxLength: new(regex.MaxPattern), Extensions: map[string]any{"x-regex": true}}
}

// Language is a query language, by its name: "hcql".
type Language interface{ LanguageName() string }

// Query is a query in the language L. What is stored can be parsed; whether its fields exist is for the kind's own rules to
// say.
type Query[L Language] string

// UnmarshalText refuses what cannot be parsed. The empty text is no query, and accepted.
func (q *Query[L]) UnmarshalText(text []byte) error {
	if len(text) > 0 {
		if _, err := query.Parse(string(text)); err != nil {
			return err
		}
	}
	*q = Query[L](text)
	return nil
}

// Schema describes the text for forms.
func (Query[L]) Schema(huma.Registry) *huma.Schema {
	var l L
	return &huma.Schema{Type: huma.TypeString, MaxLength: new(8192), Extensions: map[string]any{"x-query": l.LanguageName()}}
}

// PEM is one or several certificates in PEM (RFC 7468), kept as they were sent.
type PEM string

const maxPEM = 262144 // bytes

// UnmarshalText refuses what is no PEM. The empty text is none, and accepted.
func (p *PEM) UnmarshalText(text []byte) error {
	if b, _ := pem.Decode(text); b == nil && strings.TrimSpace(string(text)) != "" {
		return errors.New("it is not PEM: a text that begins with -----BEGIN")
	}
	*p = PEM(text)
	return nil
}

// Schema describes the text for forms.
func (PEM) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, MaxLength: new(maxPEM), Extensions: map[string]any{"x-pem": true}}
}

// misread lists the members that cannot be read as what they are, each with its path. It is asked when the whole could not
// be read.
func misread(t reflect.Type, body any, path string) (problems []string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch body := body.(type) {
	case map[string]any:
		if t.Kind() == reflect.Map {
			for name, x := range body {
				problems = append(problems, misread(t.Elem(), x, join(path, name))...)
			}
			return problems
		}
		if t.Kind() == reflect.Struct && t != secretType && !plainStruct(t) {
			for _, f := range fields(t) {
				if x := member(body, f.name); x != nil {
					problems = append(problems, misread(t.FieldByIndex(f.index).Type, x, join(path, f.name))...)
				}
			}
			if problems != nil {
				return problems
			}
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for i, x := range body {
				problems = append(problems, misread(t.Elem(), x, join(path, itoa(i)))...)
			}
			return problems
		}
	}
	raw, err := json.Marshal(body)
	if err == nil {
		err = json.Unmarshal(raw, reflect.New(t).Interface())
	}
	if err != nil {
		problems = append(problems, strings.TrimPrefix(path+": "+describe(err), ": "))
	}
	return problems
}
