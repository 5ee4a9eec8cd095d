package house

import (
	"bytes"
	"go/ast"
	"go/token"
)

// Limits of size. The aims are much lower: 300 lines, 10 lines, 4 parameters, depth 2, 4 methods.
const (
	maxFileLines  = 500
	maxFuncLines  = 60
	maxParameters = 6
	maxNesting    = 4
	maxMethods    = 8
)

// Sizes says which files, functions and interfaces are too large.
func Sizes(files []File) []string {
	var findings []string
	for _, f := range files {
		if f.Generated() {
			continue
		}
		lines := bytes.Count(f.Source, []byte("\n"))
		if lines > maxFileLines && !f.Test() && !f.table(lines) {
			findings = append(findings, f.finding(f.Syntax.Pos(), "the file has %d lines, the limit is %d (tables and tests excepted)", lines, maxFileLines))
		}
		findings = append(findings, f.sizes()...)
	}
	return findings
}

// sizes looks at every function and interface of the file.
func (f File) sizes() []string {
	var findings []string
	say := func(at token.Pos, what string, got, limit int) {
		if got > limit {
			findings = append(findings, f.finding(at, "%s: %d, the limit is %d", what, got, limit))
		}
	}
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if !f.Test() {
				say(n.Pos(), "lines of function "+n.Name.Name, f.Line(n.End())-f.Line(n.Pos())+1, maxFuncLines)
			}
			say(n.Pos(), "parameters of function "+n.Name.Name, parameters(n.Type), maxParameters)
			if n.Body != nil {
				say(n.Pos(), "nesting in function "+n.Name.Name, nesting(n.Body), maxNesting)
			}
		case *ast.FuncLit:
			say(n.Pos(), "parameters of a function literal", parameters(n.Type), maxParameters)
			say(n.Pos(), "nesting in a function literal", nesting(n.Body), maxNesting)
		case *ast.InterfaceType:
			say(n.Pos(), "methods of an interface", n.Methods.NumFields(), maxMethods)
		}
		return true
	})
	return findings
}

// table reports whether nearly all of the file is declarations of values: a list one looks things up in.
func (f File) table(lines int) bool {
	values := 0
	for _, d := range f.Syntax.Decls {
		if g, ok := d.(*ast.GenDecl); ok && (g.Tok == token.VAR || g.Tok == token.CONST) {
			values += f.Line(g.End()) - f.Line(g.Pos()) + 1
		}
	}
	return values*10 > lines*8
}

// parameters counts what a caller has to think about: not the context, the transaction and the test.
func parameters(t *ast.FuncType) int {
	count := 0
	for _, field := range t.Params.List {
		if !ambient(field.Type) {
			count += max(1, len(field.Names))
		}
	}
	return count
}

// ambient reports whether a type is one that is handed through everything: context.Context, *store.Tx, *testing.T.
func ambient(t ast.Expr) bool {
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	switch t := t.(type) {
	case *ast.Ident:
		return t.Name == "Tx"
	case *ast.SelectorExpr:
		x, ok := t.X.(*ast.Ident)
		return ok && (x.Name == "context" || x.Name == "testing" || t.Sel.Name == "Tx")
	}
	return false
}

// nesting returns how deep control structures stand within each other. An "else if" stands beside its "if", and a
// function literal begins anew: it is a function of its own.
func nesting(within ast.Node) int {
	deepest := 0
	ast.Inspect(within, func(n ast.Node) bool {
		if n == nil || n == within {
			return n != nil
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.IfStmt:
			deepest = max(deepest, 1+ifNesting(n))
			return false
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			deepest = max(deepest, 1+nesting(n))
			return false
		}
		return true
	})
	return deepest
}

// ifNesting returns the depth within an if statement and all that follow it with else.
func ifNesting(n *ast.IfStmt) int {
	depth := nesting(n.Body)
	switch otherwise := n.Else.(type) {
	case *ast.IfStmt:
		depth = max(depth, ifNesting(otherwise))
	case *ast.BlockStmt:
		depth = max(depth, nesting(otherwise))
	}
	return depth
}
