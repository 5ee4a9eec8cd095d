package house

import (
	"go/ast"
	"slices"
	"strings"
)

// Emitting is the function that writes an event: its package below internal/ and its name.
var Emitting = Use{Import: Module + "/internal/event", Names: []string{"Emit"}}

// Use is something taken from a package that only some places may take.
type Use struct {
	Import string
	Names  []string
}

// in returns a finding for every place of the file that takes one of the names.
func (u Use) in(f File, rule string) []string {
	var findings []string
	f.mentions(u.Import, func(s *ast.SelectorExpr) {
		if slices.Contains(u.Names, s.Sel.Name) {
			findings = append(findings, f.finding(s.Pos(), "%s.%s: %s", f.nameOf(u.Import), s.Sel.Name, rule))
		}
	})
	return findings
}

// made returns a finding for every value of the types that the file makes.
func (u Use) made(f File, rule string) []string {
	name := f.nameOf(u.Import)
	if name == "" {
		return nil
	}
	var findings []string
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if s, ok := literal.Type.(*ast.SelectorExpr); ok && slices.Contains(u.Names, s.Sel.Name) {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == name {
				findings = append(findings, f.finding(s.Pos(), "%s.%s: %s", name, s.Sel.Name, rule))
			}
		}
		return true
	})
	return findings
}

// OnlyActEmits says where an event is written outside the step that also asks the permission and makes the change.
func OnlyActEmits(files []File) []string {
	var findings []string
	for _, f := range files {
		if !f.Test() && f.Package() != "internal/act" {
			findings = append(findings, Emitting.in(f, "only package act writes events; use act.Do or act.Also")...)
		}
	}
	return findings
}

// Declares reports whether one of the files of the package at importPath declares a function called name.
func Declares(files []File, importPath, name string) bool {
	for _, f := range files {
		if Module+"/"+f.Package() != importPath {
			continue
		}
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == name {
				return true
			}
		}
	}
	return false
}

// machineTime lists the files of the core that may read the machine's clock, each with its reason.
var machineTime = map[string]string{
	"internal/store/group.go": "a batch of writes is bounded by the time the machine really takes",
}

// NoMachineTime says where the core asks the machine for the time instead of its transaction or its clock. A line of
// the list of exceptions that nothing needs is a finding too.
func NoMachineTime(files []File) []string {
	reads := Use{Import: "time", Names: []string{"Now", "Since", "Until"}}
	var findings []string
	for _, f := range files {
		if f.Test() || edge(f, "internal/clock", "internal/harness", "internal/house", "cmd") {
			continue
		}
		found := reads.in(f, "time comes from the transaction or the clock")
		_, excused := machineTime[f.Path]
		switch {
		case excused && len(found) == 0:
			findings = append(findings, f.Path+": is excused from the rule about time and does not need to be")
		case !excused:
			findings = append(findings, found...)
		}
	}
	return findings
}

// OnlyOutboundDials says where a connection is opened past the address policy, proxies, timeouts and limits of outbound.
// A client that was handed over may be used by everyone: only its making is outbound's.
func OnlyOutboundDials(files []File) []string {
	dials := []Use{
		{"net", []string{"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix"}},
		{"crypto/tls", []string{"Dial", "DialWithDialer"}},
		{"net/http", []string{"DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm"}},
		{"net/smtp", []string{"Dial", "SendMail"}},
	}
	makes := []Use{
		{"net", []string{"Dialer"}},
		{"crypto/tls", []string{"Dialer"}},
		{"net/http", []string{"Client", "Transport"}},
	}
	const rule = "only package outbound opens connections"
	var findings []string
	for _, f := range files {
		if f.Test() || edge(f, "internal/outbound", "internal/harness", "internal/house", "cmd") {
			continue
		}
		for _, use := range dials {
			findings = append(findings, use.in(f, rule)...)
		}
		for _, use := range makes {
			findings = append(findings, use.made(f, rule)...)
		}
	}
	return findings
}

// edge reports whether the file stands below one of the folders.
func edge(f File, folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return strings.HasPrefix(f.Path, folder+"/") })
}
