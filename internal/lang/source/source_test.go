package source

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAt(t *testing.T) {
	t.Parallel()
	text := "é = 1\nname"
	for offset, want := range map[int]Position{
		-1: {0, 1, 1}, 0: {0, 1, 1}, 2: {2, 1, 2}, 7: {7, 2, 1}, 9: {9, 2, 3}, 100: {11, 2, 5},
	} {
		if got := At(text, offset); got != want {
			t.Errorf("At(%d): got %+v, want %+v", offset, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\uFFFDé": "", "ab\x00": "line 1, column 3: the character NUL is not allowed",
		"\xff": "line 1, column 1: the text is not valid UTF-8", strings.Repeat("x", 11): "line 1, column 11: the text is longer than 10 bytes",
	} {
		got := ""
		if p := Check(text, 10); p != nil {
			got = p.Error()
		}
		if got != want {
			t.Errorf("Check(%q): got %q, want %q", text, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"profile", "module", "valid.until", "valid.from", "owner", "team"}
	for word, want := range map[string][]string{
		"profil": {"profile"}, "Modul": {"module"}, "until": {"valid.until"}, "valid": {"valid.until", "valid.from"},
		"xyz": nil, "taem": {"team"}, "tam": {"team"}, strings.Repeat("z", 100): nil,
	} {
		if diff := cmp.Diff(want, Nearest(word, known)); diff != "" {
			t.Errorf("Nearest(%q): %s", word, diff)
		}
	}
	p := &Problem{At: Position{4, 1, 5}, Text: "unknown name", Near: []string{"a", "b"}}
	if got, want := p.Error(), "line 1, column 5: unknown name; did you mean a, b?"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Quote(strings.Repeat("x", 50)), `"`+strings.Repeat("x", 40)+`..."`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
