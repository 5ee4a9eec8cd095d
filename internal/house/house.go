// Package house holds the rules this repository keeps about itself, and the tests that hold them.
//
// Each rule is a function from the parsed files of the module to findings; a finding names the place and the rule, so
// that whoever breaks a rule learns it from the failing test.
package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// Module is the path all packages of this repository begin with.
const Module = "github.com/horizon-clm/horizon"

// File is one parsed Go file.
type File struct {
	Path   string // from the top of the repository, with slashes
	Source []byte
	Syntax *ast.File
	Set    *token.FileSet
}

// Parse reads one file's source as the file at name, relative to the top of the repository.
func Parse(name string, source []byte) (File, error) {
	set := token.NewFileSet()
	syntax, err := parser.ParseFile(set, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return File{}, fmt.Errorf("parsing %s: %w", name, err)
	}
	return File{Path: name, Source: source, Syntax: syntax, Set: set}, nil
}

// Load parses every Go file below root, apart from those the go command does not look at.
func Load(root string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != root && outside(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(entry.Name()) != ".go" {
			return nil
		}
		file, err := load(root, name)
		files = append(files, file)
		return err
	})
	return files, err
}

// outside reports whether a folder of this name holds no Go package of the module.
func outside(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules"
}

func load(root, name string) (File, error) {
	source, err := os.ReadFile(name)
	if err != nil {
		return File{}, err
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return File{}, err
	}
	return Parse(filepath.ToSlash(rel), source)
}

// Package returns the path of the file's package below the module, such as "internal/store".
func (f File) Package() string { return path.Dir(f.Path) }

// Test reports whether the file is compiled for tests only.
func (f File) Test() bool { return strings.HasSuffix(f.Path, "_test.go") }

// Generated reports whether the file says that a program wrote it.
func (f File) Generated() bool { return ast.IsGenerated(f.Syntax) }

// Line returns the line a node begins in.
func (f File) Line(at token.Pos) int { return f.Set.Position(at).Line }

// finding is a sentence about what stands at a place of the file.
func (f File) finding(at token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line(at), fmt.Sprintf(format, args...))
}

// imported returns the path an import names.
func imported(spec *ast.ImportSpec) string {
	name, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return name
}

// nameOf returns the name the file uses for the package imported from importPath, or "" when it does not import it.
func (f File) nameOf(importPath string) string {
	for _, spec := range f.Syntax.Imports {
		if imported(spec) != importPath {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(importPath)
	}
	return ""
}

// mentions calls found for every selector of the file that takes something from the package at importPath.
func (f File) mentions(importPath string, found func(*ast.SelectorExpr)) {
	name := f.nameOf(importPath)
	if name == "" {
		return
	}
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == name {
				found(s)
			}
		}
		return true
	})
}

// below reports whether package pkg is parent or stands in a folder of it.
func below(pkg, parent string) bool {
	return pkg == parent || strings.HasPrefix(pkg, parent+"/")
}
