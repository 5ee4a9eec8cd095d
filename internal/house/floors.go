package house

import (
	"path"
	"strings"
)

// floors is the table of packages: each imports only packages of lower floors. A folder below a package of the table
// belongs to it. Names are those below internal/.
var floors = map[string]int{
	"fault": 0, "clock": 0, "pki": 0, "lang": 0,
	"access": 1, "secret": 1, "store": 1, "outbound": 1,
	"event": 2, "task": 2,
	"act": 3, "web": 3,
	"kind": 4, "authority": 4,
	"connector": 5, "trust": 5, "mail": 5, "system": 5,
	"identity": 6, "inventory": 6,
	"notify":    7,
	"lifecycle": 8, "discovery": 8, "report": 8,
	"api": 9, "console": 9, "protocol": 9,
	"app": 10,
}

// free are the packages that may import everything, and that no package of the table may import.
var free = []string{"harness", "house", "load"}

// plugParts is what one connector may import of this module. The entry "lang" stands for all folders below it.
var plugParts = []string{"connector", "outbound", "kind", "pki", "secret", "fault", "clock", "lang"}

// Floors says which imports go up, sideways, or past the rules of connectors.
func Floors(files []File) []string {
	var findings []string
	unknown := map[string]bool{}
	for _, f := range files {
		pkg, inside := strings.CutPrefix(f.Package(), "internal/")
		if f.Test() || !inside || oneOf(free, pkg) {
			continue
		}
		if _, known := floors[subject(pkg)]; !known {
			if !unknown[pkg] {
				findings = append(findings, f.finding(f.Syntax.Name.Pos(), "internal/%s: which floor? Add it to the table in internal/house/floors.go, with a decision note", pkg))
			}
			unknown[pkg] = true
			continue
		}
		for _, spec := range f.Syntax.Imports {
			if rule := broken(pkg, imported(spec)); rule != "" {
				findings = append(findings, f.finding(spec.Pos(), "internal/%s imports %s: %s", pkg, imported(spec), rule))
			}
		}
	}
	return findings
}

// broken returns the rule that package pkg breaks when it imports importPath, or "".
func broken(pkg, importPath string) string {
	local, ours := strings.CutPrefix(importPath, Module+"/")
	if !ours {
		return ""
	}
	other, inside := strings.CutPrefix(local, "internal/")
	switch {
	case !inside || oneOf(free, other):
		return "no package of the product imports tests, tools or programs"
	case other == "fault" || other == "clock" || pkg == "app":
		return ""
	case below(other, "connector/drivers"):
		return "connector/drivers is imported by app alone"
	case plug(pkg) != "" && below(other, plug(pkg)):
		return "" // its own folders
	case plug(pkg) != "":
		return plugRule(pkg, other)
	case below(pkg, "connector") && other == "authority":
		return "of the connectors only connector/integrated imports authority"
	case family(pkg) == family(other):
		return "" // folders of one subject
	}
	mine, its := floors[subject(pkg)], floors[subject(other)]
	switch {
	case its > mine:
		return "a package imports only lower floors, and this one is above"
	case its == mine:
		return "a package imports only lower floors, and this one is on the same"
	}
	return ""
}

// plugRule holds what a connector's folder may import: little, so that it stays a plug.
func plugRule(pkg, other string) string {
	switch {
	case other == "authority" && below(pkg, "connector/integrated"):
		return ""
	case other == "authority":
		return "of the connectors only connector/integrated imports authority"
	case below(other, "connector") && other != "connector":
		return "connectors do not know each other"
	case !oneOf(plugParts, other):
		return "a connector imports only " + strings.Join(plugParts, ", ") + " and its vendor's library"
	}
	return ""
}

// plug returns the folder of the connector that pkg belongs to, such as "connector/ejbca", or "".
func plug(pkg string) string {
	name, ok := strings.CutPrefix(pkg, "connector/")
	if !ok || below(name, "drivers") {
		return ""
	}
	name, _, _ = strings.Cut(name, "/")
	return path.Join("connector", name)
}

// subject returns the entry of the table that pkg stands under.
func subject(pkg string) string {
	first, _, _ := strings.Cut(pkg, "/")
	return first
}

// family returns what pkg may import within: its subject, but for doors, which do not know each other, the door.
func family(pkg string) string {
	door, ok := strings.CutPrefix(pkg, "protocol/")
	if !ok {
		return subject(pkg)
	}
	door, _, _ = strings.Cut(door, "/")
	return path.Join("protocol", door)
}

// oneOf reports whether pkg is one of the packages or stands in a folder of one.
func oneOf(packages []string, pkg string) bool {
	for _, p := range packages {
		if below(pkg, p) {
			return true
		}
	}
	return false
}
