package identity

import (
	"strings"
	"testing"
)

func TestParseHeaderRefuses(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"nothing":                {""},
		"text":                   {"ann"},
		"a broken escape":        {"-----BEGIN%2"},
		"PEM without an end":     {"-----BEGIN CERTIFICATE----- MIIB"},
		"bytes without an end":   {":MIIB"},
		"bytes that are no DER":  {"QUJD"},
		"more than there may be": {strings.Repeat("A", maxHeader+1)},
		"two":                    {"a", "b"},
	} {
		if c, err := parseHeader(values); err == nil {
			t.Errorf("%s: got %s, want a refusal", name, c.DN)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	for _, text := range []string{"", "%41", ":QUJD:", pemBegin + " QUJD " + pemEnd, "-----BEGIN%20CERTIFICATE-----%0AQUJD%0A-----END%20CERTIFICATE-----"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := parseHeader([]string{text}); (c == nil) == (err == nil) {
			t.Errorf("got %v, %v", c, err)
		}
	})
}
