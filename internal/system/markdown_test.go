package system

import (
	"strings"
	"testing"
)

func TestUnsafe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string // want is part of the only complaint; "" is none
	}{
		{"prose", "# Title\n\n- one\n- **two** and *three*\n\n1 < 2, a<-b", ""},
		{"a link", "see [this](https://example.com/a?b=c) and [that]( http://example.com )", ""},
		{"a link in brackets", "see <https://example.com/x> and [y](<HTTPS://example.com>)", ""},
		{"a definition", "see [1]\n\n[1]: https://example.com", ""},
		{"a colon after brackets", "see [1]: below", ""},
		{"an element", "a <b>c</b>", "HTML"},
		{"an element that is not closed", "<img src=x onerror=alert(1)", "HTML"},
		{"a comment", "<!-- x -->", "HTML"},
		{"an instruction", "<?php", "HTML"},
		{"a closing tag", "</div>", "HTML"},
		{"an element after a link in brackets", "<https://example.com><script>", "HTML"},
		{"an automatic link that runs", "<javascript:alert(1)>", "HTML"},
		{"an automatic link with an attribute", "<https://example.com onclick=x>", "HTML"},
		{"a picture", "![x](https://example.com/x.png)", "images"},
		{"a link that runs", "[x](javascript:alert(1))", "link"},
		{"a link that runs behind a newline", "[x](\n javascript:alert(1))", "link"},
		{"a link in another spelling", "[x](java&#115;cript:alert(1))", "link"},
		{"a local link", "[x](/etc/passwd)", "link"},
		{"a definition that runs", "[x]: javascript:alert(1)", "link"},
		{"a definition in a quotation", "> [x]: javascript:alert(1)", "link"},
		{"a definition behind a newline", "[x]:\n  javascript&colon;alert(1)", "link"},
		{"a definition of data", "[x]: data:text/html,x", "link"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := unsafe(test.text)
			if test.want == "" && len(got) > 0 || test.want != "" && (len(got) != 1 || !strings.Contains(got[0], test.want)) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// What is let through holds no element, whatever stands around it.
func FuzzUnsafe(f *testing.F) {
	for _, seed := range []string{"a", "[x](https://example.com)", "[a]: b:c", "<https://a>", "](", "]:", "<"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(unsafe(text)) > 0 {
			return
		}
		for _, bad := range []string{"<script", "<img", "](javascript:", "]: javascript:"} {
			if strings.Contains(strings.ToLower(text), bad) {
				t.Errorf("let through %q with %q", text, bad)
			}
		}
		if len(unsafe(text+"<b>")) == 0 {
			t.Errorf("let through %q with an element behind it", text)
		}
	})
}
