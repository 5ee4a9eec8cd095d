package house

import (
	"go/ast"
	"slices"
	"strings"
)

// Writing is what writes an event: the method of event.Pen that stores it, and the function that makes one.
var Writing = struct {
	Package string
	Method  string
	Func    Use
}{
	Package: Module + "/internal/event",
	Method:  "Emit",
	Func:    Use{Import: Module + "/internal/event", Names: []string{"New"}},
}

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

// OnlyActEmits says where an event is made or written outside the step that also asks the permission and makes the
// change. The name of the method is kept for that: nothing else in the module is called so.
func OnlyActEmits(files []File) []string {
	const rule = "only package act writes events; use act.Do or act.Also"
	var findings []string
	for _, f := range files {
		if f.Test() || edge(f, "internal/act", "internal/event", "internal/house") {
			continue
		}
		findings = append(findings, Writing.Func.in(f, rule)...)
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == Writing.Method {
				findings = append(findings, f.finding(s.Sel.Pos(), "%s: %s", s.Sel.Name, rule))
			}
			return true
		})
	}
	return findings
}

// Declares reports whether one of the files of the package at importPath declares a function or method called name.
func Declares(files []File, importPath, name string) bool {
	for _, f := range files {
		if Module+"/"+f.Package() != importPath {
			continue
		}
		for _, d := range f.Syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == name {
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
		{"net", []string{"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix", "DefaultResolver", "LookupAddr", "LookupCNAME",
			"LookupHost", "LookupIP", "LookupMX", "LookupNS", "LookupPort", "LookupSRV", "LookupTXT"}},
		{"github.com/miekg/dns", []string{"Dial", "DialTimeout", "DialWithTLS", "DialTimeoutWithTLS", "Exchange", "ExchangeContext", "ExchangeConn"}},
		{"crypto/tls", []string{"Dial", "DialWithDialer"}},
		{"net/http", []string{"DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm"}},
		{"net/smtp", []string{"Dial", "SendMail"}},
	}
	makes := []Use{
		{"net", []string{"Dialer", "Resolver"}},
		{"github.com/miekg/dns", []string{"Client", "Transfer"}},
		{"crypto/tls", []string{"Dialer"}},
		{"net/http", []string{"Client", "Transport"}},
	}
	const rule = "only package outbound opens connections"
	var findings []string
	for _, f := range files {
		if f.Test() || edge(f, "internal/outbound", "internal/harness", "internal/house", "internal/load", "cmd") {
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
