package system

import (
	"regexp"
	"slices"
	"strings"
)

var (
	// tag is what Markdown takes for HTML, also when it is never closed (CommonMark 0.31, 6.6 and 4.6).
	tag = regexp.MustCompile(`<[A-Za-z/!?]`)
	// address is what a link may begin with.
	address = regexp.MustCompile(`(?i)^https?://`)
	// automatic is a link in angle brackets (CommonMark 0.31, 6.5).
	automatic = regexp.MustCompile(`(?i)^<https?://[^\s<>]*>`)
	// inline is where the target of a link begins (CommonMark 0.31, 6.3).
	inline = regexp.MustCompile(`\]\(\s*<?`)
	// definition is where the target of a link reference may begin (CommonMark 0.31, 4.7).
	definition = regexp.MustCompile(`\]:\s*<?`)
)

// unsafe says what a text holds beyond the Markdown the console shows, which is without HTML, images and links to
// anything but http and https: what is shown to everybody must not be able to run.
func unsafe(text string) (bad []string) {
	for _, at := range tag.FindAllStringIndex(text, -1) {
		if !automatic.MatchString(text[at[0]:]) {
			bad = append(bad, "HTML is not allowed; write &lt; for a <")
			break
		}
	}
	if strings.Contains(text, "![") {
		bad = append(bad, "images are not allowed")
	}
	if !linked(text) {
		bad = append(bad, "a link leads to http:// or https:// only")
	}
	return bad
}

// linked reports whether every link is one to http or https. A definition without a scheme may be no definition at all,
// but a text such as "see [1]: below"; it is let through when nothing in it could become a scheme.
func linked(text string) bool {
	for _, at := range inline.FindAllStringIndex(text, -1) {
		if !address.MatchString(text[at[1]:]) {
			return false
		}
	}
	return !slices.ContainsFunc(definition.FindAllStringIndex(text, -1), func(at []int) bool {
		rest := text[at[1]:]
		target, _, _ := strings.Cut(strings.Join(strings.Fields(rest[:min(len(rest), 4096)]), " "), " ")
		return !address.MatchString(target) && strings.ContainsAny(target, `:&\%`)
	})
}
