package house

import (
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Unexplained says which modules and tools go.mod names directly have no line in the text, and which the text explains
// although go.mod does not name them. Such a line begins with "| `module/path`".
func Unexplained(gomod []byte, text string) ([]string, error) {
	parsed, err := modfile.Parse("go.mod", gomod, nil)
	if err != nil {
		return nil, err
	}
	var named []string
	for _, tool := range parsed.Tool {
		named = append(named, tool.Path)
	}
	for _, r := range parsed.Require {
		if !r.Indirect {
			named = append(named, r.Mod.Path)
		}
	}
	var explained []string
	for _, line := range strings.Split(text, "\n") {
		if rest, ok := strings.CutPrefix(line, "| `"); ok {
			name, _, _ := strings.Cut(rest, "`")
			explained = append(explained, name)
		}
	}
	var findings []string
	for _, name := range named {
		if !slices.Contains(explained, name) {
			findings = append(findings, name+": is in go.mod and has no reason in docs/dependencies.md")
		}
	}
	for _, name := range explained {
		if !slices.Contains(named, name) {
			findings = append(findings, name+": is in docs/dependencies.md and not required by go.mod")
		}
	}
	return findings, nil
}
